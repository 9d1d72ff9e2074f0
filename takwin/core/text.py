"""Text: cleaned of what no name holds, Arabic and French made comparable, stems and skeletons for search."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import snowballstemmer
from django.utils.translation import get_language

# Harakat, superscript alef, Quranic marks, tatweel, and invisible direction marks.
_DROP = re.compile(
    "[\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0640\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]"
)
_MAP = str.maketrans(
    # The Moroccan G is written ڭ, ݣ, گ or ڨ, and plain ك.
    "أإآٱىةؤئکیەہگڭݣڨ" + "٠١٢٣٤٥٦٧٨٩" + "۰۱۲۳۴۵۶۷۸۹",
    "ااااي" + "هويكيههكككك" + "0123456789" + "0123456789",
)
_WORD = re.compile(r"[^\W_]+", re.UNICODE)
_PREFIX = re.compile("^(?:[وفبكل]?ال|لل)(?=..)")
_STOP = frozenset(
    [
        "في",
        "من",
        "الي",
        "و",
        "او",
        "de",
        "du",
        "des",
        "la",
        "le",
        "les",
        "l",
        "d",
        "et",
        "en",
        "à",
        "a",
        "au",
        "aux",
        "the",
        "of",
        "and",
        "in",
        "for",
    ]
)


# Control signs but tab and line feed, surrogates without their pair, noncharacters: XML 1.0, PostgreSQL (NUL) or UTF-8
# refuse them, and no keyboard types them. Separators U+2028 and U+2029 end a line in JavaScript and iCalendar readers.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufff9-\ufffb\ufffe\uffff]")
_PLANE_ENDS = re.compile(
    "[" + "".join(chr(0x10000 * n + 0xFFFE) + chr(0x10000 * n + 0xFFFF) for n in range(1, 17)) + "]"
)
# Embeddings, overrides and isolates turn the reading of what follows (CVE-2021-42574); U+200E and U+200F do not.
# Signs of no width hide inside a name; U+200C and U+200D join letters and pictures, and stay.
_BIDIRECTIONAL = re.compile("[\u202a-\u202e\u2060-\u206f\u200b\ufeff\U000e0000-\U000e007f]")
_LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_REFUSED = re.compile("[\x00\ud800-\udfff]")


def clean(text: str, *, lines: bool = True) -> str:
    """A text as the house keeps and writes it: composed (NFC), without control signs, lone surrogates, noncharacters
    and signs that turn the direction of what follows. Line ends become `\n`, or a space when `lines` is false."""
    if not text.isascii() or not text.isprintable():
        text = _PLANE_ENDS.sub("", _BIDIRECTIONAL.sub("", _CONTROL.sub("", _LINE_ENDS.sub("\n", text))))
        text = unicodedata.normalize("NFC", text)
    return text if lines else " ".join(text.split("\n")).replace("\t", " ")


def is_hostile(text: str) -> bool:
    """Whether a text holds NUL or a lone surrogate: no database keeps it, and no browser sends it by itself."""
    return _REFUSED.search(text) is not None


def clean_deep(value: Any, depth: int = 64) -> Any:
    """A JSON value with each of its texts cleaned, keys included; numbers and the shape are kept.

    Raises ValueError when it is nested deeper than `depth`: nothing of ours is.
    """
    if depth < 0:
        raise ValueError("nested too deep")
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {clean(str(key)): clean_deep(part, depth - 1) for key, part in value.items()}
    return [clean_deep(part, depth - 1) for part in value] if isinstance(value, (list, tuple)) else value


def clean_calendar(raw: bytes) -> bytes:
    """An iCalendar stream with each of its lines cleaned; their ends (CRLF, RFC 5545 section 3.1) are kept."""
    lines = raw.decode("utf-8", "replace").split("\r\n")
    return "\r\n".join(clean(line, lines=False) for line in lines).encode()


def fold(text: str) -> str:
    """One spelling for what is read as the same word: hamza seats, ة/ه, ى/ي, Persian letters, digits, accents."""
    text = _DROP.sub("", unicodedata.normalize("NFKC", text or "")).translate(_MAP).casefold()
    decomposed = unicodedata.normalize("NFD", text)
    plain = "".join(sign for sign in decomposed if not unicodedata.combining(sign))
    plain = plain.replace("œ", "oe").replace("æ", "ae")
    return " ".join(unicodedata.normalize("NFC", plain).translate(_MAP).split())


def words(text: str) -> list[str]:
    """The folded words of a text, without stop words."""
    return [word for word in _WORD.findall(fold(text)) if word not in _STOP]


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """A folded word without article and common endings. Broken plurals are not handled."""
    if "\u0600" <= word[:1] <= "\u06ff":
        bare = _PREFIX.sub("", word)
        return fold(_STEMMERS["ar"].stemWord(bare)) or bare
    return _STEMMERS["fr"].stemWord(word) if len(word) > 3 else word


_STEMMERS = {"ar": snowballstemmer.stemmer("arabic"), "fr": snowballstemmer.stemmer("french")}


# Letters that people write for each other: a seat of hamza or none, ق for the Moroccan G, ت for ث.
_HAMZA = str.maketrans("", "", "ءؤئ")
_SOUNDS = str.maketrans("قثذظ", "كتدض")
_DOUBLE = re.compile(r"(.)\1+")
_LATIN_SOUNDS = (("ou", "u"), ("oo", "u"), ("ee", "i"), ("sh", "ch"), ("ph", "f"), ("ck", "k"), ("y", "i"))
# What a name begins with, written apart from what follows or together with it: عبد الرحمان, Ben Ali, El Idrissi.
_BEGINS = ("عبد", "ابو", "بو", "ابن", "بن", "ايت", "ام", "abd", "abou", "bou", "ben", "bel", "ait", "el", "oum")
_REST = 3  # letters that must follow such a beginning


@lru_cache(maxsize=65536)
def skeleton(word: str) -> str:
    """What stays of a word across the spellings of one name; empty where it would be too short to tell names apart."""
    if "\u0600" <= word[:1] <= "\u06ff":
        bare = _PREFIX.sub("", fold(word.translate(_HAMZA)))
        bone = _DOUBLE.sub(r"\1", (bare[:1] + bare[1:].replace("ا", "")).translate(_SOUNDS))
        return bone if len(bone) > 2 else ""
    bone = fold(word)
    for written, sound in _LATIN_SOUNDS:
        bone = bone.replace(written, sound)
    bone = _DOUBLE.sub(r"\1", bone)
    return bone if len(bone) > 3 and not bone[0].isdecimal() else ""


_ARABIC_CONSONANTS = str.maketrans("بتثجحخدذرزسشصضطظغفقكلمنه", "bttjhxddrzs$sdtdgfkklmnh", "اويعءى")
_LATIN_CONSONANTS = (
    ("kh", "x"), ("ch", "$"), ("sh", "$"), ("gh", "g"), ("7", "h"), ("9", "k"), ("5", "x"), ("q", "k"), ("c", "k"),
    ("p", "b"), ("v", "f"),
)  # fmt: skip


@lru_cache(maxsize=65536)
def consonants(word: str) -> str:
    """What Arabic and its Latin spelling have in common: محاسبة and "mouhasaba" are both "mhsb". Empty below three."""
    bare = fold(word)
    if "\u0600" <= bare[:1] <= "\u06ff":
        bone = _PREFIX.sub("", bare).removesuffix("ه").translate(_ARABIC_CONSONANTS)
    else:
        for written, sound in _LATIN_CONSONANTS:
            bare = bare.replace(written, sound)
        bone = re.sub(r"[aeiouwy03-]", "", bare)
    bone = _DOUBLE.sub(r"\1", bone)
    return bone if len(bone) > 2 else ""


def _raw(text: str) -> list[str]:
    """The words as typed, marks off, hamza seats kept; stop words out."""
    found = _WORD.findall(_DROP.sub("", unicodedata.normalize("NFKC", text or "")))
    return [word for word in found if fold(word) not in _STOP]


def _joined(raw: list[str]) -> list[str]:
    """Beginnings of names joined to the word after them, and taken off a word that holds one."""
    out = [word + after for word, after in zip(raw, raw[1:], strict=False) if fold(word) in _BEGINS]
    for word in raw:
        bare = fold(word)
        for begin in _BEGINS:
            if bare.startswith(begin) and len(bare) >= len(begin) + _REST:
                out += [begin, bare[len(begin) :]]
    return out


def index_text(*parts: str | None) -> str:
    """What a search column stores: " word stem skeleton … " so that a term can be found by its start."""
    found: dict[str, None] = {}
    for part in parts:
        raw = _raw(part or "")
        for word in [*raw, *_joined(raw)]:
            bare = fold(word)
            for form in (bare, _PREFIX.sub("", bare), stem(bare), skeleton(word)):
                found[form] = None
    found.pop("", None)
    return " " + " ".join(found) + " " if found else ""


MOST_TERMS = 12  # words of a query that are looked at: each is a condition in the database


def terms(query: str) -> list[tuple[str, ...]]:
    """What each word of a query may look like in `index_text`; one of its forms must be there.

    A form is the start of a word, but one sign alone is the whole word: "c" does not find all that begins with c.
    """
    found: dict[tuple[str, ...], None] = {}
    for word in _raw(query)[:MOST_TERMS]:
        bare = stem(fold(word))
        forms = (f" {bare} " if len(bare) == 1 else f" {bare}", f" {skeleton(word)}")
        found[tuple(form for form in dict.fromkeys(forms) if form.strip())] = None
    return list(found)


def list_words(items: Iterable[object]) -> str:
    """Names in one line, parted as the reader's language does: "a، b" in Arabic, "a, b" elsewhere."""
    sign = "، " if (get_language() or "ar").startswith("ar") else ", "
    return sign.join(map(str, items))


def csv_safe(value: str) -> str:
    """A cell cleaned and neutralised when a spreadsheet would run it: leading = + - @, tab or return (CWE-1236).

    Spaces before the sign do not help: some readers trim them."""
    text = clean(value)
    bare = text.lstrip(" \t\n\u00a0")
    runs = (bare and bare[0] in _RUN) or text[:1] in {"\t", "\n"}
    return "'" + text if runs else text


_RUN = frozenset("=+-@＝＋－＠")

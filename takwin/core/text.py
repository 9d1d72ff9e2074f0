"""Arabic and French text made comparable: folding for search and order, stems for search."""

import re
import unicodedata
from functools import lru_cache

import snowballstemmer

# Harakat, superscript alef, Quranic marks, tatweel, and invisible direction marks.
_DROP = re.compile(
    "[\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0640\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]"
)
_MAP = str.maketrans(
    "أإآٱىةؤئکیەہگ" + "٠١٢٣٤٥٦٧٨٩" + "۰۱۲۳۴۵۶۷۸۹",
    "ااااي" + "هويكيههك" + "0123456789" + "0123456789",
)
_WORD = re.compile(r"[^\W_]+", re.UNICODE)
_PREFIX = re.compile("^(?:[وفبكل]?ال|لل)(?=..)")
_STOP = frozenset(
    [
        "في",
        "من",
        "الي",
        "علي",
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


def fold(text: str) -> str:
    """One spelling for what is read as the same word: hamza seats, ة/ه, ى/ي, Persian letters, digits, accents."""
    text = _DROP.sub("", unicodedata.normalize("NFKC", text or "")).translate(_MAP).casefold()
    decomposed = unicodedata.normalize("NFD", text)
    plain = "".join(sign for sign in decomposed if not unicodedata.combining(sign))
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


def index_text(*parts: str | None) -> str:
    """What a search column stores: " word stem word stem " so that a term can be found by its start."""
    found: dict[str, None] = {}
    for part in parts:
        for word in words(part or ""):
            for form in (word, _PREFIX.sub("", word), stem(word)):
                found[form] = None
    return " " + " ".join(found) + " " if found else ""


def terms(query: str) -> list[str]:
    """The terms a query must match, each as the start of a word of `index_text`."""
    return list(dict.fromkeys(f" {stem(word)}" for word in words(query)))


def csv_safe(value: str) -> str:
    """Neutralise a cell that a spreadsheet would run: leading = + - @, tab or return (CWE-1236)."""
    return "'" + value if value[:1] in {"=", "+", "-", "@", "\t", "\r"} else value

"""Finding programmes by what people type: names, occupations, synonyms, places, and typing errors.

Pure: rows come in as values and keys go out with their rank, so that both databases answer alike.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from takwin.core.lexicon import Lexicon
from takwin.core.text import consonants, skeleton, stem, words

# What a match is worth. A name says more than what a programme leads to, which says more than its sector.
NAME, MEANS, LEADS, SECTOR = 10.0, 9.0, 6.0, 2.0
WEAK = 0.6  # of the best worth: less is another trade that has a word in common
UNOFFERED = 1.0  # taken off what is not taught this season
STEP = 0.4  # each further alternative of a synonym is worth so much less
STEMMED, SOUNDED, BEGUN = 0.9, 0.8, 0.6
SHORTEST_START = 3  # letters that make the start of a word
LONGEST_PHRASE = 4
MOST_WORDS = 8
LONGEST_QUERY = 100

Scores = dict[int, float]
Phrase = tuple[str, ...]


@dataclass(frozen=True)
class Entry:
    """A programme: names, the names of its occupations and sector, and the paths of the places where it is taught."""

    pk: int
    names: Sequence[str]
    occupations: Mapping[str, Sequence[str]]  # code -> names
    sector: Sequence[str]
    paths: frozenset[str]
    code: str = ""
    offered: bool = True  # this season


@dataclass(frozen=True)
class Synonym:
    """Words people use, and the names, occupations or programmes meant; `near` serves when the network has none."""

    terms: Sequence[str]
    means: Sequence[str] = ()
    occupations: Sequence[str] = ()
    near: Sequence[str] = ()


@dataclass(frozen=True)
class Place:
    """A region, province or commune. `sure` places win over words of a trade, communes do not."""

    names: Sequence[str]
    path: str
    code: str
    sure: bool = True


@dataclass
class Found:
    """What a query finds. `ranks`: programme -> rank, higher is better; None when nothing was asked."""

    query: str = ""
    ranks: dict[int, int] | None = None
    place: str = ""  # code of the area asked for
    elsewhere: bool = False  # taught, but not in that place
    nearest: bool = False  # nothing under this name: the nearest programmes
    read: list[tuple[str, str]] = field(default_factory=list)  # (typed, read as)
    partly: bool = False  # not all words are met
    occupations: list[str] = field(default_factory=list)  # ISCO-08 codes the words stand for

    @property
    def words(self) -> str:
        """The query with its typing errors put right."""
        out = " ".join(words(self.query))
        for typed, used in self.read:
            out = out.replace(typed, used)
        return out


def key(text: str) -> Phrase:
    return tuple(stem(word) for word in words(text))


class Index:
    """All that can be found, in memory: 700 programmes, 2,200 terms, 1,700 places. Never changed once made."""

    def __init__(
        self, entries: Iterable[Entry], synonyms: Iterable[Synonym], places: Iterable[Place], common: Iterable[str]
    ) -> None:
        self._postings: dict[str, Scores] = defaultdict(dict)
        self._names: dict[str, set[int]] = defaultdict(set)  # stem -> programmes with it in their name
        self._leads: dict[str, list[int]] = defaultdict(list)  # occupation -> programmes
        self._codes: dict[str, int] = {}
        self._idle: set[int] = set()
        self._sizes: dict[int, dict[str, int]] = {}
        self._paths: dict[int, frozenset[str]] = {}
        known: list[str] = []
        for entry in entries:
            known += self._add(entry)
        self._common = {word for text in common for word in words(text)}
        self._phrases: dict[Phrase, list[Synonym]] = defaultdict(list)
        for synonym in synonyms:
            for term in synonym.terms:
                known += words(term)
                self._learn(term, synonym)
        self._places: dict[Phrase, Place] = {}
        for place in sorted(places, key=lambda place: place.sure):
            for name in place.names:
                # 1,500 communes bear so many names that any error would be one of them.
                known += words(name) if place.sure else []
                if mark := tuple(words(name)):
                    self._places[mark] = place
        self._sorted = sorted({word for word in self._postings if len(word) >= SHORTEST_START})
        self._known = set(known) | self._common
        self._lexicon = Lexicon([*known, *self._common])
        self._sounds: dict[str, str] = {}  # consonants -> the most common Arabic word with them
        for word, _count in sorted(self._lexicon.counts.items(), key=lambda pair: (pair[1], pair[0])):
            if word > "\u0600" and consonants(word):
                self._sounds[consonants(word)] = word

    def _learn(self, term: str, synonym: Synonym) -> None:
        """What is said of any training is left out of a term, as it is left out of a query."""
        term_words = words(term)
        kept = [word for word in term_words if word not in self._common] or term_words
        for mark in {tuple(stem(word) for word in kept), tuple(skeleton(word) or word for word in kept)}:
            if mark and synonym not in self._phrases[mark]:
                self._phrases[mark].append(synonym)

    def _add(self, entry: Entry) -> list[str]:
        self._paths[entry.pk] = entry.paths
        if not entry.offered:
            self._idle.add(entry.pk)
        self._codes[entry.code] = entry.pk
        known: list[str] = []
        sizes = self._sizes[entry.pk] = {}
        for name in entry.names:
            parts = words(name)
            known += parts
            for word in parts:
                self._post(word, entry.pk, NAME)
                self._names[stem(word)].add(entry.pk)
                sizes[stem(word)] = min(len(parts), sizes.get(stem(word), 99))
        for code, names in entry.occupations.items():
            self._leads[code].append(entry.pk)
            for word in words(" ".join(names)):
                known.append(word)
                self._post(word, entry.pk, LEADS)
        for word in words(" ".join(entry.sector)):
            known.append(word)
            self._post(word, entry.pk, SECTOR)
        return known

    def _post(self, word: str, pk: int, worth: float) -> None:
        for form, quality in ((word, 1.0), (f"={stem(word)}", STEMMED), (f"~{skeleton(word)}", SOUNDED)):
            row = self._postings[form]
            row[pk] = max(row.get(pk, 0.0), worth * quality)

    def find(self, query: str) -> Found:
        """The programmes a query means, best first. Bounded: 100 signs, eight words."""
        found = Found(query=query)
        typed = words(query[:LONGEST_QUERY])[:MOST_WORDS]
        if not typed:
            found.ranks = {} if query.strip() else None
            return found
        asked = [word for word in typed if word not in self._common]
        if not asked and not any(self._literal(word) for word in typed):
            return found  # "formation", "école": everything is one
        asked = [self._read(word, found) for word in asked or typed]
        place, parts = self._parts(asked, found)
        self._rank(found, parts, place)
        return found

    def _read(self, word: str, found: Found) -> str:
        """The word itself when it is known, without a preposition written to it (بفاس), else the nearest one."""
        if self._knows(word):
            return word
        if word[:1] in "بفلو" and self._knows(word[1:]):
            return word[1:]
        near = self._lexicon.close(word, 1)
        if not near and consonants(word) in self._sounds:
            near = [self._sounds[consonants(word)]]
        if near:
            found.read.append((word, near[0]))
        return near[0] if near else word

    def _knows(self, word: str) -> bool:
        if len(word) < 2 or word.isdecimal() or word in self._known:
            return True
        if (word,) in self._places:
            return True
        return bool(self._literal(word) or (stem(word),) in self._phrases or (skeleton(word),) in self._phrases)

    def _literal(self, word: str) -> Scores:
        """Programmes with this word, its stem, its sound, or a word that begins with it."""
        out: Scores = {}
        forms = [word, f"={stem(word)}"] + ([f"~{skeleton(word)}"] if skeleton(word) else [])
        for form in forms:
            for pk, worth in self._postings.get(form, {}).items():
                out[pk] = max(out.get(pk, 0.0), worth)
        if len(word) >= SHORTEST_START:
            at = bisect_left(self._sorted, word)
            while at < len(self._sorted) and self._sorted[at].startswith(word):
                for pk, worth in self._postings[self._sorted[at]].items():
                    out[pk] = max(out.get(pk, 0.0), worth * BEGUN)
                at += 1
        for pk in out:  # a short name that is all about the word stands before a long one
            out[pk] += 1.0 / self._sizes[pk].get(stem(word), 9)
        return out

    def _parts(self, asked: list[str], found: Found) -> tuple[Place | None, list[Scores]]:
        """The query cut into phrases, longest first: places apart, for all others what they find."""
        place: Place | None = None
        parts: list[Scores] = []
        at = 0
        while at < len(asked):
            for size in range(min(LONGEST_PHRASE, len(asked) - at), 0, -1):
                window = asked[at : at + size]
                where = self._places.get(tuple(window))
                scores = self._phrase(window, found)
                if where and (where.sure or not scores):
                    place = place or where
                elif scores:
                    parts.append(scores)
                elif size > 1:
                    continue
                else:
                    parts.append({})
                at += size
                break
        return place, parts

    def _phrase(self, window: list[str], found: Found) -> Scores:
        """What synonyms say of a phrase, and for one word what names say."""
        marks = {tuple(stem(word) for word in window), tuple(skeleton(word) or word for word in window)}
        synonyms = list(dict.fromkeys(id(s) for mark in marks for s in self._phrases.get(mark, ())))
        by_id = {id(s): s for mark in marks for s in self._phrases.get(mark, ())}
        out: Scores = self._literal(window[0]) if len(window) == 1 else {}
        near: Scores = {}
        for synonym in (by_id[mark] for mark in synonyms):
            for n, name in enumerate(synonym.means):
                worth = MEANS - STEP * n
                for pk in self._named(name):
                    bonus = 1.0 / max(1, self._sizes[pk].get(key(name)[0], 9))
                    out[pk] = max(out.get(pk, 0.0), worth + bonus)
            found.occupations += [code for code in synonym.occupations if code not in found.occupations]
            for n, code in enumerate(synonym.occupations):
                for pk in self._leads.get(code, ()):
                    out[pk] = max(out.get(pk, 0.0), LEADS - STEP * n)
            for n, code in enumerate(synonym.near):
                if code in self._codes:
                    near[self._codes[code]] = MEANS - STEP * n
        if near and not any(worth > SECTOR + 1 for worth in out.values()):
            found.nearest = True
            return near
        return out

    def _named(self, name: str) -> set[int]:
        """Programmes with all words of a name in theirs."""
        rows = [self._names.get(part, set()) for part in key(name)]
        return set.intersection(*rows) if rows else set()

    def _rank(self, found: Found, parts: list[Scores], place: Place | None) -> None:
        met = [part for part in parts if part]
        found.place = place.code if place else ""
        if not met:
            found.ranks = {}
            if place and not parts:
                there = self._there(self._paths, place.path)
                found.elsewhere = not there
                region = self._there(self._paths, place.path.split(".")[0] + ".")
                found.ranks = dict.fromkeys(there or region, 10)
            return
        counts: dict[int, int] = defaultdict(int)
        total: Scores = defaultdict(float)
        for part in met:
            for pk, worth in part.items():
                counts[pk] += 1
                total[pk] += worth
        most = max(counts.values())
        found.partly = most < len(parts)
        best = {pk: total[pk] for pk in total if counts[pk] == most}
        top = max(best.values())
        if found.partly:
            best = {pk: worth for pk, worth in best.items() if worth >= WEAK * top}
        if place:
            best = self._placed(best, top, place, found)
        found.ranks = {
            pk: round((worth / len(met) - UNOFFERED * (pk in self._idle)) * 5) for pk, worth in best.items()
        }

    def _placed(self, best: Scores, top: float, place: Place, found: Found) -> Scores:
        """Those taught in the place. When none there is what was asked, related ones there, then the others."""
        there = {pk: best[pk] for pk in self._there(best, place.path)}
        if any(worth >= WEAK * top for worth in there.values()):
            return there
        found.elsewhere = True
        return {pk: worth + (top if pk in there else 0.0) for pk, worth in best.items()}

    def _there(self, keys: Iterable[int], path: str) -> list[int]:
        """Taught there, or by a centre of the region whose province no document names."""
        region = path.split(".")[0] + "."
        return [pk for pk in keys if any(at.startswith(path) or at == region for at in self._paths[pk])]

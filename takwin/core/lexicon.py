"""A vocabulary that forgives typing errors: trigrams find candidates, an edit distance decides."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

SHORTEST = 4  # a shorter word is one error away from too many others
LONGEST = 24


def trigrams(word: str) -> set[str]:
    """Runs of three signs, the edges marked: "bois" has "  b", " bo", "boi", "ois", "is "."""
    padded = f"  {word} "
    return {padded[at : at + 3] for at in range(len(padded) - 2)}


def distance(left: str, right: str, limit: int) -> int:
    """Damerau-Levenshtein with adjacent swaps; `limit + 1` as soon as it is passed."""
    if abs(len(left) - len(right)) > limit:
        return limit + 1
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, sign in enumerate(left, start=1):
        older, before, row = before, row, [i]
        for j, other in enumerate(right, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (sign != other))
            if i > 1 and j > 1 and sign == right[j - 2] and left[i - 2] == other:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
        if min(row) > limit:
            return limit + 1
    return row[-1]


class Lexicon:
    """Words with how common they are. Reading is safe from any thread: nothing changes after it is made."""

    def __init__(self, words: Iterable[str]) -> None:
        self.counts = Counter(word for word in words if SHORTEST <= len(word) <= LONGEST)
        self._holding: dict[str, list[str]] = defaultdict(list)
        for word in self.counts:
            for part in trigrams(word):
                self._holding[part].append(word)

    def close(self, word: str, limit: int = 3) -> list[str]:
        """The nearest words, best first: one error in a word of four or five signs, two in a longer one."""
        if not SHORTEST <= len(word) <= LONGEST:
            return []
        allowed = 1 if len(word) < 6 else 2
        shared: Counter[str] = Counter()
        for part in trigrams(word):
            shared.update(self._holding.get(part, ()))
        found = []
        for other, common in shared.most_common(200):
            if common < 2:
                break
            errors = distance(word, other, allowed)
            if errors <= allowed:
                found.append((errors, -common / (len(other) + len(word)), -self.counts[other], other))
        return [other for *_rank, other in sorted(found)[:limit]]

"""Advice: the programmes of a season ranked for people, over arrays.

`People`, `Offers` and `Weights` in, `Ranking` out of `rank`; `parts` tells why one offer stands where it does, and
`check` judges a ranking one pair at a time. Nobody's sex is an input. The rule is told in docs/advice.md.
"""

from takwin.engines.advice.model import PUBLISHED, Malformed, Offers, Parts, People, Ranking, Weights
from takwin.engines.advice.solve import parts, rank

__all__ = ["PUBLISHED", "Malformed", "Offers", "Parts", "People", "Ranking", "Weights", "parts", "rank"]

"""Vacancies for graduates: who fits which post, ranked by a published rule, with the parts of each score.

Words: *fit* (how near a vacancy's occupation is to those a programme leads to), *reach* (it lies within the distance a
graduate accepts), *score* (hundredths of a point, whole, so that every machine ranks alike). Pure arrays in and out.
"""

from takwin.engines.matching.model import PUBLISHED, Graduates, Malformed, Matches, Vacancies, Weights
from takwin.engines.matching.solve import parts, rank

__all__ = ["PUBLISHED", "Graduates", "Malformed", "Matches", "Vacancies", "Weights", "parts", "rank"]

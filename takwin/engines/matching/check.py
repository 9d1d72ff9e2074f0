"""The judge of a ranking: the rule word for word, every pair tried. Shares no code with `solve.py`."""

from __future__ import annotations

import numpy as np

from takwin.engines.matching.model import PUBLISHED, Graduates, Matches, Vacancies, Weights


def table(graduates: Graduates, vacancies: Vacancies, weights: Weights = PUBLISHED) -> np.ndarray:
    """The score of each pair.

    Returns
    -------
    ndarray of int64, shape (n, m)
        0 to 10,000, -1 where the pair is not allowed.
    """
    n, m = len(graduates), len(vacancies)
    out = np.full((n, m), -1, np.int64)
    for g in range(n):
        for v in range(m):
            fit = vacancies.fit[graduates.programme[g]][vacancies.occupation[v]]
            accepted, least, pay = graduates.contracts[g], graduates.least_pay[g], vacancies.pay[v]
            known = graduates.place[g] >= 0 and vacancies.place[v] >= 0
            km = vacancies.km[graduates.place[g], vacancies.place[v]] if known else np.nan
            if fit == 0 or (accepted != 0 and (accepted & vacancies.contract[v]) == 0):
                continue
            if (least > 0 and 0 < pay < least) or km > graduates.max_km[g]:
                continue
            near = 5000 if np.isnan(km) else int(10_000 / (1 + (km / weights.half_km) ** 2))
            paid = 5000 if not pay or not least else min(10_000, 5000 + int(10_000 * (pay - least) / least))
            out[g, v] = (weights.fit * fit * 100 + weights.nearness * near + weights.pay * paid) // 100
    return out


def faults(graduates: Graduates, vacancies: Vacancies, matches: Matches, weights: Weights = PUBLISHED) -> list[str]:
    """The faults of a ranking, a sentence each; empty when there is none."""
    scores, found = table(graduates, vacancies, weights), []
    for g in range(len(graduates)):
        order = sorted((v for v in range(len(vacancies)) if scores[g, v] >= 0), key=lambda v: (-scores[g, v], v))
        want = (order + [-1] * matches.vacancy.shape[1])[: matches.vacancy.shape[1]]
        if list(matches.vacancy[g]) != want:
            found.append(f"graduate {g}: {list(matches.vacancy[g])} instead of {want}")
        for v, score in zip(matches.vacancy[g], matches.score[g], strict=True):
            if v >= 0 and scores[g, v] != score:
                found.append(f"graduate {g}, vacancy {v}: score {score} instead of {scores[g, v]}")
    return found

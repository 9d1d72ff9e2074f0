"""An independent judge: one pair at a time in plain Python, by the words of docs/advice.md."""

from __future__ import annotations

import math

from takwin.engines.advice.model import PUBLISHED, Offers, People, Ranking, Weights


def correlation(a: list[float], b: list[float]) -> float:
    """Pearson's; 0 when one of the two is flat or unknown."""
    if any(math.isnan(x) for x in (*a, *b)):
        return 0.0
    mean_a, mean_b = sum(a) / 6, sum(b) / 6
    up = sum((x - mean_a) * (y - mean_b) for x, y in zip(a, b, strict=True))
    down = math.sqrt(sum((x - mean_a) ** 2 for x in a) * sum((y - mean_b) ** 2 for y in b))
    return up / down if down > 1e-12 else 0.0


def judged(people: People, offers: Offers, i: int, j: int, w: Weights) -> tuple[int, float]:
    """(tier, score from 0 to 100) of one person and one offer."""
    site, place = int(offers.site[j]), int(people.place[i])
    km = float(offers.km[place][site]) if site >= 0 and place >= 0 else math.nan
    near = 0.5 if math.isnan(km) else w.half_km**2 / (w.half_km**2 + km * km)
    bed = bool(offers.beds[j])
    if bed:
        near = max(near, w.bed)
    fit = (1 + correlation([float(x) for x in people.interests[i]], [float(x) for x in offers.interests[j]])) / 2
    total = w.interest * fit + w.nearness * near
    if not math.isinf(offers.pressure[j]):
        total += w.openness * w.half_pressure / (w.half_pressure + float(offers.pressure[j]))
    age, streams, modes = int(people.age[i]), int(offers.streams[j]), int(people.modes[i])
    lawful = people.rung[i] >= offers.rung[j] or (offers.bridge[j] > 0 and people.bridge[i] >= offers.bridge[j])
    lawful = lawful and (streams == 0 or int(people.stream[i]) & streams)
    lawful = lawful and (age < 0 or offers.age_min[j] <= age <= offers.age_max[j])
    lawful = lawful and not math.isinf(offers.pressure[j])
    too_far = not bed and not math.isnan(km) and km > people.max_km[i]
    unwilling = modes and not modes & int(offers.mode[j])
    limits = not (too_far or (people.wants_bed[i] and not bed) or unwilling)
    return (0 if limits else 1) if lawful else 2, 100 * total


def faults(people: People, offers: Offers, result: Ranking, weights: Weights = PUBLISHED) -> list[str]:
    """The faults of a ranking, a sentence each; empty when there is none."""
    out = []
    for i in range(len(people)):
        best: dict[int, tuple[int, float]] = {}
        judgements = {j: judged(people, offers, i, j, weights) for j in range(len(offers))}
        for j, (tier, score) in judgements.items():
            programme = int(offers.programme[j])
            if programme not in best or (tier, -score) < (best[programme][0], -best[programme][1]):
                best[programme] = (tier, score)
        listed = [int(j) for j in result.offer[i] if j >= 0]
        if len({int(offers.programme[j]) for j in listed}) != len(listed):
            out.append(f"person {i}: a programme twice")
        wanted = sorted((tier, -score) for tier, score in best.values())[: result.offer.shape[1]]
        for place, (j, (tier, minus)) in enumerate(zip(listed, wanted, strict=False)):
            if judgements[j][0] != tier or abs(judgements[j][1] + minus) > 2e-4:
                out.append(
                    f"person {i}, place {place}: offer {j} is {judgements[j]}, {(tier, -minus)} should stand there"
                )
            if (
                result.tier[i, place] != judgements[j][0]
                or abs(result.score[i, place] / 10_000 - judgements[j][1]) > 2e-4
            ):
                out.append(f"person {i}, place {place}: says {result.score[i, place] / 10_000}, is {judgements[j]}")
        if len(listed) != len(wanted):
            out.append(f"person {i}: {len(listed)} listed of {len(wanted)}")
    return out

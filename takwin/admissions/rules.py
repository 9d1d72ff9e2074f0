"""Life cycles, eligibility, score, deadlines: no query, no clock, no request."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from math import ceil
from typing import Any

from django.utils.translation import gettext as _

from takwin.admissions.choices import AdmissionReason as R
from takwin.admissions.choices import ApplicationState as S
from takwin.admissions.choices import BedGroup, CorrectionState, DrawState, ReserveGroup, RestorationState, RoundState
from takwin.admissions.choices import RunState as T
from takwin.core.errors import Refused
from takwin.core.flow import Flow
from takwin.offer.choices import Diploma, Schooling, Stream
from takwin.offer.rules import BRIDGES, LADDER, Access
from takwin.people.rules import age_on

APPLICATION = Flow(
    S,
    submit=({S.DRAFT}, S.SUBMITTED),
    reopen=({S.SUBMITTED, S.WITHDRAWN}, S.DRAFT),
    withdraw=({S.DRAFT, S.SUBMITTED}, S.WITHDRAWN),
    admit=({S.SUBMITTED, S.UNPLACED}, S.ADMITTED),
    leave=({S.SUBMITTED}, S.UNPLACED),
    confirm=({S.ADMITTED, S.HELD}, S.CONFIRMED),
    hold=({S.ADMITTED}, S.HELD),
    wait=({S.ADMITTED, S.HELD}, S.UNPLACED),
    decline=({S.ADMITTED, S.HELD, S.CONFIRMED, S.UNPLACED}, S.DECLINED),
    lapse=({S.ADMITTED}, S.LAPSED),
    restore_lapsed=({S.LAPSED}, S.ADMITTED),
)
ROUND = Flow(
    RoundState,
    publish=({RoundState.PLANNED}, RoundState.ANSWERING),
    close=({RoundState.ANSWERING}, RoundState.CLOSED),
    restore_lapsed=({RoundState.CLOSED}, RoundState.ANSWERING),
)
RESTORATION = Flow(
    RestorationState,
    restore_lapsed=({RestorationState.WAITING}, RestorationState.DONE),
    withdraw_restore=({RestorationState.WAITING}, RestorationState.WITHDRAWN),
)
CORRECTION = Flow(
    CorrectionState,
    accept_correction=({CorrectionState.REQUESTED}, CorrectionState.ACCEPTED),
    refuse_correction=({CorrectionState.REQUESTED}, CorrectionState.REFUSED),
    withdraw_correction=({CorrectionState.REQUESTED}, CorrectionState.WITHDRAWN),
)
RUN = Flow(
    T,
    finish=({T.PREPARED}, T.REVIEW),
    publish=({T.REVIEW}, T.PUBLISHED),
    discard=({T.PREPARED, T.REVIEW}, T.DISCARDED),
)
DRAW = Flow(
    DrawState,
    seal=({DrawState.BEGUN}, DrawState.SEALED),
    close_draw=({DrawState.SEALED}, DrawState.CLOSED),
    enter_value=({DrawState.CLOSED}, DrawState.VALUED),
    reveal=({DrawState.VALUED}, DrawState.REVEALED),
    use_draw=({DrawState.REVEALED}, DrawState.USED),
    void_draw=(
        {DrawState.BEGUN, DrawState.SEALED, DrawState.CLOSED, DrawState.VALUED, DrawState.REVEALED},
        DrawState.VOID,
    ),
)
# drand's quicknet (https://docs.drand.love/blog/quicknet-live-on-loe-mainnet): round 1 at this second, one each 3.
DRAND_CHAIN = "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971"
DRAND_FIRST, DRAND_PERIOD = 1_692_803_367, 3
VALUE_AFTER = timedelta(minutes=10)  # nobody knows at the closing the value of ten minutes later
CONTRIBUTION_LEAST, CONTRIBUTION_MOST = 32, 200
SIGNATURES = 2
SCORERS = 2
MORE_THAN_BEFORE = 0.3  # a jump of requests worth a look
FILE_LIMIT_MB = 5
MAX_FILES = 8
# First bytes of the kinds of file accepted: the name of a file proves nothing.
MAGIC = {b"%PDF-": "application/pdf", b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}


@dataclass(frozen=True, slots=True)
class Candidate:
    """The facts of a person that eligibility depends on."""

    born_on: date
    schooling: str
    diploma: str = "none"
    stream: str = "none"


def eligibility(candidate: Candidate, access: Access | None) -> list[Refused]:
    """Every refusal of a candidate for a programme; an empty list means eligible."""
    if access is None:
        return [Refused(R.NO_RULE)]
    return [
        refusal
        for refusal in (_level(candidate, access), _stream(candidate, access), *_age(candidate, access))
        if refusal
    ]


def _level(candidate: Candidate, access: Access) -> Refused | None:
    reached = bool(candidate.schooling) and LADDER[candidate.schooling] >= LADDER[access.schooling]
    bridged = BRIDGES[candidate.diploma] >= BRIDGES[access.bridge] > 0
    if reached or bridged:
        return None
    facts: dict[str, Any] = {
        "asked": Schooling(access.schooling).label,
        "declared": Schooling(candidate.schooling).label if candidate.schooling else "–",
    }
    if BRIDGES[access.bridge]:
        return Refused(R.LEVEL_OR_BRIDGE, bridge=Diploma(access.bridge).label, **facts)
    return Refused(R.LEVEL_TOO_LOW, **facts)


def _stream(candidate: Candidate, access: Access) -> Refused | None:
    if not access.streams or candidate.stream in access.streams:
        return None
    asked = _("; ").join(str(Stream(stream).label) for stream in access.streams)
    return Refused(R.STREAM_NOT_ACCEPTED, declared=Stream(candidate.stream).label, asked=asked)


def _age(candidate: Candidate, access: Access) -> list[Refused]:
    if access.ages_on is None:
        return []
    own, day = age_on(candidate.born_on, access.ages_on), access.ages_on
    if access.age_min is not None and own < access.age_min:
        return [Refused(R.TOO_YOUNG, age=access.age_min, own=own, day=day)]
    if access.age_max is not None and own > access.age_max:
        return [Refused(R.TOO_OLD, age=access.age_max, own=own, day=day)]
    return []


def score(average: int) -> int:
    """Selection score in hundredths: the average mark of the last year completed. One published rule for all."""
    return average


def committee_score(values: Sequence[int]) -> int | None:
    """The mean of two scorers, in hundredths, halves rounded up; None until both have given theirs."""
    return (2 * sum(values) + len(values)) // (2 * len(values)) if len(values) >= SCORERS else None


def groups_of(sex: str, region: str, urban: bool | None, disability: str | None, situation: str | None) -> list[str]:
    """Groups a candidate belongs to, for reserves: what they declared, and where they live."""
    return [
        *([ReserveGroup.GIRLS] if sex == "female" else ["boys"]),
        *([ReserveGroup.RURAL] if urban is False else []),
        *([f"{ReserveGroup.REGION}:{region}"] if region else []),
        *([ReserveGroup.DISABILITY] if disability else []),
        *([ReserveGroup.REENTRY] if situation == "reentry" else []),
    ]


def check_open(now: datetime, opens_at: datetime | None, closes_at: datetime | None, limit_text: str) -> None:
    """Refuse before the opening and from the second of the deadline on. `limit_text`: the moment as shown."""
    if opens_at is not None and now < opens_at:
        raise Refused(R.NOT_OPEN_YET, moment=limit_text)
    if closes_at is not None and now >= closes_at:
        raise Refused(R.DEADLINE_PASSED, moment=limit_text)


def check_order(ranks: Sequence[int], have: Sequence[int]) -> None:
    """A new order names each wish once."""
    if sorted(ranks) != sorted(have):
        raise Refused(R.BAD_ORDER)


def check_file(name: str, size: int, head: bytes) -> str:
    """The content type of a file by its first bytes. Refused when too big, empty or of another kind."""
    if size == 0:
        raise Refused(R.FILE_EMPTY, "file")
    if size > FILE_LIMIT_MB * 1024 * 1024:
        raise Refused(R.FILE_TOO_BIG, "file", size=f"{size / 1024 / 1024:.1f}", limit=FILE_LIMIT_MB)
    for magic, kind in MAGIC.items():
        if head.startswith(magic):
            return kind
    raise Refused(R.FILE_KIND, "file")


def bed_groups(beds: int | None, female_share: int | None) -> list[tuple[str, int]]:
    """Beds by group. With a stated share for girls: theirs (rounded up) and the others'; else one group."""
    if not beds:
        return []
    if female_share is None:
        return [(BedGroup.ALL, beds)]
    girls = -(-beds * female_share // 100)
    return [(BedGroup.GIRLS, girls), (BedGroup.OTHERS, beds - girls)]


def bed_group(sex: str, groups: Sequence[str]) -> str | None:
    """The group of beds a person may ask in a house; None when it has none for them.

    A share for girls parts the house in two: theirs, and the others'. Who the registry does not call a girl asks for
    the others', as the house declares.
    """
    if BedGroup.ALL in groups:
        return BedGroup.ALL
    wanted = BedGroup.GIRLS if sex == "female" else BedGroup.OTHERS
    return wanted if wanted in groups else None


def drand_round(moment: datetime) -> int:
    """The first round of drand's quicknet at a moment or after it."""
    return -(-(ceil(moment.astimezone(UTC).timestamp()) - DRAND_FIRST) // DRAND_PERIOD) + 1


def check_contribution(text: str) -> None:
    """Printable ASCII without spaces, so that anyone can hash it at home; long enough not to be guessed."""
    kept = text.isascii() and text.isprintable() and " " not in text
    if not kept or not CONTRIBUTION_LEAST <= len(text) <= CONTRIBUTION_MOST or len(set(text)) < 8:
        raise Refused(R.CONTRIBUTION_WEAK, "contribution", least=CONTRIBUTION_LEAST, most=CONTRIBUTION_MOST)


def list_version(wishes: Iterable[Any]) -> str:
    """Twelve hexadecimal digits that change with any wish of a list or its order."""
    return sha256(" ".join(f"{wish.rank}:{wish.name}" for wish in wishes).encode()).hexdigest()[:12]

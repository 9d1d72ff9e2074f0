"""Tables of admissions."""

from takwin.admissions.models.applications import DECIDED, SEATED, Application, Demand, Document, Wish
from takwin.admissions.models.committees import Committee, Score
from takwin.admissions.models.corrections import Correction
from takwin.admissions.models.draws import Contribution, Draw
from takwin.admissions.models.lapses import Lapse, Restoration
from takwin.admissions.models.leaves import Leaf
from takwin.admissions.models.rounds import Reserve, Round
from takwin.admissions.models.runs import BedResult, PoolResult, Run, Signature, WishResult

__all__ = [
    "DECIDED",
    "SEATED",
    "Application",
    "BedResult",
    "Committee",
    "Contribution",
    "Correction",
    "Demand",
    "Document",
    "Draw",
    "Lapse",
    "Leaf",
    "PoolResult",
    "Reserve",
    "Restoration",
    "Round",
    "Run",
    "Score",
    "Signature",
    "Wish",
    "WishResult",
]

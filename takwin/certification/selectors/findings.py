"""Findings about a submitted diploma: its validity today, and nothing that was not submitted."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from takwin.certification import submission_parsing
from takwin.certification.choices import DiplomaState, Finding, Sentence, StatusReason
from takwin.certification.models import Diploma
from takwin.certification.selectors import keys
from takwin.certification.selectors.diplomas import ISSUED
from takwin.core.errors import Refused
from takwin.core.refs import is_ref, normalize_ref
from takwin.engines.credentials import MOST_BYTES, SEPARATOR, Fault, Unverified, is_line, read_line, verify

# The finding and the sentence of each fault of the engine.
FAULTS = {
    Fault.TOO_LARGE: (Finding.UNREADABLE, Sentence.TOO_LARGE),
    Fault.NOT_JSON: (Finding.UNREADABLE, Sentence.NOT_JSON),
    Fault.TWICE: (Finding.UNREADABLE, Sentence.TWICE),
    Fault.NOT_CREDENTIAL: (Finding.UNREADABLE, Sentence.NOT_CREDENTIAL),
    Fault.UNKNOWN_CONTEXT: (Finding.UNREADABLE, Sentence.UNKNOWN_CONTEXT),
    Fault.UNKNOWN_ISSUER: (Finding.UNKNOWN_ISSUER, Sentence.UNKNOWN_ISSUER),
    Fault.UNKNOWN_KEY: (Finding.ALTERED, Sentence.UNKNOWN_KEY),
    Fault.NOT_YET: (Finding.NOT_YET, Sentence.NOT_YET),
    Fault.ENDED: (Finding.ENDED, Sentence.ENDED),
    Fault.ALTERED: (Finding.ALTERED, Sentence.ALTERED),
}
STATES = {
    DiplomaState.LIVE: (Finding.VALID, Sentence.VALID),
    DiplomaState.SUSPENDED: (Finding.SUSPENDED, Sentence.SUSPENDED),
    DiplomaState.REVOKED: (Finding.REVOKED, Sentence.REVOKED),
}


@dataclass(frozen=True)
class Answer:
    """`shown`: what was presented and is signed, fit to read; empty where only a reference was given, or where the
    signature does not hold. `since` and `reason`: when it was suspended or revoked, and the class of the reason."""

    finding: Finding
    sentence: str
    ref: str = ""
    since: date | None = None
    reason: str = ""
    shown: dict[str, str] = field(default_factory=dict)

    @property
    def tone(self) -> str:
        return self.finding.tone


def of_ref(typed_ref: str) -> Answer:
    """The validity of the diploma of this reference, and nothing else of it."""
    ref = normalize_ref(typed_ref)
    if not is_ref(ref, "DIP"):
        return Answer(Finding.NOT_FOUND, str(Sentence.BAD_REF.label))
    return _standing(ref, {})


def of_document(submitted: bytes) -> Answer:
    """A signed document: whether it is ours, unchanged, and valid today."""
    try:
        document = verify(submitted, keys.issuers(), keys.believed())
    except Unverified as fault:
        finding, sentence = FAULTS[fault.fault]
        return Answer(finding, str(Refused(sentence, most=MOST_BYTES // 1000)))
    ref = str(document.get("id", "")).rpartition("/")[2]
    return _standing(ref, _shown(document))


def of_line(line: str) -> Answer:
    """The signed line of a code. Text of another shape is “unreadable”, not “altered”."""
    if not is_line(line):
        return Answer(Finding.UNREADABLE, str(Sentence.BAD_CODE.label))
    facts = read_line(line, keys.believed_names())
    if facts is None:
        return Answer(Finding.ALTERED, str(Sentence.BAD_LINE.label))
    return _standing(facts["ref"], facts)


def of_submission(submission: submission_parsing.Submission) -> Answer:
    return of_line(submission.line) if submission.line else of_document(submission.document)


def of_diploma(row: Diploma) -> Answer:
    """A diploma that its holder shares: its own document is asked, as a stranger would."""
    return of_document(row.credential.encode())


def _standing(ref: str, shown: dict[str, str]) -> Answer:
    row = Diploma.objects.filter(ref=ref, state__in=ISSUED).only("state", "since_on", "reason").first()
    if row is None:
        return Answer(Finding.NOT_FOUND, str(Sentence.NOT_FOUND.label))
    finding, sentence = STATES[DiplomaState(row.state)]
    taken = finding != Finding.VALID
    return Answer(
        finding, str(sentence.label), ref=ref, since=row.since_on if taken else None,
        reason=str(StatusReason(row.reason).label) if taken else "", shown=shown,
    )  # fmt: skip


def _names(name: Any, description: str) -> dict[str, str]:
    """The name by language. Older documents: a list by language; newer: Arabic in the name, all in the description."""
    if isinstance(name, list):
        return {entry["@language"]: entry["@value"] for entry in name}
    others = description.removeprefix(f"{name}{SEPARATOR}").split(SEPARATOR)
    return {"ar": name, "fr": others[0] if description != name else ""}


def _shown(document: dict[str, Any]) -> dict[str, str]:
    """The parts of a verified document that are shown, read from the document and not from our tables."""
    subject = document["credentialSubject"]
    achievement = subject["achievement"]
    holder = next((entry["identityHash"] for entry in subject.get("identifier", [])), "")
    average = next((entry["value"] for entry in subject.get("result", [])), "")
    names = _names(document["name"], achievement.get("description", ""))
    return {
        "holder": holder, "name": names.get("ar", ""), "name_fr": names.get("fr", ""),
        "centre": achievement["criteria"]["narrative"].split("\n")[0], "on": document["validFrom"][:10],
        "average": average,
    }  # fmt: skip

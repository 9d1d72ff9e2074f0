"""A diploma as an Open Badges 3.0 document: one record, three languages."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, tzinfo
from typing import Any

from openbadgeslib.ob3.credential import OB3_CONTEXT

from takwin.engines.credentials.status import Place, entry

CONTEXTS: tuple[str, ...] = tuple(OB3_CONTEXT)
LANGUAGES = ("ar", "fr", "en")
SEPARATOR = " · "
SCHEMA = "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json"
# Open Badges 3.0, vocabulary of AchievementType.
TYPES = {"diploma": "Diploma", "certificate": "Certificate", "module": "Course"}


@dataclass(frozen=True)
class Issuer:
    """`did`: did:web of the network; `url`: where its pages begin, without a slash at the end."""

    did: str
    url: str
    names: dict[str, str]


@dataclass(frozen=True)
class Line:
    """A module of a transcript. `mark`: hundredths of 20, as everywhere; None where none was given."""

    code: str
    names: dict[str, str]
    mark: int | None


@dataclass(frozen=True)
class Award:
    """The facts of a diploma.

    ref : public reference
    names, centre, honours : in each of LANGUAGES; Arabic always, another may be empty
    holder : the name as on the identity
    on : the day of the decision, valid from its first minute by the clocks of `zone`
    average : hundredths of 20
    """

    ref: str
    kind: str
    programme: str
    names: dict[str, str]
    centre: dict[str, str]
    holder: str
    on: date
    average: int | None = None
    honours: dict[str, str] = field(default_factory=dict)
    lines: tuple[Line, ...] = ()
    zone: tzinfo = UTC


def credential(award: Award, issuer: Issuer, place: Place | None = None) -> dict[str, Any]:
    """The unsigned document. `place`: its bit in the published list; the schema allows one status.

    The holder's name is in clear, as on the paper: whoever was given the file may read whose it is. Nothing else
    of the person is in it: no birth date, no number.
    """
    home = f"{issuer.url}/credentials"
    subject: dict[str, Any] = {
        "type": ["AchievementSubject"],
        "identifier": [
            {"type": "IdentityObject", "hashed": False, "identityHash": award.holder, "identityType": "name"}
        ],
        "achievement": _achievement(award, issuer, home),
    }
    if award.average is not None:
        subject["result"] = [_result(f"{home}/results#average", award.average)]
    return {
        "@context": list(CONTEXTS),
        "id": f"{home}/{award.ref}",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        # One plain text, by the schema named below: the names in other languages are in the achievement's description.
        "name": award.names["ar"],
        "issuer": {"id": issuer.did, "type": ["Profile"], "name": issuer.names["ar"], "url": issuer.url},
        "validFrom": _first_minute(award.on, award.zone),
        "credentialSubject": subject,
        "credentialSchema": [{"id": SCHEMA, "type": "1EdTechJsonSchemaValidator2019"}],
        **({"credentialStatus": entry(place)} if place else {}),
    }


def _achievement(award: Award, issuer: Issuer, home: str) -> dict[str, Any]:
    where = " · ".join(award.centre[language] for language in LANGUAGES if award.centre.get(language))
    honours = " · ".join(award.honours[language] for language in LANGUAGES if award.honours.get(language))
    sentences = [where, honours, *(f"{line.names['ar']}: {_mark(line.mark)}" for line in award.lines)]
    out: dict[str, Any] = {
        "id": f"{issuer.url}/programmes/{award.programme}",
        "type": ["Achievement"],
        "achievementType": TYPES[award.kind],
        "name": award.names["ar"],
        "inLanguage": "ar",
        "description": SEPARATOR.join(award.names[language] for language in LANGUAGES if award.names.get(language)),
        "criteria": {"narrative": "\n".join(text for text in sentences if text)},
    }
    if award.average is not None:
        out["resultDescription"] = [
            {
                "id": f"{home}/results#average",
                "type": ["ResultDescription"],
                "name": "المعدل · Moyenne · Average",
                "resultType": "GradePointAverage",
                "valueMin": "0",
                "valueMax": "20",
            }
        ]
    return out


def _result(described: str, hundredths: int) -> dict[str, Any]:
    return {"type": ["Result"], "resultDescription": described, "value": _mark(hundredths)}


def _mark(hundredths: int | None) -> str:
    return "–" if hundredths is None else f"{hundredths // 100}.{hundredths % 100:02}"


def _first_minute(on: date, zone: tzinfo) -> str:
    """Midnight as an instant. In UTC a diploma signed at half past midnight in Casablanca would not be valid yet."""
    return datetime.combine(on, time(), zone).isoformat().replace("+00:00", "Z")

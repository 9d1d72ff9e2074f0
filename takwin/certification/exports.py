"""A diploma for other countries' systems: ELMO 1 (EMREX) as XML, the European Learning Model 3 as JSON-LD.

Both are written from the same frozen facts as the credential. Neither is signed: the credential is what is verified.
Sources: the published structure of EMREX ELMO v1, and of ELM v3 (European Commission).
"""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET

from takwin.certification.models import Diploma
from takwin.certification.selectors import keys
from takwin.core.text import clean

ELMO = "https://github.com/emrex-eu/elmo-schemas/tree/v1"
ELM = "http://data.europa.eu/snb/model/elm/"
ELM_CONTEXT = "http://data.europa.eu/snb/model/context/edc-ap"
LANGUAGES = ("ar", "fr", "en")
XML = "{http://www.w3.org/XML/1998/namespace}lang"
SCALE = "0-20"


def elmo(row: Diploma) -> bytes:
    """An ELMO document: one learner, one report, the programme and its modules."""
    ET.register_namespace("", ELMO)
    root = ET.Element(_q("elmo"))
    _add(root, "generatedDate", row.issued_at.isoformat() if row.issued_at else f"{row.on}T00:00:00Z")
    learner, told = _add(root, "learner"), row.facts["identity"]
    _add(learner, "givenNames", told["given_name_latin"] or told["given_name"])
    _add(learner, "familyName", told["family_name_latin"] or told["family_name"])
    report = _add(root, "report")
    issuer = _add(report, "issuer")
    _add(issuer, "country", "MA")
    _add(issuer, "identifier", row.enrolment.centre.code, type="local")
    _titles(issuer, row.facts["centre"])
    _add(issuer, "url", keys.issuer().url)
    whole = _specification(report, row.ref, row.facts["names"], "Degree Programme" if not row.module else "Module")
    _instance(whole, row.facts["average"], str(row.on))
    for line in row.facts["lines"]:
        part = _specification(_add(whole, "hasPart"), line["code"], line["names"], "Module")
        _instance(part, line["mark"], None)
    _add(report, "issueDate", f"{row.on}T00:00:00Z")
    scale = _add(report, "gradingScheme", localId=SCALE)
    description = _add(scale, "description", "0 to 20; 10 passes")
    description.set(XML, "en")
    return ET.tostring(root, encoding="utf-8", xml_declaration=True)


def _q(name: str) -> str:
    return f"{{{ELMO}}}{name}"


def _add(parent: ET.Element, name: str, text: str = "", **attributes: str) -> ET.Element:
    made = ET.SubElement(parent, _q(name), attributes)
    made.text = clean(text) or None
    return made


def _titles(parent: ET.Element, names: dict[str, str]) -> None:
    for language in LANGUAGES:
        if names.get(language):
            _add(parent, "title", names[language]).set(XML, language)


def _specification(parent: ET.Element, code: str, names: dict[str, str], kind: str) -> ET.Element:
    made = _add(parent, "learningOpportunitySpecification")
    _add(made, "identifier", code, type="local")
    _titles(made, names)
    _add(made, "type", kind)
    return made


def _instance(parent: ET.Element, mark: int | None, on: str | None) -> None:
    """When, with which result; modules that a jury compensated say passed too: the diploma was given."""
    made = _add(_add(parent, "specifies"), "learningOpportunityInstance")
    if on:
        _add(made, "date", on)
    _add(made, "status", "passed")
    if mark is not None:
        _add(made, "gradingSchemeLocalId", SCALE)
        _add(made, "resultLabel", f"{mark / 100:.2f}")


def elm(row: Diploma) -> dict[str, Any]:
    """A European Digital Credential's content: achievement, who awarded it, what was assessed."""
    issuer = keys.issuer()
    home = f"{issuer.url}/credentials/{row.ref}"
    facts = row.facts
    parts = [_claim(f"{home}#{line['code']}", line["names"], line["mark"]) for line in facts["lines"]]
    achievement = _claim(f"{home}#achievement", facts["names"], facts["average"]) | {
        "awardedBy": {
            "id": f"{home}#award",
            "type": "AwardingProcess",
            "awardingBody": [_organisation(row, home)],
            "awardingDate": f"{row.on}T00:00:00Z",
        }
    }
    if parts:
        achievement["hasPart"] = parts
    return {
        "@context": ["https://www.w3.org/ns/credentials/v2", ELM_CONTEXT],
        "id": home,
        "type": ["VerifiableCredential", "EuropeanDigitalCredential"],
        "displayName": _by_language(facts["names"]),
        "issuer": {"id": issuer.did, "type": "Organisation", "legalName": _by_language(issuer.names)},
        "validFrom": f"{row.on}T00:00:00Z",
        "credentialSubject": {
            "id": f"{home}#holder",
            "type": "Person",
            "fullName": {"ar": [row.holder]},
            "hasClaim": [achievement],
        },
    }


def _organisation(row: Diploma, home: str) -> dict[str, Any]:
    """The centre, in its country."""
    return {
        "id": f"{keys.issuer().url}/centres/{row.enrolment.centre.code}",
        "type": "Organisation",
        "legalName": _by_language(row.facts["centre"]),
        "location": {
            "id": f"{home}#place",
            "type": "Location",
            "address": {
                "id": f"{home}#address",
                "type": "Address",
                "countryCode": {
                    "id": "http://publications.europa.eu/resource/authority/country/MAR",
                    "type": "Concept",
                    "prefLabel": {"en": ["Morocco"], "fr": ["Maroc"]},
                },
            },
        },
    }


def _by_language(names: dict[str, str]) -> dict[str, list[str]]:
    return {language: [names[language]] for language in LANGUAGES if names.get(language)}


def _claim(key: str, names: dict[str, str], mark: int | None) -> dict[str, Any]:
    out: dict[str, Any] = {"id": key, "type": "LearningAchievement", "title": _by_language(names)}
    if mark is not None:
        out["provenBy"] = [
            {
                "id": f"{key}-assessment",
                "type": "LearningAssessment",
                "title": _by_language(names),
                "grade": {"id": f"{key}-grade", "type": "Note", "noteLiteral": {"en": [f"{mark / 100:.2f} / 20"]}},
            }
        ]
    return out

"""The European Learning Model 3: a European Digital Credential's content as JSON-LD, by the application profile `edc`.

Its context builds on the W3C's data model 1.1: under 2.0 it redefines protected terms and cannot be expanded. So this
document is of 1.1, like the samples its publisher gives, and the signed credential (Open Badges 3) is of 2.0.
Sources: data/standards/elm; controlled lists of the Publications Office of the European Union, named by their IRIs.
"""

from __future__ import annotations

from base64 import b64encode
from datetime import datetime, time
from typing import Any
from urllib.parse import quote

from django.conf import settings

from takwin.certification import pdf
from takwin.certification.models import Diploma
from takwin.certification.selectors import keys
from takwin.core.dates import CASABLANCA

CONTEXTS = ["https://www.w3.org/2018/credentials/v1", "http://data.europa.eu/snb/model/context/edc-ap"]
SHAPES = "http://data.europa.eu/snb/model/ap/edc-generic-full"
LISTS = "http://publications.europa.eu/resource/authority"
TONGUES = {"ar": "ARA", "fr": "FRA", "en": "ENG"}
Node = dict[str, Any]


def elm(row: Diploma) -> Node:
    """Everything the profile requires: who issued (named by law, with a place), for whom, each achievement with who
    awarded it, each mark, and the paper as it looks."""
    issuer, facts = keys.issuer(), row.facts
    home = f"{issuer.url}/credentials/{row.ref}"
    # In UTC what is signed at half past midnight in Casablanca would not be valid yet.
    day = datetime.combine(row.on, time(), CASABLANCA).isoformat()
    award = {"id": f"{home}#award", "type": "AwardingProcess", "awardingBody": _centre(row), "awardingDate": day}
    whole = _achievement(f"{home}#achievement", facts["names"], facts["average"], award)
    parts = [
        _achievement(f"{home}#module-{quote(line['code'], safe='')}", line["names"], line["mark"], award)
        for line in facts["lines"]
    ]
    if parts:
        whole["hasPart"] = parts
    return {
        "@context": CONTEXTS,
        "id": home,
        "type": ["VerifiableCredential", "EuropeanDigitalCredential"],
        "credentialSchema": {"id": SHAPES, "type": "ShaclValidator2017"},
        "credentialProfiles": _concept(
            "http://data.europa.eu/snb/credential/e34929035b",
            "http://data.europa.eu/snb/credential/25831c2",
            "Generic",
        ),
        "issuer": _issuer(home),
        "issuanceDate": day,
        "issued": row.issued_at.isoformat() if row.issued_at else day,
        "validFrom": day,
        "credentialSubject": _holder(row, home) | {"hasClaim": whole},
        "displayParameter": _display(row, home),
    }


def _holder(row: Diploma, home: str) -> Node:
    """The profile allows each name once: the Latin ones where there are some, since its readers are abroad."""
    identity = row.facts["identity"]
    out: Node = {"id": f"{home}#holder", "type": "Person", "fullName": {"ar": row.holder}}
    for term, name in (("givenName", "given_name"), ("familyName", "family_name")):
        latin = identity[f"{name}_latin"]
        if text := latin or identity[name]:
            out[term] = {"fr" if latin else "ar": text}
    return out


def _issuer(home: str) -> Node:
    """The body that signs. The number under which it is registered is the operator's to name (`TAKWIN_LEGAL_ID`);
    until then its name on the web stands there, which no register knows."""
    issuer = keys.issuer()
    number = (settings.LEGAL_ID, settings.LEGAL_ID_SCHEME) if settings.LEGAL_ID else (issuer.did, "DID")
    return {
        "id": issuer.did,
        "type": "Organisation",
        "legalName": _by_language(issuer.names),
        "eIDASIdentifier": {
            "id": f"{home}#issuer-number",
            "type": "LegalIdentifier",
            "notation": number[0],
            "schemeName": number[1],
            "spatial": _morocco(),
        },
        "location": _place(f"{home}#issuer"),
        "homepage": {"id": f"{home}#issuer-site", "type": "WebResource", "contentURL": issuer.url},
    }


def _centre(row: Diploma) -> Node:
    """The centre, in its country."""
    code = row.enrolment.centre.code
    home = f"{keys.issuer().url}/centres/{quote(code, safe='')}"
    number = {"id": f"{home}#number", "type": "Identifier", "notation": code, "schemeName": "takwin"}
    return {
        "id": home,
        "type": "Organisation",
        "legalName": _by_language(row.facts["centre"]),
        "identifier": number,
        "location": _place(home),
    }


def _place(key: str) -> Node:
    address = {"id": f"{key}-address", "type": "Address", "countryCode": _morocco()}
    return {"id": f"{key}-place", "type": "Location", "address": address}


def _achievement(key: str, names: dict[str, str], mark: int | None, award: Node) -> Node:
    out: Node = {"id": key, "type": "LearningAchievement", "title": _by_language(names), "awardedBy": award}
    if mark is not None:
        out["provenBy"] = {
            "id": f"{key}-assessment",
            "type": "LearningAssessment",
            "title": _by_language(names),
            "grade": {"id": f"{key}-grade", "type": "Note", "noteLiteral": {"en": f"{mark / 100:.2f} / 20"}},
            "awardedBy": award,
        }
    return out


def _display(row: Diploma, home: str) -> Node:
    """How a reader shows it: the sheet as a picture, which is in Arabic and French."""
    picture = {
        "id": f"{home}#picture",
        "type": "MediaObject",
        "contentType": _concept(f"{LISTS}/file-type/PNG", f"{LISTS}/file-type", "PNG"),
        "contentEncoding": _concept(
            "http://data.europa.eu/snb/encoding/6146cde7dd", "http://data.europa.eu/snb/encoding/25831c2", "base64"
        ),
        "content": b64encode(pdf.diploma_picture(row)).decode(),
    }
    page = {"id": f"{home}#page", "type": "DisplayDetail", "image": picture, "page": 1}
    names = _by_language(row.facts["names"])
    return {
        "id": f"{home}#display",
        "type": "DisplayParameter",
        "title": names,
        "primaryLanguage": _tongue("ar"),
        "language": [_tongue(language) for language in names],
        "individualDisplay": [
            {
                "id": f"{home}#display-ar",
                "type": "IndividualDisplay",
                "language": _tongue("ar"),
                "displayDetail": [page],
            }
        ],
    }


def _by_language(names: dict[str, str]) -> dict[str, str]:
    return {language: names[language] for language in TONGUES if names.get(language)}


def _concept(key: str, scheme: str, label: str) -> Node:
    """An entry of a controlled list."""
    return {
        "id": key,
        "type": "Concept",
        "inScheme": {"id": scheme, "type": "ConceptScheme"},
        "prefLabel": {"en": label},
    }


def _tongue(language: str) -> Node:
    label = {"ar": "Arabic", "fr": "French", "en": "English"}[language]
    return _concept(f"{LISTS}/language/{TONGUES[language]}", f"{LISTS}/language", label)


def _morocco() -> Node:
    return _concept(f"{LISTS}/country/MAR", f"{LISTS}/country", "Morocco")

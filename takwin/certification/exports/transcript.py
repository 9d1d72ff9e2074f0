"""ELMO 1 (EMREX): a transcript as XML, by `schema.xsd` of github.com/emrex-eu/elmo-schemas."""

from __future__ import annotations

from base64 import b64encode
from xml.etree import ElementTree as ET

from takwin.certification import pdf
from takwin.certification.choices import DiplomaKind
from takwin.certification.models import Diploma
from takwin.certification.selectors import keys
from takwin.core.text import clean

ELMO = "https://github.com/emrex-eu/elmo-schemas/tree/v1"
LANGUAGES = ("ar", "fr", "en")
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
SCALE = "0-20"
# The schema's names of attachments; a certificate of one module is no diploma.
ATTACHED = {DiplomaKind.DIPLOMA: "Diploma", DiplomaKind.MODULE: "Certificate of Training"}


def elmo(row: Diploma) -> bytes:
    """An ELMO document: one learner, one report, the programme with its modules, and the paper for a human reader, as
    the schema's words on attachments ask. The birth is not among the frozen facts, so it is left out."""
    ET.register_namespace("", ELMO)
    root = ET.Element(_q("elmo"))
    _add(root, "generatedDate", row.issued_at.isoformat() if row.issued_at else f"{row.on}T00:00:00Z")
    learner, identity = _add(root, "learner"), row.facts["identity"]
    _add(learner, "givenNames", identity["given_name_latin"] or identity["given_name"])
    _add(learner, "familyName", identity["family_name_latin"] or identity["family_name"])
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
    _add(scale, "description", "0 to 20; 10 passes").set(LANG, "en")
    _attach(report, row)
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
            _add(parent, "title", names[language]).set(LANG, language)


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


def _attach(report: ET.Element, row: Diploma) -> None:
    """The paper. Its text is not cleaned: it is base64."""
    made = _add(report, "attachment")
    _titles(made, row.facts["names"])
    _add(made, "type", ATTACHED[DiplomaKind(row.kind)])
    content = ET.SubElement(made, _q("content"))
    content.text = f"data:application/pdf;base64,{b64encode(pdf.diploma_pdf(row)).decode()}"

"""Diplomas for other systems, judged by the files that the standards' publishers give (data/standards/)."""

from __future__ import annotations

import base64
import copy
import hashlib
import json
from pathlib import Path
from xml.etree import ElementTree as ET

import jsonschema_rs
import openbadgeslib
import pytest
from pyld import jsonld
from rdflib import RDF, URIRef

from takwin.certification import exports, pdf, services, submission_parsing
from takwin.certification.models import Diploma
from takwin.certification.tests import standards
from takwin.certification.tests.make import make_diploma
from takwin.core.text import clean_deep

pytestmark = pytest.mark.django_db
NS = {"e": exports.ELMO}
LEARNED = URIRef("http://data.europa.eu/snb/model/elm/LearningAchievement")
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
NAMES = (
    ("<evil>&amp;\"'", "O’Neill-d'Été ]]> <!--"),
    ("𞤀𞤣𞤤𞤢𞤥 😀", "ⵜⴰⵎⴰⵣⵉⵖⵜ"),
    ("A\x01B", "C\u202eD\x0b"),
    ("  spaces  inside ", "x" * 140),
    ("", ""),
)


@pytest.fixture
def diploma():
    return make_diploma("14")


def variants(row: Diploma) -> list[Diploma]:
    """The diploma as it would be with other facts: no mark at all, one language, no module, names of every script."""
    out = []
    for given, family in NAMES:
        made = copy.deepcopy(row)
        made.facts["identity"] |= {"given_name_latin": given, "family_name_latin": family}
        made.holder = f"{given} {family}"
        out.append(made)
    bare, alone, empty = copy.deepcopy(row), copy.deepcopy(row), copy.deepcopy(row)
    bare.facts["average"] = None
    for line in bare.facts["lines"]:
        line["mark"] = None
    for names in (alone.facts["names"], alone.facts["centre"], *(line["names"] for line in alone.facts["lines"])):
        names |= {"fr": "", "en": ""}
    empty.facts["lines"], empty.issued_at = [], None
    return [*out, bare, alone, empty]


@pytest.fixture
def world():
    """Every diploma of a group of three, a certificate of a module, and the variants of one."""
    first = make_diploma("20", "14.25", "10")
    services.certify_module(first.enrolment, code=first.facts["lines"][0]["code"])
    rows = list(Diploma.objects.select_related("enrolment__centre").order_by("pk"))
    return rows + variants(rows[0])


# ELMO


def test_every_transcript_is_valid_by_the_published_schema(world):
    kinds = {(row.kind, bool(row.facts["lines"]), row.facts["average"] is None) for row in world}
    assert len(world) == 12
    assert {kind for kind, _lines, _none in kinds} == {"diploma", "module"}
    assert {none for _kind, _lines, none in kinds} == {True, False}
    assert {row.ref: standards.elmo_faults(exports.elmo(row)) for row in world} == {row.ref: [] for row in world}


def test_the_schema_is_the_published_file():
    """95,421 characters, as its publisher counts them; the digest is of the file as it lies here."""
    schema = (standards.FILES / "elmo" / "schema.xsd").read_text()
    assert len(schema) == 95_421
    assert (
        hashlib.sha256(schema.encode()).hexdigest()
        == "7c08b4d591949a28396049ffb995f6d24d7c75aa17e95983fd7b4d7c36ea0151"
    )


WRONG = [
    ("<status>passed</status>", "<status>maybe</status>"),
    ("<country>MA</country>", "<country>Maroc</country>"),
    ("<type>Module</type>", "<type>Workshop</type>"),
    ("<type>Diploma</type>", "<type>Photo</type>"),
    ("givenNames>", "givenName>"),
    ("<url>http://127.0.0.1:8000</url>", ""),
    ('<identifier type="local">', "<identifier>"),
    ('<gradingScheme localId="0-20">', "<gradingScheme>"),
    ("T00:00:00Z</issueDate>", "</issueDate>"),
    ("<learner>", "<learner><bday>1/2/2003</bday>"),
    ("<learner>", "<learner><currentAddress><street>1</street></currentAddress>"),
    ("<report>", "<note>hello</note><report>"),
]


@pytest.mark.parametrize("right, wrong", WRONG, ids=[wrong[:24] or right[:24] for right, wrong in WRONG])
def test_the_schema_refuses_what_is_wrong(diploma, right, wrong):
    document = exports.elmo(diploma).decode().replace("ns0:", "")
    assert right in document
    assert standards.elmo_faults(document.replace(right, wrong).encode())


def test_a_transcript_holds_programme_modules_marks_languages_and_the_paper(diploma):
    root = ET.fromstring(exports.elmo(diploma))
    whole = root.find("e:report/e:learningOpportunitySpecification", NS)
    assert {title.get(LANG) for title in whole.findall("e:title", NS)} >= {"ar", "fr"}
    assert len(whole.findall("e:hasPart", NS)) == 3
    assert whole.find(".//e:resultLabel", NS).text == "14.00"
    content = root.find("e:report/e:attachment/e:content", NS).text
    head, _comma, body = content.partition(",")
    assert head == "data:application/pdf;base64"
    assert base64.b64decode(body).startswith(b"%PDF-")


def test_names_are_escaped_and_control_signs_stop_nothing(diploma):
    for row, (given, _family) in zip(variants(diploma), NAMES, strict=False):
        found = ET.fromstring(exports.elmo(row)).find(".//e:givenNames", NS).text
        assert found == {"A\x01B": "AB", "": row.facts["identity"]["given_name"]}.get(given, given), given


def test_a_name_that_no_font_can_write_stops_no_paper(diploma):
    """A box stands for the sign, and the signed document is still inside."""
    diploma.facts["identity"] |= {"given_name_latin": "𞤀𞤣𞤤𞤢𞤥 😀"}
    held = submission_parsing.from_file("x.pdf", pdf.diploma_pdf(diploma))
    assert held.document.decode() == diploma.credential
    jury = diploma.verdict.jury
    jury.remarks = "😀 ⵜⴰⵎⴰⵣⵉⵖⵜ"
    assert pdf.minutes_pdf(jury).startswith(b"%PDF")


# European Learning Model


def test_every_document_expands_loses_nothing_and_fits_the_published_shapes(world):
    for row in world[2:5] + world[-3:]:
        document = clean_deep(exports.elm(row))
        _expanded, dropped = standards.expand(document)
        assert dropped == [], row.ref
        for folder in standards.shape_folders():
            assert standards.elm_faults(document, folder) == [], (row.ref, folder)


def test_each_text_of_a_document_matters(diploma):
    """Under its contexts nothing is dropped with no word: change one text, and what the document means is another."""
    document = exports.elm(diploma)
    means = jsonld.normalize(document, {"documentLoader": standards.load_context, "algorithm": "URDNA2015"})

    def leaves(node, trail=()):
        pairs = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
        for step, value in pairs:
            if step not in ("@context", "type"):
                yield from leaves(value, (*trail, step))
        if isinstance(node, str | int) and len(str(node)) < 1000:
            yield trail

    found = list(leaves(document))
    assert len(found) > 100
    for trail in found[:: max(1, len(found) // 40)]:
        changed = copy.deepcopy(document)
        node = changed
        for step in trail[:-1]:
            node = node[step]
        node[trail[-1]] = 7 if isinstance(node[trail[-1]], int) else f"{node[trail[-1]]}x"
        other = jsonld.normalize(changed, {"documentLoader": standards.load_context, "algorithm": "URDNA2015"})
        assert other != means, trail


@pytest.mark.parametrize("code", ["M 1", "و1", "a<b>", "x/y?z#t", "award", 'q"'])
def test_any_code_of_a_module_makes_a_name_that_can_be_read(diploma, code):
    diploma.facts["lines"][0]["code"] = code
    document = exports.elm(diploma)
    assert standards.elm_faults(document) == []
    assert len(list(standards.graph_of(document).subjects(RDF.type, LEARNED))) == 1 + len(diploma.facts["lines"])
    assert standards.elmo_faults(exports.elmo(diploma)) == []


def test_every_property_the_profile_requires_is_there(diploma):
    held, wanted = standards.classes(exports.elm(diploma)), standards.required()
    assert len(wanted) > 30
    assert len(held) > 15
    missing = {name: wanted[name] - held[name] for name in held if name in wanted}
    assert missing == dict.fromkeys(missing, set())


HOLES = [
    ("issuer.eIDASIdentifier", "Organisation eidasLegalIdentifier MinCount"),
    ("issuer.legalName", "Organisation legalName MinCount"),
    ("issuer.location.address", "Location address MinCount"),
    ("issued", "EuropeanDigitalCredential issued MinCount"),
    ("credentialSubject.hasClaim.awardedBy", "LearningAchievement awardedBy MinCount"),
    ("credentialSubject.hasClaim.provenBy.grade", "LearningAssessment grade MinCount"),
    ("credentialProfiles.inScheme", "Concept inScheme HasValue"),
]


@pytest.mark.parametrize("path, fault", HOLES)
def test_the_shapes_see_a_hole(diploma, path, fault):
    document = node = exports.elm(diploma)
    *trail, last = path.split(".")
    for step in trail:
        node = node[step]
    del node[last]
    assert f"{fault}ConstraintComponent" in standards.elm_faults(document)


def test_a_document_of_the_data_model_2_cannot_be_expanded(diploma):
    """Why this document is of 1.1: the profile's context redefines what 2.0 protects. Two libraries say so."""
    second = "https://www.w3.org/ns/credentials/v2"
    held = json.loads((Path(openbadgeslib.__file__).parent / "ob3/contexts/credentials-v2.json").read_text())

    def load(address, options=None):
        if address == second:
            return {"contextUrl": None, "documentUrl": address, "document": held}
        return standards.load_context(address)

    document = exports.elm(diploma) | {"@context": [second, exports.CONTEXTS[1]]}
    with pytest.raises(jsonld.JsonLdError) as refusal:
        jsonld.expand(document, {"documentLoader": load})
    assert "protected term redefinition" in str(refusal.value)
    assert any("protected term" in words for words in standards.read_elsewhere(document, **{second: held})["why"])


def test_another_library_in_its_safe_mode_reads_the_same_statements(diploma):
    document = exports.elm(diploma)
    options = {"documentLoader": standards.load_context, "algorithm": "URDNA2015", "format": "application/n-quads"}
    ours = jsonld.normalize(document, options)
    assert standards.read_elsewhere(document) == {"statements": ours, "why": []}
    answer = standards.read_elsewhere(document | {"nickname": "x"})
    assert (answer["statements"], answer["why"][-1]) == ("", "invalid property")


# What the publisher's sample says and ours does not: all of them optional.
NOT_SAID = {
    "cred:proof",  # the signed credential is Open Badges 3
    "credentialStatus", "termsOfUse", "evidence", "evidence.dcType", "evidence.dcType.inScheme",
    "expirationDate", "validUntil",  # a diploma does not end
    "credentialSubject.birthName",
    "credentialSubject.hasClaim.awardedBy.educationalSystemNote",
    "credentialSubject.hasClaim.awardedBy.educationalSystemNote.definition",
}  # fmt: skip


def test_the_document_has_the_form_of_the_published_sample(diploma):
    sample = set((standards.FILES / "elm" / "sample-paths.txt").read_text().split())
    document = exports.elm(diploma)
    assert sample - standards.paths(document) == NOT_SAID
    assert document["@context"] == exports.CONTEXTS
    assert document["type"] == ["VerifiableCredential", "EuropeanDigitalCredential"]


def test_the_issuer_is_named_by_its_registration(diploma, settings):
    number = exports.elm(diploma)["issuer"]["eIDASIdentifier"]
    assert number["schemeName"] == "DID"
    assert number["notation"].startswith("did:web:")
    settings.LEGAL_ID = "001234567000089"
    number = exports.elm(diploma)["issuer"]["eIDASIdentifier"]
    assert (number["notation"], number["schemeName"]) == ("001234567000089", "ICE")
    assert standards.elm_faults(exports.elm(diploma)) == []


def test_the_paper_is_in_the_document_as_a_picture(diploma):
    detail = exports.elm(diploma)["displayParameter"]["individualDisplay"][0]["displayDetail"][0]
    assert detail["page"] == 1
    assert base64.b64decode(detail["image"]["content"]).startswith(b"\x89PNG")
    assert len(detail["image"]["content"]) < 300_000


def test_a_control_sign_in_a_name_of_before_reaches_no_document(diploma):
    diploma.holder = diploma.facts["names"]["ar"] = "A\x01B"
    assert "A\\u0001B" not in json.dumps(clean_deep(exports.elm(diploma)))


# Open Badges 3.0: the credential itself


def all_paths(node, trail=""):
    """Every path of members, identifiers and types among them."""
    if isinstance(node, list):
        return set().union(*(all_paths(part, trail) for part in node)) if node else set()
    if not isinstance(node, dict):
        return set()
    out = {f"{trail}{name}" for name in node}
    return out.union(*(all_paths(value, f"{trail}{name}.") for name, value in node.items()))


def test_every_credential_has_the_form_of_the_published_sample(world):
    """The sample names its subject by an address; takwin by the name on the paper, which the standard allows."""
    sample = set((standards.FILES / "ob3" / "sample-paths.txt").read_text().split())
    issued = {row.ref: json.loads(row.credential) for row in world if row.pk and row.credential}
    assert len(issued) == 4
    for ref, document in issued.items():
        assert sample - all_paths(document) == {"credentialSubject.id"}, ref
        assert document["credentialSubject"]["identifier"][0]["identityType"] == "name"
        for path in standards.badge_schemas():
            schema = jsonschema_rs.validator_for(json.loads(path.read_text()))
            assert [error.message for error in schema.iter_errors(document)] == [], (ref, path)

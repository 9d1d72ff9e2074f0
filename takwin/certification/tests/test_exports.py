"""ELMO by a schema, the European Learning Model by shapes: both hand-made, and named so in their files."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import xmlschema
from pyshacl import validate
from rdflib import Graph

from takwin.certification import exports, services
from takwin.certification.tests.make import make_diploma
from takwin.core.text import clean_deep

pytestmark = pytest.mark.django_db
HERE = Path(__file__).parent
# What the published context says of the names we use.
NAMED = ["displayName", "legalName", "title", "noteLiteral", "fullName", "prefLabel"]
LINKED = [
    "hasClaim",
    "awardedBy",
    "awardingBody",
    "hasPart",
    "provenBy",
    "grade",
    "location",
    "address",
    "countryCode",
]
CONTEXT = {
    "@vocab": exports.ELM, "id": "@id", "type": "@type",
    "VerifiableCredential": "https://www.w3.org/2018/credentials#VerifiableCredential",
    "issuer": {"@id": "https://www.w3.org/2018/credentials#issuer", "@type": "@id"},
    "credentialSubject": {"@id": "https://www.w3.org/2018/credentials#credentialSubject", "@type": "@id"},
    "awardingDate": {"@type": "http://www.w3.org/2001/XMLSchema#dateTime"},
    **{name: {"@container": "@language"} for name in NAMED},
    **{name: {"@type": "@id"} for name in LINKED},
}  # fmt: skip


@pytest.fixture
def diploma():
    return make_diploma("14")


def judged(document):
    told = copy.deepcopy(document) | {"@context": CONTEXT}
    graph = Graph().parse(data=json.dumps(told), format="json-ld")
    holds, _found, words = validate(graph, shacl_graph=Graph().parse(HERE / "elm.ttl"))
    return holds, words


def test_elmo_holds_programme_modules_marks_and_languages(diploma):
    told = exports.elmo(diploma)
    xmlschema.XMLSchema(HERE / "elmo.xsd").validate(told.decode())
    root = ET.fromstring(told)
    ns = {"e": exports.ELMO}
    whole = root.find("e:report/e:learningOpportunitySpecification", ns)
    assert {one.get("{http://www.w3.org/XML/1998/namespace}lang") for one in whole.findall("e:title", ns)} >= {
        "ar",
        "fr",
    }
    assert len(whole.findall("e:hasPart", ns)) == 3
    assert whole.find(".//e:resultLabel", ns).text == "14.00"


def test_the_schema_sees_what_is_out_of_place(diploma):
    told = exports.elmo(diploma).decode().replace("<status>passed</status>", "<status>maybe</status>", 1)
    told = told.replace("ns0:", "")
    with pytest.raises(xmlschema.XMLSchemaException):
        xmlschema.XMLSchema(HERE / "elmo.xsd").validate(told)


def test_a_name_is_escaped(diploma):
    diploma.facts["identity"]["given_name_latin"] = "<evil>&"
    assert ET.fromstring(exports.elmo(diploma)).find(".//{*}givenNames").text == "<evil>&"


def test_elm_fits_the_shapes_and_a_hole_is_seen(diploma):
    document = exports.elm(diploma)
    assert judged(document) == (True, judged(document)[1])
    for path in (("credentialSubject", "fullName"), ("issuer", "legalName"), ("displayName",)):
        broken = copy.deepcopy(document)
        node = broken
        for step in path[:-1]:
            node = node[step]
        del node[path[-1]]
        assert not judged(broken)[0], path


def test_a_certificate_of_a_module_is_exported_too(diploma):
    made = services.certify_module(diploma.enrolment, code=diploma.facts["lines"][0]["code"])
    xmlschema.XMLSchema(HERE / "elmo.xsd").validate(exports.elmo(made).decode())
    assert judged(exports.elm(made))[0]


def test_a_control_sign_in_a_name_of_before_stops_no_export(client):
    row = make_diploma()
    row.facts["identity"] |= {"given_name_latin": "A\x01B", "family_name_latin": "C\u202eD\x0b"}
    row.holder = row.facts["names"]["ar"] = "A\x01B"
    tree = ET.fromstring(exports.elmo(row))
    assert [part.text for part in tree.iter(f"{{{exports.ELMO}}}givenNames")] == ["AB"]
    assert [part.text.strip() for part in tree.iter(f"{{{exports.ELMO}}}familyName")] == ["CD"]
    assert "A\\u0001B" not in json.dumps(clean_deep(exports.elm(row)))

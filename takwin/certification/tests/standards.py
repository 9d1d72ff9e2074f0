"""Judges of exports by the files their publishers give (data/standards/README.md says which, and from where)."""

from __future__ import annotations

import json
import subprocess
from functools import cache
from os import environ
from pathlib import Path
from typing import Any

import xmlschema
from pyld import jsonld
from pyshacl import validate
from rdflib import OWL, RDF, SH, Graph

from takwin.certification import exports
from takwin.config.env import BASE

FILES = BASE / "data" / "standards"
LIBRARY = Path(xmlschema.__file__).parent / "schemas"
# What ELMO's schema imports: the W3C's two from the library, two stand-ins that are stricter than the published ones.
IMPORTS = {
    "http://www.w3.org/2001/03/xml.xsd": LIBRARY / "XML" / "xml.xsd",
    "https://raw.githubusercontent.com/emrex-eu/elmo-schemas/v1/references/xmldsig-core-schema.xsd": LIBRARY
    / "DSIG"
    / "xmldsig-core-schema.xsd",
    "https://raw.githubusercontent.com/emrex-eu/elmo-schemas/v1/references/EUROPASS_ISOCountries_V1.1.xsd": FILES
    / "elmo/stand-ins/country-code.xsd",
    "https://raw.githubusercontent.com/erasmus-without-paper/ewp-specs-types-address/stable-v1/schema.xsd": FILES
    / "elmo/stand-ins/address.xsd",
}
CONTEXTS = dict(zip(exports.CONTEXTS, ("w3c/credentials-v1.jsonld", "elm/edc-ap.jsonld"), strict=True))


@cache
def elmo_schema() -> xmlschema.XMLSchema:
    """EMREX's own schema."""
    paths = {address: path.as_uri() for address, path in IMPORTS.items()}
    return xmlschema.XMLSchema(FILES / "elmo" / "schema.xsd", uri_mapper=paths, allow="local")


def elmo_faults(document: bytes) -> list[str]:
    """Where the schema refuses a document, and why."""
    return [f"{error.path}: {error.reason}" for error in elmo_schema().iter_errors(document.decode())]


def load_context(address: str, _options: Any = None) -> dict[str, Any]:
    """A document loader that knows the two published contexts and reaches no network."""
    if address not in CONTEXTS:
        raise ValueError(f"nothing is fetched: {address}")
    document = json.loads((FILES / CONTEXTS[address]).read_text())
    return {"contextUrl": None, "documentUrl": address, "document": document}


def expand(document: dict[str, Any]) -> tuple[list[Any], list[str]]:
    """The document expanded under its contexts, and each property that they do not know. Raises `JsonLdError`."""
    dropped: list[str] = []
    expanded = jsonld.expand(document, {"documentLoader": load_context}, on_property_dropped=dropped.append)
    return expanded, dropped


def graph_of(document: dict[str, Any]) -> Graph:
    lines = jsonld.to_rdf(document, {"documentLoader": load_context, "format": "application/n-quads"})
    return Graph().parse(data=lines, format="nquads")


def read_elsewhere(document: dict[str, Any], **contexts: Any) -> dict[str, Any]:
    """What npm's `jsonld` makes of a document in its safe mode: {statements, why}; bin/test installs it."""
    judge = BASE / "var" / "judge"
    assert (judge / "node_modules").is_dir(), "the judge is not installed: run bin/test, or npm ci in var/judge"
    script = judge / "expand.mjs"
    script.write_text((BASE / "tests" / "judge" / "expand.mjs").read_text())
    known = {address: load_context(address)["document"] for address in CONTEXTS} | contexts
    done = subprocess.run(  # noqa: S603
        ["node", str(script)], input=json.dumps({"document": document, "contexts": known}),
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def shape_folders() -> list[Path]:
    """The published shapes, and the publisher's own folder where `TAKWIN_ELM_SHAPES` names one."""
    return [FILES / "elm", *map(Path, filter(None, [environ.get("TAKWIN_ELM_SHAPES")]))]


@cache
def shapes(folder: Path) -> Graph:
    """Every shape of a folder in one graph. They import each other by address, which is not followed."""
    graph = Graph()
    for path in sorted(folder.glob("*.ttl")):
        graph.parse(path)
    graph.remove((None, OWL.imports, None))
    return graph


def elm_faults(document: dict[str, Any], folder: Path = FILES / "elm") -> list[str]:
    """What the published shapes refuse: the class of the node, the path and the kind of the fault."""
    data = graph_of(document)
    _holds, found, _words = validate(data, shacl_graph=shapes(folder), inference="none", advanced=False)
    return sorted(
        f"{_short(data.value(found.value(result, SH.focusNode), RDF.type))} "
        f"{_short(found.value(result, SH.resultPath))} {_short(found.value(result, SH.sourceConstraintComponent))}"
        for result in found.subjects(RDF.type, SH.ValidationResult)
    )


def _short(address: Any) -> str:
    return str(address).replace("#", "/").rpartition("/")[2]


def required() -> dict[str, set[str]]:
    """{class: properties every node of it must have}, by the published shapes."""
    graph = shapes(FILES / "elm")
    out: dict[str, set[str]] = {}
    for shape, target in graph.subject_objects(SH.targetClass):
        for held in graph.objects(shape, SH.property):
            if graph.value(held, SH.minCount):
                out.setdefault(str(target), set()).add(str(graph.value(held, SH.path)))
    return out


def paths(node: Any, trail: tuple[str, ...] = ()) -> set[str]:
    """Every path of terms in a document, contexts apart; a map by language ends its path, and so does a literal."""
    if isinstance(node, list):
        return set().union(*(paths(part, trail) for part in node)) if node else set()
    if not isinstance(node, dict) or (trail and "id" not in node):
        return {".".join(trail)}
    held = {term: value for term, value in node.items() if term not in ("@context", "id", "type")}
    return {".".join(trail)} - {""} | set().union(
        *(paths(value, (*trail, term)) for term, value in held.items()), set()
    )


def classes(document: dict[str, Any]) -> dict[str, set[str]]:
    """{class: properties that every node of it has} in a document."""
    graph = graph_of(document)
    out: dict[str, set[str]] = {}
    for node, target in graph.subject_objects(RDF.type):
        held = {str(path) for path in graph.predicates(node)}
        out[str(target)] = out.get(str(target), held) & held
    return out


def badge_schemas() -> list[Path]:
    """Of Open Badges 3.0: our own shape, and 1EdTech's schema where `TAKWIN_OB3_SCHEMA` gives its file."""
    own = BASE / "takwin" / "engines" / "credentials" / "tests" / "ob3_shape.json"
    return [own, *map(Path, filter(None, [environ.get("TAKWIN_OB3_SCHEMA")]))]

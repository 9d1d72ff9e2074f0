"""The facts of a diploma, frozen when it is prepared (one JSON record, three languages), and their conversion into the
engine's `Award`."""

from __future__ import annotations

from typing import Any

from django.utils.crypto import salted_hmac
from django.utils.translation import override

from takwin.certification.models import Diploma, Verdict
from takwin.core.dates import CASABLANCA
from takwin.core.text import clean
from takwin.engines.credentials import LIST_BITS, Award, Line, Place
from takwin.people.models import Person
from takwin.people.services import NAMES
from takwin.training.choices.assessment import Honours
from takwin.training.models import Enrolment, Module

LANGUAGES = ("ar", "fr", "en")
PURPOSES = ("revocation", "suspension")


class Names:
    """Names of modules by version, each read once."""

    def __init__(self) -> None:
        self.versions: dict[int, dict[str, Module]] = {}

    def of(self, version: int) -> dict[str, Module]:
        if version not in self.versions:
            self.versions[version] = {row.code: row for row in Module.objects.filter(version=version)}
        return self.versions[version]


def by_language(row: Any) -> dict[str, str]:
    """The names of a record in each language; empty where it has none."""
    return {"ar": row.name_ar, "fr": row.name_fr, "en": row.name_en}


def _honours(value: str) -> dict[str, str]:
    if not value:
        return {}
    out = {}
    for language in LANGUAGES:
        with override(language):
            out[language] = str(Honours(value).label)
    return out


def identity_of(person: Person) -> dict[str, str]:
    """The identity of a person today, to be frozen. Of the card number only a keyed digest (HMAC) is kept."""
    digest = salted_hmac("takwin.certification.card", person.cin, algorithm="sha256").hexdigest() if person.cin else ""
    names = {name: clean(getattr(person, name), lines=False) for name in NAMES}
    return names | {"born_on": str(person.born_on), "card": digest}


def holder(identity: dict[str, str]) -> str:
    return f"{identity['given_name']} {identity['family_name']}"


def _names(identity: dict[str, str]) -> dict[str, str]:
    """The names of an identity, without birth and card digest: all that a diploma keeps of it."""
    return {name: identity[name] for name in NAMES}


def of_verdict(row: Verdict, names: Names) -> dict[str, Any]:
    """The facts of a diploma. Honours come from the rule: a jury that admits below the pass mark gives none."""
    enrolment, result = row.enrolment, row.result
    assert result is not None  # only a deferred verdict has none: the database says so
    modules = names.of(enrolment.version_id)
    lines = [
        {
            "code": result_line["code"],
            "names": by_language(modules[result_line["code"]]),
            "mark": result_line["average"],
            "weight": result_line["weight"],
        }
        for result_line in result.lines
        if result_line["code"] in modules
    ]
    return {
        "programme": enrolment.version.programme.code, "names": by_language(enrolment.version.programme),
        "level": by_language(enrolment.version.programme.level), "centre": by_language(enrolment.centre),
        "average": result.average, "honours": _honours(result.honours), "rule": result.rule, "lines": lines,
        "identity": _names(row.identity),
    }  # fmt: skip


def of_module(enrolment: Enrolment, line: dict[str, Any], identity: dict[str, str]) -> dict[str, Any]:
    """The facts of a certificate of one module. `line`: a line of a result; `identity`: the last one frozen."""
    module = Module.objects.get(version=enrolment.version_id, code=line["code"])
    return {
        "programme": enrolment.version.programme.code, "names": by_language(module),
        "level": by_language(enrolment.version.programme), "centre": by_language(enrolment.centre),
        "average": line["average"], "honours": {}, "rule": "", "lines": [], "identity": _names(identity),
    }  # fmt: skip


def read(row: Diploma) -> Award:
    """The `Award` that the engine signs."""
    facts = row.facts
    return Award(
        ref=row.ref, kind=row.kind, programme=facts["programme"], names=facts["names"], centre=facts["centre"],
        holder=row.holder, on=row.on, average=facts["average"], honours=facts["honours"],
        lines=tuple(Line(line["code"], line["names"], line["mark"]) for line in facts["lines"]), zone=CASABLANCA,
    )  # fmt: skip


def list_url(url: str, purpose: str, number: int) -> str:
    return f"{url}/credentials/status/{purpose}/{number}"


def place(row: Diploma, url: str) -> Place:
    """The bit of a diploma, in the list its key falls into. Open Badges allows one status, so it is the one that can
    be taken back: the list of suspensions holds the revoked ones too. What was issued before names both lists."""
    number, index = divmod(row.pk, LIST_BITS)
    return Place(list_url(url, "suspension", number), "suspension", index)


def line(row: Diploma) -> dict[str, str]:
    """The fields of the QR line, readable without a network."""
    facts = row.facts
    return {
        "ref": row.ref, "holder": row.holder, "name": facts["names"]["ar"], "centre": facts["centre"]["ar"],
        "on": str(row.on),
    }  # fmt: skip

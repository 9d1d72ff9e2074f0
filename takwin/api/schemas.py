"""Shapes of the API's answers."""

from __future__ import annotations

from ninja import Field, Schema


class Names(Schema):
    code: str
    name_ar: str
    name_fr: str
    name_en: str


class AreaOut(Names):
    path: str
    kind: str
    iso: str
    population: int | None


class CentreOut(Names):
    kind: str = Field(alias="kind.code")
    area: str | None = Field(None, alias="area.code")
    locality: str
    status: str
    capacity: int | None
    capacity_unit: str
    beds: int | None
    female_share: int | None
    simulated: bool
    source: str
    line: str


class ProgrammeOut(Names):
    sector: str | None = Field(None, alias="sector.code")
    level: str | None = Field(None, alias="level.code")
    kind: str
    simulated: bool
    source: str
    line: str


class OfferingOut(Schema):
    ref: str
    season: str = Field(alias="season.code")
    programme: str = Field(alias="programme.code")
    centre: str = Field(alias="centre.code")
    mode: str = Field(alias="mode.code")
    capacity: int
    first_year: int
    seats: int
    state: str
    simulated: bool


class FigureOut(Schema):
    code: str
    scope: str
    indicator: str
    period: str
    value: str
    unit: str
    qualifier: str
    basis: str
    source: str
    line: str


class IdentityOut(Schema):
    code: str
    title: str
    kind: str
    terms: list[int | float | str]
    expected: int | float | str | list[str]
    computed: int | float | str | list[str]
    holds: bool
    source: str
    line: str


class Fault(Schema):
    type: str
    loc: list[str | int]
    msg: str


class Problem(Schema):
    """Which parameter is wrong, and why."""

    detail: list[Fault]

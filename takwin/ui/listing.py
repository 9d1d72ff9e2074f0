"""A list page in one value: search, filters, order, pages and export, all in the query string."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Case, F, IntegerField, QuerySet, Value, When
from django.db.models.expressions import OrderBy
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from openpyxl import Workbook

from takwin.core.changes import journal_export
from takwin.core.fields import matching
from takwin.core.text import clean, csv_safe

FORMATS = ("csv", "json", "xlsx")


@dataclass(frozen=True)
class Column:
    """`value(row)` for exports; `order` is the database expression its header sorts by."""

    key: str
    label: Any
    value: Callable[[Any], Any]
    order: str = ""


@dataclass(frozen=True)
class Filter:
    """A choice in the query string. `apply(rows, value)` narrows; unknown values are ignored."""

    key: str
    label: Any
    options: Sequence[tuple[str, Any]]
    apply: Callable[[QuerySet, str], QuerySet]


@dataclass
class Listing:
    """Give it rows, columns and filters; ask it for a page or a download."""

    request: HttpRequest
    rows: QuerySet
    columns: Sequence[Column]
    filters: Sequence[Filter] = ()
    search: str = "search_text"
    name: str = "takwin"
    order: str = ""
    size: int = 25
    # What a finder of its own found: key -> rank, higher is better. It then replaces the search column.
    ranks: Mapping[int, int] | None = None
    chosen: dict[str, str] = field(default_factory=dict)
    personal: bool = field(kw_only=True)  # rows about people: each export is journalled. No default: say it.

    def __post_init__(self) -> None:
        self.q = self.request.GET.get("q", "").strip()[:100]
        if self.ranks is not None:
            self.rows = self.rows.filter(pk__in=list(self.ranks))
        elif self.search:
            self.rows = self.rows.filter(matching(self.search, self.q))
        for choice in self.filters:
            value = self.request.GET.get(choice.key, "")
            if value and value in {str(key) for key, _label in choice.options}:
                self.chosen[choice.key] = value
                self.rows = choice.apply(self.rows, value)
        self.sort = self.request.GET.get("sort", "")
        by = {column.key: column.order for column in self.columns if column.order}
        wanted = by.get(self.sort.removeprefix("-")) or self.order
        if wanted:
            down = self.sort.startswith("-") if self.sort.removeprefix("-") in by else wanted.startswith("-")
            ref = F(wanted.removeprefix("-"))
            first = ref.desc(nulls_last=True) if down else ref.asc(nulls_last=True)
            ranked = [_by_rank(self.ranks)] if self.ranks and self.sort.removeprefix("-") not in by else []
            self.rows = self.rows.order_by(*ranked, first, "pk")
        elif not self.rows.ordered:
            self.rows = self.rows.order_by("pk")

    @property
    def page(self) -> Page:
        if not hasattr(self, "_page"):
            self._page = Paginator(self.rows, self.size).get_page(self.request.GET.get("page"))
        return self._page

    @property
    def narrowed(self) -> bool:
        """Whether a search or a filter is on."""
        return bool(self.q or self.chosen)

    def picks(self) -> list[tuple[Filter, str]]:
        """Each filter with its chosen value, for the form."""
        return [(choice, self.chosen.get(choice.key, "")) for choice in self.filters]

    def headers(self) -> list[tuple[str, Any, str, str]]:
        """(key, label, next sort or "", aria-sort) for each column."""
        out = []
        for column in self.columns:
            now = self.sort == column.key, self.sort == f"-{column.key}"
            following = f"-{column.key}" if now[0] else column.key
            aria = "ascending" if now[0] else "descending" if now[1] else "none"
            out.append((column.key, column.label, following if column.order else "", aria))
        return out

    def export(self) -> Any:
        """A download when `?format=` asks for one, else None."""
        wanted = self.request.GET.get("format", "")
        if wanted not in FORMATS:
            return None
        if self.personal:
            filters = self.chosen | ({"q": self.q} if self.q else {})
            count = self.rows.count()
            journal_export(self.name, by=self.request.user, filters=filters, count=count, file_format=wanted)
        desk = self.personal or "/desk/" in self.request.path
        return download(self.name, self.columns, self.rows, wanted, in_words=desk)


def _by_rank(ranks: Mapping[int, int]) -> OrderBy:
    """The best first: one branch for each rank, of which there are a few dozen."""
    groups: dict[int, list[int]] = {}
    for pk, rank in ranks.items():
        groups.setdefault(rank, []).append(pk)
    cases = [When(pk__in=keys, then=Value(rank)) for rank, keys in groups.items()]
    return Case(*cases, default=Value(0), output_field=IntegerField()).desc()


def download(name: str, columns: Sequence[Column], rows: Iterable[Any], wanted: str, *, in_words: bool = False) -> Any:
    """Rows as CSV (with a byte-order mark, for Excel), JSON or XLSX; texts cleaned, dangerous cells neutralised.

    `in_words`: the head of a table for people says the columns in the reader's language. Open data keeps the keys,
    which programmes rely on; JSON always does.
    """
    head = [str(column.label) if in_words else column.key for column in columns]
    stream = rows.iterator(2000) if isinstance(rows, QuerySet) and not rows._prefetch_related_lookups else rows  # type: ignore[attr-defined]
    if wanted == "json":
        data = [{column.key: _plain(column.value(row)) for column in columns} for row in stream]
        response: Any = JsonResponse(data, safe=False, json_dumps_params={"ensure_ascii": False})
        suffix = "json"
    elif wanted == "xlsx":
        response, suffix = HttpResponse(_workbook(head, columns, stream), content_type=_XLSX), "xlsx"
    else:
        lines = _csv_lines(head, columns, stream)
        response, suffix = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8"), "csv"
    response["Content-Disposition"] = f'attachment; filename="{name}.{suffix}"'
    return response


_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, (int, float, bool)) else clean(str(value))


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    return value if isinstance(value, (int, float)) else csv_safe(str(value))


def _csv_lines(head: Sequence[str], columns: Sequence[Column], rows: Iterable[Any]) -> Iterator[str]:
    """Every cell between quotes: a reader that parts at `;` or at a tab cannot make a formula of the rest of one."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, quoting=csv.QUOTE_ALL)
    writer.writerow([_cell(label) for label in head])
    yield "\ufeff" + buffer.getvalue()
    for row in rows:
        buffer.seek(0)
        buffer.truncate()
        writer.writerow([_cell(column.value(row)) for column in columns])
        yield buffer.getvalue()


def _workbook(head: Sequence[str], columns: Sequence[Column], rows: Iterable[Any]) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("takwin")
    sheet.append([_cell(label) for label in head])
    for row in rows:
        sheet.append([_cell(column.value(row)) for column in columns])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()

"""Loads what the documents print of graduates, in our classes."""

from pathlib import Path

from takwin.centres.models import Centre
from takwin.core.csv_loader import Counts, Upsert, read
from takwin.core.numbers import parse_int
from takwin.employment.choices import Outcome
from takwin.employment.models import PublishedOutcome

# The documents' classes of graduates of craft centres (s3), and ours.
CLASSES = {
    "integrated-in-companies": Outcome.EMPLOYED,
    "integrated-in-cooperatives": Outcome.COOPERATIVE,
    "self-entrepreneurs": Outcome.SELF_EMPLOYED,
    "supported-to-create-cooperatives": Outcome.COOPERATIVE_MADE,
    "created-own-project": Outcome.OWN_PROJECT,
}


def load(folder: Path, documents: dict[str, int]) -> list[Counts]:
    centres = dict(Centre.objects.values_list("code", "pk"))
    rows = Upsert(PublishedOutcome)
    names = ("centre", "year", "status", "status_ar", "status_fr", "persons")
    for row in read(folder / "graduate_outcomes.csv", names, key=("centre", "year", "status")):
        if row.needed("centre") not in centres:
            raise row.fail("centre", f"unknown code {row.text('centre')!r}")
        if row.needed("status") not in CLASSES:
            raise row.fail("status", f"unknown class {row.text('status')!r}")
        if parse_int(row.needed("persons"), least=0) is None:
            raise row.fail("persons", f"{row.text('persons')!r} is not a number of persons")
        rows.add(
            code=f"{row.text('centre')}:{row.text('year')}:{row.text('status')}",
            centre_id=centres[row.text("centre")], year=int(row.needed("year")), persons=int(row.text("persons")),
            outcome=CLASSES[row.text("status")], told_ar=row.needed("status_ar"), told_fr=row.needed("status_fr"),
            **row.source(documents),
        )  # fmt: skip
    return [rows.write("graduate outcomes")]

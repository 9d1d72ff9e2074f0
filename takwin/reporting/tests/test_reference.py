"""The reference network: complete, the same the second time, and refused whole when one cell is wrong."""

import shutil

import pytest
import yaml
from django.conf import settings
from django.core.management import CommandError, call_command

from takwin.centres.models import Centre, Kind, Pole, Space
from takwin.core.csv_loader import TableError
from takwin.offer.models import Level, Mode, Programme, Sector
from takwin.organisations.models import Organisation
from takwin.portfolio.models import Agreement, Commitment, Project
from takwin.reporting import selectors
from takwin.reporting.models import Identity, PublishedFigure, Uncertain
from takwin.reporting.reference import load_all
from takwin.territory.models import Area

FOLDER = settings.BASE_DIR / "data" / "reference"
pytestmark = pytest.mark.django_db


def test_the_network_of_the_documents_is_whole():
    counted = {
        model.__name__: model.objects.count()
        for model in (
            Centre,
            Pole,
            Space,
            Organisation,
            Programme,
            Level,
            Mode,
            Sector,
            Project,
            Agreement,
            Commitment,
        )
    }
    assert counted == {
        "Centre": 114, "Pole": 38, "Space": 123, "Organisation": 122, "Programme": 79, "Level": 8, "Mode": 7,
        "Sector": 12, "Project": 41, "Agreement": 31, "Commitment": 13,
    }  # fmt: skip
    assert Kind.objects.exclude(code__in=["contracted-centre", "prison-centre"]).count() == 35
    assert Area.objects.regions().count() == 12
    assert (Area.objects.provinces().count(), Area.objects.communes().count()) == (83, 1503)
    assert (Identity.objects.count(), Uncertain.objects.count()) == (134, 92)


def test_every_fact_has_its_source():
    for model in (Centre, Pole, Space, Organisation, Programme, Project, Agreement, Commitment, PublishedFigure):
        assert not model.objects.filter(source="").exists(), model
        assert not model.objects.filter(line="").exists(), model


def test_loading_again_changes_nothing():
    assert [(c.made, c.changed) for c in load_all(FOLDER)] == [(0, 0)] * 28


def test_every_identity_gives_what_the_file_records():
    recorded = {row["id"]: row for row in yaml.safe_load((FOLDER / "identities.yaml").read_text())}
    checked = selectors.identities()
    assert {c.identity.code: (c.verdict.computed, c.verdict.holds) for c in checked} == {
        code: (row["computed"], row["holds"]) for code, row in recorded.items()
    }
    assert sum(not c.verdict.holds for c in checked) == 12


def test_every_label_is_told_in_arabic_and_in_french():
    assert not Identity.objects.filter(title_ar="").exists()
    assert not Identity.objects.filter(title_fr="").exists()
    assert not PublishedFigure.objects.filter(name_fr="").exists()


def test_the_seeds_are_told_with_gap():
    broken = {c.identity.code: c.verdict.gap for c in selectors.identities() if not c.verdict.holds}
    assert broken["c003"] == -24


@pytest.mark.parametrize(
    ("file", "find", "put", "message"),
    [
        ("centres.csv", ",specialised-institute,", ",no-such-kind,", r'centres.csv:2: column "kind": unknown code'),
        (
            "centres.csv",
            ",768,seats,120,50,",
            ",many,seats,120,50,",
            r'centres.csv:2: column "capacity": .many. is not',
        ),
        ("centres.csv", ",s1,18;28;36;57-59;105-109,", ",s9,1,", r'column "source": unknown document'),
        ("centres.csv", ",s1,18;28;36;57-59;105-109,", ",s1,9999,", r'column "line": .9999. is not a line of s1'),
        ("centres.csv", ",s1,18;28;36;57-59;105-109,", ",s1,,", r'column "line": is empty'),
        ("programmes.csv", "\ndiagnostic-radiology,", "\ncare-assistant-operating-theatre,", "repeats line 2"),
        ("figures.csv", ",414800,seats,", ",about,seats,", r'figures.csv:2: column "value"'),
        ("projects.csv", ",48,", ",4 8,", r'projects.csv:2: column "budget_mdh"'),
        ("levels.csv", "code,rank", "code,rang", r'levels.csv:1: column "rank": is missing'),
        ("modes.csv", "initial,", "initial,x,", r"modes.csv:2: .*has \d+ cells"),
    ],
)
def test_one_wrong_cell_stops_the_whole_load_and_says_where(tmp_path, file, find, put, message):
    folder = tmp_path / "reference"
    shutil.copytree(FOLDER, folder)
    text = (folder / file).read_text(encoding="utf-8")
    assert find in text
    (folder / file).write_text(text.replace(find, put, 1), encoding="utf-8")
    # Something else differs too: it must not be half-loaded.
    regions = (folder / "regions.csv").read_text(encoding="utf-8")
    (folder / "regions.csv").write_text(regions.replace("L'Oriental", "Est"), encoding="utf-8")
    with pytest.raises(TableError, match=message):
        load_all(folder)
    assert not Area.objects.filter(name_fr="Est").exists()
    with pytest.raises(CommandError, match="Nothing was loaded"):
        call_command("load_reference", folder=folder)

"""Occupations of the reference data, and the two importers on small files in their real format."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from takwin.core.csv_loader import TableError
from takwin.occupations import esco, onet
from takwin.occupations.models import EscoOccupation, Occupation
from takwin.occupations.reference import load

pytestmark = pytest.mark.django_db
HERE = Path(__file__).parent
REFERENCE = settings.BASE_DIR / "data" / "reference"


class TestReference:
    def test_an_occupation_has_its_profile_and_its_basis(self):
        assert Occupation.objects.get(code="7212").interests_basis == "assigned"
        assert Occupation.objects.get(code="7").interests == []
        assert Occupation.objects.get(code="7212").interests == [7, 2, 2, 1, 1, 4]

    @pytest.mark.parametrize(
        ("column", "value", "message"),
        [("interests", "72211", "six digits"), ("interests", "722118", "six digits"), ("sector", "moon", "unknown"),
         ("code", "72x2", "ISCO"), ("tasks_ar", "م" * 301, "longer")],
    )  # fmt: skip
    def test_a_fault_names_file_line_and_column(self, tmp_path, column, value, message):
        shutil.copytree(REFERENCE, tmp_path / "data")
        path = tmp_path / "data" / "occupations.csv"
        rows = list(csv.DictReader(path.open(encoding="utf-8")))
        line = next(n for n, row in enumerate(rows) if row["code"] == "7212")
        rows[line][column] = value
        with path.open("w", encoding="utf-8", newline="") as handle:
            writer = csv.DictWriter(handle, rows[0])
            writer.writeheader()
            writer.writerows(rows)
        with pytest.raises(TableError, match=message) as fault:
            load(tmp_path / "data", {})
        assert (fault.value.line, fault.value.column) == (line + 2, column)


def copy(tmp_path, name, old="", new=""):
    """The ESCO folder with one change in one file."""
    folder = tmp_path / "esco"
    shutil.copytree(HERE / "esco", folder)
    if name:
        text = (folder / name).read_text(encoding="utf-8")
        assert old in text
        (folder / name).write_text(text.replace(old, new), encoding="utf-8")
    return folder


class TestEsco:
    def test_groups_and_titles_come_in_three_languages_and_again_without_change(self):
        call_command("import_esco", HERE / "esco")
        welder = EscoOccupation.objects.get(code="7212.3")
        assert (welder.group.code, welder.name_ar, welder.name_en) == ("7212", "لحام", "welder")
        assert "mig" in welder.search_text
        officers = Occupation.objects.get(code="0110")
        assert (officers.name_fr, officers.name_ar) == ("Officiers des forces armées", "Officiers des forces armées")
        assert Occupation.objects.get(code="7212").name_ar == "اللحامون"
        assert [counts.made + counts.changed for counts in esco.load(HERE / "esco")] == [0, 0]

    def test_a_byte_order_mark_is_read_over(self, tmp_path):
        folder = copy(tmp_path, "occupations_en.csv", "conceptType,", "\ufeffconceptType,")
        assert esco.load(folder)[1].made == 2

    @pytest.mark.parametrize(
        ("name", "old", "new", "line", "column"),
        [
            ("occupations_en.csv", ",0110,army", ",9999,army", 6, "iscoGroup"),
            ("occupations_en.csv", "army captain", "", 6, "preferredLabel"),
            ("occupations_en.csv", "preferredLabel", "label", 1, "preferredLabel"),
            ("occupations_ar.csv", "2f9d1d6e", "3f9d1d6e", 2, "conceptUri"),
            ("ISCOGroups_en.csv", "C0110,0110,", "C0110,O110,", 4, "code"),
        ],
    )  # fmt: skip
    def test_a_fault_writes_nothing(self, tmp_path, name, old, new, line, column):
        folder = copy(tmp_path, name, old, new)
        before = Occupation.objects.count()
        with pytest.raises(TableError) as fault:
            esco.load(folder)
        assert (fault.value.path.name, fault.value.line, fault.value.column) == (name, line, column)
        assert (Occupation.objects.count(), EscoOccupation.objects.count()) == (before, 0)
        with pytest.raises(CommandError, match="Nothing was written"):
            call_command("import_esco", folder)

    def test_a_folder_without_the_files_is_refused(self, tmp_path):
        with pytest.raises(TableError, match="ISCOGroups_en.csv"):
            esco.load(tmp_path)


class TestOnet:
    def test_profiles_are_taken_and_kept_by_the_next_reference_load(self, capsys):
        call_command("import_onet", HERE / "Interests.txt")
        assert "2 occupations in the file, 2 of ours" in capsys.readouterr().out
        welders = Occupation.objects.get(code="7212")
        assert (welders.interests, welders.interests_basis) == ([7.0, 2.33, 1.0, 1.33, 1.67, 3.33], "onet")
        load(REFERENCE, {})
        welders.refresh_from_db()
        assert welders.interests_basis == "onet"

    @pytest.mark.parametrize(
        ("old", "new", "line", "column"),
        [
            ("\t7.00\t", "\t7.50\t", 2, "Data Value"),
            ("\t7.00\t", "\tseven\t", 2, "Data Value"),
            ("1.B.1.f\tConventional\tOI\t3.33", "1.B.1.f\tConventional\tIH\t3.33", 6, "Element ID"),
            ("Scale ID", "Scale", 1, "Scale ID"),
        ],
    )  # fmt: skip
    def test_a_fault_names_line_and_column(self, tmp_path, old, new, line, column):
        path = tmp_path / "Interests.txt"
        path.write_text((HERE / "Interests.txt").read_text().replace(old, new, 1))
        with pytest.raises(TableError) as fault:
            onet.load(path)
        assert (fault.value.line, fault.value.column) == (line, column)
        assert not Occupation.objects.filter(interests_basis="onet").exists()
        with pytest.raises(CommandError, match="Nothing was written"):
            call_command("import_onet", path)

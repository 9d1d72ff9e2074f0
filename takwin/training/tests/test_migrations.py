"""Migrations that rename what is stored: rows are kept, and the journal's chain holds."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.apps import apps

from takwin.core import journal_chain
from takwin.core.changes import journal
from takwin.core.models import Entry
from takwin.training.tests.make import make_group

terminate_contracts = import_module("takwin.training.migrations.0012_terminate_contracts")


@pytest.mark.django_db
class TestTerminate:
    def test_only_lines_without_a_seal_change_their_verb(self, network, monkeypatch):
        monkeypatch.setattr(terminate_contracts, "BATCH", 2)
        group = make_group(people=0)
        sealed = journal(group, "break_", by=None, on="2026-01-05")
        journal_chain.seal_journal()
        waiting = [journal(group, "break_", by=None, on=f"2026-02-0{n}") for n in range(1, 6)]
        other = journal(group, "correct", by=None)
        terminate_contracts.rename_unsealed(apps, None)
        verbs = dict(Entry.objects.values_list("pk", "verb"))
        assert {verbs[line.pk] for line in waiting} == {"terminate"}
        assert (verbs[sealed.pk], verbs[other.pk]) == ("break_", "correct")
        journal_chain.seal_journal()
        assert journal_chain.check_journal().faults == ()

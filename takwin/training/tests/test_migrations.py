"""Migrations that rename what is stored: rows are kept, and the journal's chain holds."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.test import override_settings

from takwin.core import journal_chain
from takwin.core.changes import journal
from takwin.core.models import Entry
from takwin.training import services
from takwin.training.tests.make import make_group, make_training

terminate_contracts = import_module("takwin.training.migrations.0012_terminate_contracts")
BEFORE = "0010_remember_feeds"  # the last migration before things were renamed


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


def slim(state):
    """A state with training whole, and of the tables below the columns that point nowhere: quicker by the half."""
    whole = {"training", "core", "accounts", "auth", "contenttypes"}
    found = [field for key, model in state.models.items() if key[0] in whole for field in model.fields.values()]
    targets = {field.related_model.lower() for field in found if isinstance(field.related_model, str)}
    for app, name in list(state.models):
        if app in whole:
            continue
        model = state.models[app, name]
        model.fields = {key: field for key, field in model.fields.items() if not field.is_relation}
        model.options = {**model.options, "constraints": [], "indexes": []}
        if f"{app}.{name}" not in targets:
            del state.models[app, name]
    return state


def late_migrations():
    """Each migration of training after `BEFORE` with the state before it: of the tables below, not of those above."""
    with override_settings(MIGRATION_MODULES={}):  # pytest --nomigrations hides them
        loader = MigrationLoader(None)
    plan = loader.graph.forwards_plan(loader.graph.leaf_nodes("training")[0])
    late = [key for key in plan if key[0] == "training" and key[1] > BEFORE]
    state, steps = slim(loader.project_state([key for key in plan if key not in late])), []
    for key in late:
        migration = loader.get_migration(*key)
        steps.append((migration, state))
        state = migration.mutate_state(state, preserve=True)
    return steps


def contents():
    """{table: its rows} of training."""
    models = apps.get_app_config("training").get_models(include_auto_created=True)
    return {model._meta.db_table: list(model.objects.order_by("pk").values()) for model in models}


def fill_tables():
    """A week with rolls, beds, companies and marks: rows in the tables that are renamed."""
    world = make_training()
    centre, group = world["group"].centre, world["group"]
    services.reduce_capacity(
        centre, first_on=group.starts_on, last_on=group.ends_on, percent=50, reason="أشغال", by=None
    )
    services.close_slots(centre.rooms.first(), slots=[46, 47], by=None)
    services.sync([{"key": "x"}], by=None, may=lambda _course, _on: True)


def test_tables_of_before_the_renames_keep_every_row(network):
    fill_tables()
    before, steps = contents(), late_migrations()
    filled = {table for table, rows in before.items() if rows}
    assert filled >= {
        "training_capacityreduction", "training_contract", "training_rejectedstatement", "training_slotreservation",
        "training_statement", "training_unavailability",
    }  # fmt: skip
    applied = len(steps)
    try:
        for migration, state in reversed(steps):
            with connection.schema_editor(atomic=migration.atomic) as editor:
                migration.unapply(state.clone(), editor)
            applied -= 1
        old = steps[0][1].apps.get_models(include_auto_created=True)
        rows = {model._meta.db_table: model.objects.count() for model in old if model._meta.app_label == "training"}
        assert sorted(rows.values()) == sorted(len(found) for found in before.values())
    finally:  # the tables are those of every other test
        for migration, state in steps[applied:]:
            with connection.schema_editor(atomic=migration.atomic) as editor:
                migration.apply(state.clone(), editor)
    assert contents() == before

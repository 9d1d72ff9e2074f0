"""A migration that renames, taken back on the real tables and run again: what its tests share."""

from __future__ import annotations

from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.test import override_settings


class Renaming:
    """One migration, its tables as they were before it (`old`) and after it (`new`)."""

    def __init__(self, app, name):
        with override_settings(MIGRATION_MODULES={}):  # pytest --nomigrations hides them
            loader = MigrationLoader(None)
        self.migration = loader.get_migration(app, name)
        self.state = loader.project_state((app, name), at_end=False)
        self.old = self.state.apps.get_model
        after = self.state.clone()
        self.migration.mutate_state(after, preserve=False)
        self.new = after.apps.get_model

    def take_back(self):
        with connection.schema_editor(atomic=True) as editor:
            self.migration.unapply(self.state.clone(), editor)

    def run(self):
        with connection.schema_editor(atomic=True) as editor:
            self.migration.apply(self.state.clone(), editor)

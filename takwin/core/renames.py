"""Operations for migrations that rename what constraints speak of, without reading or writing a row on PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import migrations
from django.db.migrations.operations.base import Operation
from django.db.models import BaseConstraint, UniqueConstraint


class RenameConstraint(Operation):
    """Another name for a constraint of a table. On SQLite the table, or the index, is made again."""

    reversible = True

    def __init__(self, model_name: str, old_name: str, new_name: str) -> None:
        self.model_name, self.old_name, self.new_name = model_name, old_name, new_name

    def deconstruct(self) -> tuple[str, Sequence[Any], dict[str, Any]]:
        facts = {"model_name": self.model_name, "old_name": self.old_name, "new_name": self.new_name}
        return type(self).__name__, [], facts

    def state_forwards(self, app_label: str, state: Any) -> None:
        options = state.models[app_label, self.model_name.lower()].options
        options["constraints"] = [self._renamed(constraint) for constraint in options["constraints"]]
        state.reload_model(app_label, self.model_name.lower(), delay=True)

    def _renamed(self, constraint: BaseConstraint) -> BaseConstraint:
        if constraint.name != self.old_name:
            return constraint
        _path, args, facts = constraint.deconstruct()
        return type(constraint)(*args, **{**facts, "name": self.new_name})

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        self._rename(app_label, schema_editor, to_state, self.old_name, self.new_name)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        self._rename(app_label, schema_editor, to_state, self.new_name, self.old_name)

    def _rename(self, app_label: str, editor: Any, to_state: Any, old_name: str, new_name: str) -> None:
        """`to_state`: the tables afterwards, where the constraint has the new name."""
        options = to_state.models[app_label, self.model_name.lower()].options
        constraint = next(row for row in options["constraints"] if row.name == new_name)
        is_index = isinstance(constraint, UniqueConstraint) and (constraint.condition or constraint.expressions)
        before, after = editor.quote_name(old_name), editor.quote_name(new_name)
        if editor.connection.vendor == "postgresql":
            table = editor.quote_name(options.get("db_table") or f"{app_label}_{self.model_name.lower()}")
            if is_index:
                editor.execute(f"ALTER INDEX {before} RENAME TO {after}")
            else:
                editor.execute(f"ALTER TABLE {table} RENAME CONSTRAINT {before} TO {after}")
            return
        model = to_state.apps.get_model(app_label, self.model_name)
        if is_index:
            editor.execute(f"DROP INDEX {before}")
            editor.add_constraint(model, constraint)
        else:
            editor._remake_table(model)

    def describe(self) -> str:
        return f"Rename constraint {self.old_name} to {self.new_name}"


class RenameConstrainedField(migrations.SeparateDatabaseAndState):
    """Another name for a field that constraints speak of: the databases carry their definitions along."""

    def __init__(
        self, model_name: str, old_name: str, new_name: str, *, before: Sequence[BaseConstraint],
        after: Sequence[BaseConstraint],
    ) -> None:  # fmt: skip
        rename = migrations.RenameField(model_name, old_name, new_name)
        super().__init__(
            database_operations=[rename],
            state_operations=[
                *(migrations.RemoveConstraint(model_name, row.name) for row in before),
                rename,
                *(migrations.AddConstraint(model_name, row) for row in after),
            ],
        )

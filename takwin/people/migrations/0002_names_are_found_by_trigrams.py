"""A register of millions is searched by the start of folded words: PostgreSQL gets a trigram index.

pg_trgm is a trusted extension, so the owner of the database may create it. SQLite serves small registers and scans.
"""

from django.db import migrations


def add(_apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        schema_editor.execute(
            "CREATE INDEX person_by_words ON people_person USING gin (search_text gin_trgm_ops)"
        )


def drop(_apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX person_by_words")


class Migration(migrations.Migration):
    dependencies = [("people", "0001_first")]
    operations = [migrations.RunPython(add, drop)]

"""A unique column keeps one blank but any number of NULL: the second person fails. Every model is read, so that a
new column cannot come without its refusal."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction
from django.db.models import CheckConstraint, UniqueConstraint

from takwin.accounts.models import User
from takwin.core.fields import BlankIsNull

MODELS = [model for model in apps.get_models(include_auto_created=True) if model.__module__.startswith("takwin.")]

# Unique together with a column that may be blank, where '' is a value of its own and may stand once.
BLANK_IS_A_VALUE = {
    ("certification.Diploma", "diploma_one_stands_for_a_result", "module"),  # '' is the whole diploma
    ("employment.PublishedRate", "rate_published_once", "cell"),  # '' is the whole network
}


def is_text(field: models.Field) -> bool:
    return isinstance(field, (models.CharField, models.TextField))


def refuses_blank(model: type[models.Model], name: str) -> bool:
    """Whether a check constraint of the model refuses '' in the column."""
    refusal = ~models.Q((name, ""))
    return any(isinstance(row, CheckConstraint) and row.condition == refusal for row in model._meta.constraints)


def alone() -> list[tuple[type[models.Model], models.Field]]:
    """Text columns that are unique by themselves and may be absent."""
    return [
        (model, field)
        for model in MODELS
        for field in model._meta.concrete_fields
        if is_text(field) and field.unique and (field.null or field.blank) and not field.primary_key
    ]


def test_unique_text_that_may_be_absent_is_null_and_the_database_says_so():
    found = alone()
    assert {(model.__name__, field.name) for model, field in found} >= {("User", "email"), ("User", "phone")}
    for model, field in found:
        assert isinstance(field, BlankIsNull), f"{field}: use a field that stores blank as NULL"
        assert refuses_blank(model, field.name), f"{field}: add not_blank() to the constraints"


def test_nothing_is_nullable_text_but_unique_and_encrypted_columns():
    """Two ways to say "nothing" are one too many."""
    loose = [
        str(field)
        for model in MODELS
        for field in model._meta.concrete_fields
        if is_text(field) and field.null and not field.unique and "Encrypted" not in type(field).__name__
    ]
    assert loose == []


def test_unique_constraints_over_text_leave_blank_out_or_say_that_it_is_a_value():
    for model in MODELS:
        for row in model._meta.constraints:
            if not isinstance(row, UniqueConstraint):
                continue
            for name in row.fields:
                field = model._meta.get_field(name)
                if not is_text(field) or not field.blank:
                    continue
                parts = [row.condition, *row.condition.children] if row.condition else []
                outside = ~models.Q((name, "")) in parts and row.condition.connector == models.Q.AND
                meant = (model._meta.label, row.name, name) in BLANK_IS_A_VALUE
                assert outside or meant or refuses_blank(model, name), f"{row.name}: two rows with '' in {name} clash"


@pytest.mark.django_db
class TestUsers:
    def test_any_number_of_people_have_no_mail_and_no_phone(self):
        for name in ("", "   ", None):
            User.objects.create_user(name, name="No mail")
            User(phone=name).save()
        User.objects.bulk_create([User(email="", phone=""), User(email="", phone="")])
        assert set(User.objects.values_list("email", "phone")) == {(None, None)}

    def test_an_update_and_a_form_store_null(self):
        people = [User.objects.create_user(f"{n}@example.org") for n in range(2)]
        User.objects.update(email="", phone="")
        assert set(User.objects.values_list("email", "phone")) == {(None, None)}
        people[0].email = ""
        people[0].save()
        assert people[0].email is None

    def test_nobody_is_found_by_blank(self):
        User.objects.create_user("a@example.org")
        assert not User.objects.filter(phone="").exists()

    def test_a_mail_is_one_whatever_its_case(self):
        assert User.objects.create_user("Amina@Example.ORG").email == "amina@example.org"
        with pytest.raises(IntegrityError), transaction.atomic():
            User.objects.create_user("AMINA@example.org")

    @pytest.mark.parametrize(("column", "value"), [("email", ""), ("phone", ""), ("email", "A@example.org")])
    def test_the_database_refuses_what_went_past_the_field(self, column, value):
        user = User.objects.create_user("a@example.org")
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE accounts_user SET {column} = %s WHERE id = %s", [value, user.pk])


def test_the_upgrade_names_accounts_whose_emails_differ_by_case_alone():
    migration = import_module("takwin.accounts.migrations.0005_blank_is_null")
    rows = [(1, "Amina@example.org"), (2, "b@example.org"), (3, "amina@EXAMPLE.org"), (4, "c@example.org")]
    assert migration.clashes_of(rows) == [[1, 3]]
    assert migration.clashes_of(rows[:2]) == []

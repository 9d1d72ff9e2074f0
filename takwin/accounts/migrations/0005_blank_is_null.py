"""Blank e-mails and phones become NULL, e-mails lower case; then the database refuses anything else."""

import django.db.models.functions.text
import takwin.core.fields
from django.db import migrations, models
from django.db.models.functions import Length, Lower


def clashes_of(rows):
    """Keys of accounts, in groups, whose e-mails (key, e-mail) are the same but for their case."""
    groups = {}
    for key, email in rows:
        groups.setdefault(email.lower(), []).append(key)
    return [keys for keys in groups.values() if len(keys) > 1]


def refuse_clashes(users):
    """Stop before anything is changed: nobody but a person can say which of two accounts an address belongs to."""
    clashes = clashes_of(users.exclude(email=None).exclude(email="").values_list("pk", "email").iterator(10_000))
    if clashes:
        named = "; ".join(" and ".join(map(str, keys)) for keys in clashes[:20])
        raise RuntimeError(
            f"{len(clashes)} e-mails are used twice, but for upper and lower case, by the accounts numbered {named}. "
            "Change or remove one of each with the version you come from, then migrate again."
        )


def tidy(apps, schema_editor):
    users = apps.get_model("accounts", "User").objects
    refuse_clashes(users)
    # Past the field, which would turn '' to NULL on the way to the query.
    users.annotate(length=Length("email")).filter(length=0).update(email=None)
    users.annotate(length=Length("phone")).filter(length=0).update(phone=None)
    users.exclude(email=Lower("email")).exclude(email=None).update(email=Lower("email"))


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_trainer_role'),
    ]

    operations = [
        migrations.RunPython(tidy, migrations.RunPython.noop),
        migrations.AlterField(
            model_name='user',
            name='email',
            field=takwin.core.fields.UniqueEmailField(blank=True, max_length=254, null=True, unique=True, verbose_name='E-mail'),
        ),
        migrations.AlterField(
            model_name='user',
            name='phone',
            field=takwin.core.fields.UniquePhoneField(blank=True, max_length=20, null=True, unique=True, verbose_name='Phone'),
        ),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.CheckConstraint(condition=models.Q(('email', ''), _negated=True), name='user_email_is_not_blank'),
        ),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.CheckConstraint(condition=models.Q(('email', django.db.models.functions.text.Lower('email'))), name='user_email_is_lower_case'),
        ),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.CheckConstraint(condition=models.Q(('phone', ''), _negated=True), name='user_phone_is_not_blank'),
        ),
    ]

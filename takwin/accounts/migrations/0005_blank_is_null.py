"""Blank e-mails and phones become NULL, e-mails lower case; then the database refuses anything else."""

import django.db.models.functions.text
import takwin.core.fields
from django.db import migrations, models
from django.db.models.functions import Length, Lower


def tidy(apps, schema_editor):
    users = apps.get_model("accounts", "User").objects
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

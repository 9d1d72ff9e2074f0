"""After the rows of 0002: PostgreSQL alters no table that has writes pending in the same transaction."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("admissions", "0002_rounds_reserves_committees")]

    operations = [
        migrations.AlterField(
            model_name='run',
            name='round',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='runs', to='admissions.round'),
        ),
        migrations.AddConstraint(
            model_name='application',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'submitted', 'withdrawn', 'admitted', 'unplaced', 'confirmed', 'held', 'declined', 'lapsed'])), name='application_state_is_known'),
        ),
        migrations.AddConstraint(
            model_name='application',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('seat__isnull', False), ('state__in', ['admitted', 'held', 'confirmed'])), models.Q(models.Q(('state__in', ['admitted', 'held', 'confirmed']), _negated=True), ('seat__isnull', True)), _connector='OR'), name='application_seated_has_its_seat'),
        ),
    ]

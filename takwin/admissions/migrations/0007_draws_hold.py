"""The sealed seeds of before leave the table; the database holds the rules of a draw."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("admissions", "0006_draws_of_before")]
    operations = [
        migrations.RemoveField("draw", "old_seed"),
        migrations.AddConstraint(
            model_name='contribution',
            constraint=models.CheckConstraint(condition=models.Q(('place__in', [1, 2])), name='contribution_is_first_or_second'),
        ),
        migrations.AddConstraint(
            model_name='contribution',
            constraint=models.UniqueConstraint(fields=('draw', 'place'), name='contribution_once_a_place'),
        ),
        migrations.AddConstraint(
            model_name='contribution',
            constraint=models.UniqueConstraint(fields=('draw', 'by'), name='contribution_once_a_person'),
        ),
        migrations.AddConstraint(
            model_name='contribution',
            constraint=models.CheckConstraint(condition=models.Q(('secret__isnull', True), ('revealed', ''), _connector='OR'), name='contribution_is_secret_or_revealed'),
        ),
        migrations.AddConstraint(
            model_name='draw',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['begun', 'sealed', 'closed', 'valued', 'revealed', 'used', 'void'])), name='draw_state_is_known'),
        ),
        migrations.AddConstraint(
            model_name='draw',
            constraint=models.CheckConstraint(condition=models.Q(('source__in', ['drand', 'other'])), name='draw_source_is_known'),
        ),
        migrations.AddConstraint(
            model_name='draw',
            constraint=models.UniqueConstraint(fields=('season', 'number'), name='draw_once_a_number'),
        ),
        migrations.AddConstraint(
            model_name='draw',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'void'), _negated=True), fields=('season',), name='draw_one_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='draw',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('seed__isnull', False), ('state__in', ['revealed', 'used'])), ('state', 'void'), ('seed__isnull', True), _connector='OR'), name='draw_seed_is_unknown_until_revealed'),
        ),
        migrations.AddConstraint(
            model_name='draw',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['revealed', 'used']), _negated=True), ('seed__isnull', False), _connector='OR'), name='draw_revealed_has_its_seed'),
        ),
        migrations.AddConstraint(
            model_name='draw',
            constraint=models.CheckConstraint(condition=models.Q(('confirmed_by__isnull', True), models.Q(('confirmed_by', models.F('value_by')), _negated=True), _connector='OR'), name='draw_value_by_two_people'),
        ),
        migrations.AddConstraint(
            model_name='draw',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'void'), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='draw_void_has_a_reason'),
        ),
        migrations.AddConstraint(
            model_name='run',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'published'), _negated=True), models.Q(('draw', models.F('seed')), ('draw__isnull', False), ('kind', 'final')), _connector='OR'), name='run_published_has_the_sealed_seed'),
        ),
        migrations.AddConstraint(
            model_name='run',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'trial'), _negated=True), ('draw__isnull', True), _connector='OR'), name='run_trial_has_no_draw'),
        ),
    ]

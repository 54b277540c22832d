import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("cases", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Holiday",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField(unique=True)),
                ("name", models.CharField(max_length=150)),
                (
                    "kind",
                    models.CharField(help_text="public, government (cuti bersama) or local", max_length=16),
                ),
                ("source", models.CharField(default="import", help_text="import or manual", max_length=16)),
            ],
            options={
                "ordering": ["day"],
            },
        ),
        migrations.CreateModel(
            name="OfficeCalendar",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("time_zone", models.CharField(default="Asia/Jakarta", max_length=40)),
                ("weekly", models.JSONField()),
                (
                    "seasons",
                    models.JSONField(
                        default=list, help_text='[{"first", "last", "name", "weekly"}], e.g. Ramadan'
                    ),
                ),
                ("changed_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Timer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("step", models.CharField(max_length=24)),
                (
                    "round",
                    models.PositiveSmallIntegerField(
                        default=1, help_text="grows when a step is entered again"
                    ),
                ),
                ("owner", models.CharField(help_text="office or agency: whose time it is", max_length=12)),
                (
                    "budget",
                    models.DurationField(blank=True, help_text="working time; null: no promise", null=True),
                ),
                ("started_at", models.DateTimeField()),
                ("stopped_at", models.DateTimeField(blank=True, null=True)),
                (
                    "elapsed",
                    models.DurationField(
                        blank=True, help_text="working time, frozen at stopped_at", null=True
                    ),
                ),
                ("due_at", models.DateTimeField(blank=True, null=True)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="timers", to="cases.case"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["case", "step"], name="clocks_time_case_id_bfb847_idx")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("stopped_at__isnull", True)),
                        fields=("case", "step"),
                        name="step_has_one_running_clock",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("stopped_at__isnull", True), ("elapsed__isnull", False), _connector="OR"
                        ),
                        name="stopped_clock_has_its_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Pause",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("started_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("waiting_for", models.CharField(default="agency", max_length=12)),
                ("reason", models.CharField(max_length=200)),
                (
                    "timer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="pauses", to="clocks.timer"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("timer",),
                        name="clock_is_paused_once_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended_at__isnull", True),
                            ("ended_at__gte", models.F("started_at")),
                            _connector="OR",
                        ),
                        name="pause_ends_after_it_begins",
                    ),
                ],
            },
        ),
    ]

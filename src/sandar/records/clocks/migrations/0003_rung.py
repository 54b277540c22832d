import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("clocks", "0002_calendar_versions")]

    operations = [
        migrations.CreateModel(
            name="Rung",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=40)),
                ("label", models.CharField(max_length=200)),
                ("reached_at", models.DateTimeField()),
                ("fired_at", models.DateTimeField()),
                ("told", models.JSONField(default=list, help_text="ids of the persons who were told")),
                (
                    "timer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rungs",
                        to="clocks.timer",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("timer", "name"), name="rung_fires_once"),
                ],
            },
        ),
    ]

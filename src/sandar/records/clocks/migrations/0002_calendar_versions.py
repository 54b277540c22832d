import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("clocks", "0001_initial")]

    operations = [
        migrations.DeleteModel(name="Holiday"),
        migrations.DeleteModel(name="OfficeCalendar"),
        migrations.CreateModel(
            name="OfficeCalendar",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("declared", models.JSONField()),
                (
                    "sha256",
                    models.CharField(help_text="of the canonical JSON of declared", max_length=64),
                ),
                ("changed_at", models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name="timer",
            name="days",
            field=models.PositiveSmallIntegerField(
                blank=True,
                help_text="the budget in working days, of which the calendar makes working time",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="timer",
            name="calendar",
            field=models.ForeignKey(
                blank=True,
                help_text="the version by which a stopped clock was judged",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="judged",
                to="clocks.officecalendar",
            ),
        ),
    ]

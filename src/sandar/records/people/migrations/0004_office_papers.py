"""How the office's papers look: page, margins, font, footer, numbering, arms."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0003_grants_and_absences")]

    operations = [
        migrations.AddField(
            model_name="office",
            name="papers",
            field=models.JSONField(
                default=dict, help_text="page, margins, font, footer, numbering, arms (steps/letterhead.py)"
            ),
        ),
    ]

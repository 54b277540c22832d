"""Books wait for a confirmation after a restore; numbers without a paper are explained."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("assets", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="assetbook",
            name="held",
            field=models.BooleanField(
                default=False, help_text="restored: no number until the last one is confirmed"
            ),
        ),
    ]

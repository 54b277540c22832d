"""Books wait for a confirmation after a restore; numbers without a paper are explained."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0004_revisions"),
    ]

    operations = [
        migrations.AddField(
            model_name="casebook",
            name="held",
            field=models.BooleanField(
                default=False, help_text="restored: none until the last ones are confirmed"
            ),
        ),
    ]

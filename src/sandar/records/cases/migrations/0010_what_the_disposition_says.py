"""Urgency and day of the disposition beside the case, as its journal told them last."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import migrations, models


def derive(apps: Any, schema_editor: Any) -> None:
    """The last that any hop said."""
    Case, Event = apps.get_model("cases", "Case"), apps.get_model("cases", "Event")
    said: dict[int, dict[str, Any]] = {}
    hops = Event.objects.filter(kind="disposition_forwarded").order_by("case_id", "seq")
    for case_id, payload in hops.values_list("case_id", "payload").iterator(chunk_size=500):
        if payload.get("urgency"):
            said.setdefault(case_id, {})["urgency"] = payload["urgency"]
        if payload.get("due_on"):
            said.setdefault(case_id, {})["ordered_until"] = date.fromisoformat(payload["due_on"])
    for case_id, columns in said.items():
        Case.objects.filter(pk=case_id).update(**columns)


class Migration(migrations.Migration):
    dependencies = [("cases", "0009_task_beside")]

    operations = [
        migrations.AddField(
            model_name="case",
            name="ordered_until",
            field=models.DateField(blank=True, help_text="the day the disposition gives for it", null=True),
        ),
        migrations.AddField(
            model_name="case",
            name="urgency",
            field=models.CharField(
                blank=True,
                help_text="as an officer gave it on the disposition; empty: the letter's own",
                max_length=16,
            ),
        ),
        migrations.RunPython(derive, migrations.RunPython.noop),
    ]

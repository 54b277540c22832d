"""A fate for every line item; those of requests that are there already follow from where each stands."""

from __future__ import annotations

from typing import Any

from django.db import migrations, models

_AT = {
    "awaiting_notice": "approved",
    "awaiting_delivery": "approved",
    "awaiting_receipt": "delivered",
    "inspection": "received",
    "installation": "passed",
    "awaiting_reapproval": "questioned",
}


def derive(apps: Any, schema_editor: Any) -> None:
    """Installed is what the register has; a closed request without service ended for every item alike."""
    Case, Asset = apps.get_model("cases", "Case"), apps.get_model("assets", "Asset")
    for case in Case.objects.defer("letter").iterator(chunk_size=200):
        last = case.events.order_by("-seq").first()
        if last is None:
            continue
        installed = set(Asset.objects.filter(case_id=case.pk).values_list("item_no", flat=True))
        fates = {}
        for number in range(1, len(case.items) + 1):
            fate = "installed" if number in installed else _fate(case)
            if fate:
                at = (case.closed_at or last.at).isoformat()
                fates[str(number)] = {"fate": fate, "at": at, "seq": last.seq, "reason": case.reason}
        Case.objects.filter(pk=case.pk).update(fates=fates)


def _fate(case: Any) -> str:
    if case.closed_at is None:
        return _AT.get(case.state, "")
    if case.reason == "withdrawn_by_agency":
        return "withdrawn"
    if not case.reason:
        return "done"
    return "lapsed" if case.reason.endswith("_lapsed") else "refused"


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0007_services_on_assets"),
        ("assets", "0002_skipped_numbers"),
    ]

    operations = [
        migrations.AddField(
            model_name="case",
            name="fates",
            field=models.JSONField(
                default=dict,
                help_text="number of an item -> fate, at, seq, reason (core.fates); none: asked",
            ),
        ),
        migrations.RunPython(derive, migrations.RunPython.noop),
    ]

"""Revisions of the SOP: from when they are in force, who approved them, and drafts."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("cases", "0003_case_site"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations: ClassVar = [
        migrations.AddField(
            model_name="soprevision",
            name="effective_on",
            field=models.DateField(
                default=dt.date(2020, 1, 1),
                help_text="first local day on which new requests start under it",
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="soprevision",
            name="approved_by",
            field=models.ForeignKey(
                blank=True,
                help_text="null: came with Sandar",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.CreateModel(
            name="SopDraft",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("service", models.CharField(max_length=40)),
                ("text", models.TextField()),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "authors",
                    models.JSONField(
                        default=list, help_text="ids of everybody who wrote in it, and whom they represented"
                    ),
                ),
                ("began_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                (
                    "checked_sha256",
                    models.CharField(blank=True, help_text="of the text; empty: not checked", max_length=64),
                ),
                ("checked_at", models.DateTimeField(blank=True, null=True)),
                ("dropped_at", models.DateTimeField(blank=True, null=True)),
                (
                    "base",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.soprevision",
                    ),
                ),
                (
                    "began_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "checked_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "published",
                    models.OneToOneField(
                        blank=True,
                        help_text="what became of it",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="draft",
                        to="cases.soprevision",
                    ),
                ),
            ],
        ),
    ]

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("cases", "0001_initial"),
        ("documents", "0001_initial"),
        ("ledger", "0001_initial"),
        ("people", "0001_initial"),
        ("people", "__first__"),
    ]

    operations = [
        migrations.CreateModel(
            name="AssetBook",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("year", models.PositiveSmallIntegerField(unique=True)),
                ("last", models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="Asset",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=24, unique=True)),
                ("item_no", models.PositiveSmallIntegerField()),
                ("kind", models.CharField(help_text="colocation or hosting", max_length=12)),
                ("name", models.CharField(max_length=200)),
                ("brand", models.CharField(blank=True, max_length=100)),
                ("model", models.CharField(blank=True, max_length=100)),
                ("serial", models.CharField(blank=True, max_length=100)),
                (
                    "item_code",
                    models.CharField(
                        blank=True, help_text="kode barang, Permendagri 108/2016", max_length=32
                    ),
                ),
                ("register_no", models.CharField(blank=True, max_length=16)),
                ("spec", models.JSONField(default=dict)),
                (
                    "condition",
                    models.CharField(
                        default="B", help_text="B baik, RR rusak ringan, RB rusak berat", max_length=4
                    ),
                ),
                ("hostname", models.CharField(blank=True, max_length=253)),
                ("address", models.CharField(blank=True, help_text="IP address", max_length=45)),
                ("ports", models.JSONField(default=list)),
                ("installed_at", models.DateTimeField()),
                ("valid_until", models.DateField(blank=True, null=True)),
                ("removed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="assets", to="people.agency"
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="assets", to="cases.case"
                    ),
                ),
                (
                    "claim",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="asset", to="ledger.claim"
                    ),
                ),
                (
                    "handover",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assets",
                        to="documents.document",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["agency", "-id"], name="assets_asse_agency__fe8e56_idx"),
                    models.Index(fields=["serial"], name="assets_asse_serial_9add64_idx"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("case", "item_no"), name="item_is_registered_once"),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["colocation", "hosting"])),
                        name="asset_is_of_a_known_kind",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("item_no", models.PositiveSmallIntegerField()),
                ("round", models.PositiveSmallIntegerField(default=1)),
                (
                    "declared",
                    models.JSONField(
                        help_text="what the agency says it brings: serial, artefact, accompanied_by ..."
                    ),
                ),
                ("handed_in_at", models.DateTimeField()),
                (
                    "received",
                    models.JSONField(
                        default=dict, help_text="what the operator saw: serial, condition, note"
                    ),
                ),
                ("received_at", models.DateTimeField(blank=True, null=True)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="deliveries",
                        to="cases.case",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("case", "item_no", "round"), name="item_is_delivered_once_a_round"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Inspection",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("item_no", models.PositiveSmallIntegerField()),
                ("round", models.PositiveSmallIntegerField(default=1)),
                ("at", models.DateTimeField()),
                ("inventory_sha256", models.CharField(blank=True, max_length=64)),
                ("manual", models.JSONField(default=dict)),
                ("findings", models.JSONField(help_text="core.conformity findings as plain data")),
                ("overall", models.CharField(help_text="conform, mismatch or unknown", max_length=12)),
                ("note", models.TextField(blank=True)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="inspections",
                        to="cases.case",
                    ),
                ),
                (
                    "inspector",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("case", "item_no", "round"), name="item_is_inspected_once_a_round"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Probe",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                ("reachable", models.BooleanField(null=True)),
                (
                    "evidence",
                    models.JSONField(
                        default=dict,
                        help_text="checks: kind, target, status, latency_ms, tls_not_after, problem",
                    ),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "asset",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="probes", to="assets.asset"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["asset", "-id"], name="assets_prob_asset_i_31584d_idx")],
            },
        ),
    ]

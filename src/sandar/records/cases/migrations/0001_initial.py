import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("people", "0001_initial"),
        ("people", "__first__"),
    ]

    operations = [
        migrations.CreateModel(
            name="CaseBook",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("year", models.PositiveSmallIntegerField(unique=True)),
                ("last_case", models.PositiveIntegerField(default=0)),
                ("last_agenda", models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="SopRevision",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("service", models.CharField(max_length=40)),
                ("number", models.CharField(blank=True, help_text="Nomor SOP as printed", max_length=80)),
                ("revision", models.PositiveIntegerField()),
                ("text", models.TextField(help_text="the TOML definition, byte for byte")),
                ("content_sha256", models.CharField(max_length=64, unique=True)),
                ("published_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("service", "revision"), name="sop_revision_is_numbered_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Case",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=20, unique=True)),
                ("tracking_token", models.CharField(max_length=32, unique=True)),
                ("service", models.CharField(help_text="colocation, hosting or both", max_length=12)),
                ("state", models.CharField(max_length=40)),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "returned_from",
                    models.CharField(blank=True, help_text="state that asked for completion", max_length=40),
                ),
                ("title", models.CharField(max_length=200)),
                (
                    "letter",
                    models.JSONField(
                        help_text="number, date, subject, signatory, nature ... as in contract.md"
                    ),
                ),
                ("contact", models.JSONField(default=dict)),
                (
                    "items",
                    models.JSONField(
                        help_text="line items as last approved by the applicant (contract.md fields)"
                    ),
                ),
                ("agenda_no", models.PositiveIntegerField()),
                ("year", models.PositiveSmallIntegerField()),
                ("received_at", models.DateTimeField()),
                (
                    "window_start",
                    models.DateTimeField(blank=True, help_text="delivery window of the notice", null=True),
                ),
                ("window_end", models.DateTimeField(blank=True, null=True)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "reason",
                    models.CharField(blank=True, help_text="coded reason of a refusal", max_length=40),
                ),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="cases", to="people.agency"
                    ),
                ),
                (
                    "previous",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="resubmissions",
                        to="cases.case",
                    ),
                ),
                (
                    "requester",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="requested_cases",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "revision",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cases",
                        to="cases.soprevision",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["agency", "-id"], name="cases_case_agency__82c7d7_idx"),
                    models.Index(fields=["state", "-id"], name="cases_case_state_22a1f2_idx"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("year", "agenda_no"), name="agenda_number_is_used_once"),
                    models.CheckConstraint(
                        condition=models.Q(("service__in", ["colocation", "hosting", "both"])),
                        name="case_is_of_a_known_service",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Submission",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=200)),
                ("body_sha256", models.CharField(help_text="of method, path and body", max_length=64)),
                ("status", models.PositiveSmallIntegerField(default=0)),
                ("answer", models.JSONField(default=dict)),
                ("at", models.DateTimeField()),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("person", "key"), name="submission_happens_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Task",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("state", models.CharField(max_length=40)),
                ("step", models.CharField(max_length=24)),
                ("role", models.CharField(max_length=24)),
                ("opened_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("outcome", models.CharField(blank=True, max_length=40)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="tasks", to="cases.case"
                    ),
                ),
                (
                    "closed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("closed_at__isnull", True)),
                        fields=["role", "case"],
                        name="open_tasks_of_a_role",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("closed_at__isnull", True)),
                        fields=("case",),
                        name="case_waits_for_one_holder",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Event",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("seq", models.PositiveIntegerField()),
                (
                    "kind",
                    models.CharField(help_text="past tense: capacity_held, request_refused", max_length=40),
                ),
                ("at", models.DateTimeField()),
                (
                    "person",
                    models.JSONField(help_text="username, name, title, role and mandate as they were then"),
                ),
                ("payload", models.JSONField(default=dict)),
                ("prev", models.CharField(max_length=64)),
                ("hash", models.CharField(max_length=64)),
                (
                    "actor",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="events", to="cases.case"
                    ),
                ),
            ],
            options={
                "ordering": ["seq"],
                "constraints": [models.UniqueConstraint(fields=("case", "seq"), name="journal_has_no_fork")],
            },
        ),
        migrations.CreateModel(
            name="FormVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("n", models.PositiveIntegerField()),
                ("data", models.JSONField()),
                ("sha256", models.CharField(max_length=64)),
                ("submitted_at", models.DateTimeField(blank=True, null=True)),
                ("saved_at", models.DateTimeField()),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="forms", to="cases.case"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("case", "n"), name="form_version_is_numbered_once")
                ],
            },
        ),
    ]

import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

import sandar.records.ledger.models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("cases", "0001_initial"),
        ("facility", "0001_initial"),
        ("people", "0001_initial"),
        ("people", "__first__"),
    ]

    operations = [
        migrations.CreateModel(
            name="Claim",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("start", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("height", models.PositiveSmallIntegerField(default=0)),
                ("face", models.CharField(default="full", max_length=5)),
                (
                    "slot",
                    models.PositiveSmallIntegerField(
                        blank=True, help_text="1-based, on the host or the side", null=True
                    ),
                ),
                (
                    "slots",
                    models.PositiveSmallIntegerField(
                        default=0, help_text="how many devices stand on it side by side"
                    ),
                ),
                (
                    "taken",
                    models.PositiveSmallIntegerField(default=0, help_text="live claims whose host it is"),
                ),
                ("state", models.CharField(max_length=10)),
                ("watts", models.PositiveIntegerField(default=0)),
                ("cords", models.CharField(blank=True, max_length=2)),
                ("weight_kg", models.PositiveIntegerField(default=0)),
                ("depth_mm", models.PositiveIntegerField(default=0)),
                ("bandwidth_mbps", models.PositiveIntegerField(default=0)),
                ("ip_count", models.PositiveIntegerField(default=0)),
                ("ports", models.PositiveIntegerField(default=0)),
                ("vcpu", models.PositiveIntegerField(default=0)),
                ("ram_gb", models.PositiveIntegerField(default=0)),
                ("storage_gb", models.PositiveIntegerField(default=0)),
                ("item_no", models.PositiveSmallIntegerField(blank=True, null=True)),
                (
                    "label",
                    models.CharField(
                        blank=True, help_text="what stands there, or why it is blocked", max_length=200
                    ),
                ),
                ("expires_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField()),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "agency",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="claims",
                        to="people.agency",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="claims",
                        to="cases.case",
                    ),
                ),
                (
                    "host",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="devices",
                        to="ledger.claim",
                    ),
                ),
                (
                    "rack",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="claims",
                        to="facility.rack",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ["held", "reserved"])),
                        fields=["expires_at"],
                        name="claims_that_expire",
                    ),
                    models.Index(fields=["case", "item_no"], name="ledger_clai_case_id_3b89db_idx"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("case__isnull", False),
                            ("state__in", ("held", "reserved", "installed", "blocked")),
                        ),
                        fields=("case", "item_no"),
                        name="item_has_one_live_claim",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("host__isnull", False),
                            ("state__in", ("held", "reserved", "installed", "blocked")),
                        ),
                        fields=("host", "slot"),
                        name="slot_of_a_host_has_one_owner",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("host__isnull", True),
                            ("slot__isnull", False),
                            ("state__in", ("held", "reserved", "installed", "blocked")),
                        ),
                        fields=("rack", "slot"),
                        name="side_position_has_one_owner",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("taken__gte", 0),
                            ("taken__lte", models.F("slots")),
                            models.Q(
                                ("taken", 0),
                                ("state__in", ("held", "reserved", "installed", "blocked")),
                                _connector="OR",
                            ),
                        ),
                        name="host_is_never_overfull_nor_gone",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("slots", 0), models.Q(("height__gt", 0), ("host__isnull", True)), _connector="OR"
                        ),
                        name="host_takes_units_itself",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("slot__isnull", True),
                            models.Q(("height", 0), ("rack__isnull", False), ("slot__gte", 1)),
                            _connector="OR",
                        ),
                        name="slot_is_for_what_takes_no_unit",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("host__isnull", False), ("slot__isnull", True), ("slot__lte", 4), _connector="OR"
                        ),
                        name="side_has_so_many_positions",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ("held", "reserved", "installed", "blocked", "released", "expired"))
                        ),
                        name="claim_is_in_a_known_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("face__in", ("front", "rear", "full"))),
                        name="claim_has_a_known_face",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("cords__in", ("", "A", "B", "AB"))), name="claim_has_known_cords"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("watts__gte", 0), ("weight_kg__gte", 0)),
                        name="claim_asks_nothing_negative",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("watts", 0),
                            models.Q(("cords", ""), _negated=True),
                            ("rack__isnull", True),
                            _connector="OR",
                        ),
                        name="watts_need_a_cord",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("height", 0), ("start__isnull", True)),
                            models.Q(("height__gt", 0), ("rack__isnull", False), ("start__isnull", False)),
                            _connector="OR",
                        ),
                        name="claim_with_height_has_a_start_in_a_rack",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Movement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("from_state", models.CharField(blank=True, max_length=10)),
                ("to_state", models.CharField(max_length=10)),
                ("at", models.DateTimeField(db_index=True)),
                (
                    "facts",
                    models.JSONField(
                        default=dict, help_text="place, start, height, face, watts ... after the change"
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.case",
                    ),
                ),
                (
                    "claim",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="movements",
                        to="ledger.claim",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="Place",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(help_text="rack or compute", max_length=8)),
                ("name", models.CharField(help_text="rack or compute pool as people call it", max_length=80)),
                ("room", models.CharField(blank=True, max_length=80)),
                (
                    "half_units",
                    models.PositiveSmallIntegerField(default=0, help_text="height; 0 for compute"),
                ),
                (
                    "depth_mm",
                    models.PositiveIntegerField(default=0, help_text="usable depth; 0 = not limited"),
                ),
                ("front", models.CharField(default="0", max_length=64)),
                ("rear", models.CharField(default="0", max_length=64)),
                (
                    "sides",
                    models.PositiveSmallIntegerField(
                        default=0, help_text="occupied positions on the rack's sides (zero-U) as a bit mask"
                    ),
                ),
                (
                    "policy",
                    models.CharField(
                        blank=True, default="", help_text="tight, spread or empty: room's", max_length=6
                    ),
                ),
                (
                    "keep_free",
                    models.PositiveSmallIntegerField(
                        default=0, help_text="percent the room wants to keep free"
                    ),
                ),
                (
                    "retired",
                    models.BooleanField(
                        default=False, help_text="removed from the facility; nothing may be put here"
                    ),
                ),
                (
                    "version",
                    models.PositiveBigIntegerField(
                        default=sandar.records.ledger.models.first_version,
                        help_text="grows with every booking in this place",
                    ),
                ),
                (
                    "rack",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="place",
                        to="facility.rack",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "name"), name="place_is_known_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("half_units__gt", 0), ("kind", "rack"), ("rack__isnull", False)),
                            models.Q(("half_units", 0), ("kind", "compute"), ("rack__isnull", True)),
                            _connector="OR",
                        ),
                        name="place_is_a_rack_or_compute",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="claim",
            name="place",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="claims", to="ledger.place"
            ),
        ),
        migrations.CreateModel(
            name="Pool",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=16)),
                ("ref", models.CharField(max_length=96)),
                ("failure_state", models.CharField(default="normal", max_length=96)),
                ("label", models.CharField(blank=True, max_length=120)),
                ("capacity", models.PositiveBigIntegerField()),
                (
                    "derating",
                    models.PositiveSmallIntegerField(default=100, help_text="percent that may be used"),
                ),
                ("limit", models.PositiveBigIntegerField()),
                ("held", models.BigIntegerField(default=0)),
                ("reserved", models.BigIntegerField(default=0)),
                ("installed", models.BigIntegerField(default=0)),
                ("blocked", models.BigIntegerField(default=0)),
                ("retired", models.BooleanField(default=False)),
                (
                    "place",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="own_pools",
                        to="ledger.place",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("kind", "ref", "failure_state"), name="pool_is_known_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "limit__gte",
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        django.db.models.expressions.CombinedExpression(
                                            models.F("held"), "+", models.F("reserved")
                                        ),
                                        "+",
                                        models.F("installed"),
                                    ),
                                    "+",
                                    models.F("blocked"),
                                ),
                            )
                        ),
                        name="pool_is_never_overdrawn",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("blocked__gte", 0), ("held__gte", 0), ("installed__gte", 0), ("reserved__gte", 0)
                        ),
                        name="pool_never_goes_below_zero",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Line",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("amount", models.PositiveBigIntegerField()),
                (
                    "claim",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="lines", to="ledger.claim"
                    ),
                ),
                (
                    "pool",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="ledger.pool"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("claim", "pool"), name="claim_draws_once_from_a_pool"),
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0)), name="line_draws_something"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Route",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("share", models.CharField(max_length=24)),
                (
                    "place",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="routes", to="ledger.place"
                    ),
                ),
                (
                    "pool",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="routes", to="ledger.pool"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("place", "pool"), name="place_draws_once_from_a_pool")
                ],
            },
        ),
        migrations.CreateModel(
            name="Cell",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("half_u", models.PositiveSmallIntegerField(help_text="0 = lower half of U1")),
                ("face", models.CharField(help_text="F front, R rear", max_length=1)),
                (
                    "rack",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="cells", to="facility.rack"
                    ),
                ),
                (
                    "claim",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="cells", to="ledger.claim"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("rack", "half_u", "face"), name="cell_has_one_owner"),
                    models.CheckConstraint(
                        condition=models.Q(("face__in", ["F", "R"])), name="cell_is_front_or_rear"
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="claim",
            index=models.Index(
                condition=models.Q(("state__in", ("held", "reserved", "installed", "blocked"))),
                fields=["place"],
                name="live_claims_of_a_place",
            ),
        ),
    ]

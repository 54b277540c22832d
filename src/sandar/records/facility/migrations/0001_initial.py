import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [("people", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="IpPrefix",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "prefix",
                    models.CharField(help_text="CIDR, for example 10.20.30.0/24", max_length=43, unique=True),
                ),
                ("is_public", models.BooleanField(default=False)),
                ("usable", models.PositiveIntegerField()),
                ("source", models.CharField(blank=True, max_length=300)),
            ],
        ),
        migrations.CreateModel(
            name="PowerFeed",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=0)),
            ],
            options={
                "ordering": ["position", "id"],
            },
        ),
        migrations.CreateModel(
            name="Room",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80, unique=True)),
                (
                    "capacity_w",
                    models.PositiveIntegerField(default=0, help_text="cooling in watts; 0 = not counted"),
                ),
                (
                    "derating",
                    models.PositiveSmallIntegerField(default=100, help_text="percent that may be used"),
                ),
                (
                    "spare_units",
                    models.PositiveSmallIntegerField(default=0, help_text="cooling units that may fail"),
                ),
                (
                    "source",
                    models.CharField(blank=True, help_text="where the figure comes from", max_length=300),
                ),
                (
                    "policy",
                    models.CharField(
                        blank=True,
                        help_text="how places are proposed: tight, spread, or empty for neither",
                        max_length=6,
                    ),
                ),
                (
                    "keep_free",
                    models.PositiveSmallIntegerField(
                        default=0,
                        help_text="percent of every rack's units and power that proposals leave free; holds may use it",
                    ),
                ),
                ("retired", models.BooleanField(default=False)),
            ],
        ),
        migrations.CreateModel(
            name="Site",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80, unique=True)),
                ("address", models.CharField(blank=True, max_length=300)),
                ("retired", models.BooleanField(default=False)),
            ],
        ),
        migrations.CreateModel(
            name="PowerNode",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80, unique=True)),
                ("kind", models.CharField(max_length=16)),
                ("side", models.CharField(blank=True, max_length=1)),
                ("capacity_w", models.PositiveIntegerField(default=0, help_text="watts; 0 = not given")),
                (
                    "capacity_va",
                    models.PositiveIntegerField(default=0, help_text="volt-amperes; 0 = not given"),
                ),
                (
                    "power_factor",
                    models.PositiveSmallIntegerField(default=100, help_text="percent: 90 = 0.9"),
                ),
                ("volts", models.PositiveIntegerField(default=0, help_text="0 = not given")),
                ("amps", models.PositiveIntegerField(default=0, help_text="a phase; 0 = not given")),
                ("phases", models.PositiveSmallIntegerField(default=1)),
                (
                    "phase",
                    models.CharField(
                        blank=True, help_text="L1, L2, L3 of a three-phase parent", max_length=2
                    ),
                ),
                (
                    "derating",
                    models.PositiveSmallIntegerField(default=80, help_text="percent that may be used"),
                ),
                (
                    "module_count",
                    models.PositiveSmallIntegerField(default=0, help_text="UPS modules; 0 = not modular"),
                ),
                ("module_w", models.PositiveIntegerField(default=0, help_text="watts of one UPS module")),
                (
                    "spare_modules",
                    models.PositiveSmallIntegerField(default=0, help_text="UPS modules that may fail"),
                ),
                ("source", models.CharField(blank=True, max_length=300)),
                (
                    "parents",
                    models.ManyToManyField(
                        blank=True,
                        related_name="children",
                        through="facility.PowerFeed",
                        through_fields=("child", "parent"),
                        to="facility.powernode",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.AddField(
            model_name="powerfeed",
            name="child",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="fed_by", to="facility.powernode"
            ),
        ),
        migrations.AddField(
            model_name="powerfeed",
            name="parent",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="feeding", to="facility.powernode"
            ),
        ),
        migrations.CreateModel(
            name="Outlet",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=20)),
                ("count", models.PositiveIntegerField()),
                (
                    "node",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="outlets",
                        to="facility.powernode",
                    ),
                ),
            ],
            options={
                "ordering": ["kind"],
            },
        ),
        migrations.CreateModel(
            name="BatteryPoint",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("watts", models.PositiveIntegerField()),
                ("minutes", models.PositiveIntegerField()),
                (
                    "node",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="battery_points",
                        to="facility.powernode",
                    ),
                ),
            ],
            options={
                "ordering": ["watts"],
            },
        ),
        migrations.CreateModel(
            name="Rack",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=40, unique=True)),
                ("row", models.CharField(blank=True, max_length=20)),
                (
                    "position",
                    models.PositiveSmallIntegerField(default=0, help_text="place in the row; 0 = not said"),
                ),
                ("height_u", models.PositiveSmallIntegerField(default=42)),
                (
                    "numbering",
                    models.CharField(
                        default="bottom", help_text="bottom or top: where U1 is printed", max_length=6
                    ),
                ),
                ("depth_mm", models.PositiveIntegerField(default=1000, help_text="usable depth")),
                (
                    "door",
                    models.CharField(default="both", help_text="none, front, rear or both", max_length=8),
                ),
                (
                    "mounting",
                    models.CharField(
                        default="four_post", help_text="four_post, two_post or wall", max_length=12
                    ),
                ),
                ("load_kg", models.PositiveIntegerField(default=800, help_text="load limit")),
                (
                    "source",
                    models.CharField(blank=True, help_text="where the load limit comes from", max_length=300),
                ),
                ("retired", models.BooleanField(default=False)),
                (
                    "prefix",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="racks",
                        to="facility.ipprefix",
                    ),
                ),
                (
                    "room",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="racks", to="facility.room"
                    ),
                ),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.AddField(
            model_name="powernode",
            name="rack",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="feeds",
                to="facility.rack",
            ),
        ),
        migrations.CreateModel(
            name="PortGroup",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(help_text="the switch or patch panel", max_length=80)),
                ("count", models.PositiveIntegerField()),
                ("gbps", models.PositiveIntegerField(default=1, help_text="Gbit/s of one port")),
                ("source", models.CharField(blank=True, max_length=300)),
                (
                    "rack",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="port_groups",
                        to="facility.rack",
                    ),
                ),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="CoolingUnit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80)),
                ("capacity_w", models.PositiveIntegerField()),
                (
                    "derating",
                    models.PositiveSmallIntegerField(default=100, help_text="percent that may be used"),
                ),
                ("source", models.CharField(blank=True, max_length=300)),
                (
                    "room",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="cooling_units",
                        to="facility.room",
                    ),
                ),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.AddField(
            model_name="room",
            name="site",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="rooms", to="facility.site"
            ),
        ),
        migrations.AddField(
            model_name="powernode",
            name="site",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="power_nodes", to="facility.site"
            ),
        ),
        migrations.AddField(
            model_name="ipprefix",
            name="site",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="prefixes", to="facility.site"
            ),
        ),
        migrations.CreateModel(
            name="FailureState",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=20)),
                ("name", models.CharField(blank=True, help_text="how the office calls it", max_length=120)),
                ("must_survive", models.BooleanField(default=True)),
                (
                    "node",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="failure_states",
                        to="facility.powernode",
                    ),
                ),
                (
                    "site",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="failure_states",
                        to="facility.site",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="Uplink",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80, unique=True)),
                ("bandwidth_mbps", models.PositiveIntegerField()),
                (
                    "derating",
                    models.PositiveSmallIntegerField(default=100, help_text="percent that may be used"),
                ),
                ("source", models.CharField(blank=True, max_length=300)),
                (
                    "site",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="uplinks",
                        to="facility.site",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="rack",
            name="uplink",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="racks",
                to="facility.uplink",
            ),
        ),
        migrations.CreateModel(
            name="ComputePool",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80, unique=True)),
                ("cores", models.PositiveIntegerField()),
                (
                    "overcommit",
                    models.PositiveSmallIntegerField(default=100, help_text="percent: 400 = 4 vCPU a core"),
                ),
                ("ram_gb", models.PositiveIntegerField()),
                ("storage_gb", models.PositiveIntegerField()),
                (
                    "derating",
                    models.PositiveSmallIntegerField(default=80, help_text="percent that may be used"),
                ),
                ("source", models.CharField(blank=True, max_length=300)),
                (
                    "prefix",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="compute_pools",
                        to="facility.ipprefix",
                    ),
                ),
                (
                    "site",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="compute_pools",
                        to="facility.site",
                    ),
                ),
                (
                    "uplink",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="compute_pools",
                        to="facility.uplink",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="powerfeed",
            constraint=models.UniqueConstraint(
                fields=("child", "parent"), name="node_is_fed_once_by_a_parent"
            ),
        ),
        migrations.AddConstraint(
            model_name="powerfeed",
            constraint=models.UniqueConstraint(fields=("child", "position"), name="parents_have_an_order"),
        ),
        migrations.AddConstraint(
            model_name="outlet",
            constraint=models.UniqueConstraint(
                fields=("node", "kind"), name="strip_says_once_how_many_outlets"
            ),
        ),
        migrations.AddConstraint(
            model_name="batterypoint",
            constraint=models.UniqueConstraint(
                fields=("node", "watts"), name="battery_has_one_time_at_a_load"
            ),
        ),
        migrations.AddConstraint(
            model_name="portgroup",
            constraint=models.UniqueConstraint(
                fields=("rack", "name"), name="port_group_has_one_name_in_its_rack"
            ),
        ),
        migrations.AddConstraint(
            model_name="coolingunit",
            constraint=models.UniqueConstraint(
                fields=("room", "name"), name="cooling_unit_has_one_name_in_its_room"
            ),
        ),
        migrations.AddConstraint(
            model_name="coolingunit",
            constraint=models.CheckConstraint(
                condition=models.Q(("derating__gte", 1), ("derating__lte", 100)),
                name="cooling_derating_is_a_percentage",
            ),
        ),
        migrations.AddConstraint(
            model_name="room",
            constraint=models.CheckConstraint(
                condition=models.Q(("derating__gte", 1), ("derating__lte", 100)),
                name="room_derating_is_a_percentage",
            ),
        ),
        migrations.AddConstraint(
            model_name="room",
            constraint=models.CheckConstraint(
                condition=models.Q(("keep_free__lte", 90), ("policy__in", ("", "tight", "spread"))),
                name="room_has_a_known_policy",
            ),
        ),
        migrations.AddConstraint(
            model_name="powernode",
            constraint=models.CheckConstraint(
                condition=models.Q(("derating__gte", 1), ("derating__lte", 100)),
                name="power_node_derating_is_a_percentage",
            ),
        ),
        migrations.AddConstraint(
            model_name="powernode",
            constraint=models.CheckConstraint(
                condition=models.Q(("power_factor__gte", 1), ("power_factor__lte", 100)),
                name="power_factor_is_a_percentage",
            ),
        ),
        migrations.AddConstraint(
            model_name="powernode",
            constraint=models.CheckConstraint(
                condition=models.Q(("side__in", ["", "A", "B"])), name="power_node_has_a_known_side"
            ),
        ),
        migrations.AddConstraint(
            model_name="powernode",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        (
                            "utility",
                            "genset",
                            "transfer_switch",
                            "ups",
                            "panel",
                            "pdu",
                            "rack_power_a",
                            "rack_power_b",
                        ),
                    )
                ),
                name="power_node_has_a_known_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="powernode",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("phase__in", ["", "L1", "L2", "L3"]), ("phases", 1)),
                    models.Q(("phase", ""), ("phases", 3)),
                    _connector="OR",
                ),
                name="power_node_has_one_or_three_phases",
            ),
        ),
        migrations.AddConstraint(
            model_name="powernode",
            constraint=models.UniqueConstraint(
                condition=models.Q(("rack__isnull", False)),
                fields=("rack", "side"),
                name="rack_has_one_feed_a_side",
            ),
        ),
        migrations.AddConstraint(
            model_name="failurestate",
            constraint=models.UniqueConstraint(
                condition=models.Q(("node__isnull", True)),
                fields=("site", "kind"),
                name="state_is_declared_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="failurestate",
            constraint=models.UniqueConstraint(
                condition=models.Q(("node__isnull", False)),
                fields=("site", "node"),
                name="maintenance_is_declared_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="failurestate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "maintenance"), ("node__isnull", False)),
                    models.Q(
                        (
                            "kind__in",
                            (
                                "normal",
                                "a_lost",
                                "b_lost",
                                "utility_lost",
                                "module_lost",
                                "cooling_unit_lost",
                            ),
                        ),
                        ("node__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="maintenance_names_a_node",
            ),
        ),
        migrations.AddConstraint(
            model_name="uplink",
            constraint=models.CheckConstraint(
                condition=models.Q(("derating__gte", 1), ("derating__lte", 100)),
                name="uplink_derating_is_a_percentage",
            ),
        ),
        migrations.AddConstraint(
            model_name="rack",
            constraint=models.CheckConstraint(
                condition=models.Q(("height_u__gte", 1), ("height_u__lte", 100)), name="rack_has_a_height"
            ),
        ),
        migrations.AddConstraint(
            model_name="rack",
            constraint=models.CheckConstraint(
                condition=models.Q(("numbering__in", ("bottom", "top"))), name="rack_is_numbered_from_an_end"
            ),
        ),
        migrations.AddConstraint(
            model_name="rack",
            constraint=models.CheckConstraint(
                condition=models.Q(("door__in", ("none", "front", "rear", "both"))),
                name="rack_has_known_doors",
            ),
        ),
        migrations.AddConstraint(
            model_name="rack",
            constraint=models.CheckConstraint(
                condition=models.Q(("mounting__in", ("four_post", "two_post", "wall"))),
                name="rack_has_a_known_mounting",
            ),
        ),
        migrations.AddConstraint(
            model_name="computepool",
            constraint=models.CheckConstraint(
                condition=models.Q(("derating__gte", 1), ("derating__lte", 100)),
                name="compute_derating_is_a_percentage",
            ),
        ),
        migrations.CreateModel(
            name="FacilityJournal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("last_seq", models.PositiveIntegerField(default=0)),
                ("last_hash", models.CharField(default="0" * 64, max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name="FacilityEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("seq", models.PositiveIntegerField(unique=True)),
                (
                    "kind",
                    models.CharField(
                        help_text="facility_created, _changed, _removed, _imported", max_length=32
                    ),
                ),
                (
                    "subject",
                    models.CharField(blank=True, help_text="kind and name, to find it by", max_length=180),
                ),
                ("at", models.DateTimeField()),
                (
                    "actor",
                    models.JSONField(
                        help_text="name, title and role as they were; of the command line: system"
                    ),
                ),
                ("payload", models.JSONField()),
                ("prev", models.CharField(max_length=64)),
                ("hash", models.CharField(max_length=64)),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.person",
                    ),
                ),
            ],
            options={
                "ordering": ["seq"],
                "indexes": [models.Index(fields=["subject", "-seq"], name="facility_fa_subject_5b8285_idx")],
            },
        ),
    ]

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

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
                    "source",
                    models.CharField(blank=True, help_text="where the figure comes from", max_length=300),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("derating__gte", 1), ("derating__lte", 100)),
                        name="room_derating_is_a_percentage",
                    )
                ],
            },
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
            ],
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
                ("height_u", models.PositiveSmallIntegerField(default=42)),
                (
                    "numbering",
                    models.CharField(
                        default="bottom", help_text="bottom or top: where U1 is printed", max_length=6
                    ),
                ),
                ("depth_mm", models.PositiveIntegerField(default=1000, help_text="usable depth")),
                ("load_kg", models.PositiveIntegerField(default=800, help_text="load limit")),
                (
                    "source",
                    models.CharField(blank=True, help_text="where the load limit comes from", max_length=300),
                ),
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
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("height_u__gte", 1), ("height_u__lte", 100)),
                        name="rack_has_a_height",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("numbering__in", ["bottom", "top"])),
                        name="rack_is_numbered_from_an_end",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="room",
            name="site",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="rooms", to="facility.site"
            ),
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
                ("capacity_w", models.PositiveIntegerField()),
                (
                    "derating",
                    models.PositiveSmallIntegerField(default=80, help_text="percent that may be used"),
                ),
                ("source", models.CharField(blank=True, max_length=300)),
                (
                    "parents",
                    models.ManyToManyField(blank=True, related_name="children", to="facility.powernode"),
                ),
                (
                    "rack",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="feeds",
                        to="facility.rack",
                    ),
                ),
                (
                    "site",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="power_nodes",
                        to="facility.site",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("derating__gte", 1), ("derating__lte", 100)),
                        name="power_node_derating_is_a_percentage",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("side__in", ["", "A", "B"])), name="power_node_has_a_known_side"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("rack__isnull", False)),
                        fields=("rack", "side"),
                        name="rack_has_one_feed_a_side",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="ipprefix",
            name="site",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="prefixes", to="facility.site"
            ),
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
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("derating__gte", 1), ("derating__lte", 100)),
                        name="uplink_derating_is_a_percentage",
                    )
                ],
            },
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
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("derating__gte", 1), ("derating__lte", 100)),
                        name="compute_derating_is_a_percentage",
                    )
                ],
            },
        ),
    ]

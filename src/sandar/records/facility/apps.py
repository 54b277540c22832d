from __future__ import annotations

from django.apps import AppConfig


class FacilityConfig(AppConfig):
    name = "sandar.records.facility"
    label = "facility"

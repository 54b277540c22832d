from __future__ import annotations

from django.apps import AppConfig


class AnchorsConfig(AppConfig):
    name = "sandar.records.anchors"
    label = "anchors"

from __future__ import annotations

from django.apps import AppConfig


class DispositionsConfig(AppConfig):
    name = "sandar.records.dispositions"
    label = "dispositions"

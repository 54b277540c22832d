from __future__ import annotations

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "sandar.doors.web"
    label = "web"

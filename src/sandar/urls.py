"""All addresses: pages, API, health. Each door lists its own."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("", include("sandar.doors.web.urls")),
]

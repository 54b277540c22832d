"""Addresses of the API, under /api/v1."""

from __future__ import annotations

from django.urls import path

from sandar.doors.api import openapi
from sandar.doors.api.door import urlpatterns as calls

app_name = "api"
urlpatterns = [
    path("openapi.json", openapi.openapi_json, name="openapi"),
    path("docs", openapi.docs, name="docs"),
    *calls(),
]

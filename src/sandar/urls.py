"""All addresses: pages, API, health. Each door lists its own."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("api/v1/", include("sandar.doors.api.urls")),
    path("", include("sandar.doors.web.urls")),
]

# Faults outside of a view become the same pages as refusals inside one.
handler400 = "sandar.doors.web.refusal.bad_request"
handler403 = "sandar.doors.web.refusal.permission_denied"
handler404 = "sandar.doors.web.refusal.page_not_found"
handler500 = "sandar.doors.web.refusal.server_error"

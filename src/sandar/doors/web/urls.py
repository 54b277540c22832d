"""Addresses of the pages. Each file of pages lists its own; this file puts them together."""

from __future__ import annotations

from django.urls import include, path, re_path
from django.views.generic import RedirectView

from sandar.doors.web import (
    account,
    acts,
    agency,
    anchors,
    apply,
    archive,
    assets,
    calendar,
    capacity,
    cases,
    disposition,
    excepting,
    facility,
    facility_import,
    floor,
    gallery,
    health,
    inbox,
    letterhead,
    moves,
    moving,
    numbers,
    office,
    officials,
    papers,
    policy,
    power,
    public,
    racks,
    reports,
<<<<<<< HEAD
    revoking,
=======
    side_by_side,
>>>>>>> 3371127 (web: Equipment and holds are dragged from rack to rack on /jajaran, both faces; /pindah draws both faces; a request's page says why it was passed over)
    signing,
    sop,
    sop_drafts,
    sop_trial,
    troubles,
    waiting,
)

_CLOSED = (
    r"^akun/(?:signup|password/reset|password/set|email|confirm-email|login/code|inactive)(?P<rest>/.*)?$"
)

urlpatterns = [
    path("health/live", health.live, name="health_live"),
    path("health/ready", health.ready, name="health_ready"),
    path("metrics", health.metrics, name="metrics"),
    path("bahasa", account.language, name="language"),
    path("akun/logout/", account.SignOut.as_view(), name="sign_out"),
    re_path(_CLOSED, account.closed, name="closed"),
    path("akun/", RedirectView.as_view(pattern_name="mfa_index"), name="account"),
    path("akun/", include("allauth.urls")),
    path("_gaya", gallery.gallery, name="gallery"),
    *inbox.urlpatterns,
    *excepting.urlpatterns,
    *cases.urlpatterns,
    *disposition.urlpatterns,
    *acts.urlpatterns,
    *apply.urlpatterns,
    *papers.urlpatterns,
    *policy.urlpatterns,
    *power.urlpatterns,
    *public.urlpatterns,
    *agency.urlpatterns,
    *anchors.urlpatterns,
    *archive.urlpatterns,
    *assets.urlpatterns,
    *calendar.urlpatterns,
    *capacity.urlpatterns,
    *facility_import.urlpatterns,
    *facility.urlpatterns,
    *floor.urlpatterns,
    *moves.urlpatterns,
    *moving.urlpatterns,
    *letterhead.urlpatterns,
    *numbers.urlpatterns,
    *office.urlpatterns,
    *officials.urlpatterns,
    *racks.urlpatterns,
    *reports.urlpatterns,
<<<<<<< HEAD
    *revoking.urlpatterns,
=======
    *side_by_side.urlpatterns,
>>>>>>> 3371127 (web: Equipment and holds are dragged from rack to rack on /jajaran, both faces; /pindah draws both faces; a request's page says why it was passed over)
    *signing.urlpatterns,
    *sop.urlpatterns,
    *sop_drafts.urlpatterns,
    *sop_trial.urlpatterns,
    *troubles.urlpatterns,
    *waiting.urlpatterns,
]

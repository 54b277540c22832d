"""A rack in a real Chromium: arrows walk, Space lifts, the mouse drags, and nothing moves without the server's yes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect
from pytest_django.live_server_helper import LiveServer

from sandar.core import rack as geometry
from sandar.core.capacity import Demand
from sandar.records.ledger import read as ledger_read
from sandar.records.ledger import write as ledger
from sandar.records.ledger.models import Claim
from tests import office
from tests.e2e import actors
from tests.web.people import client_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
DESK = ViewportSize(width=1440, height=1400)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for this file; every test has a context of its own in it."""
    with actors.chromium() as running:
        yield running


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page whose console must stay silent."""
    said: list[str] = []
    page = browser.new_page(viewport=DESK, locale="id-ID")
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda fault: said.append(str(fault)))
    yield page
    page.context.close()
    assert not [text for text in said if "Failed to load resource" not in text]


def stands(rack: str, unit: float, label: str) -> Claim:
    spec = ledger.ClaimSpec(
        place_id=ledger_read.place("rack", rack).pk,
        demand=Demand(watts=400, cords="AB", weight_kg=10),
        start=geometry.start_of(unit),
        height=4,
        label=label,
    )
    with transaction.atomic():
        return ledger.hold(spec, at=timezone.now(), by=None, expires_at=timezone.now() + timedelta(days=9))


def enter(page: Page, base: str, path: str) -> None:
    client = client_of(office.person("operator1"))
    name = settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": base}])
    page.goto(base + path)


def drag(page: Page, device: Locator, units: float) -> None:
    """Take the device in its middle and carry it up by so many units; the button stays down."""
    box = device.locator(".elev-box").bounding_box()
    assert box is not None
    unit = (box["height"] + 1) / 2
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 3, y - unit * units / 2, steps=4)
    page.mouse.move(x + 3, y - unit * units, steps=6)


def test_a_device_is_dragged_to_free_units_after_the_server_said_yes(
    page: Page, live_server: LiveServer
) -> None:
    office.build()
    claim = stands("R03", 5, "Dipindah")
    enter(page, live_server.url, "/rak/R03")
    drag(page, page.locator(f'figure[data-face=front] a[data-claim="{claim.pk}"]'), 7)
    verdict = page.locator("#putusan")
    expect(verdict).to_contain_text("U12–U13: cocok")
    claim.refresh_from_db()
    assert claim.start == geometry.start_of(5)
    page.mouse.up()
    expect(page.get_by_text("Perangkat dipindahkan.")).to_be_visible()
    claim.refresh_from_db()
    assert (claim.start, claim.version) == (geometry.start_of(12), 2)


def test_a_taken_place_is_refused_before_the_drop_and_nothing_moves(
    page: Page, live_server: LiveServer
) -> None:
    office.build()
    claim = stands("R03", 5, "Dipindah")
    stands("R03", 9, "Sudah ada")
    enter(page, live_server.url, "/rak/R03")
    drag(page, page.locator(f'figure[data-face=front] a[data-claim="{claim.pk}"]'), 4)
    expect(page.locator("#putusan.verdict-no")).to_contain_text("Sudah ada")
    page.mouse.up()
    expect(page.locator("#putusan.verdict-no")).to_contain_text("Sudah ada")
    claim.refresh_from_db()
    assert claim.version == 1


def test_the_keyboard_walks_lifts_carries_and_drops(page: Page, live_server: LiveServer) -> None:
    office.build()
    low, high = stands("R03", 5, "Bawah"), stands("R03", 20, "Atas")
    enter(page, live_server.url, "/rak/R03")
    front = "figure[data-face=front] "
    page.locator(f'{front}a[data-claim="{high.pk}"]').focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator(f'{front}a[data-claim="{low.pk}"]')).to_be_focused()
    page.keyboard.press("Space")
    for _ in range(3):
        page.keyboard.press("ArrowUp")
    expect(page.locator("#putusan")).to_contain_text("U8–U9: cocok")
    page.keyboard.press("Escape")
    expect(page.locator("#putusan")).to_contain_text("Tidak ada yang berubah")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Perangkat dipindahkan.")).to_be_visible()
    low.refresh_from_db()
    assert low.start == geometry.start_of(6)


def test_a_drop_on_a_page_that_is_old_says_so_and_moves_nothing(page: Page, live_server: LiveServer) -> None:
    office.build()
    claim = stands("R03", 5, "Dipindah")
    enter(page, live_server.url, "/rak/R03")
    with transaction.atomic():
        moved = ledger.move(
            claim, place_id=claim.place_id, start=geometry.start_of(30), at=timezone.now(), by=None
        )
    drag(page, page.locator(f'figure[data-face=front] a[data-claim="{claim.pk}"]'), 7)
    expect(page.locator("#putusan.verdict-no")).to_be_visible()
    page.mouse.up()
    claim.refresh_from_db()
    assert (claim.start, claim.version) == (moved.start, moved.version)


def test_a_waiting_device_is_dragged_onto_free_units_and_held_for_its_request(
    page: Page, live_server: LiveServer
) -> None:
    office.build()
    case = office.bring_to(office.ask(), "capacity_check")
    enter(page, live_server.url, "/rak/R03")
    chip = page.locator("#menunggu [data-drag]").first.bounding_box()
    free = page.locator("figure[data-face=front] .elev-slot").nth(9).bounding_box()
    assert chip is not None
    assert free is not None
    page.mouse.move(chip["x"] + 20, chip["y"] + 10)
    page.mouse.down()
    page.mouse.move(free["x"] + 60, free["y"] + 40, steps=5)
    page.mouse.move(free["x"] + 60, free["y"] + 4, steps=5)
    expect(page.locator("#putusan.verdict-yes")).to_contain_text("cocok")
    page.mouse.up()
    expect(page.get_by_text("Tempat ditahan.")).to_be_visible()
    held = Claim.objects.get(case=case, state="held")
    assert (held.label, held.height, held.watts) == ("SIMPUS-1", 4, 575)


def carry(page: Page, thing: Locator, target: Locator, unit: int) -> None:
    """Take it in its middle and carry it over this unit of another drawing; the button stays down."""
    box, to = thing.bounding_box(), target.bounding_box()
    assert box is not None
    assert to is not None
    each = to["height"] * 18 / (42 * 18 + 20)
    x, y = to["x"] + to["width"] / 2, to["y"] + to["height"] - each * (10 / 18 + unit - 1)
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(x - 20, y - each, steps=6)
    page.mouse.move(x, y - each, steps=6)


def device(page: Page, claim: Claim, face: str = "front") -> Locator:
    return page.locator(f'figure[data-face={face}] a[data-claim="{claim.pk}"] .elev-box')


def face_of(page: Page, rack: str, face: str = "front") -> Locator:
    return page.locator(f'figure[data-rack="{rack}"][data-face={face}] svg.elev')


def test_equipment_is_dragged_from_rack_to_rack_after_the_server_said_yes(
    page: Page, live_server: LiveServer
) -> None:
    office.build()
    claim = stands("R03", 5, "Dipindah")
    with transaction.atomic():
        claim = ledger.install(claim, at=timezone.now(), by=None)
    enter(page, live_server.url, "/jajaran?dekat=R03")
    carry(page, device(page, claim), face_of(page, "R02"), 12)
    expect(page.locator("#putusan.verdict-yes")).to_contain_text("R02 U12–U13: cocok")
    assert page.locator('figure[data-rack="R02"] .elev-ghost.is-yes').count() == 2  # front and rear
    claim.refresh_from_db()
    assert claim.version == 2
    page.mouse.up()
    expect(page.get_by_text("Perangkat dipindahkan.")).to_be_visible()
    assert "/jajaran?baris=" in page.url
    claim.refresh_from_db()
    assert (claim.place.name, claim.start, claim.state) == ("R02", geometry.start_of(12), "installed")


def test_a_hold_is_dragged_onto_a_taken_place_of_another_rack_and_refused_before_the_drop(
    page: Page, live_server: LiveServer
) -> None:
    office.build()
    claim = stands("R03", 5, "Dipindah")
    stands("R04", 20, "Sudah ada")
    enter(page, live_server.url, "/jajaran?dekat=R03&sisi=belakang")
    carry(page, device(page, claim, "rear"), face_of(page, "R04", "rear"), 20)
    expect(page.locator("#putusan.verdict-no")).to_contain_text("Sudah ada")
    page.mouse.up()
    claim.refresh_from_db()
    assert (claim.place.name, claim.version) == ("R03", 1)
    carry(page, device(page, claim, "rear"), face_of(page, "R04", "rear"), 30)
    expect(page.locator("#putusan.verdict-yes")).to_be_visible()
    page.mouse.up()
    expect(page.get_by_text("Perangkat dipindahkan.")).to_be_visible()
    claim.refresh_from_db()
    assert (claim.place.name, claim.start, claim.state) == ("R04", geometry.start_of(30), "held")


def test_the_keyboard_carries_from_rack_to_rack(page: Page, live_server: LiveServer) -> None:
    office.build()
    claim, beside = stands("R03", 5, "Dibawa"), stands("R04", 30, "Tetangga")
    enter(page, live_server.url, "/jajaran?dekat=R03")
    page.locator(f'figure[data-face=front] a[data-claim="{claim.pk}"]').focus()
    page.keyboard.press("Space")
    expect(page.locator("#putusan")).to_contain_text("R03 U5–U6 diangkat")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowUp")
    expect(page.locator("#putusan")).to_contain_text("R04 U6–U7: cocok")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Perangkat dipindahkan.")).to_be_visible()
    claim.refresh_from_db()
    assert (claim.place.name, claim.start) == ("R04", geometry.start_of(6))
    page.locator(f'figure[data-face=front] a[data-claim="{beside.pk}"]').focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator(f'figure[data-face=front] a[data-claim="{claim.pk}"]')).to_be_focused()


def test_a_waiting_device_is_dragged_onto_any_rack_of_the_row(page: Page, live_server: LiveServer) -> None:
    office.build()
    case = office.bring_to(office.ask(), "capacity_check")
    enter(page, live_server.url, "/jajaran?dekat=R03&sisi=depan")
    carry(page, page.locator("#menunggu [data-drag]").first, face_of(page, "R02"), 20)
    expect(page.locator("#putusan.verdict-yes")).to_contain_text("R02")
    page.mouse.up()
    expect(page.get_by_text("Tempat ditahan.")).to_be_visible()
    held = Claim.objects.get(case=case, state="held")
    assert (held.place.name, held.label, held.watts) == ("R02", "SIMPUS-1", 575)


def test_a_dark_screen_prints_in_the_colours_of_paper(page: Page, live_server: LiveServer) -> None:
    office.build()
    stands("R03", 5, "Dicetak")
    enter(page, live_server.url, "/rak/R03?warna=daya")
    fill = "getComputedStyle(document.querySelector('.is-held .elev-box')).fill"
    page.emulate_media(color_scheme="dark")
    dark = page.evaluate(fill)
    page.emulate_media(color_scheme="light")
    light = page.evaluate(fill)
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate(fill) == light != dark


def test_axe_finds_nothing_serious_on_the_pages_of_capacity(page: Page, live_server: LiveServer) -> None:
    office.build()
    claim = stands("R03", 5, "Dipindah")
    enter(page, live_server.url, "/rak/R03")
    for path in (
        "/rak/R03?warna=instansi", "/rak/R03?warna=daya", f"/rak/R03/pindah/{claim.pk}", "/denah", "/kapasitas",
        "/denah?ukur=panas", "/kapasitas/rincian?jenis=ups&ref=UPS-A", "/kapasitas/listrik?keadaan=a_lost",
        "/kapasitas/bagaimana-jika?keadaan=a_lost", "/kapasitas/jalur-tunggal", "/jajaran",
    ):  # fmt: skip
        page.set_viewport_size(DESK)
        page.goto(live_server.url + path)
        assert actors.axe(page) == [], path
        page.set_viewport_size(actors.PHONE)
        assert actors.too_wide(page) <= 0, path

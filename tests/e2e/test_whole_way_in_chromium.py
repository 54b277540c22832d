"""Six people, six browsers, one case: from a scanned letter to the report, against a real server and its worker.

Then the pages they used: axe-core finds nothing serious, a phone need not scroll sideways, the policy blocked
nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, expect

from sandar.doors.cli.example import hardware, loopback
from sandar.doors.cli.example.loopback import Service
from tests.e2e import actors
from tests.e2e.actors import Actor
from tests.instance import Instance, serving

pytestmark = [pytest.mark.browser, pytest.mark.servers]

DOMAIN = "simpus.contoh.invalid"
SERVER = hardware.server("SIMPUS-1", "CTH-0901", domain=DOMAIN)
LETTER = {
    "letter.number": "440/1182/DINKES/XI/2026",
    "letter.subject": "Permohonan penempatan server SIMPUS",
    "letter.signatory.name": "Kepala Dinas Contoh",
    "contact.name": "Narahubung Contoh",
    "contact.phone": "000",
    **{
        f"items.0.{name}": str(SERVER[name])
        for name in (
            "name", "brand", "model", "serial", "height_u", "depth_mm", "weight_kg", "watts", "cpu_model",
            "cpu_cores", "ram_gb", "os", "domain",
        )
    },
    "items.0.disks.0.count": str(len(SERVER["disks"])),
    "items.0.disks.0.gb": str(SERVER["disks"][0]["gb"]),
    "items.0.disks.0.type": str(SERVER["disks"][0]["type"]),
    "items.0.nics.0.count": str(len(SERVER["nics"])),
    "items.0.nics.0.gbps": str(SERVER["nics"][0]["gbps"]),
}  # fmt: skip
SEEN = {
    "height_u": str(SERVER["height_u"]),
    "depth_mm": str(SERVER["depth_mm"]),
    "weight_kg": str(SERVER["weight_kg"]),
    "psu_count": str(SERVER["psu_count"]),
    "rail_kit": "pass",
    "cables": "pass",
    "asset_label": "pass",
    "power_on": "pass",
}


@dataclass
class Stage:
    """The running server, the tenant's service, a browser, and how far the case came."""

    sandar: Instance
    service: Service
    browser: Browser
    number: str = ""

    def enter(self, username: str, **options: object) -> Actor:
        return actors.enter(self.browser, self.sandar.address, username, **options)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with (
        loopback.tls_server([DOMAIN], timezone.now()) as service,
        serving(
            tmp_path_factory.mktemp("e2e") / "data",
            example=True,
            SANDAR_PROBE_ALLOW_LOOPBACK="1",
            SANDAR_PROBE_CA_FILE=service.trust,
        ) as sandar,
        actors.chromium() as browser,
    ):
        yield Stage(sandar, service, browser)


def scanned(actor: Actor) -> bytes:
    """A letter on paper, as a scanner hands it over."""
    sheet = actor.context.new_page()
    sheet.set_content("<h1>Surat permohonan contoh</h1>")
    data = sheet.pdf()
    sheet.close()
    return data


def test_six_people_carry_a_case_from_the_scanned_letter_to_the_report(stage: Stage) -> None:
    dinkes, operator = stage.enter("dinkes1"), stage.enter("operator1")
    kabid = stage.enter("kabid1", java_script_enabled=False, viewport=actors.PHONE)
    pengawas, pemeriksa = stage.enter("pengawas1", java_script_enabled=False), stage.enter("pemeriksa1")
    administrator = stage.enter("administrator1")

    case = ask(dinkes)
    stage.number = case.rsplit("/", 1)[1]
    for who, note in ((kabid, "Mohon diperiksa."), (pengawas, ""), (administrator, ""), (operator, "")):
        who.open(case)
        if note:
            who.fill({"note": note})
        who.press()
    check_capacity(operator, case)
    administrator.open(case)
    administrator.press()
    fill_form(dinkes, case)
    approve(kabid, case)
    administrator.open(case)
    administrator.press()
    dinkes.open(case)
    dinkes.fill({"deliveries.0.serial": "CTH-0901", "brought_by": "Teknisi Contoh"})
    dinkes.press()
    operator.open(case)
    operator.fill({"received.0.serial": "CTH-0901"})
    operator.press()
    inspect(pemeriksa, case)
    install(operator, case, stage.service)
    report(administrator, case)

    page = dinkes.open(case)
    expect(page.get_by_role("heading", name="Selesai, layanan dapat diakses")).to_be_visible()
    expect(page.locator(".papers").get_by_text("Berita Acara Serah Terima")).to_be_visible()
    expect(page.locator(".papers").get_by_text("Lembar Disposisi")).to_have_count(0)
    for actor in (dinkes, operator, kabid, pengawas, pemeriksa, administrator):
        assert actors.complaints(actor.said) == [], actor.name


def ask(dinkes: Actor) -> str:
    """Step 1: the letter typed and its scan attached. Returns the case's path."""
    page = dinkes.open("/ajukan")
    dinkes.attach("scan", "surat.pdf", scanned(dinkes), kind="application/pdf")
    dinkes.fill({**LETTER, "items.0.watts": "-1"})
    page.locator("form").evaluate_all("all => all.forEach(form => { form.noValidate = true; })")
    page.get_by_role("button", name="Kirim permohonan").last.click()
    expect(page.locator("#galat")).to_contain_text(
        "Daya nyata"
    )  # refused, and nothing typed or chosen is lost
    expect(page.locator('[name="letter.number"]')).to_have_value(LETTER["letter.number"])
    expect(page.locator(".kept")).to_contain_text("surat.pdf")
    dinkes.fill({"items.0.watts": str(SERVER["watts"])})
    page.get_by_role("button", name="Kirim permohonan").last.click()
    expect(page.locator("#pesan .notice-ok")).to_be_visible()
    expect(page.locator(".papers").get_by_text("surat.pdf")).to_be_visible()
    return page.url.removeprefix(dinkes.base).split("#")[0]


def check_capacity(operator: Actor, case: str) -> None:
    """Step 3: another rack than the suggested one, the paper looked at first."""
    page = operator.open(case)
    expect(page.get_by_text("Apakah masih ada tempat?")).to_be_visible()
    other = page.locator('label.pick:has(input[name="placements.0.pick"])').nth(1)
    other.click()
    wanted = other.locator("input").get_attribute("value") or ""
    rack = wanted.split(":")[0]
    with page.context.expect_page() as shown:
        page.get_by_role("button", name="Pratinjau").first.click()
    shown.value.close()
    operator.press()
    expect(page.locator(".case-side")).to_contain_text(f"{rack} U{wanted.split(':')[1]}")
    expect(page.locator("#pesan")).to_contain_text("Laporan Ketersediaan Kapasitas")


def fill_form(dinkes: Actor, case: str) -> None:
    """Step 4: saved first, then submitted without a name, then with it."""
    page = dinkes.open(case)
    dinkes.fill({"backup_plan": "Cadangan harian ke luar kota", "technical_contact.name": "Pranata Contoh"})
    page.get_by_role("button", name="Simpan dahulu").click()
    expect(page.locator("#pesan .notice-ok")).to_be_visible()
    expect(page.locator('[name="backup_plan"]')).to_have_value("Cadangan harian ke luar kota")
    dinkes.fill({"admin_contact.name": "Sekretaris Contoh"})
    page.locator('[name="agreed"]').check()
    dinkes.press()


def approve(kabid: Actor, case: str) -> None:
    """Step 5, on a phone without JavaScript."""
    page = kabid.open(case)
    expect(page.get_by_text("Apakah permohonan ini disetujui?")).to_be_visible()
    expect(page.locator(".decided")).to_contain_text("SIMPUS-1")
    kabid.press()
    expect(page.locator("#pesan")).to_contain_text("Formulir Persetujuan")


def inspect(pemeriksa: Actor, case: str) -> None:
    """Step 8, first half: the machine's own inventory against the approved form."""
    page = pemeriksa.open(case)
    data = json.dumps(hardware.lshw({**SERVER, "ram_gb": 128 * 2**30 / 10**9})).encode()
    pemeriksa.attach("inspections.0.inventory_file", "lshw.json", data, kind="application/json")
    pemeriksa.fill({f"inspections.0.manual.{name}": value for name, value in SEEN.items()})
    page.locator("#tindakan .acts-sticky .btn-primary").click()
    expect(
        page.locator("#galat")
    ).to_be_visible()  # lshw does not know the system: somebody has to look or say why
    expect(page.locator(".kept")).to_contain_text("lshw.json")
    pemeriksa.fill({"inspections.0.manual.os": SERVER["os"]})
    pemeriksa.press()
    expect(page.locator("#pesan")).to_contain_text("Pemeriksaan Kesesuaian")


def install(operator: Actor, case: str, service: Service) -> None:
    """Step 8, second half: at the reserved place, under the tenant's address."""
    operator.open(case)
    operator.fill({"items.0.address": service.address, "items.0.ports": str(service.port)})
    operator.press()


def report(administrator: Actor, case: str) -> None:
    """Step 9: the worker tries the service over TLS, the page shows it by itself, the report closes the case."""
    page = administrator.open(case)
    administrator.press()
    expect(page.locator("#bukti .chip")).to_have_text("dapat diakses", timeout=40_000)
    administrator.open(case)
    expect(page.locator("#bukti")).to_contain_text("sertifikat sampai")
    administrator.press()


PAGES = {
    "dinkes1": ("/", "/ajukan", "/permohonan", "/permohonan/{number}"),
    "operator1": ("/", "/permohonan/PMH-2026-0001", "/permohonan/{capacity_check}", "/rak/R01", "/denah"),
    "administrator1": (
        "/permohonan",
        "/permohonan/{number}",
        "/kapasitas",
        "/kapasitas/listrik?keadaan=a_lost",
    ),
    "kabid1": ("/kapasitas/bagaimana-jika?keadaan=b_lost", "/kapasitas/jalur-tunggal", "/rak/R01?warna=daya"),
}


def addresses(actor: Actor, paths: tuple[str, ...], stage: Stage) -> Iterator[str]:
    for path in paths:
        if "{capacity_check}" in path:
            actor.open("/")
            link = actor.page.locator(".task-row a", has_text="Cek kapasitas").first
            yield str(link.get_attribute("href")).split("#")[0]
        elif "{number}" not in path or stage.number:
            yield path.format(number=stage.number)


@pytest.mark.sqlite  # the pages are the same pages on PostgreSQL
@pytest.mark.parametrize("username", PAGES)
def test_axe_finds_nothing_serious_and_a_phone_needs_no_sideways_scrolling(
    stage: Stage, username: str
) -> None:
    desk, phone = stage.enter(username), stage.enter(username, viewport=actors.PHONE, has_touch=True)
    for path in addresses(desk, PAGES[username], stage):
        desk.open(path)
        assert actors.axe(desk.page) == [], path
        phone.open(path)
        assert actors.too_wide(phone.page) <= 0, path
    assert actors.complaints(desk.said + phone.said) == []


@pytest.mark.sqlite
def test_the_public_pages_pass_as_well(stage: Stage) -> None:
    context = stage.browser.new_context(viewport=actors.PHONE)
    page = context.new_page()
    for path in ("/akun/login/", f"/track/{stage.number or 'PMH-2026-0001'}", "/verify/tidakdikenal"):
        page.goto(stage.sandar.address + path)
        assert actors.axe(page) == [], path
        assert actors.too_wide(page) <= 0, path

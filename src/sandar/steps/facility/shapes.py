"""What may be said of each kind of thing in the facility: defined once for page, API and table.

`title` is the control's label and the column's heading, `description` its help (Indonesian msgids, translated where
they are shown). x-of: the kind whose name is asked; x-unit: printed behind the figure; x-fixed: cannot be changed
later. Units as in records.facility.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.utils.translation import gettext_noop as noop
from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from sandar.steps.inputs import HeightU, Input, Named, PositionU, Text

LARGEST = 2_147_483_647
SMALL = 32_767


def _no_slash(value: str) -> str:
    if "/" in value or "\n" in value:
        raise ValueError("slash")
    return value


def _one_line(value: str) -> str:
    if "\n" in value or ";" in value:
        raise ValueError("semicolon")
    return value


def _names(value: Any) -> Any:
    """Names in one cell: apart by semicolons or lines."""
    if not isinstance(value, str):
        return value
    return [part.strip() for part in value.replace("\n", ";").split(";") if part.strip()]


def _pairs(value: Any, first: str, second: str, *, whole: bool) -> Any:
    if not isinstance(value, str):
        return value
    found: list[dict[str, Any]] = []
    for part in _names(value):
        left, colon, right = (piece.strip() for piece in part.rpartition(":"))
        if not colon or not left or not right.isdigit() or (whole and not left.isdigit()):
            raise ValueError("pairs")
        found.append({first: int(left) if whole else left, second: int(right)})
    return found


def _points(value: Any) -> Any:
    return _pairs(value, "watts", "minutes", whole=True)


def _counts(value: Any) -> Any:
    return _pairs(value, "kind", "count", whole=False)


Name80 = Annotated[Named, StringConstraints(max_length=80), AfterValidator(_one_line)]
Short80 = Annotated[Text, StringConstraints(max_length=80)]
RackName = Annotated[
    Named, StringConstraints(max_length=40), AfterValidator(_no_slash), AfterValidator(_one_line)
]
Quantity = Annotated[int, Field(ge=0, le=LARGEST)]
Small = Annotated[int, Field(ge=0, le=SMALL)]
Percent = Annotated[int, Field(ge=1, le=100)]
Origin = Annotated[Text, StringConstraints(max_length=200)]
NAME = noop("Nama")
DERATING = noop("Boleh dipakai (%)")
DERATING_HELP = noop("Persen dari kapasitas yang boleh dipakai; sisanya cadangan.")
SOURCE = noop("Sumber angka")
SOURCE_HELP = noop("Dari mana angkanya: pelat nama, kontrak, atau pengukuran.")


def of(kind: str, *, fixed: bool = False) -> dict[str, Any]:
    return {"x-of": kind} | ({"x-fixed": True} if fixed else {})


def unit(text: str) -> dict[str, Any]:
    return {"x-unit": text}


FIXED: dict[str, Any] = {"x-fixed": True}


def _source() -> Any:
    return Field("", title=SOURCE, description=SOURCE_HELP)


def _derating(percent: int) -> Any:
    return Field(percent, title=DERATING, description=DERATING_HELP, json_schema_extra=unit("%"))


class Site(Input):
    """A building with a data centre."""

    name: Name80 = Field(title="Nama", description=noop("Nama gedung, tidak boleh sama dengan gedung lain."))
    address: Text = Field("", title="Alamat")


class Room(Input):
    """A server room with its cooling and how its racks are filled."""

    site: Name80 = Field(title="Gedung", json_schema_extra=of("site", fixed=True))
    name: Name80 = Field(title="Nama")
    capacity_w: Quantity = Field(
        0,
        title="Pendinginan (W)",
        description=noop(
            "Panas yang dapat dibuang, dalam watt; 0 = tidak dihitung, atau dijumlah dari mesin pendingin."
        ),
        json_schema_extra=unit("W"),
    )
    derating: Percent = _derating(100)
    spare_units: Small = Field(
        0,
        title="Mesin pendingin cadangan",
        description=noop("Berapa mesin pendingin boleh rusak bersamaan; N+1 = 1."),
    )
    policy: Literal["", "tight", "spread"] = Field(
        "",
        title="Cara mengisi",
        description=noop("Bagaimana tempat disarankan: rapat, menyebar, atau tanpa pilihan."),
    )
    keep_free: Annotated[int, Field(ge=0, le=90)] = Field(
        0,
        title="Sisakan kosong (%)",
        description=noop("Persen unit dan daya tiap rak yang tidak disarankan untuk diisi."),
        json_schema_extra=unit("%"),
    )
    source: Origin = _source()


class Cooling(Input):
    """One machine that cools a room."""

    room: Name80 = Field(title="Ruang", json_schema_extra=of("room", fixed=True))
    name: Name80 = Field(title="Nama")
    capacity_w: Quantity = Field(
        title="Kapasitas (W)",
        description=noop("Panas yang dibuang mesin ini, dalam watt."),
        json_schema_extra=unit("W"),
    )
    derating: Percent = _derating(100)
    source: Origin = _source()


class Uplink(Input):
    """A line to the outside."""

    site: Name80 = Field(title="Gedung", json_schema_extra=of("site", fixed=True))
    name: Name80 = Field(title="Nama")
    bandwidth_mbps: Quantity = Field(title="Lebar pita (Mbit/s)", json_schema_extra=unit("Mbit/s"))
    derating: Percent = _derating(100)
    source: Origin = _source()


class Prefix(Input):
    """A network from which addresses are given."""

    site: Name80 = Field(title="Gedung", json_schema_extra=of("site", fixed=True))
    prefix: Annotated[Named, StringConstraints(max_length=43)] = Field(
        title="Jaringan (CIDR)", description=noop("Misalnya 10.20.30.0/24."), json_schema_extra=FIXED
    )
    usable: Annotated[int, Field(ge=1, le=LARGEST)] | None = Field(
        None,
        title="Alamat yang dapat diberikan",
        description=noop("Kosong = semua selain alamat jaringan, siaran, dan gerbang."),
    )
    derating: Percent = _derating(100)
    is_public: bool = Field(False, title="Alamat publik")
    source: Origin = _source()


class BatteryPoint(Input):
    watts: Annotated[int, Field(ge=1, le=LARGEST)] = Field(title="Beban (W)")
    minutes: Annotated[int, Field(ge=0, le=100_000)] = Field(title="Menit")


class OutletCount(Input):
    kind: Annotated[Named, StringConstraints(max_length=20)] = Field(title="Jenis stopkontak")
    count: Annotated[int, Field(ge=1, le=1_000)] = Field(title="Jumlah")


class Electric(Input):
    """The figures of a node's nameplate; what is not known stays 0, at least one must be given."""

    capacity_w: Quantity = Field(
        0,
        title="Daya (W)",
        description=noop("Watt menurut pelat nama; 0 = tidak disebut."),
        json_schema_extra=unit("W"),
    )
    capacity_va: Quantity = Field(
        0,
        title="Daya semu (VA)",
        description=noop("Dikalikan faktor daya; 0 = tidak disebut."),
        json_schema_extra=unit("VA"),
    )
    power_factor: Percent = Field(
        100, title="Faktor daya (%)", description=noop("90 berarti 0,9."), json_schema_extra=unit("%")
    )
    volts: Quantity = Field(
        0,
        title="Tegangan (V)",
        description=noop("Satu fase: fase ke netral. Tiga fase: antara dua fase."),
        json_schema_extra=unit("V"),
    )
    amps: Quantity = Field(0, title="Arus tiap fase (A)", json_schema_extra=unit("A"))
    phases: Literal[1, 3] = Field(1, title="Jumlah fase")
    phase: Literal["", "L1", "L2", "L3"] = Field(
        "",
        title="Fase",
        description=noop("Untuk satu fase di bawah sumber tiga fase: di fase mana ia menggantung."),
    )
    derating: Percent = _derating(80)


class Power(Electric):
    """A node of the power chain above the racks."""

    site: Name80 = Field(title="Gedung", json_schema_extra=of("site", fixed=True))
    name: Name80 = Field(title="Nama")
    kind: Literal["utility", "genset", "transfer_switch", "ups", "panel", "pdu"] = Field(
        title="Jenis", json_schema_extra=FIXED
    )
    side: Literal["", "A", "B"] = Field(
        "", title="Jalur", description=noop("A atau B; kosong bila dipakai bersama oleh kedua jalur.")
    )
    parents: Annotated[list[Name80], BeforeValidator(_names), Field(max_length=8)] = Field(
        default_factory=list,
        title="Diberi daya oleh",
        description=noop("Nama simpul di atasnya, yang diutamakan dahulu, dipisahkan titik koma."),
        json_schema_extra=of("power"),
    )
    module_count: Small = Field(0, title="Jumlah modul UPS", description=noop("0 = UPS tanpa modul."))
    module_w: Quantity = Field(0, title="Daya satu modul (W)", json_schema_extra=unit("W"))
    spare_modules: Small = Field(
        0, title="Modul cadangan", description=noop("Berapa modul boleh rusak; N+1 = 1.")
    )
    battery: Annotated[list[BatteryPoint], BeforeValidator(_points), Field(max_length=20)] = Field(
        default_factory=list,
        title="Baterai",
        description=noop("Pasangan beban:menit, misalnya 4000:40; 8000:15. Hanya untuk UPS."),
    )
    source: Origin = _source()


class Rack(Input):
    """A cabinet. Its blocked units are a kind of their own (`block`)."""

    room: Name80 = Field(title="Ruang", json_schema_extra=of("room"))
    name: RackName = Field(title="Nama", description=noop("Tanpa garis miring, misalnya R01."))
    row: Annotated[Text, StringConstraints(max_length=20)] = Field("", title="Baris")
    position: Small = Field(
        0, title="Urutan di baris", description=noop("Dari kiri, 1 = pertama; 0 = belum disebut.")
    )
    height_u: Annotated[int, Field(ge=1, le=100)] = Field(42, title="Tinggi (U)", json_schema_extra=unit("U"))
    numbering: Literal["bottom", "top"] = Field(
        "bottom",
        title="Penomoran",
        description=noop("Dari ujung mana unit dinomori pada rak dan pada surat."),
    )
    depth_mm: Annotated[int, Field(ge=0, le=5_000)] = Field(
        1000,
        title="Kedalaman pakai (mm)",
        description=noop("Sedalam apa perangkat boleh dengan pintu tertutup."),
        json_schema_extra=unit("mm"),
    )
    door: Literal["none", "front", "rear", "both"] = Field("both", title="Pintu")
    mounting: Literal["four_post", "two_post", "wall"] = Field("four_post", title="Rangka")
    load_kg: Annotated[int, Field(ge=0, le=100_000)] = Field(
        800, title="Batas beban (kg)", json_schema_extra=unit("kg")
    )
    derating: Percent = Field(
        100,
        title=DERATING,
        description=noop("Persen dari batas beban yang boleh dipakai."),
        json_schema_extra=unit("%"),
    )
    uplink: Short80 = Field(
        "",
        title="Uplink",
        description=noop("Kosong = uplink pertama gedung."),
        json_schema_extra=of("uplink"),
    )
    prefix: Short80 = Field(
        "",
        title="Jaringan",
        description=noop("Kosong = jaringan pertama gedung."),
        json_schema_extra=of("prefix"),
    )
    source: Origin = _source()


class Strip(Electric):
    """The strip that feeds one side of a rack; the node is called RACK-A or RACK-B."""

    rack: RackName = Field(title="Rak", json_schema_extra=of("rack", fixed=True))
    side: Literal["A", "B"] = Field(title="Jalur", json_schema_extra=FIXED)
    parents: Annotated[list[Name80], BeforeValidator(_names), Field(min_length=1, max_length=8)] = Field(
        title="Diberi daya oleh",
        description=noop("Panel, PDU, atau simpul lain yang memberi daya, yang diutamakan dahulu."),
        json_schema_extra=of("power"),
    )
    outlets: Annotated[list[OutletCount], BeforeValidator(_counts), Field(max_length=20)] = Field(
        default_factory=list,
        title="Stopkontak",
        description=noop("Pasangan jenis:jumlah, misalnya C13:20; C19:4. Kosong = tidak dihitung."),
    )
    source: Origin = _source()


class Port(Input):
    """Switch ports for the devices of a rack."""

    rack: RackName = Field(title="Rak", json_schema_extra=of("rack", fixed=True))
    name: Name80 = Field(title="Nama", description=noop("Switch atau panel tambal."))
    count: Annotated[int, Field(ge=1, le=10_000)] = Field(title="Jumlah porta")
    gbps: Annotated[int, Field(ge=1, le=10_000)] = Field(
        1, title="Kecepatan (Gbit/s)", json_schema_extra=unit("Gbit/s")
    )
    derating: Percent = _derating(100)
    source: Origin = _source()


class Compute(Input):
    """A cluster for hosted applications."""

    site: Name80 = Field(title="Gedung", json_schema_extra=of("site", fixed=True))
    name: Name80 = Field(title="Nama", json_schema_extra=FIXED)
    cores: Quantity = Field(title="Inti fisik")
    overcommit: Annotated[int, Field(ge=1, le=SMALL)] = Field(
        100,
        title="vCPU tiap inti (%)",
        description=noop("400 berarti 4 vCPU tiap inti fisik."),
        json_schema_extra=unit("%"),
    )
    ram_gb: Quantity = Field(title="Memori (GB)", json_schema_extra=unit("GB"))
    storage_gb: Quantity = Field(title="Penyimpanan (GB)", json_schema_extra=unit("GB"))
    derating: Percent = _derating(80)
    uplink: Short80 = Field(
        "",
        title="Uplink",
        description=noop("Kosong = uplink pertama gedung."),
        json_schema_extra=of("uplink"),
    )
    prefix: Short80 = Field(
        "",
        title="Jaringan",
        description=noop("Kosong = jaringan pertama gedung."),
        json_schema_extra=of("prefix"),
    )
    source: Origin = _source()


class State(Input):
    """A failure state and whether every claim must survive it."""

    site: Name80 = Field(title="Gedung", json_schema_extra=of("site", fixed=True))
    kind: Literal[
        "normal", "a_lost", "b_lost", "utility_lost", "module_lost", "cooling_unit_lost", "maintenance"
    ] = Field(title="Keadaan", json_schema_extra=FIXED)
    node: Short80 = Field(
        "",
        title="Simpul yang dirawat",
        description=noop("Hanya untuk perawatan: simpul daya yang sedang tidak bekerja."),
        json_schema_extra=of("power", fixed=True),
    )
    name: Annotated[Text, StringConstraints(max_length=120)] = Field("", title="Sebutan kantor")
    must_survive: bool = Field(
        True,
        title="Harus bertahan",
        description=noop("Setiap tempat hanya diberikan bila keadaan ini pun tidak melebihi batas."),
    )


class Block(Input):
    """Units of a rack that nobody may use, and why."""

    rack: RackName = Field(title="Rak", json_schema_extra=of("rack", fixed=True))
    position_u: PositionU = Field(
        title="Mulai unit",
        description=noop("Unit terbawah, dihitung dari bawah."),
        json_schema_extra=unit("U") | FIXED,
    )
    height_u: HeightU = Field(title="Tinggi (U)", json_schema_extra=unit("U"))
    face: Literal["front", "rear", "full"] = Field("full", title="Sisi", json_schema_extra=FIXED)
    reason: Annotated[Named, StringConstraints(max_length=200)] = Field(
        title="Alasan", description=noop("Misalnya baki kabel, pintu macet, perbaikan.")
    )

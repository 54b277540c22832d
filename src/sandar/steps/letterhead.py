"""How the office's papers look: letterhead, arms, page, font, footer, numbering.

What is set here is frozen into the facts of each paper when it is issued (`form_of`, `numbering_of`): a later change
touches no earlier paper. Shapes and page sizes: Permendagri 1/2023 and the local rules that prefer F4; classes:
Permendagri 83/2022.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

from django.utils.translation import gettext as _
from pydantic import Field, StringConstraints

from sandar.core import chain, numbering
from sandar.errors import InvalidInput
from sandar.records.documents import books, fonts, present
from sandar.records.people.models import Office
from sandar.steps.inputs import Input, Named, Text, parsed

KOP = (
    "government",
    "name_lines",
    "address",
    "phone",
    "email",
    "website",
    "city",
    "unit_code",
    "classification",
)
PAGES = {"a4": "A4 (210 × 297 mm)", "f4": "F4 (215 × 330 mm)", "f4-210": "F4 (210 × 330 mm)"}
Code = Annotated[Text, StringConstraints(max_length=40)]
Millimetres = Annotated[int, Field(ge=10, le=60)]


class Margins(Input):
    """Millimetres. Below, the code that proves the sheet needs 28."""

    top: Millimetres = Field(present.MARGINS["top"], title="Atas (mm)")
    bottom: Annotated[int, Field(ge=28, le=60)] = Field(present.MARGINS["bottom"], title="Bawah (mm)")
    left: Millimetres = Field(present.MARGINS["left"], title="Kiri (mm)")
    right: Millimetres = Field(present.MARGINS["right"], title="Kanan (mm)")


class Numbered(Input):
    """How papers of one kind are numbered. Empty: as Sandar does it."""

    kind: Literal[tuple(books.PAPERS)] = Field(title="Naskah")  # type: ignore[valid-type]
    pattern: Annotated[Text, StringConstraints(max_length=numbering.LONGEST_PATTERN)] = Field(
        "", title="Pola nomor"
    )
    classification: Code = Field("", title="Kode klasifikasi")


class Form(Input):
    """Everything the office sets about its papers, apart from the arms."""

    government: Named = Field(title="Pemerintah daerah")
    name_lines: Annotated[list[Named], Field(min_length=1, max_length=4)] = Field(title="Nama kantor")
    address: Text = Field("", title="Alamat")
    phone: Annotated[Text, StringConstraints(max_length=80)] = Field("", title="Telepon")
    email: Text = Field("", title="Pos-el")
    website: Text = Field("", title="Laman")
    city: Annotated[Named, StringConstraints(max_length=80)] = Field(title="Kota pada tanggal surat")
    unit_code: Code = Field("", title="Kode unit dalam nomor")
    classification: Code = Field("", title="Kode klasifikasi umum")
    page: Literal["a4", "f4", "f4-210"] = Field("a4", title="Kertas")
    margins: Margins = Field(default_factory=lambda: Margins.model_validate({}), title="Batas tepi")
    font: Text = Field(present.FONT, title="Huruf")
    font_size_pt: Annotated[float, Field(ge=10, le=12)] = Field(
        present.FONT_SIZE_PT, title="Besar huruf (pt)"
    )
    footer_text: Annotated[Text, StringConstraints(max_length=300)] = Field(
        "", title="Keterangan di kaki naskah"
    )
    numbering: Annotated[list[Numbered], Field(max_length=len(books.PAPERS))] = Field(
        default_factory=list, title="Penomoran"
    )


def form_of(office: Office) -> dict[str, Any]:
    """The part of the settings that a paper prints by, for its facts; empty while the office set nothing."""
    kept = ("page", "margins", "font", "font_size_pt", "footer_text", "arms")
    return {name: office.papers[name] for name in kept if office.papers.get(name)}


def numbering_of(office: Office, kind: str) -> dict[str, str]:
    """The office's own pattern and class for a kind of paper, as `documents.write.issue` takes them."""
    found: dict[str, str] = office.papers.get("numbering", {}).get(kind, {})
    return found


def now(office: Office) -> Form:
    """The settings in force, defaults included."""
    plain = {name: getattr(office, name) for name in KOP}
    kept = {name: value for name, value in office.papers.items() if name not in ("numbering", "arms")}
    rows = [{"kind": kind, **found} for kind, found in office.papers.get("numbering", {}).items()]
    return parsed(Form, {**plain, **kept, "numbering": rows})


def version_of(office: Office) -> str:
    """What a person saw; a change made on an older state is refused."""
    return chain.sha256(chain.plain({**now(office).model_dump(), "arms": office.papers.get("arms")}))[:16]


def read(data: Mapping[str, Any], *, strict: bool = False) -> Form:
    """`data` as settings that can be printed and numbered by. Raises InvalidInput with every wrong field."""
    form = parsed(Form, data, strict=strict)
    wrong: dict[str, list[str]] = {}
    known = fonts.families()
    if form.font not in known:
        text = _("Huruf ini tidak terpasang. Pilih salah satu: %(fonts)s.")
        wrong["font"] = [text % {"fonts": ", ".join(known)}]
    places: dict[str, int] = {}
    for index, row in enumerate(form.numbering):
        if row.kind in places:
            wrong[f"numbering.{index}.kind"] = [_("Naskah ini sudah disebut di atas.")]
        places[row.kind] = index
        if row.pattern and (codes := numbering.check_pattern(row.pattern)):
            wrong[f"numbering.{index}.pattern"] = [_sentence(code) for code in codes]
    if not wrong:
        wrong = _clashes(form, places)
    if wrong:
        raise InvalidInput(fields=wrong)
    return form


def numbers(form: Form, day: date) -> dict[str, str]:
    """Kind -> the first number of the year of `day` under these settings."""
    patterns, texts = _patterns(form)
    return {
        kind: numbering.format_number(patterns[kind][1], urut=1, day=day, **texts[kind]) for kind in patterns
    }


def _patterns(form: Form) -> tuple[dict[str, tuple[str, str]], dict[str, dict[str, str]]]:
    own = {row.kind: row for row in form.numbering}
    patterns: dict[str, tuple[str, str]] = {}
    texts: dict[str, dict[str, str]] = {}
    for kind, paper in books.PAPERS.items():
        row = own.get(kind)
        patterns[kind] = paper.book, (row.pattern if row else "") or paper.pattern
        klasifikasi = (row.classification if row else "") or form.classification or paper.classification
        texts[kind] = {"klasifikasi": klasifikasi, "jenis": paper.code, "unit": form.unit_code}
    return patterns, texts


def _clashes(form: Form, places: Mapping[str, int]) -> dict[str, list[str]]:
    """Two books may never give the same number."""
    patterns, texts = _patterns(form)
    both = sorted(numbering.collisions(patterns, texts=texts))
    text = _(
        "Dengan pola ini dua naskah dapat memperoleh nomor yang sama. Bedakan dengan {jenis} atau kode klasifikasi."
    )
    return {f"numbering.{places[kind]}.pattern": [text] for kind in both if kind in places} or (
        {"classification": [text]} if both else {}
    )


def _sentence(code: str) -> str:
    name, _colon, detail = code.partition(":")
    known: dict[str, str] = {
        "brace": _("Kurung kurawal tidak berpasangan."),
        "unknown_token": _("{%(name)s} tidak dikenal. Yang ada: %(known)s.")
        % {"name": detail, "known": ", ".join(f"{{{token}}}" for token in numbering.TOKENS)},
        "width": _("Lebar %(width)s tidak dikenal; tulis misalnya {urut:03}.") % {"width": detail},
        "no_urut": _("Pola harus memuat {urut}."),
        "no_tahun": _("Pola harus memuat {tahun}."),
        "urut_twice": _("{urut} hanya boleh sekali."),
        "urut_touches": _("{urut} harus dipisahkan dari angka dan kode lain, misalnya dengan garis miring."),
        "too_long": _("Pola terlalu panjang."),
    }
    return known.get(name) or _("Pola memuat huruf yang tidak dapat dicetak.")

"""`sandar doctor`: what is missing or unsafe in this installation, in plain words, each with the mend."""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from sandar.doors.cli import frame
from sandar.doors.cli.words import _, noop

HELP = noop("Memeriksa pemasangan: apa yang kurang atau tidak aman, dan cara memperbaikinya.")
EXAMPLE = "sandar doctor --data-dir /srv/sandar"
MARKS = {"ok": "✓", "warning": "!", "fault": "✗"}
MIB = 1024 * 1024
SAMPLED = 25  # newest papers and files, looked for in the store


@dataclass(frozen=True)
class Diagnosis:
    """level: ok, warning (works, better mended) or fault (does not work or is unsafe; exit code 1)."""

    code: str
    level: str
    text: str
    mend: str = ""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.epilog = _("Contoh: %(command)s") % {"command": EXAMPLE}


def run(args: argparse.Namespace) -> int:
    """Print every diagnosis. Returns 1 when one is a fault."""
    found = list(_machine(args.data_dir))
    if args.data_dir.is_dir():
        try:
            frame.start_django(args.data_dir)
        except frame.Finding as wrong:
            mend = _("Perbaiki variabel lingkungan itu, lalu jalankan `sandar doctor` lagi.")
            found.append(Diagnosis("SETTINGS", "fault", str(wrong), mend))
        else:
            found += _instance()
    bad = any(one.level == "fault" for one in found)
    lines = [f"{MARKS[one.level]} {one.text}" + (f"\n    → {one.mend}" if one.mend else "") for one in found]
    frame.answer(args, {"ok": not bad, "findings": [asdict(one) for one in found]}, "\n".join(lines))
    return 1 if bad else 0


def _machine(data_dir: Path) -> Iterator[Diagnosis]:
    yield Diagnosis("PYTHON", "ok", f"Python {sys.version.split()[0]}, Sandar {frame.version()}")
    if not data_dir.is_dir():
        yield Diagnosis(
            "DATA_DIR",
            "fault",
            _("Folder data %(dir)s belum ada.") % {"dir": data_dir},
            _("Jalankan `sandar serve` sekali, atau sebut folder yang benar dengan --data-dir."),
        )
        return
    if data_dir.stat().st_mode & 0o077:
        yield Diagnosis(
            "DATA_DIR",
            "warning",
            _("Folder data %(dir)s dapat dibaca pengguna lain di mesin ini.") % {"dir": data_dir},
            f"chmod 700 {data_dir}",
        )
    else:
        yield Diagnosis("DATA_DIR", "ok", _("Folder data: %(dir)s") % {"dir": data_dir})
    key = data_dir / frame.SECRET_FILE
    if key.exists() and key.stat().st_mode & 0o077:
        text = _("Kunci rahasia dapat dibaca pengguna lain.")
        yield Diagnosis("SECRET_KEY", "fault", text, f"chmod 600 {key}")
    free = shutil.disk_usage(data_dir).free // MIB
    level = "ok" if free >= 2048 else "warning" if free >= 256 else "fault"
    mend = "" if level == "ok" else _("Tambah ruang, atau pindahkan cadangan lama ke tempat lain.")
    yield Diagnosis("DISK", level, _("Ruang simpan tersisa %(free)s MiB") % {"free": free}, mend)


def _instance() -> Iterator[Diagnosis]:
    yield from _assets()
    yield from _exposure()
    database = list(_database())
    yield from database
    if any(one.level == "fault" for one in database):
        return
    for check in (_clock, _storage, _people, _calendar, _worker, _mail, _signing, _archive):
        yield from check()


def _clock() -> Iterator[Diagnosis]:
    from django.utils import timezone

    from sandar.doors import clockwatch
    from sandar.records.cases.models import Event

    at = timezone.now()
    newest = Event.objects.order_by("-pk").values_list("at", flat=True).first()
    if late := clockwatch.behind(newest, at):
        hours = f"{late.total_seconds() / 3600:.1f}"
        yield Diagnosis(
            "CLOCK",
            "fault",
            _("Jam mesin tertinggal: catatan terakhir jurnal %(hours)s jam di depannya.") % {"hours": hours},
            _("Betulkan jam mesin (timedatectl), lalu mulai ulang Sandar. Urutan jurnal tetap benar."),
        )
    else:
        yield Diagnosis(
            "CLOCK",
            "ok",
            _("Jam mesin tidak tertinggal dari jurnalnya: %(at)s") % {"at": f"{at:%Y-%m-%d %H:%M} UTC"},
        )


def _assets() -> Iterator[Diagnosis]:
    from django.conf import settings

    wanted = ("tabler.min.css", "htmx.min.js", "icons.svg", "fonts/Arimo_400Regular.ttf")
    missing = [name for name in wanted if not (Path(settings.ASSETS_DIR) / name).is_file()]
    if missing:
        yield Diagnosis(
            "ASSETS",
            "fault",
            _("Berkas tampilan atau huruf tidak lengkap: %(names)s.") % {"names": ", ".join(missing)},
            _("Jalankan `./run --setup` di folder sumber, atau pasang ulang paketnya."),
        )
    else:
        yield Diagnosis("ASSETS", "ok", _("Berkas tampilan dan huruf lengkap"))


def _exposure() -> Iterator[Diagnosis]:
    from django.conf import settings

    if settings.DEBUG:
        mend = _("Hapus SANDAR_DEBUG dari lingkungan.")
        yield Diagnosis("DEBUG", "fault", _("SANDAR_DEBUG menyala: isi sistem terlihat saat galat."), mend)
    if "*" in settings.ALLOWED_HOSTS:
        mend = _("Isi SANDAR_ALLOWED_HOSTS dengan nama kantor, misalnya sandar.kab.example.")
        yield Diagnosis("ALLOWED_HOSTS", "fault", _("Semua nama host diterima."), mend)
    if settings.HTTPS:
        yield Diagnosis("HTTPS", "ok", _("Alamat luar: %(url)s") % {"url": settings.PUBLIC_URL})
    else:
        yield Diagnosis(
            "HTTPS",
            "warning",
            _("Alamat luar belum HTTPS: %(url)s") % {"url": settings.PUBLIC_URL},
            _("Pasang proksi TLS, lalu isi SANDAR_PUBLIC_URL=https://... dan SANDAR_BEHIND_PROXY=1."),
        )


def _database() -> Iterator[Diagnosis]:
    from django.db import DatabaseError, connection
    from django.db.migrations.executor import MigrationExecutor

    again = _("Periksa DATABASE_URL dan apakah server basis data menyala.")
    try:
        connection.ensure_connection()
        executor = MigrationExecutor(connection)
        waiting = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    except DatabaseError as away:
        text = _("Basis data tidak dapat dihubungi: %(reason)s") % {"reason": str(away).strip()}
        yield Diagnosis("DATABASE", "fault", text, again)
        return
    if waiting:
        text = _("%(count)s perubahan basis data belum diterapkan.") % {"count": waiting}
        yield Diagnosis(
            "MIGRATIONS", "fault", text, _("Mulai ulang `sandar serve`; ia menerapkannya sendiri.")
        )
        return
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA quick_check")
            sound = cursor.fetchone()[0] == "ok"
            mend = "" if sound else _("Hentikan Sandar dan pulihkan cadangan terakhir.")
            text = _("SQLite utuh") if sound else _("Berkas SQLite rusak.")
            yield Diagnosis("DATABASE", "ok" if sound else "fault", text, mend)
        else:
            cursor.execute("SHOW server_version_num")
            number = int(cursor.fetchone()[0])
            good = number >= 150000
            mend = "" if good else _("Naikkan ke PostgreSQL 15 atau lebih baru.")
            yield Diagnosis("DATABASE", "ok" if good else "fault", f"PostgreSQL {number // 10000}", mend)


def _storage() -> Iterator[Diagnosis]:
    from urllib.parse import urlsplit

    from django.conf import settings

    from sandar.errors import SandarError
    from sandar.records.documents import read as papers

    place = urlsplit(settings.S3_URL)
    try:
        missing = papers.newest_missing(SAMPLED)
    except ImportError:
        text = _("SANDAR_S3_URL diisi, tetapi pustaka minio tidak terpasang.")
        yield Diagnosis("STORAGE", "fault", text, "pip install 'sandar[s3]'")
        return
    except SandarError as away:
        text = _("Penyimpanan S3 %(url)s tidak terjangkau: %(reason)s.")
        facts = {"url": settings.S3_URL, "reason": type(away.__cause__ or away).__name__}
        mend = _("Periksa SANDAR_S3_URL, kunci aksesnya, dan apakah layanannya menyala.")
        yield Diagnosis("STORAGE", "fault", text % facts, mend)
        return
    if missing:
        text = _("%(count)s berkas terbaru tidak ada di penyimpanan, antara lain: %(names)s.")
        facts = {"count": str(len(missing)), "names": ", ".join(missing[:3])}
        mend = _(
            "Periksa apakah SANDAR_S3_URL atau folder data yang benar dipakai, lalu jalankan `sandar verify`."
        )
        yield Diagnosis("STORAGE", "fault", text % facts, mend)
    elif not settings.S3_URL:
        yield Diagnosis("STORAGE", "ok", _("Berkas disimpan di folder data"))
    elif place.scheme != "https" and place.hostname not in ("localhost", "127.0.0.1", "::1"):
        text = _("Berkas dikirim tanpa TLS ke %(url)s.") % {"url": settings.S3_URL}
        yield Diagnosis("STORAGE", "warning", text, _("Pakai alamat https penyimpanan S3."))
    else:
        yield Diagnosis("STORAGE", "ok", _("Berkas disimpan di S3: %(url)s") % {"url": settings.S3_URL})


def _people() -> Iterator[Diagnosis]:
    from django.utils import timezone

    from sandar.records.people import read as people
    from sandar.records.people.models import OFFICER_ROLES, Office, Person

    if not Person.objects.exists():
        mend = _("Isi kantor contoh dengan `sandar demo`, atau buat kantor dan pengguna pertama.")
        yield Diagnosis("PEOPLE", "warning", _("Belum ada pengguna."), mend)
        return
    if Office.objects.filter(is_example=True).exists():
        mend = _("Untuk kerja nyata, pakai folder data baru; kata sandi contoh diketahui umum.")
        yield Diagnosis("EXAMPLE", "warning", _("Ini kantor contoh."), mend)
    today = timezone.localdate()
    empty = sorted(
        role for role in OFFICER_ROLES - {"office_head"} if not people.holders(role, today).exists()
    )
    if empty:
        text = _("Tidak ada pejabat untuk: %(roles)s. Permohonan akan tertahan di sana.")
        mend = _("Beri peran itu kepada seseorang, atau tunjuk Plh./Plt.")
        yield Diagnosis("ROLES", "fault", text % {"roles": ", ".join(empty)}, mend)
    else:
        yield Diagnosis("ROLES", "ok", _("Semua peran ada pejabatnya"))


def _calendar() -> Iterator[Diagnosis]:
    from django.utils import timezone

    from sandar.records.clocks import calendars

    year = timezone.localdate().year
    if any(day.year == year for day in calendars.current().declared.days):
        yield Diagnosis("HOLIDAYS", "ok", _("Hari libur %(year)s terisi") % {"year": year})
    else:
        text = _("Hari libur dan cuti bersama %(year)s kosong; waktu layanan salah hitung.")
        mend = _("Impor hari libur nasional di Pengaturan › Kalender.")
        yield Diagnosis("HOLIDAYS", "warning", text % {"year": year}, mend)


def _worker() -> Iterator[Diagnosis]:
    from datetime import timedelta

    from django.utils import timezone
    from django_q.models import OrmQ

    late = OrmQ.objects.filter(lock__lt=timezone.now() - timedelta(minutes=5)).count()
    if late:
        text = _("%(count)s pekerjaan latar menunggu lebih dari 5 menit.") % {"count": late}
        yield Diagnosis("WORKER", "fault", text, _("Pastikan `sandar serve` berjalan tanpa --no-worker."))
    else:
        yield Diagnosis("WORKER", "ok", _("Tidak ada pekerjaan latar yang tertinggal"))


def _mail() -> Iterator[Diagnosis]:
    from django.conf import settings

    if settings.EMAIL_HOST:
        yield Diagnosis("MAIL", "ok", _("Surel lewat %(host)s") % {"host": settings.EMAIL_HOST})
    else:
        mend = _("Isi SANDAR_SMTP_HOST; tanpa itu pemberitahuan hanya tampil di halaman.")
        yield Diagnosis("MAIL", "warning", _("Surel belum diatur."), mend)


def _signing() -> Iterator[Diagnosis]:
    from django.conf import settings

    way = settings.PAPER_SIGNING
    if not way.startswith("bsre"):
        words = {
            "local": _("Tanda tangan: sertifikat kantor sendiri"),
            "manual": _("Tanda tangan: di kertas"),
        }
        yield Diagnosis("SIGNING", "ok", words[way])
        return
    wanted = {
        "SANDAR_BSRE_URL": settings.BSRE_URL,
        "SANDAR_BSRE_USER": settings.BSRE_USER,
        "SANDAR_BSRE_PASSWORD": settings.BSRE_PASSWORD,
        "SANDAR_BSRE_CA_FILE": settings.BSRE_CA_FILE,
    }
    missing = [name for name, value in wanted.items() if not value]
    if settings.BSRE_CA_FILE and not Path(settings.BSRE_CA_FILE).is_file():
        missing.append("SANDAR_BSRE_CA_FILE")
    if missing:
        text = _("BSrE belum diatur: %(names)s.") % {"names": ", ".join(missing)}
        mend = _("Isi variabel itu; lihat docs/operations.md, bagian Signatures.")
        yield Diagnosis("SIGNING", "fault", text, mend)
    elif not settings.BSRE_URL.startswith("https://"):
        text = _("Passphrase pejabat dikirim tanpa TLS ke %(url)s.") % {"url": settings.BSRE_URL}
        yield Diagnosis("SIGNING", "warning", text, _("Pakai alamat https layanan BSrE."))
    else:
        yield Diagnosis("SIGNING", "ok", _("Tanda tangan: BSrE di %(url)s") % {"url": settings.BSRE_URL})


def _archive() -> Iterator[Diagnosis]:
    from django.utils import timezone

    from sandar.records.documents import archive
    from sandar.records.people.models import Office
    from sandar.steps.archiving import due

    if not Office.objects.exists():
        return
    if not archive.rules():
        text = _("Jadwal retensi arsip belum diisi; semua arsip disimpan tanpa batas.")
        yield Diagnosis(
            "RETENTION", "warning", text, _("Salin JRA daerah di Pengaturan › Jadwal retensi arsip.")
        )
        return
    over, left = len(due.items(timezone.now())), len(archive.to_take_away())
    if over:
        text = _("%(count)s arsip habis masa simpannya menurut JRA.") % {"count": over}
        yield Diagnosis("RETENTION", "warning", text, _("Usulkan pemusnahannya di halaman Retensi arsip."))
    else:
        yield Diagnosis("RETENTION", "ok", _("Tidak ada arsip yang lewat masa simpannya"))
    if left:
        text = _("%(count)s berkas yang sudah dimusnahkan masih ada di penyimpanan.") % {"count": left}
        yield Diagnosis(
            "DESTROYED_LEFT", "warning", text, _("Pastikan pekerja latar berjalan; lihat Gangguan.")
        )

"""The child process that typesets and redraws pictures. Run as a script by `typeset.py`; imports no Django.

It reads requests from standard input and answers on standard output: one line of JSON naming the length of
the bytes that follow. It may use bounded memory and time, writes no file, opens no socket, and ends when its
parent does. Whatever a hostile text makes of it, it can be killed without a trace.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from pathlib import Path
from typing import Any, BinaryIO

import typst

MEMORY_BYTES = 2 * 1024**3
CPU_SECONDS_EACH = 20
MAX_PIXELS = 40_000_000


class Typesetter:
    """One compiler with its fonts, kept warm: making it costs a hundred letters."""

    def __init__(self, letters: Path, fonts: Path) -> None:
        self.letters = letters
        own = any(fonts.glob("*.ttf"))
        faces = typst.Fonts(
            include_system_fonts=False,
            include_embedded_fonts=not own,
            font_paths=[str(fonts)] if own else [],
        )
        self.compiler = typst.Compiler(
            root=str(letters), font_paths=faces, ignore_system_fonts=True, package_path="/nonexistent"
        )
        self.families = [name for name in faces.families() if name != "Arimo"]

    def typeset(self, asked: dict[str, Any], data: str) -> bytes:
        """PDF/UA-1 and the claimed PDF/A of one letter; `moment` (Unix seconds) is the date the file carries."""
        pdf = self.compiler.compile(
            input=(self.letters / f"{asked['letter']}.typ").read_bytes(),
            format="pdf",
            pdf_standards=[asked["claim"], "ua-1"],
            sys_inputs={
                "data": data,
                "facts": asked["facts"],
                "fonts": json.dumps(["Arimo", *self.families]),
            },
            timestamp=asked["moment"],
        )
        if not isinstance(pdf, bytes):
            raise TypeError("the typesetter gave no PDF")
        return pdf


def redraw(data: bytes) -> bytes:
    """The picture drawn anew, upright, without EXIF or anything else beside its pixels; same format.

    Raises ValueError(reason): unreadable, too_many_pixels.
    """
    import io

    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    try:
        with Image.open(io.BytesIO(data), formats=["PNG", "JPEG"]) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise ValueError("too_many_pixels")
            form = picture.format
            upright = ImageOps.exif_transpose(picture)
            clean = upright.convert("RGBA" if form == "PNG" and "A" in upright.getbands() else "RGB")
            clean.info.clear()
            out = io.BytesIO()
            clean.save(out, form, **({"quality": 88} if form == "JPEG" else {"optimize": False}))
            return out.getvalue()
    except ValueError as fault:
        raise ValueError("too_many_pixels" if "too_many" in str(fault) else "unreadable") from fault
    except Image.DecompressionBombError as fault:
        raise ValueError("too_many_pixels") from fault
    except (OSError, SyntaxError, MemoryError, EOFError) as fault:
        raise ValueError("unreadable") from fault


A4_WIDE, A4_HIGH = 210 / 25.4, 297 / 25.4  # inches


def as_page(picture: bytes) -> bytes:
    """A picture as a PDF page no larger than A4."""
    import io

    from PIL import Image

    with Image.open(io.BytesIO(picture), formats=["PNG", "JPEG"]) as opened:
        plain = Image.new("RGB", opened.size, "white")
        plain.paste(opened, mask=opened.getchannel("A") if "A" in opened.getbands() else None)
    out = io.BytesIO()
    dots = max(72.0, plain.width / A4_WIDE, plain.height / A4_HIGH)
    plain.save(out, "PDF", resolution=dots, quality=85)
    return out.getvalue()


def pages_in(parts: list[bytes]) -> bytes:
    """How many pages each file has, as a JSON list; 0 for one that cannot be read."""
    import io

    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    found = []
    for part in parts:
        try:
            found.append(len(PdfReader(io.BytesIO(part)).pages))
        except (PyPdfError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
            found.append(0)
    return json.dumps(found).encode()


def joined(parts: list[bytes], titles: list[str]) -> bytes:
    """The files one behind the other, each with a bookmark. Links, forms and scripts of the files stay behind."""
    import io

    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter()
    for part, title in zip(parts, titles, strict=True):
        start = len(writer.pages)
        for page in PdfReader(io.BytesIO(part)).pages:
            added = writer.add_page(page)
            for name in ("/Annots", "/AA"):
                added.pop(name, None)
        writer.add_outline_item(title=title, page_number=start)
    writer.page_mode = "/UseOutlines"
    writer.metadata = {"/Title": titles[0], "/Producer": "Sandar"}
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def cut(body: bytes, lengths: list[int]) -> list[bytes]:
    """The body in pieces of these lengths."""
    ends = [sum(lengths[: n + 1]) for n in range(len(lengths))]
    return [body[end - length : end] for end, length in zip(ends, lengths, strict=True)]


def main(letters: str, fonts: str) -> None:
    """Serve requests until standard input closes or the parent is gone."""
    _limit()
    typesetter = Typesetter(Path(letters), Path(fonts))
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    while line := source.readline():
        request = json.loads(line)
        body = source.read(request["length"])
        _allow_cpu()
        try:
            answer = _answer(typesetter, request, body)
        except typst.TypstError as fault:
            _reply(sink, {"ok": False, "reason": f"{fault.message}"[:500]}, b"")
        except (ValueError, MemoryError) as fault:
            _reply(sink, {"ok": False, "reason": f"{fault}"[:500] or "memory"}, b"")
        else:
            _reply(sink, {"ok": True}, answer)


def _answer(typesetter: Typesetter, request: dict[str, Any], body: bytes) -> bytes:
    if request["do"] == "typeset":
        return typesetter.typeset(request, body.decode("utf-8"))
    if request["do"] == "redraw":
        return redraw(body)
    if request["do"] == "as_page":
        return as_page(body)
    if request["do"] == "pages":
        return pages_in(cut(body, request["lengths"]))
    if request["do"] == "join":
        return joined(cut(body, request["lengths"]), request["titles"])
    raise ValueError(f"unknown request {request['do']!r}")


def _reply(sink: BinaryIO, head: dict[str, Any], body: bytes) -> None:
    sink.write(json.dumps({**head, "length": len(body)}).encode() + b"\n" + body)
    sink.flush()


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))


def _allow_cpu() -> None:
    spent = resource.getrusage(resource.RUSAGE_SELF)
    _soft, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(spent.ru_utime + spent.ru_stime) + CPU_SECONDS_EACH, hard))


if __name__ == "__main__":
    os.umask(0o077)
    main(sys.argv[1], sys.argv[2])

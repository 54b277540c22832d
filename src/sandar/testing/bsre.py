"""A stand-in for BSrE's Esign Client Service, versions 1 and 2, to try an installation and to test with.

    SANDAR_DEBUG=1 python -m sandar.testing.bsre --port 8899 --ca /tmp/bsre-uji.pem

It follows the official manual (v2.0, January 2024) to the letter, with its spelling mistakes, and signs for real with
a throw-away authority. All it signs is marked TIDAK SAH - UJI COBA. It does not start where SANDAR_DEBUG is off or the
public address is https. The last digit of the NIK chooses the state of the certificate (0 or 9 = ISSUE, 1 = EXPIRED ...
in the order of STATES); the passphrase is "rahasia-uji", codes lie at GET /uji/outbox, and POST /uji/mode
{"mode": ...} makes it slow or a liar: one of MODES.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import secrets
import sys
import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from sandar.records.signing import judge
from sandar.testing.bsre_signer import Hand, OutsideThePage, Wish, fresh

STATES = (
    "ISSUE", "EXPIRED", "RENEW", "WAITING_FOR_VERIFICATION", "NEW", "NO_CERTIFICATE", "NOT_REGISTERED", "SUSPEND",
    "REVOKE",
)  # fmt: skip
MODES = (
    "", "other_document", "unsigned", "wrong_signer", "foreign_issuer", "redrawn", "truncated", "late", "drop", "error",
)  # fmt: skip
USER, PASSWORD, PASSPHRASE = "uji", "uji-coba", "rahasia-uji"


class Refuses(Exception):
    """An answer that is no success: HTTP status, the service's own number, its words."""

    def __init__(self, status: int, code: int, words: str) -> None:
        super().__init__(words)
        self.status, self.body = status, {"status_code": code, "error": words}


class Server(ThreadingHTTPServer):
    """The service with its memory. `names`: NIK or mail address -> name in the certificate."""

    daemon_threads = True

    def __init__(self, at: datetime, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.hand, self.stranger = fresh(at), fresh(at)
        self.names: dict[str, str] = {}
        self.outbox: list[dict[str, Any]] = []
        self.codes: dict[str, tuple[str, int]] = {}
        self.kept: dict[str, bytes] = {}
        self.mode = ""
        self.seconds_late = 3.0
        self.signed = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def start(self) -> Server:
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def state(self, who: str) -> str:
        last = who[-1:] if who.isdigit() else "0"
        return STATES[int(last) % 9]

    def make(self, pdf: bytes, who: str, wish: Wish) -> bytes:
        """The signed file, or what the mode makes of it."""
        name = self.names.get(who, f"Pengguna Uji {who[-4:]}")
        self.signed += 1
        if self.mode == "unsigned":
            return pdf + b"\n% belum ditandatangani\n"
        if self.mode == "other_document":
            pdf = pdf.replace(b"%PDF-1.7", b"%PDF-1.6", 1)
        if self.mode == "redrawn":
            pdf = _redrawn(pdf)
        name = "Orang Lain" if self.mode == "wrong_signer" else name
        hand: Hand = self.stranger if self.mode == "foreign_issuer" else self.hand
        made = hand.sign(pdf, name, wish)
        return made[: len(made) * 9 // 10] if self.mode == "truncated" else made

    def prove(self, who: str, body: Mapping[str, Any], how_many: int) -> None:
        """The passphrase or code is right, and the certificate may sign. Raises Refuses as the service does."""
        state = self.state(who)
        if state == "NOT_REGISTERED":
            raise Refuses(400, 2011, "User tidak terdaftar")
        if state != "ISSUE":
            raise Refuses(400, 2021, f"Status sertifikat {state}")
        code = str(body.get("totp") or body.get("otp") or "")
        if code:
            known = self.codes.pop(who, ("", 0))
            if code != known[0] or how_many > known[1]:
                raise Refuses(400, 2031, "OTP salah")
        elif body.get("passphrase") != PASSPHRASE:
            raise Refuses(400, 2031, "Passphrase anda salah")


def _redrawn(pdf: bytes) -> bytes:
    """Another content on the first page, as an increment: what a liar signs in place of what was sent."""
    import io

    from pyhanko.pdf_utils import generic
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    page = writer.root["/Pages"]["/Kids"][0]
    page[generic.pdf_name("/Contents")] = writer.add_object(
        generic.StreamObject(stream_data=b"0 0 300 300 re f")
    )
    writer.update_container(page)
    out = io.BytesIO()
    writer.write(out)  # type: ignore[no-untyped-call]
    return out.getvalue()


class Handler(BaseHTTPRequestHandler):
    """One request. Paths, fields and answers are the manual's."""

    server: Server
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Nothing: a stand-in for a service that handles passphrases logs none of its requests."""

    def do_GET(self) -> None:
        if self.path == "/uji/outbox":
            return self._json(200, {"outbox": self.server.outbox})
        if self.path == "/uji/ca.pem":
            return self._send(200, self.server.hand.root_pem, {"Content-Type": "application/x-pem-file"})
        return self._guarded(self._get)

    def do_POST(self) -> None:
        self.data = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == "/uji/mode":
            mode = json.loads(self.data)["mode"]
            if mode not in MODES:
                return self._json(400, {"error": f"one of {MODES}"})
            self.server.mode = mode
            return self._json(200, {"mode": mode})
        return self._guarded(self._post)

    def _guarded(self, work: Any) -> None:
        wanted = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        if self.headers.get("Authorization") != f"Basic {wanted}":
            return self._json(401, {"error": "Unauthorized"})
        try:
            work()
        except Refuses as refused:
            self._json(refused.status, refused.body)
        except OutsideThePage:
            self._json(500, {"status_code": 500, "error": "Internal Server Error"})
        except (KeyError, ValueError) as fault:
            self._json(400, {"status_code": 400, "error": f"{fault}"})

    def _get(self) -> None:
        kind, _, last = self.path.rpartition("/")
        if kind == "/api/user/status":
            return self._status(last)
        if kind == "/api/sign/download":
            pdf = self.server.kept.pop(last, None)  # once only
            if pdf is None:
                return self._json(404, {"status_code": 404, "error": "Dokumen tidak ditemukan"})
            return self._send(200, pdf, {"Content-Type": "application/pdf"})
        return self._json(404, {"error": "Not Found"})

    def _post(self) -> None:
        if self.path == "/api/sign/pdf":
            return self._sign_v1()
        if self.path == "/api/sign/verify":
            return self._json(200, _verify_v1(self._form()["signed_file"]))
        body = json.loads(self.data)
        who = str(body.get("nik") or body.get("email") or "")
        if self.path == "/api/v2/user/check/status":
            return self._status(who)
        if self.path == "/api/v2/sign/get/totp":
            code = f"{secrets.randbelow(10**6):06}"
            self.server.codes[who] = code, int(body.get("data", 1))
            self.server.outbox.append({"to": who, "code": code, "data": body.get("data", 1)})
            return self._json(200, {"message": "OTP terkirim"})
        if self.path == "/api/v2/sign/pdf":
            return self._sign_v2(body, who)
        if self.path == "/api/v2/verify/pdf":
            return self._json(200, _verify_v2(base64.b64decode(body["file"])))
        return self._json(404, {"error": "Not Found"})

    def _status(self, who: str) -> None:
        state = self.server.state(who)
        code = {"ISSUE": 1111, "NOT_REGISTERED": 1110}.get(state, 1112)
        self._json(200, {"status_code": code, "status": state, "message": f"Status {state}"})

    def _sign_v2(self, body: Mapping[str, Any], who: str) -> None:
        files, wishes = body["file"], body.get("signatureProperties") or [{}]
        if len(wishes) not in (1, len(files)):
            raise ValueError("signatureProperties: satu untuk semua, atau satu tiap berkas")
        self.server.prove(who, body, len(files))
        wishes = wishes * len(files) if len(wishes) == 1 else wishes
        made = [
            self.server.make(base64.b64decode(text), who, _wish_v2(wish))
            for text, wish in zip(files, wishes, strict=True)
        ]
        encoded = [base64.b64encode(pdf).decode() for pdf in made]
        self._mooded(json.dumps({"time": 12, "file": encoded}).encode(), {"Content-Type": "application/json"})

    def _sign_v1(self) -> None:
        form = self._form()
        texts = {key: value.decode() for key, value in form.items() if key not in ("file", "imageTTD")}
        self.server.prove(texts["nik"], texts, 1)
        made = self.server.make(form["file"], texts["nik"], _wish_v1(texts))
        remote = secrets.token_hex(8)
        self.server.kept[remote] = made
        headers = {"Content-Type": "application/pdf", "id_dokumen": remote, "signing_time": "12"}
        if texts.get("jenis_response") == "BASE64":
            headers["Content-Type"] = "application/json"
            made = json.dumps({"base64_signed_file": base64.b64encode(made).decode()}).encode()
        self._mooded(made, headers)

    def _mooded(self, body: bytes, headers: dict[str, str]) -> None:
        """The answer as the mode will have it: late, cut off on the way, never."""
        mode = self.server.mode
        if mode == "late":
            time.sleep(self.server.seconds_late)
        if mode == "error":
            return self._json(500, {"status_code": 500, "error": "Internal Server Error"})
        if mode == "drop":
            self.send_response(200)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body[: len(body) // 2])
            self.close_connection = True
            return None
        return self._send(200, body, headers)

    def _form(self) -> dict[str, bytes]:
        head = f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode()
        message = BytesParser(policy=HTTP).parsebytes(head + self.data)
        parts: dict[str, bytes] = {}
        for part in message.iter_parts():
            name = part.get_param("name", header="content-disposition")
            parts[str(name)] = part.get_payload(decode=True)  # type: ignore[assignment]
        return parts

    def _json(self, status: int, value: Mapping[str, Any]) -> None:
        self._send(status, json.dumps(value).encode(), {"Content-Type": "application/json"})

    def _send(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


def _wish_v2(said: Mapping[str, Any]) -> Wish:
    """Origin at the top left, y grows downwards; `tag` and `tag_koordinat` both."""
    box = tuple(float(said.get(name) or 0) for name in ("originX", "originY", "width", "height"))
    return Wish(
        visible=str(said.get("tampilan", "")).upper() == "VISIBLE", page=int(said.get("page") or 1),
        box=(box[0], box[1], box[2], box[3]), tag=str(said.get("tag_koordinat") or said.get("tag") or ""),
        reason=str(said.get("reason") or ""), location=str(said.get("location") or ""),
        password=str(said.get("pdfPassword") or ""),
    )  # fmt: skip


def _wish_v1(said: Mapping[str, str]) -> Wish:
    """Origin at the bottom left; the page by number or as PERTAMA, TERAKHIR."""
    page = {"PERTAMA": "1", "TERAKHIR": "0"}.get(said.get("halaman", ""), said.get("page") or "1")
    visible = said.get("tampilan", "").lower() == "visible"
    if visible and said.get("image") == "false" and not said.get("linkQR"):
        raise ValueError("linkQR wajib bila image=false")
    box = tuple(float(said.get(name) or 0) for name in ("xAxis", "yAxis", "width", "height"))
    return Wish(
        visible=visible, page=int(page), box=(box[0], box[1], box[2], box[3]), from_top=False,
        tag=said.get("tag_koordinat", ""), reason=said.get("reason", ""), location=said.get("location", ""),
    )  # fmt: skip


def _verify_v1(pdf: bytes) -> dict[str, Any]:
    seen = judge.look(pdf, []).signatures
    return {
        "nama_dokumen": "dokumen.pdf",
        "jumlah_signature": len(seen),
        "notes": "TIDAK SAH - UJI COBA",
        "summary": ("VALID" if all(one.holds for one in seen) else "INVALID") if seen else None,
        "details": [
            {
                "info_tsa": {"name": "TSA uji coba", "tsa_cert_validity": None},
                "signature_field": one.field,
                "info_signer": {
                    "issuer_dn": f"CN={one.issuer}", "signer_name": one.name, "signer_cert_validity": None,
                    "signer_dn": f"CN={one.name}", "cert_user_certified": False,
                },
                "signature_document": {
                    "signed_using_tsa": bool(one.stamped_at), "reason": None, "document_integrity": one.holds,
                    "signature_value": None, "signed_in": one.claimed_at, "location": None, "hash_value": None,
                },
            }
            for one in seen
        ],
    }  # fmt: skip


def _verify_v2(pdf: bytes) -> dict[str, Any]:
    look = judge.look(pdf, [])
    last = len(look.signatures) - 1
    return {
        "conclusion": ("VALID" if look.holds else "INVALID") if look.signatures else "NO_SIGNATURE",
        "description": "TIDAK SAH - UJI COBA",
        "signatureCount": len(look.signatures),
        "signatureInformations": [
            {
                "id": f"S-{n}", "signatureFormat": "PKCS7-T", "signerName": one.name, "signatureDate": one.claimed_at,
                "fieldName": one.field, "reason": None, "location": None, "certLevelCode": 0,
                "timestampInfomation": {"id": f"T-{n}", "signerName": "TSA uji coba", "timestampDate": one.stamped_at},
                "certificateDetails": [
                    {
                        "commonName": one.name, "issuerName": one.issuer, "serialNumber": None, "notBeforeDate": None,
                        "notAfterDate": None, "signatureAlgoritm": "SHA256withECDSA", "keyUsages": ["nonRepudiation"],
                    }
                ],
                "integrityValid": one.holds, "certificateTrusted": False, "lastSignature": n == last,
            }
            for n, one in enumerate(look.signatures)
        ],
    }  # fmt: skip


def refuse_production() -> None:
    """Raise SystemExit where this could be mistaken for the real service."""
    if os.environ.get("SANDAR_DEBUG") not in ("1", "true", "yes"):
        raise SystemExit("sandar.testing.bsre: hanya untuk uji coba; nyalakan SANDAR_DEBUG=1.")
    if os.environ.get("SANDAR_PUBLIC_URL", "").startswith("https://"):
        raise SystemExit("sandar.testing.bsre: SANDAR_PUBLIC_URL ini kantor sungguhan; tidak dijalankan.")


def main(words: list[str]) -> None:
    """Serve until interrupted."""
    refuse_production()
    parser = argparse.ArgumentParser(prog="python -m sandar.testing.bsre", description=__doc__)
    parser.add_argument("--port", type=int, default=8899)
    parser.add_argument("--ca", type=Path, help="where to write the throw-away authority (PEM)")
    parser.add_argument(
        "--name", action="append", default=[], metavar="NIK=NAMA", help="who a NIK or mail address is"
    )
    args = parser.parse_args(words)
    server = Server(datetime.now(UTC), args.port)  # noqa: TID251 - a service of its own, with its own clock
    server.names = dict(pair.split("=", 1) for pair in args.name)
    if args.ca:
        args.ca.write_bytes(server.hand.root_pem)
    print(f"{server.url}  {USER}:{PASSWORD}  passphrase {PASSPHRASE}", flush=True)  # noqa: T201
    server.serve_forever()


if __name__ == "__main__":
    main(sys.argv[1:])

"""Small real servers for the tests: a time-stamping service with the authority's revocation list, and a FAKE of BSrE.

The fake answers as domain.md 4.7 describes the service (and a few programs in use confirm); nobody of BSrE has seen it.
It signs with a certificate of the tests' own.
"""

import base64
import io
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from asn1crypto import keys, tsp, x509
from cryptography.hazmat.primitives import serialization
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper
from werkzeug.datastructures import MultiDict
from werkzeug.formparser import parse_form_data

from tests.papers.certificates import Identity, file_of, officer, revocation_list, stamping_service

BSRE_PASSPHRASE = "frasa-bsre-5521"
NIK = "6311010101700001"
Reply = tuple[int, str, bytes]


def _asn1(identity: Identity) -> tuple[x509.Certificate, keys.PrivateKeyInfo]:
    plain = (serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return x509.Certificate.load(identity.der()), keys.PrivateKeyInfo.load(identity.key.private_bytes(*plain))


class _Handler(BaseHTTPRequestHandler):
    """Hands a request to the server's own `answer`."""

    def _any(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        status, kind, body = self.server.answer(self, self.rfile.read(length))  # type: ignore[attr-defined]
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with suppress(BrokenPipeError):  # who does not wait is gone
            self.wfile.write(body)

    do_GET = do_POST = _any  # noqa: N815 (the library's names)

    def log_message(self, *_: Any) -> None:
        return


@contextmanager
def served(answer: Any) -> Iterator[str]:
    """A server on a free port of this machine; its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.answer = answer  # type: ignore[attr-defined]
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def stamp_or_list(request: BaseHTTPRequestHandler, body: bytes) -> Reply:
    """A time stamp for a query (RFC 3161), the revocation list for a GET."""
    if request.command == "GET":
        return 200, "application/pkix-crl", revocation_list()
    stamper = DummyTimeStamper(*_asn1(stamping_service()))
    answer = stamper.request_tsa_response(tsp.TimeStampReq.load(body))
    return 200, "application/timestamp-reply", answer.dump()


@dataclass
class FakeBsre:
    """BSrE as described; `mode` chooses how it goes wrong."""

    mode: str = "signs"
    asked: list[str] = field(default_factory=list)
    kept: dict[str, bytes] = field(default_factory=dict)
    signer: Any = None

    def answer(self, request: BaseHTTPRequestHandler, body: bytes) -> Reply:
        self.asked.append(f"{request.command} {request.path}")
        right = "Basic " + base64.b64encode(b"aplikasi:rahasia").decode()
        if request.headers.get("Authorization") != right:
            return self.told(401, {"error": "Unauthorized"})
        if request.path.startswith("/api/sign/download/"):
            return self.pdf(self.kept[request.path.rsplit("/", 1)[1]])
        if request.path == "/api/sign/pdf":
            return self.version_1(request, body)
        if request.path == "/api/v2/sign/pdf":
            return self.version_2(json.loads(body))
        return self.told(404, {"error": "Not found"})

    def version_1(self, request: BaseHTTPRequestHandler, body: bytes) -> Reply:
        environ = {
            "wsgi.input": io.BytesIO(body),
            "CONTENT_LENGTH": str(len(body)),
            "CONTENT_TYPE": request.headers["Content-Type"],
            "REQUEST_METHOD": "POST",
        }
        _, form, files = parse_form_data(environ)
        assert form["tampilan"] == "invisible"
        with files["file"].stream as stream:
            pdf = stream.read()
        if (refusal := self.refusal(form)) is not None:
            return refusal
        signed = self.sign(pdf)
        if self.mode == "id_dokumen":
            self.kept["dok-1"] = signed
            return self.told(200, {"status": "success", "id_dokumen": "dok-1"})
        return self.pdf(signed)

    def version_2(self, body: dict[str, Any]) -> Reply:
        assert body["signatureProperties"][0]["tampilan"] == "INVISIBLE"
        if (refusal := self.refusal(MultiDict(body))) is not None:
            return refusal
        signed = self.sign(base64.b64decode(body["file"][0]))
        return self.told(200, {"time": 812, "file": [base64.b64encode(signed).decode()]})

    def refusal(self, form: MultiDict[str, str]) -> Reply | None:
        if self.mode == "slow":
            time.sleep(3)
        if self.mode == "garbage":
            return 200, "text/html", b"<html>Bad gateway \xff\x00</html>"
        if self.mode == "broken":
            return 502, "text/html", b"<html>Bad gateway</html>"
        if self.mode.isdigit():
            return self.told(200, {"error": "Akun belum siap", "status_code": int(self.mode)})
        if form["nik"] != NIK:
            return self.told(400, {"error": "User tidak terdaftar", "status_code": 2011})
        if form["passphrase"] != BSRE_PASSPHRASE:
            return self.told(400, {"error": "Passphrase anda salah", "status_code": 2031})
        return None

    def sign(self, pdf: bytes) -> bytes:
        if self.mode == "another":
            pdf = ANOTHER
        self.signer = self.signer or signers.SimpleSigner.load_pkcs12_data(
            file_of(officer("Tanda BSrE")), [], b"frasa-sandi-uji-8842"
        )
        if self.mode == "unsigned":
            return pdf
        meta = signers.PdfSignatureMetadata(field_name="BSrE", subfilter=SigSeedSubFilter.PADES, md_algorithm="sha256")
        signed = signers.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf)), meta, self.signer).getvalue()
        return _spoiled(signed) if self.mode == "spoiled" else bytes(signed)

    def pdf(self, content: bytes) -> Reply:
        return 200, "application/pdf", content

    def told(self, status: int, body: dict[str, Any]) -> Reply:
        return status, "application/json", json.dumps(body).encode()


def _spoiled(signed: bytes) -> bytes:
    """A byte of the signature's own dictionary changed after signing."""
    at = signed.rindex(b"/M (") + 12
    return signed[:at] + (b"1" if signed[at : at + 1] != b"1" else b"2") + signed[at + 1 :]


def _another() -> bytes:
    from pypdf import PdfWriter

    writer, file = PdfWriter(), io.BytesIO()
    writer.add_blank_page(200, 200)
    writer.write(file)
    return file.getvalue()


ANOTHER = _another()

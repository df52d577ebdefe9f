"""Client of BSrE's esign-client-service, versions 1 and 2 (domain 4.7), which signs PDFs.

Based on programs in use, since the service's own documentation is not public. A response of 200 may hold an error, and
a wrong passphrase is reported by a code in the body.
"""

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import structlog
from flask import current_app
from urllib3.filepost import encode_multipart_formdata

from app.outbound.http_client import Answer, Unanswered, basic_auth, call_configured
from app.vocabulary.signing import SigningFault

log = structlog.get_logger()

PDF = b"%PDF-"
LARGEST_ANSWER = 40 * 1024 * 1024
WRONG_PASSPHRASE = 2031
NOT_READY = frozenset({2011, 2021, 2022, 2023, 4001, 4002, 4003})


class BsreFault(Exception):
    """Raised if BSrE did not sign; `fault` is the reason, `code` BSrE's own error number, "" if it sent none."""

    def __init__(self, fault: SigningFault, code: str = "") -> None:
        super().__init__(f"{fault.value} {code}".strip())
        self.fault = fault
        self.code = code


@dataclass(frozen=True)
class Order:
    """A value object: one PDF (bytes) to be signed at BSrE, with the signer's NIK and passphrase, and the reason and
    location for the signature. The signature is invisible, because the page already shows the signature block.
    """

    pdf: bytes
    nik: str
    passphrase: str
    reason: str
    location: str

    def __repr__(self) -> str:
        return f"Order({len(self.pdf)} bytes)"


def is_set_up() -> bool:
    """Return whether address, user and password of BSrE are configured."""
    return all(current_app.config.get(name) for name in ("BSRE_URL", "BSRE_USER", "BSRE_PASSWORD"))


def sign(order: Order, seconds: float) -> bytes:
    """Have BSrE sign a PDF and return the bytes of the signed PDF, not yet verified; raises BsreFault if BSrE is not
    configured, does not answer or does not sign.

    `seconds` limits each wait for data; a whole request takes at most three times as long.
    """
    if not is_set_up():
        raise BsreFault(SigningFault.NOT_SET_UP)
    versions = {"1": _sign_v1, "2": _sign_v2}
    return versions[current_app.config["BSRE_VERSION"]](order, seconds)


def _sign_v1(order: Order, seconds: float) -> bytes:
    form = {"nik": order.nik, "passphrase": order.passphrase, "tampilan": "invisible"}
    body, kind = encode_multipart_formdata({**form, "file": ("surat.pdf", order.pdf, "application/pdf")})
    answer = _call("POST", "/api/sign/pdf", seconds, body, kind)
    if answer.body.startswith(PDF):
        return answer.body
    reply = _object_in(answer)
    number = reply.get("id_dokumen")
    if not isinstance(number, str) or not number:
        raise _fault_of(answer, reply)
    fetched = _call("GET", f"/api/sign/download/{quote(number[:200], safe='')}", seconds)
    if not fetched.body.startswith(PDF):
        raise _fault_of(fetched, _object_in(fetched))
    return fetched.body


def _sign_v2(order: Order, seconds: float) -> bytes:
    looks = {"tampilan": "INVISIBLE", "location": order.location, "reason": order.reason}
    body = {
        "nik": order.nik,
        "passphrase": order.passphrase,
        "signatureProperties": [looks],
        "file": [base64.b64encode(order.pdf).decode()],
    }
    answer = _call("POST", "/api/v2/sign/pdf", seconds, json.dumps(body).encode(), "application/json")
    if answer.body.startswith(PDF):
        return answer.body
    reply = _object_in(answer)
    files = reply.get("file")
    if not isinstance(files, list) or len(files) != 1 or not isinstance(files[0], str):
        raise _fault_of(answer, reply)
    try:
        return base64.b64decode(files[0], validate=True)
    except (binascii.Error, ValueError):
        raise BsreFault(SigningFault.UNREADABLE_ANSWER) from None


def _call(method: str, path: str, seconds: float, body: bytes | None = None, kind: str = "") -> Answer:
    """Send one request to BSrE, its body of the content type `kind`, and return the response whatever its status;
    raises BsreFault if none arrives or it is too large.
    """
    config = current_app.config
    headers = {"Authorization": basic_auth(config["BSRE_USER"], config["BSRE_PASSWORD"])}
    if body is not None:
        headers["Content-Type"] = kind
    url = f"{config['BSRE_URL'].rstrip('/')}{path}"
    try:
        answer = call_configured(method, url, body=body, headers=headers, seconds=seconds, largest=LARGEST_ANSWER + 1)
    except Unanswered as silence:
        fault = SigningFault.TOO_SLOW if silence.fault == "too_slow" else SigningFault.OUT_OF_REACH
        log.warning("bsre_not_reached", fault=fault.value, exc_info=True)
        raise BsreFault(fault) from None
    if len(answer.body) > LARGEST_ANSWER:
        raise BsreFault(SigningFault.UNREADABLE_ANSWER)
    return answer


def _object_in(answer: Answer) -> dict[str, Any]:
    """Return the JSON object of a response as a dict; raises BsreFault if the response has none."""
    try:
        reply = json.loads(answer.body)
    except (ValueError, RecursionError):
        reply = None
    if isinstance(reply, dict):
        return reply
    raise BsreFault(SigningFault.OUT_OF_REACH if answer.status >= 500 else SigningFault.UNREADABLE_ANSWER)


def _fault_of(answer: Answer, reply: dict[str, Any]) -> BsreFault:
    given = str(reply.get("status_code", reply.get("status", "")))  # a number, or the number as text
    code = int(given) if given.isascii() and given.isdigit() and len(given) < 6 else 0
    words = " ".join(str(reply.get(name, "")) for name in ("error", "message")).lower()
    log.warning("bsre_refused", status=answer.status, code=code)
    if code == WRONG_PASSPHRASE or "passphrase" in words:
        return BsreFault(SigningFault.WRONG_PASSPHRASE)
    if code in NOT_READY:
        return BsreFault(SigningFault.ACCOUNT_NOT_READY, str(code))
    if code or words.strip():
        return BsreFault(SigningFault.REFUSED_BY_BSRE, str(code or answer.status))
    return BsreFault(SigningFault.UNREADABLE_ANSWER)

"""Signing by the BSrE server, which receives the whole PDF and returns it signed.

The answer is accepted only if it is the same letter and its signature is intact.
"""

from typing import Any

import structlog

from app.core.extensions import db
from app.models import SigningMeans
from app.outbound import bsre
from app.papers.signing.signatures import same_pages, signature_in
from app.papers.signing.signers import SIGNING_SECONDS, SignFunction, SigningOfficer, passphrase_of, refused
from app.vocabulary.signing import SigningFault

log = structlog.get_logger()


class BsreSigner:
    """A signer that has the BSrE server sign with the officer's account, which the server finds by NIK."""

    def prepare(self, officer: SigningOfficer) -> SignFunction:
        """Return the function that takes a PDF with its frozen content and returns it signed by BSrE for this officer.

        Raises ActionRefused: signing_unavailable if BSrE is not configured, signing_refused if the officer has stored
        no NIK, missing_input if no passphrase was typed. The returned function raises it too: signing_unavailable or
        signing_refused by BSrE.
        """
        if not bsre.is_set_up():
            raise refused(SigningFault.NOT_SET_UP)
        means = db.session.get(SigningMeans, officer.user_id)
        if means is None or not means.nik:
            raise refused(SigningFault.NO_NIK)
        nik, passphrase = means.nik, passphrase_of(officer)
        return lambda pdf, frozen: _signed(pdf, frozen, nik, passphrase)


def _signed(pdf: bytes, frozen: dict[str, Any], nik: str, passphrase: str) -> bytes:
    reason = f"Surat tanggapan nomor {frozen['number']}"
    order = bsre.Order(pdf, nik, passphrase, reason, frozen["agency"]["city"])
    try:
        answer = bsre.sign(order, SIGNING_SECONDS)
    except bsre.BsreFault as fault:
        log.warning("bsre_did_not_sign", fault=fault.fault.value, code=fault.code)
        raise refused(fault.fault, fault.code) from None
    if not answer.startswith(b"%PDF-"):
        raise refused(SigningFault.UNREADABLE_ANSWER)
    found = signature_in(answer)
    if not answer.startswith(pdf) and not same_pages(pdf, answer):
        raise refused(SigningFault.NOT_OUR_DOCUMENT)
    if found is None or not found.sound:
        raise refused(SigningFault.SIGNATURE_NOT_INTACT)
    return answer

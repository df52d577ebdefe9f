"""Signing with an officer's own certificate, stored encrypted and opened by the passphrase typed at each signature."""

from typing import Any

from app.core.extensions import db
from app.models import SigningMeans
from app.papers.signing.certificate_file import CertificateFault, UnfitCertificate, read_certificate
from app.papers.signing.signatures import signature_in
from app.papers.signing.signers import SignFunction, SigningOfficer, passphrase_of, refused
from app.vocabulary.signing import SigningFault

_FAULTS = {
    CertificateFault.NOT_OPENED: SigningFault.WRONG_PASSPHRASE,
    CertificateFault.NOT_VALID_NOW: SigningFault.CERTIFICATE_EXPIRED,
}


class CertificateSigner:
    """A signer that signs with the PKCS#12 certificate (sertifikat elektronik) that the officer has stored."""

    def prepare(self, officer: SigningOfficer) -> SignFunction:
        """Return the function that takes a PDF with its frozen content and returns it signed for this officer.

        Raises ActionRefused: signing_refused if the certificate is missing, expired or unfit or the passphrase is
        wrong, missing_input if no passphrase was typed.
        """
        means = db.session.get(SigningMeans, officer.user_id)
        if means is None or means.certificate is None:
            raise refused(SigningFault.NO_CERTIFICATE)
        passphrase, file = passphrase_of(officer), means.certificate
        try:
            read_certificate(file, passphrase, officer.at)
        except UnfitCertificate as unfit:
            raise refused(_FAULTS.get(unfit.fault, SigningFault.CERTIFICATE_UNFIT)) from None
        return lambda pdf, frozen: _signed(pdf, frozen, file, passphrase)


def _signed(pdf: bytes, frozen: dict[str, Any], file: bytes, passphrase: str) -> bytes:
    """Return the bytes of the PDF with its signature, after validating that signature.

    Raises ActionRefused: signing_unavailable if no intact signature could be made, signing_refused if the certificate
    cannot sign.
    """
    from app.papers.signing.pades import sign_pades

    signed = sign_pades(pdf, frozen, file, passphrase)
    found = signature_in(signed)
    if not signed.startswith(pdf) or found is None or not found.sound:
        raise refused(SigningFault.SIGNATURE_NOT_INTACT)
    return signed

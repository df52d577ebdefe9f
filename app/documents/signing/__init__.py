"""Signing behind one interface: an act asks for a hand, whatever the agency signs with, and gets signed bytes."""

from app.documents.signing.bsre_signer import BsreSigner
from app.documents.signing.certificate_signer import CertificateSigner
from app.documents.signing.hands import Hand, Signer
from app.documents.signing.wet_signer import WetSigner

__all__ = ["Hand", "Signer", "signer_of"]

_SIGNERS: dict[str, Signer] = {"wet": WetSigner(), "certificate": CertificateSigner(), "bsre": BsreSigner()}


def signer_of(method: str) -> Signer:
    """The signer of an agency's `signing_method`; KeyError for a method that is not there."""
    return _SIGNERS[method]

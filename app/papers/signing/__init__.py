"""Signing behind one interface: an act asks for a hand, whatever the agency signs with, and gets signed bytes."""

from app.papers.signing.bsre_signer import BsreSigner
from app.papers.signing.certificate_signer import CertificateSigner
from app.papers.signing.signers import Hand, Signer, WetSigner

__all__ = ["Hand", "Signer", "signer_of"]

_SIGNERS: dict[str, Signer] = {"wet": WetSigner(), "certificate": CertificateSigner(), "bsre": BsreSigner()}


def signer_of(method: str) -> Signer:
    """The signer of an agency's `signing_method`; KeyError for a method that is not there."""
    return _SIGNERS[method]

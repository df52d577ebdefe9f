"""Signature methods behind one interface."""

from app.papers.signing.bsre_signer import BsreSigner
from app.papers.signing.certificate_signer import CertificateSigner
from app.papers.signing.signers import Signer, SignFunction, WetSigner

__all__ = ["SignFunction", "Signer", "signer_of"]

_SIGNERS: dict[str, Signer] = {"wet": WetSigner(), "certificate": CertificateSigner(), "bsre": BsreSigner()}


def signer_of(method: str) -> Signer:
    """Return the Signer for an agency's `signing_method` (wet, certificate or bsre); raises KeyError for any other."""
    return _SIGNERS[method]

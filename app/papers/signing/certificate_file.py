"""Check of an uploaded certificate file (PKCS#12)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import structlog
from asn1crypto import pkcs12 as asn1_pkcs12
from asn1crypto import tsp  # noqa: F401 (see below)
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

# asn1crypto freezes its table of content types when it first reads one, and `tsp` adds the time stamp to it. Without
# this import before the first certificate is read, the process can neither create nor read time stamps.

log = structlog.get_logger()

LARGEST_FILE = 100 * 1024
MOST_ITERATIONS = 2_000_000
SMALLEST_RSA = 2048
LOCKED = "pkcs8_shrouded_key_bag"


class CertificateFault(StrEnum):
    """An enum of the reasons why a certificate file is rejected; `UnfitCertificate.fault` holds one of them."""

    MISSING = "missing"
    TOO_LARGE = "too_large"
    NO_PASSPHRASE = "no_passphrase"  # noqa: S105 (a word for a fault)
    NOT_OPENED = "not_opened"
    NO_KEY = "no_key"
    NOT_VALID_NOW = "not_valid_now"
    NOT_FOR_SIGNING = "not_for_signing"
    WEAK_KEY = "weak_key"


class UnfitCertificate(Exception):
    """Raised for a certificate file that cannot be used to sign; `fault` says why. Never contains the passphrase."""

    def __init__(self, fault: CertificateFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True)
class CertificateFacts:
    """A value object: the facts of a certificate that are shown. `subject` and `issuer` are names, `valid_until` is
    aware UTC, `fingerprint` is the SHA-256 of the certificate as hex.
    """

    subject: str
    issuer: str
    valid_until: datetime
    fingerprint: str


def read_certificate(content: bytes, passphrase: str, at: datetime) -> CertificateFacts:
    """Return the CertificateFacts of a PKCS#12 file. Raises UnfitCertificate if it cannot be opened or sign at `at`."""
    certificate = _opened(content, passphrase)
    if not certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc:
        raise UnfitCertificate(CertificateFault.NOT_VALID_NOW)
    if not _is_for_signing(certificate):
        raise UnfitCertificate(CertificateFault.NOT_FOR_SIGNING)
    key = certificate.public_key()
    strong_rsa = isinstance(key, rsa.RSAPublicKey) and key.key_size >= SMALLEST_RSA
    if not strong_rsa and not isinstance(key, ec.EllipticCurvePublicKey):
        raise UnfitCertificate(CertificateFault.WEAK_KEY)
    return CertificateFacts(
        subject=_shown(certificate.subject),
        issuer=_shown(certificate.issuer),
        valid_until=certificate.not_valid_after_utc,
        fingerprint=certificate.fingerprint(hashes.SHA256()).hex(),
    )


def _opened(content: bytes, passphrase: str) -> x509.Certificate:
    if not content:
        raise UnfitCertificate(CertificateFault.MISSING)
    if len(content) > LARGEST_FILE:
        raise UnfitCertificate(CertificateFault.TOO_LARGE)
    try:
        _refuse_endless(content)
        key, certificate, _ = pkcs12.load_key_and_certificates(content, passphrase.encode())
    except Exception:
        # The library raises many exception types for a broken file. Some quote their input; the log formatter leaves
        # exception texts out.
        log.exception("certificate_not_opened")
        raise UnfitCertificate(CertificateFault.NOT_OPENED) from None
    if key is None or certificate is None or key.public_key() != certificate.public_key():
        raise UnfitCertificate(CertificateFault.NO_KEY)
    return certificate


def _refuse_endless(content: bytes) -> None:
    """Raise ValueError if the file demands more key-derivation rounds than MOST_ITERATIONS.

    The file's author chooses the number of rounds; a billion would block the process.
    """
    pfx = asn1_pkcs12.Pfx.load(content)
    rounds = [int(pfx["mac_data"]["iterations"].native or 1)] if pfx["mac_data"].native else []
    for part in pfx.authenticated_safe:
        if part["content_type"].native == "encrypted_data":
            rounds.append(_rounds(part["content"]["encrypted_content_info"]["content_encryption_algorithm"]))
        else:
            bags = asn1_pkcs12.SafeContents.load(part["content"].native)
            rounds += [_rounds(b["bag_value"]["encryption_algorithm"]) for b in bags if b["bag_id"].native == LOCKED]
    if max(rounds, default=0) > MOST_ITERATIONS:
        raise ValueError("endless")


def _rounds(algorithm: Any) -> int:
    return int(algorithm.kdf_iterations)


def _is_for_signing(certificate: x509.Certificate) -> bool:
    """Return whether the certificate's key usage allows signatures. Without that extension any use is allowed (RFC 5280
    4.2.1.3).
    """
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return True
    return usage.digital_signature or usage.content_commitment


def _shown(name: x509.Name) -> str:
    """Return "common name, organisation" of a certificate's subject or issuer, at most 300 characters; its whole name
    if it has neither.
    """
    parts = [name.get_attributes_for_oid(oid) for oid in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME)]
    texts = [str(found[0].value) for found in parts if found]
    return (", ".join(texts) or name.rfc4514_string())[:300]

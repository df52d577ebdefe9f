"""The certificate and NIK with which an officer signs. Only that officer can change them."""

import re
from datetime import datetime

from app.core.extensions import db
from app.core.transaction import one_transaction
from app.models import SigningMeans
from app.papers.signing.certificate_file import CertificateFault, UnfitCertificate, read_certificate

_NIK = re.compile(r"[0-9]{16}")


def means_of(user_id: int) -> SigningMeans | None:
    """Return the SigningMeans row with the officer's certificate and NIK, or None if the officer has stored neither
    yet.
    """
    return db.session.get(SigningMeans, user_id)


def save_certificate(user_id: int, content: bytes, passphrase: str, now: datetime) -> SigningMeans:
    """Check a PKCS#12 file, store it encrypted and without its passphrase, commit, and return the officer's
    SigningMeans row.

    Raises UnfitCertificate, and leaves the stored certificate unchanged, if the file cannot be used.
    """
    if content and not passphrase:
        raise UnfitCertificate(CertificateFault.NO_PASSPHRASE)
    facts = read_certificate(content, passphrase, now)
    with one_transaction():
        means = _row(user_id, now)
        means.certificate = content
        means.subject, means.issuer = facts.subject, facts.issuer
        means.valid_until, means.fingerprint = facts.valid_until, facts.fingerprint
    return means


def remove_certificate(user_id: int, now: datetime) -> bool:
    """Delete the officer's certificate, commit and return True; return False if there was none. Letters already signed
    are unaffected.
    """
    with one_transaction():
        means = means_of(user_id)
        if means is None or means.certificate is None:
            return False
        means.certificate, means.valid_until, means.changed_at = None, None, now
        means.subject = means.issuer = means.fingerprint = ""
    return True


def save_nik(user_id: int, typed: str, now: datetime) -> bool:
    """Store the NIK by which BSrE knows the officer, or delete it if `typed` is empty, commit and return True; return
    False, without a change, if it does not have 16 digits.
    """
    nik = re.sub(r"[\s.]", "", typed[:40])
    if nik and not _NIK.fullmatch(nik):
        return False
    with one_transaction():
        _row(user_id, now).nik = nik or None
    return True


def masked_nik(nik: str | None) -> str:
    """Return the NIK with only its first four and last two digits readable; "" for None (domain 4.8)."""
    return f"{nik[:4]}••••••••••{nik[-2:]}" if nik else ""


def _row(user_id: int, now: datetime) -> SigningMeans:
    means = means_of(user_id) or SigningMeans(user_id=user_id, changed_at=now)
    means.changed_at = now
    db.session.add(means)
    return means

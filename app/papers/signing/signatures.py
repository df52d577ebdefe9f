"""Validation of the signature in a PDF."""

from dataclasses import dataclass
from datetime import datetime

import structlog

log = structlog.get_logger()


@dataclass(frozen=True)
class SignatureFound:
    """A value object: a validated signature of a PDF. `intact` says whether it is valid and the signed bytes are
    unchanged, `covers_all` whether it covers the whole file; `certificate` and `issuer` are names. `stamped_at` (aware)
    comes from a time-stamping service and is None without one; the signer's own clock is ignored.
    """

    intact: bool
    covers_all: bool
    certificate: str
    issuer: str
    stamped_at: datetime | None

    @property
    def sound(self) -> bool:
        """Whether the signature is intact and covers the whole file."""
        return self.intact and self.covers_all


def signature_in(pdf: bytes) -> SignatureFound | None:
    """Validate the last signature of a PDF and return it as SignatureFound; None if the PDF has no signature or cannot
    be read.

    Only for stored files and answers of a signing service: parsing an untrusted file can exhaust memory.
    """
    from app.papers.signing.pdf_reading import read_last_signature

    try:
        found = read_last_signature(pdf)
    except Exception:
        # A changed byte may break the file anywhere, and the library has no exception of its own for most such errors.
        log.exception("signature_not_read")
        return None
    return SignatureFound(*found) if found else None


def same_pages(ours: bytes, theirs: bytes) -> bool:
    """Return whether both PDFs have identical page contents; False if either cannot be read.

    A signing service may rewrite a file before it signs, so the bytes alone cannot be compared.
    """
    from app.papers.signing.pdf_reading import drawn_on_pages

    try:
        return drawn_on_pages(ours) == drawn_on_pages(theirs)
    except Exception:
        # A broken file raises exceptions of many types.
        log.exception("pages_not_read")
        return False

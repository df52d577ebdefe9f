"""What the signature in a PDF says: whether it is intact, covers the whole file, and whose certificate made it."""

from dataclasses import dataclass
from datetime import datetime

import structlog

log = structlog.get_logger()


@dataclass(frozen=True)
class SignatureFound:
    """One embedded signature; `stamped_at` is a time-stamping service's word, not the signer's clock."""

    intact: bool
    covers_all: bool
    certificate: str
    issuer: str
    stamped_at: datetime | None

    @property
    def sound(self) -> bool:
        return self.intact and self.covers_all


def signature_in(pdf: bytes) -> SignatureFound | None:
    """The last signature of a PDF; None where there is none or nothing can be read.

    Only for files of our own store or of a signing service: a stranger's file can be made to eat all memory.
    """
    from app.papers.signing.pdf_reading import read_last_signature

    try:
        found = read_last_signature(pdf)
    except Exception:
        # A changed byte may break the file at any place, and the library has no error of its own for most of them.
        log.exception("signature_not_read")
        return None
    return SignatureFound(*found) if found else None


def same_pages(ours: bytes, theirs: bytes) -> bool:
    """Whether both hold the same pages, stroke for stroke: a service may write a file anew before it signs."""
    from app.papers.signing.pdf_reading import drawn_on_pages

    try:
        return drawn_on_pages(ours) == drawn_on_pages(theirs)
    except Exception:
        # As above.
        log.exception("pages_not_read")
        return False

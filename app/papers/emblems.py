"""Coats of arms for letterheads, uploaded by an administrator and re-encoded so that only pixels are stored."""

import hashlib
import io
from datetime import datetime
from enum import StrEnum

from PIL import Image, UnidentifiedImageError
from sqlalchemy.dialects.postgresql import insert

from app.core.extensions import db
from app.core.transaction import one_transaction
from app.files.cleaning import NotCleaned, clean
from app.files.inspection import Unacceptable, inspect
from app.models import Agency, Emblem
from workflow_rules.process.refusals import FieldFault

LARGEST_FILE = 2 * 1024 * 1024
MOST_PIXELS = 25_000_000
SIDE = 600
KINDS = ("PNG", "JPEG", "WEBP")


class EmblemFault(StrEnum):
    """An enum of the reasons why an uploaded emblem (coat of arms) is rejected; `EmblemRefused.fault` holds one of
    them.
    """

    MISSING = "missing"
    TOO_LARGE = "too_large"
    UNREADABLE = "unreadable"


class EmblemRefused(Exception):
    """Raised for an uploaded emblem that is rejected; `fault` says why."""

    def __init__(self, fault: EmblemFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


def set_emblem(agency: Agency, content: bytes, now: datetime) -> None:
    """Re-encode a picture as PNG, store it as the agency's emblem and commit. Raises EmblemRefused if the picture is
    missing, too large or unreadable. Existing papers do not change.
    """
    png = png_of(content)
    with one_transaction():
        agency.emblem_hash = store_emblem(png, now)


def store_emblem(png: bytes, now: datetime) -> str:
    """Store a PNG picture, once, in the caller's transaction, and return its hash."""
    digest = hashlib.sha256(png).hexdigest()
    stored = insert(Emblem).values(sha256=digest, png=png, added_at=now)
    db.session.execute(stored.on_conflict_do_nothing())
    return digest


def is_png(content: bytes) -> bool:
    """Return whether these bytes are a whole PNG picture of a size that papers can show."""
    try:
        with Image.open(io.BytesIO(content), formats=("PNG",)) as picture:
            picture.verify()
            return picture.width * picture.height <= MOST_PIXELS
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return False


def remove_emblem(agency: Agency) -> None:
    """Remove an agency's own emblem and commit; its letterhead then shows the office's emblem, if there is one."""
    with one_transaction():
        agency.emblem_hash = None


def png_of(content: bytes) -> bytes:
    """Return an uploaded picture as PNG bytes, at most 600 pixels a side and without metadata. Raises EmblemRefused."""
    if not content:
        raise EmblemRefused(EmblemFault.MISSING)
    if len(content) > LARGEST_FILE:
        raise EmblemRefused(EmblemFault.TOO_LARGE)
    try:
        kind = inspect(content)
        content = clean(content) if kind.decoder else b""
    except Unacceptable as problem:
        too_large = problem.fault is FieldFault.TOO_MANY_PIXELS
        raise EmblemRefused(EmblemFault.TOO_LARGE if too_large else EmblemFault.UNREADABLE) from None
    except NotCleaned:
        raise EmblemRefused(EmblemFault.UNREADABLE) from None
    try:
        # WeasyPrint makes Pillow accept truncated pictures; `verify` finds those by their checksums.
        with Image.open(io.BytesIO(content), formats=KINDS) as whole:
            whole.verify()
        with Image.open(io.BytesIO(content), formats=KINDS) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise EmblemRefused(EmblemFault.TOO_LARGE)
            drawn = picture.convert("RGBA")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as broken:
        raise EmblemRefused(EmblemFault.UNREADABLE) from broken
    drawn.thumbnail((SIDE, SIDE))
    written = io.BytesIO()
    drawn.save(written, "PNG", optimize=True)
    return written.getvalue()

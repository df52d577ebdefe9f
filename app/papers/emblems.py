"""Coats of arms for letterheads: uploaded by an administrator, drawn anew so that only pixels are kept."""

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
    """Why a picture is not taken."""

    MISSING = "missing"
    TOO_LARGE = "too_large"
    UNREADABLE = "unreadable"


class EmblemRefused(Exception):
    """A picture that is not taken, by the reason."""

    def __init__(self, fault: EmblemFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


def set_emblem(agency: Agency, content: bytes, now: datetime) -> None:
    """Put a picture on an agency's letterhead; raises EmblemRefused. Papers that were made keep theirs."""
    png = _drawn_anew(content)
    digest = hashlib.sha256(png).hexdigest()
    with one_transaction():
        kept = insert(Emblem).values(sha256=digest, png=png, added_at=now)
        db.session.execute(kept.on_conflict_do_nothing())
        agency.emblem_hash = digest


def take_emblem_away(agency: Agency) -> None:
    """Leave the letterhead with the office's emblem, or without one."""
    with one_transaction():
        agency.emblem_hash = None


def _apart(content: bytes) -> bytes:
    """The picture as the child wrote it: what an administrator was sent is a stranger's file too."""
    try:
        kind = inspect(content)
        return clean(content) if kind.decoder else b""
    except Unacceptable as problem:
        swells = problem.fault is FieldFault.TOO_MANY_PIXELS
        raise EmblemRefused(EmblemFault.TOO_LARGE if swells else EmblemFault.UNREADABLE) from None
    except NotCleaned:
        raise EmblemRefused(EmblemFault.UNREADABLE) from None


def _drawn_anew(content: bytes) -> bytes:
    """The picture as PNG of at most 600 pixels a side, without anything that came with it."""
    if not content:
        raise EmblemRefused(EmblemFault.MISSING)
    if len(content) > LARGEST_FILE:
        raise EmblemRefused(EmblemFault.TOO_LARGE)
    content = _apart(content)
    try:
        # Wherever WeasyPrint is loaded, Pillow takes pictures that were cut off: their own checksums tell.
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

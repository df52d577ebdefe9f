"""Detection and measurement of an uploaded file by its bytes, without decoding it."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import puremagic

from app.files.picture_headers import BrokenHeader, PictureHeader, jpeg_header, png_header, webp_header
from workflow_rules.process.refusals import FieldFault

MOST_PIXELS = 64_000_000
"""Pixels of the largest phone cameras; such a photo is reduced while it is decoded."""

MOST_DECODED = {"PNG": 80_000_000, "WEBP": 20_000_000}
"""Most bytes of a decoded picture; neither kind can be reduced while decoding, and WEBP needs several copies."""

_LOCKED = re.compile(rb"/Encrypt\s*(?:\d+\s+\d+\s+R|<<)")
_OFFICE = ("msword", "officedocument", "opendocument", "ms-excel", "ms-powerpoint", "rtf")


@dataclass(frozen=True)
class FileKind:
    """An allowed kind of file: media type, extension, and the name of its Pillow decoder ("" for PDF)."""

    media_type: str
    ending: str
    decoder: str = ""


PDF = FileKind("application/pdf", "pdf")
JPEG = FileKind("image/jpeg", "jpg", "JPEG")
PNG = FileKind("image/png", "png", "PNG")
WEBP = FileKind("image/webp", "webp", "WEBP")
KINDS = (PDF, JPEG, PNG, WEBP)
ENDINGS = {kind.media_type: kind.ending for kind in KINDS}
_HEADERS: dict[FileKind, Callable[[bytes], PictureHeader]] = {
    JPEG: jpeg_header,
    PNG: png_header,
    WEBP: webp_header,
}


class Unacceptable(Exception):
    """Raised for a file that is not accepted; `fault` says why."""

    def __init__(self, fault: FieldFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


def kind_of(content: bytes) -> FileKind | None:
    """Return the allowed kind that the first bytes show, or None."""
    if content.startswith(b"%PDF-"):
        return PDF
    if content.startswith(b"\xff\xd8\xff"):
        return JPEG
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    return WEBP if content[:4] == b"RIFF" and content[8:12] == b"WEBP" else None


def inspect(content: bytes) -> FileKind:
    """Return the kind of a file that may be stored until it is re-encoded; raises Unacceptable.

    Pictures are measured by their headers: an animated or excessively large one never reaches a decoder. Content
    appended to a picture is not searched for, since only the pixels are kept.
    """
    kind = kind_of(content)
    if kind is None:
        raise Unacceptable(_fault_of_other(content))
    if kind is PDF:
        if _LOCKED.search(content):
            raise Unacceptable(FieldFault.FILE_LOCKED)
        return kind
    _measure(kind, content)
    return kind


def _measure(kind: FileKind, content: bytes) -> None:
    try:
        header = _HEADERS[kind](content)
    except (BrokenHeader, IndexError):
        raise Unacceptable(FieldFault.FILE_BROKEN) from None
    if header.moves:
        raise Unacceptable(FieldFault.FILE_MOVES)
    decoded = header.pixels * header.pixel_bytes
    if header.pixels > MOST_PIXELS or decoded > MOST_DECODED.get(kind.decoder, decoded):
        raise Unacceptable(FieldFault.TOO_MANY_PIXELS)


def _fault_of_other(content: bytes) -> FieldFault:
    """Return the fault for a kind that is not allowed; office documents and films have their own."""
    try:
        guesses = [guess.mime_type for guess in puremagic.magic_string(content[:4096])]
    except (puremagic.PureError, ValueError):
        return FieldFault.FILE_NOT_ALLOWED
    if any(word in guess for guess in guesses for word in _OFFICE):
        return FieldFault.FILE_IS_OFFICE
    if guesses and guesses[0].startswith(("video/", "audio/")):
        return FieldFault.FILE_IS_FILM
    return FieldFault.FILE_NOT_ALLOWED

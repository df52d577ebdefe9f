"""What a file is, by what is in it: its first look, in the process that took it in, which decodes nothing."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import puremagic

from app.files.picture_headers import BrokenHeader, PictureHeader, jpeg_header, png_header, webp_header
from workflow_rules.process.refusals import FieldFault

MOST_PIXELS = 64_000_000
"""What the largest phone cameras make; such a photo is reduced while it is decoded."""

MOST_DECODED = {"PNG": 80_000_000, "WEBP": 20_000_000}
"""Bytes of such a picture once it is decoded: neither can be reduced on the way, and WEBP is held several times."""

_LOCKED = re.compile(rb"/Encrypt\s*(?:\d+\s+\d+\s+R|<<)")
_OFFICE = ("msword", "officedocument", "opendocument", "ms-excel", "ms-powerpoint", "rtf")


@dataclass(frozen=True)
class FileKind:
    """A kind that is taken: media type, ending, and the decoder's name where it is a picture."""

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
    """A file that is not taken in, by the word for why."""

    def __init__(self, fault: FieldFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


def kind_of(content: bytes) -> FileKind | None:
    """The kind by the first bytes; None for everything else."""
    if content.startswith(b"%PDF-"):
        return PDF
    if content.startswith(b"\xff\xd8\xff"):
        return JPEG
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    return WEBP if content[:4] == b"RIFF" and content[8:12] == b"WEBP" else None


def inspect(content: bytes) -> FileKind:
    """The kind of a file that may be kept until it is written anew; raises Unacceptable.

    A picture is measured by its header: one that would swell, or that moves, never meets a decoder. What hides behind
    a picture (a page, an archive) is not looked for here: only its pixels are kept.
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
    """What to tell the sender: an office document or a film is named, since it can be brought in another way."""
    try:
        guesses = [guess.mime_type for guess in puremagic.magic_string(content[:4096])]
    except (puremagic.PureError, ValueError):
        return FieldFault.FILE_NOT_ALLOWED
    if any(word in guess for guess in guesses for word in _OFFICE):
        return FieldFault.FILE_IS_OFFICE
    if guesses and guesses[0].startswith(("video/", "audio/")):
        return FieldFault.FILE_IS_FILM
    return FieldFault.FILE_NOT_ALLOWED

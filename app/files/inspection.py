"""Detection of an uploaded file's kind by its bytes, and measurement of pictures, without decoding them."""

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import puremagic

from app.core.resource_limits import child_environment
from workflow_rules.process.refusals import FieldFault

SECONDS = 10
_CHILD = Path(__file__).with_name("measure_child.py")
_LOCKED = re.compile(rb"/Encrypt\s*(?:\d+\s+\d+\s+R|<<)")
_OFFICE = ("msword", "officedocument", "opendocument", "ms-excel", "ms-powerpoint", "rtf")


@dataclass(frozen=True)
class FileKind:
    """A value object: an allowed kind of file, with its media type, its extension without dot (`ending`), and the name
    of its Pillow decoder ("" for PDF).
    """

    media_type: str
    ending: str
    decoder: str = ""


PDF = FileKind("application/pdf", "pdf")
JPEG = FileKind("image/jpeg", "jpg", "JPEG")
PNG = FileKind("image/png", "png", "PNG")
WEBP = FileKind("image/webp", "webp", "WEBP")
KINDS = (PDF, JPEG, PNG, WEBP)
ENDINGS = {kind.media_type: kind.ending for kind in KINDS}


class Unacceptable(Exception):
    """Raised for an uploaded file that is not accepted; `fault` (FieldFault) says why."""

    def __init__(self, fault: FieldFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


def kind_of(content: bytes) -> FileKind | None:
    """Return the allowed FileKind (PDF, JPEG, PNG or WEBP) that the first bytes show; None for any other."""
    if content.startswith(b"%PDF-"):
        return PDF
    if content.startswith(b"\xff\xd8\xff"):
        return JPEG
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    return WEBP if content[:4] == b"RIFF" and content[8:12] == b"WEBP" else None


def inspect(content: bytes) -> FileKind:
    """Return the FileKind of an uploaded file that may be stored until it is re-encoded. Raises Unacceptable for any
    other file.

    Pictures are measured by their headers in a child process: an animated or excessively large one never reaches a
    decoder, and a header made to be slow ends with the child. Content appended to a picture is not searched for, since
    only the pixels are stored.
    """
    kind = kind_of(content)
    if kind is None:
        raise Unacceptable(_fault_of_other(content))
    if kind is PDF and _LOCKED.search(content):
        raise Unacceptable(FieldFault.FILE_LOCKED)
    if kind.decoder and (fault := _header_fault(content, kind.decoder)):
        raise Unacceptable(fault)
    return kind


def _header_fault(content: bytes, decoder: str) -> FieldFault | None:
    """Return the FieldFault that forbids storing a picture, judged by its header; None if the picture may be stored."""
    try:
        done = subprocess.run(
            [sys.executable, "-P", str(_CHILD), decoder],
            input=content,
            capture_output=True,
            env=child_environment(),
            timeout=SECONDS,
            check=True,
        )
    except subprocess.SubprocessError:
        return FieldFault.FILE_BROKEN
    return FieldFault(done.stdout.decode()) if done.stdout else None


def _fault_of_other(content: bytes) -> FieldFault:
    """Return the FieldFault for a file of a kind that is not allowed: office documents and films have their own
    faults.
    """
    try:
        guesses = [guess.mime_type for guess in puremagic.magic_string(content[:4096])]
    except (puremagic.PureError, ValueError):
        return FieldFault.FILE_NOT_ALLOWED
    if any(word in guess for guess in guesses for word in _OFFICE):
        return FieldFault.FILE_IS_OFFICE
    if guesses and guesses[0].startswith(("video/", "audio/")):
        return FieldFault.FILE_IS_FILM
    return FieldFault.FILE_NOT_ALLOWED

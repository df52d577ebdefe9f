"""Re-writing of PDFs without author data, active content and embedded files; runs in the child process."""

import io
from typing import Any

from app.files.scan_pages_child import ACTIVE_KEYS, ACTIVE_NAMES, acts, count_pages, reachable

DROPPED = ACTIVE_KEYS | {"/Metadata", "/PieceInfo", "/LastModified"}
_ACTION_KEYS = ("/A", "/OpenAction", "/Next", "/PA")
_KEPT_SEGMENTS = frozenset({0xE0, 0xEE})
"""JPEG markers JFIF and Adobe; without the latter a picture's colours are decoded wrongly."""


class Locked(Exception):
    """Raised for an encrypted PDF."""


class Active(Exception):
    """Raised for a PDF with active or embedded content that cannot be removed."""


def rewritten_pdf(content: bytes) -> bytes:
    """Return the bytes of the PDF re-written without author data, actions and embedded files.

    Raises Locked, Active, or whatever the reader raises for a broken file. A digitally signed PDF is returned
    unchanged, since any change would break its signature, which names its author anyway.
    """
    from pyhanko.pdf_utils import generic
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.pdf_utils.writer import copy_into_new_writer

    reader = PdfFileReader(io.BytesIO(content), strict=False)
    if reader.encrypted:
        raise Locked
    if count_pages(reader.root["/Pages"]) < 1:
        raise ValueError("no pages")
    is_signed = reader.root.get("/AcroForm", {}).get("/Fields") and reader.embedded_signatures
    if not is_signed:
        for found in reachable(reader.root):
            if isinstance(found, generic.DictionaryObject):
                _strip(found)
    if acts(reader.root):
        raise Active
    if is_signed:
        if not content.rstrip(b"\r\n \0").endswith(b"%%EOF"):
            raise ValueError("content after the end")
        return content
    file = io.BytesIO()
    copy_into_new_writer(reader, {"info": None}).write(file)
    return file.getvalue()


def _strip(found: Any) -> None:
    """Remove author data and actions from one PDF dictionary, in place, and the metadata from a JPEG in it."""
    for key in DROPPED & set(found):
        del found[key]
    for key in _ACTION_KEYS:
        action = found.get(key)
        if isinstance(action, dict) and action.get("/S") in ACTIVE_NAMES:
            del found[key]
    if found.get("/Filter") in ("/DCTDecode", ["/DCTDecode"]):
        found._encoded_data = without_notes(found.encoded_data)


def without_notes(jpeg: bytes) -> bytes:
    """Return the bytes of a JPEG without EXIF, XMP, profiles and comments, pixels unchanged.

    Raises ValueError or IndexError if its segments cannot be followed.
    """
    kept, at = [jpeg[:2]], 2
    while jpeg[at + 1] != 0xDA:
        if jpeg[at] != 0xFF:
            raise ValueError("not a marker")
        marker, length = jpeg[at + 1], int.from_bytes(jpeg[at + 2 : at + 4])
        if length < 2:
            raise ValueError("an empty segment")
        describes = 0xE0 <= marker <= 0xEF or marker == 0xFE
        if marker in _KEPT_SEGMENTS or not describes:
            kept.append(jpeg[at : at + 2 + length])
        at += 2 + length
    end = jpeg.rfind(b"\xff\xd9")
    return b"".join([*kept, jpeg[at : end + 2 if end > at else len(jpeg)]])

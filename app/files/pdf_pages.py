"""Re-writing of PDFs without author data, active content and embedded files; runs in the child process."""

import io
from collections.abc import Iterator
from typing import Any

from app.files.scan_pages_child import ACTIVE_KEYS, ACTIVE_NAMES, acts, count_pages, reachable

DROPPED = ACTIVE_KEYS | {"/Metadata", "/PieceInfo", "/LastModified"}
_LEADS_ON = ("/A", "/OpenAction", "/Next", "/PA")
_KEPT_SEGMENTS = frozenset({0xE0, 0xEE})
"""JPEG markers JFIF and Adobe; without the latter a picture's colours are decoded wrongly."""


class Locked(Exception):
    """Raised for an encrypted file."""


class Active(Exception):
    """Raised for a file with active or embedded content that cannot be removed."""


def written_anew(content: bytes) -> bytes:
    """Return the PDF re-written without author data, actions and embedded files.

    Raises Locked, Active, or whatever the reader raises for a broken file. A digitally signed PDF is returned
    unchanged, since any change would break its signature, which names its author anyway.
    """
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.pdf_utils.writer import copy_into_new_writer

    reader = PdfFileReader(io.BytesIO(content), strict=False)
    if reader.encrypted:
        raise Locked
    if count_pages(reader.root["/Pages"]) < 1:
        raise ValueError("no pages")
    if _is_signed(reader):
        return _as_it_is(content, reader.root)
    for found in _dictionaries(reader.root):
        _strip(found)
    if acts(reader.root):
        raise Active
    file = io.BytesIO()
    copy_into_new_writer(reader, {"info": None}).write(file)
    return file.getvalue()


def _is_signed(reader: Any) -> bool:
    form = reader.root.get("/AcroForm", {})
    return bool(form.get("/Fields")) and bool(reader.embedded_signatures)


def _as_it_is(content: bytes, root: Any) -> bytes:
    if acts(root):
        raise Active
    if not content.rstrip(b"\r\n \0").endswith(b"%%EOF"):
        raise ValueError("something stands behind the end")
    return content


def _dictionaries(root: Any) -> Iterator[Any]:
    from pyhanko.pdf_utils import generic

    return (found for found in reachable(root) if isinstance(found, generic.DictionaryObject))


def _strip(found: Any) -> None:
    """Remove author data and actions from one dictionary, and the metadata from a photo in it."""
    for key in DROPPED & set(found):
        del found[key]
    for key in _LEADS_ON:
        action = found.get(key)
        if isinstance(action, dict) and action.get("/S") in ACTIVE_NAMES:
            del found[key]
    if found.get("/Filter") in ("/DCTDecode", ["/DCTDecode"]):
        found._encoded_data = without_notes(found.encoded_data)


def without_notes(jpeg: bytes) -> bytes:
    """Return a JPEG without EXIF, XMP, profiles and comments, pixels unchanged.

    Raises ValueError or IndexError if its segments cannot be followed.
    """
    kept, at = [jpeg[:2]], 2
    while jpeg[at + 1] != 0xDA:
        if jpeg[at] != 0xFF:
            raise ValueError("not a marker")
        marker, length = jpeg[at + 1], int.from_bytes(jpeg[at + 2 : at + 4])
        if length < 2:
            raise ValueError("an empty segment")
        told = 0xE0 <= marker <= 0xEF or marker == 0xFE
        if marker in _KEPT_SEGMENTS or not told:
            kept.append(jpeg[at : at + 2 + length])
        at += 2 + length
    end = jpeg.rfind(b"\xff\xd9")
    return b"".join([*kept, jpeg[at : end + 2 if end > at else len(jpeg)]])

"""PDFs written anew, in the child: their pages without who made them, without what acts, without what they carry."""

import io
from collections.abc import Iterator
from typing import Any

from app.files.scan_pages_child import ACTIVE_KEYS, ACTIVE_NAMES, acts, count_pages, reachable

DROPPED = ACTIVE_KEYS | {"/Metadata", "/PieceInfo", "/LastModified"}
_LEADS_ON = ("/A", "/OpenAction", "/Next", "/PA")
_KEPT_SEGMENTS = frozenset({0xE0, 0xEE})
"""JFIF and Adobe: without the latter colours of a picture inside a PDF are read wrongly."""


class Locked(Exception):
    """The file is encrypted."""


class Active(Exception):
    """The file acts or carries others, and cannot be made to stop."""


def written_anew(content: bytes) -> bytes:
    """The same pages; raises Locked or Active, and whatever the reader raises for a broken file.

    A digitally signed PDF is kept byte for byte, since its signature is what it is worth, and names its maker anyway.
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
    """Take out of one dictionary what tells of its maker, what acts, and the notes inside a photo."""
    for key in DROPPED & set(found):
        del found[key]
    for key in _LEADS_ON:
        action = found.get(key)
        if isinstance(action, dict) and action.get("/S") in ACTIVE_NAMES:
            del found[key]
    if found.get("/Filter") in ("/DCTDecode", ["/DCTDecode"]):
        found._encoded_data = without_notes(found.encoded_data)


def without_notes(jpeg: bytes) -> bytes:
    """A JPEG without EXIF, XMP, profiles and comments, its pixels untouched; what cannot be followed is an error."""
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

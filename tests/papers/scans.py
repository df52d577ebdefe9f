"""Scans of signed paper as officers would bring them, good and bad."""

import io
import zlib
from typing import Any

from PIL import Image
from pypdf import PdfWriter
from pypdf.annotations import Link
from pypdf.generic import DictionaryObject, NameObject, TextStringObject
from urllib3.filepost import encode_multipart_formdata


def form_of(file: tuple[str, bytes], **fields: str) -> dict[str, Any]:
    """A form with a file as the test client takes it; made here, since its own leaves large files open."""
    data, kind = encode_multipart_formdata({**fields, "file": file})
    return {"data": data, "content_type": kind}


def scan_pdf(pages: int = 1, text: str = "pindaian") -> bytes:
    """Blank pages, told apart by their title."""
    writer = _blank(pages)
    writer.add_metadata({"/Title": text})
    return written(writer)


def _blank(pages: int = 1) -> PdfWriter:
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(609, 935)
    return writer


def written(writer: PdfWriter) -> bytes:
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


def picture(kind: str) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (300, 450), "white").save(file, kind)
    return file.getvalue()


def with_file() -> bytes:
    writer = _blank()
    writer.add_attachment("rahasia.exe", b"MZ")
    return written(writer)


def with_action(name: str) -> bytes:
    """An action of the page's own when it is opened."""
    writer = _blank()
    action = DictionaryObject({NameObject("/S"): NameObject(name), NameObject("/F"): TextStringObject("a.exe")})
    writer.pages[0][NameObject("/Tabs")] = NameObject("/S")
    writer.root_object[NameObject("/OpenAction")] = action
    return written(writer)


def with_form() -> bytes:
    """A form of the kind that is a program."""
    writer = _blank()
    writer.root_object[NameObject("/AcroForm")] = DictionaryObject({NameObject("/XFA"): TextStringObject("<x/>")})
    return written(writer)


def with_link() -> bytes:
    """A plain link is no script."""
    writer = _blank()
    writer.add_annotation(0, Link(rect=(0, 0, 50, 50), url="https://contoh.id/"))
    return written(writer)


def locked() -> bytes:
    writer = _blank()
    writer.encrypt("rahasia")
    return written(writer)


def page_ring() -> bytes:
    """A page tree that leads back into itself."""
    writer: Any = _blank()
    pages = writer.root_object["/Pages"]
    pages["/Kids"].append(pages.indirect_reference)
    return written(writer)


def bomb() -> bytes:
    """Some kilobytes that swell to gigabytes where the cross-references should be."""
    packer = zlib.compressobj(9)
    first = packer.compress(b"\0" * 10_000_000) + packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(b"\0" * 10_000_000) + packer.flush(zlib.Z_FULL_FLUSH)
    layer = zlib.compress(first + again * 400, 9)
    head = b"%PDF-1.7\n"
    ref = b"1 0 obj\n<</Type/XRef/Size 99/W[1 4 2]/Root 2 0 R/Filter[/FlateDecode/FlateDecode]/Length "
    body = ref + str(len(layer)).encode() + b">>\nstream\n" + layer + b"\nendstream\nendobj\n"
    return head + body + b"startxref\n" + str(len(head)).encode() + b"\n%%EOF\n"

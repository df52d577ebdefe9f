"""Files as strangers send them: honest ones full of notes, and ones made to do harm."""

import io
import struct
import zlib
from typing import Any

from PIL import Image, PngImagePlugin
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, NumberObject, StreamObject

from tests.papers.scans import bomb, locked, page_ring, scan_pdf, written

CANARY = b"KENARI-GPS"
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def photo(kind: str = "JPEG", size: tuple[int, int] = (64, 48), turned: bool = False, **options: Any) -> bytes:
    """A picture with a place, a maker, a comment and a profile in its notes; the left half red, the right half blue."""
    picture = Image.new("RGB", size, (0, 0, 255))
    picture.paste((255, 0, 0), (0, 0, size[0] // 2, size[1]))
    notes = Image.Exif()
    notes[0x010E] = CANARY.decode()
    notes[0x0112] = 6 if turned else 1
    notes.get_ifd(0x8825).update({1: "S", 2: (2.0, 19.0, 45.0), 3: "E", 4: (115.0, 28.0, 1.0), 29: CANARY.decode()})
    more: dict[str, Any] = {"exif": notes, "icc_profile": CANARY * 20}
    if kind == "PNG":
        text = PngImagePlugin.PngInfo()
        text.add_text("Comment", CANARY.decode())
        more["pnginfo"] = text
    else:
        more["xmp"] = b"<x:xmpmeta>" + CANARY + b"</x:xmpmeta>"
    if kind == "JPEG":
        more["comment"] = CANARY
    file = io.BytesIO()
    picture.save(file, kind, **more | options)
    return file.getvalue()


def tiny_jpeg(colour: str = "white") -> bytes:
    return _plain("JPEG", colour)


def tiny_png(colour: str = "white") -> bytes:
    return _plain("PNG", colour)


def _plain(kind: str, colour: str) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (8, 8), colour).save(file, kind)
    return file.getvalue()


def authored_pdf() -> bytes:
    """A page that names its author, in both places, and shows a photo that names its place."""
    writer = PdfWriter()
    page = writer.add_blank_page(300, 300)
    writer.add_metadata({"/Author": CANARY.decode(), "/Title": CANARY.decode()})
    xmp = StreamObject()
    xmp.set_data(b"<x:xmpmeta>" + CANARY + b"</x:xmpmeta>")
    writer.root_object[NameObject("/Metadata")] = writer._add_object(xmp)
    shown = StreamObject()
    shown._data = photo(icc_profile=None)
    names = {"/Type": "/XObject", "/Subtype": "/Image", "/Filter": "/DCTDecode", "/ColorSpace": "/DeviceRGB"}
    shown.update({NameObject(key): NameObject(value) for key, value in names.items()})
    numbers = {"/Width": 64, "/Height": 48, "/BitsPerComponent": 8}
    shown.update({NameObject(key): NumberObject(value) for key, value in numbers.items()})
    pictures = DictionaryObject({NameObject("/Im0"): writer._add_object(shown)})
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/XObject"): pictures})
    return written(writer)


def infected_pdf() -> bytes:
    """A good PDF that carries the test signature of virus scanners (eicar.org), which harms nobody."""
    writer = PdfWriter()
    writer.add_blank_page(300, 300)
    writer.add_metadata({"/Title": "nota"})
    text = StreamObject()
    text.set_data(EICAR)
    writer.root_object[NameObject("/PieceInfo")] = writer._add_object(text)
    return written(writer)


def png_of(width: int, height: int, *chunks: tuple[bytes, bytes], kind: int = 6) -> bytes:
    """A PNG by hand, whatever it claims."""
    head = struct.pack(">IIBBBBB", width, height, 8, kind, 0, 0, 0)
    parts = [(b"IHDR", head), *chunks, (b"IDAT", zlib.compress(b"\0" * 100)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in parts)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def jpeg_of(width: int, height: int) -> bytes:
    """A JPEG whose frame claims a size, with the data of a small one."""
    small = photo(icc_profile=None)
    at = small.index(b"\xff\xc0") + 5
    return small[:at] + struct.pack(">HH", height, width) + small[at + 4 :]


def webp_of(width: int, height: int, flags: int = 0) -> bytes:
    sides = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    body = b"WEBPVP8X" + struct.pack("<IB3x", 10, flags) + sides + b"VP8L" + struct.pack("<I", 4) + b"\x2f\0\0\0"
    return b"RIFF" + struct.pack("<I", len(body)) + body


def moving(kind: str) -> bytes:
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    file = io.BytesIO()
    frames[0].save(file, kind, save_all=True, append_images=frames[1:])
    return file.getvalue()


def deep_pdf() -> bytes:
    """Arrays within arrays, deeper than any stack."""
    return b"%PDF-1.7\n1 0 obj\n" + b"[" * 200_000 + b"]" * 200_000 + b"\nendobj\ntrailer <</Root 1 0 R>>\n%%EOF\n"


def swelling_png() -> bytes:
    """Eight pixels, and eighty megabytes behind them."""
    packer = zlib.compressobj(9)
    swollen = b"".join(packer.compress(b"\0" * 10_000_000) for _ in range(8)) + packer.flush()
    return png_of(8, 8, (b"IDAT", swollen))


def noted_png() -> bytes:
    """Notes that swell to eighty megabytes."""
    packer = zlib.compressobj(9)
    swollen = b"".join(packer.compress(b"A" * 10_000_000) for _ in range(8)) + packer.flush()
    return png_of(8, 8, (b"zTXt", b"Comment\0\0" + swollen))


AT_THE_DOOR = {
    "a PNG of 13,300 by 13,300 (M21)": (lambda: png_of(13_300, 13_300), "too_many_pixels"),
    "a PNG of four thousand million pixels": (lambda: png_of(65_000, 65_000), "too_many_pixels"),
    "a PNG without sides": (lambda: png_of(0, 0), "file_broken"),
    "a PNG of no known kind": (lambda: png_of(8, 8, kind=5), "file_broken"),
    "a PNG that moves": (lambda: moving("PNG"), "file_moves"),
    "a WEBP that moves": (lambda: moving("WEBP"), "file_moves"),
    "a WEBP as large as they come": (lambda: webp_of(16_383, 16_383), "too_many_pixels"),
    "a WEBP without a picture": (lambda: b"RIFF\x04\0\0\0WEBP", "file_broken"),
    "a JPEG as large as they come": (lambda: jpeg_of(65_535, 65_535), "too_many_pixels"),
    "a JPEG without sides": (lambda: jpeg_of(0, 0), "file_broken"),
    "a JPEG that never says its size": (lambda: b"\xff\xd8\xff\xe0foto", "file_broken"),
    "a JPEG cut off in its header": (lambda: photo()[:700], "file_broken"),
    "a WEBP cut off": (lambda: photo("WEBP")[:-20], "file_broken"),
    "a JPEG of fill bytes": (lambda: b"\xff\xd8" + b"\xff" * 1_000_000, "file_broken"),
    "a JPEG of empty segments": (lambda: b"\xff\xd8" + b"\xff\xe1\0\x02" * 100_000, "file_broken"),
    "a JPEG of ten megabytes of them": (lambda: b"\xff\xd8" + b"\xff\xe1\0\x02" * 2_500_000, "file_broken"),
    "a WEBP of more than the child may hold": (lambda: webp_of(8_000, 7_000), "too_many_pixels"),
    "a PDF under lock": (locked, "file_locked"),
    "a page": (lambda: b"<html><script>alert(1)</script>", "file_not_allowed"),
    "a drawing that is a program": (lambda: b"<svg xmlns='http://www.w3.org/2000/svg'/>", "file_not_allowed"),
    "a picture of another kind": (lambda: moving("GIF"), "file_not_allowed"),
    "a program": (lambda: b"MZ" + bytes(500), "file_not_allowed"),
    "an image of the stars": (lambda: b"SIMPLE  =                    T" + bytes(200), "file_not_allowed"),
    "an old office document": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "file_is_office"),
    "a new one": (lambda: b"PK\x03\x04\x14\0\x06\0" + bytes(60), "file_is_office"),
    "a film": (lambda: b"\0\0\0\x18ftypmp42" + bytes(60), "file_is_film"),
}

IN_THE_CHILD = {
    "a PNG cut off": (lambda: photo("PNG")[:-40], "unreadable"),
    "a JPEG cut off": (lambda: photo(size=(400, 300))[:-300], "unreadable"),
    "a PNG with eighty megabytes behind eight pixels": (swelling_png, None),
    "notes that swell": (noted_png, "unreadable"),
    "a JPEG that claims 64 million pixels": (lambda: jpeg_of(8_000, 8_000), None),
    "a PDF whose references swell": (bomb, "unreadable"),
    "a PDF whose pages lead in a ring": (page_ring, "unreadable"),
    "a PDF deeper than any stack": (deep_pdf, "unreadable"),
    "a PDF without pages": (lambda: b"%PDF-1.4\n%%EOF", "unreadable"),
}

__all__ = ["scan_pdf"]

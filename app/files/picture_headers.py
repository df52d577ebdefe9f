"""Picture sizes read from the headers, without Pillow, because decoders are what an attack aims at."""

import struct
from dataclasses import dataclass

_SIZED = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
"""JPEG markers of segments with width and height (ITU-T T.81, table B.1)."""

_BARE = frozenset({0x01, *range(0xD0, 0xD9)})
_PNG_SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
MOST_SEGMENTS = 20_000


class BrokenHeader(Exception):
    """Raised if a picture's size cannot be found in its header."""


@dataclass(frozen=True)
class PictureHeader:
    """Width and height in pixels, bytes a pixel when decoded by Pillow, and whether it is animated (`moves`)."""

    width: int
    height: int
    pixel_bytes: int
    moves: bool = False

    @property
    def pixels(self) -> int:
        return self.width * self.height


def jpeg_header(content: bytes) -> PictureHeader:
    """Return the size of a JPEG from its first frame marker; raises BrokenHeader."""
    at = 2
    for _ in range(MOST_SEGMENTS):
        marker, at = _marker(content, at)
        if marker in _BARE:
            continue
        (length,) = _unpack(">H", content, at)
        if marker in _SIZED:
            height, width, parts = _unpack(">HHB", content, at + 3)
            return _sound(PictureHeader(width, height, 1 if parts == 1 else 4))
        if marker == 0xDA or length < 2:
            break
        at += length
    raise BrokenHeader


def png_header(content: bytes) -> PictureHeader:
    """Return the size of a PNG from its header chunk, and whether it is animated (chunk acTL); raises BrokenHeader."""
    length, name, width, height, depth, kind = _unpack(">I4sIIBB", content, 8)
    if (length, name) != (13, b"IHDR") or kind not in _PNG_SAMPLES or depth not in (1, 2, 4, 8, 16):
        raise BrokenHeader
    size = 2 if (kind, depth) == (0, 16) else 1 if kind in (0, 3) else 4
    at = 8
    for _ in range(MOST_SEGMENTS):
        length, name = _unpack(">I4s", content, at)
        if name in (b"acTL", b"IDAT"):
            return _sound(PictureHeader(width, height, size, moves=name == b"acTL"))
        at += 12 + length
    raise BrokenHeader


def webp_header(content: bytes) -> PictureHeader:
    """Return the size of a WebP from its first chunk (VP8, VP8L or VP8X); raises BrokenHeader."""
    (name,) = _unpack("4s", content, 12)
    if name == b"VP8X":
        flags, width, height = content[20], _three(content, 24) + 1, _three(content, 27) + 1
        return _sound(PictureHeader(width, height, 4, moves=bool(flags & 2)))
    if name == b"VP8L":
        sign, bits = _unpack("<BI", content, 20)
        return _sound(PictureHeader((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1, 4), sign == 0x2F)
    start, width, height = _unpack("<3sHH", content, 23)
    return _sound(PictureHeader(width & 0x3FFF, height & 0x3FFF, 4), (name, start) == (b"VP8 ", b"\x9d\x01\x2a"))


def _marker(content: bytes, at: int) -> tuple[int, int]:
    """Return the marker at this offset, after any fill bytes, and the offset of its segment; raises BrokenHeader."""
    if content[at : at + 1] != b"\xff":
        raise BrokenHeader
    while content[at : at + 1] == b"\xff":
        at += 1
    (marker,) = _unpack("B", content, at)
    return marker, at + 1


def _unpack(form: str, content: bytes, at: int) -> tuple[int, ...]:
    try:
        return struct.unpack_from(form, content, at)
    except struct.error:
        raise BrokenHeader from None


def _three(content: bytes, at: int) -> int:
    low, high = _unpack("<HB", content, at)
    return low | high << 16


def _sound(header: PictureHeader, well_formed: bool = True) -> PictureHeader:
    if not well_formed or header.width < 1 or header.height < 1:
        raise BrokenHeader
    return header

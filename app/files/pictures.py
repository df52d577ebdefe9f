"""Re-encoding of pictures without metadata; runs in the child process."""

import io
import struct
from contextlib import suppress
from typing import Any

from app.files.measure_child import MOST_DECODED, MOST_PIXELS

KEPT_PIXELS = 13_000_000
"""Most pixels kept; a larger photo is halved until it fits, so that decoding needs at most 150 MB."""

_OPTIONS: dict[str, dict[str, Any]] = {
    "JPEG": {"quality": 90},
    "PNG": {"compress_level": 6},
    "WEBP": {"quality": 90, "method": 2},
}
_MODES = {
    "JPEG": ("L", "RGB"),
    "PNG": ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"),
    "WEBP": ("RGB", "RGBA"),
}


def redrawn_picture(content: bytes, kind: str) -> bytes:
    """Return the bytes of the picture re-encoded upright, without EXIF, XMP, colour profile, comment or appended data.
    A JPEG of more than 13 million pixels is reduced in size.

    Raises ValueError for too many pixels, or whatever the decoder raises for a broken picture.
    """
    from PIL import Image, ImageFile, ImageOps

    ImageFile.LOAD_TRUNCATED_IMAGES = False
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    with Image.open(io.BytesIO(content), formats=(kind,)) as picture:
        _reduce(picture, kind)
        picture.load()
        # A picture whose metadata cannot be read is not rotated.
        with suppress(SyntaxError, ValueError, TypeError, KeyError, IndexError, struct.error):
            ImageOps.exif_transpose(picture, in_place=True)
        drawn: Image.Image = picture
        if drawn.mode not in _MODES[kind]:
            drawn = drawn.convert("RGBA" if kind != "JPEG" and "A" in drawn.mode else "RGB")
        transparency = drawn.info.get("transparency")
        # Some encoders copy comment, colour profile and XMP from `info`.
        drawn.info = {} if transparency is None or kind != "PNG" else {"transparency": transparency}
        file = io.BytesIO()
        drawn.save(file, kind, **_OPTIONS[kind])
        return file.getvalue()


def _reduce(picture: Any, kind: str) -> None:
    """Make Pillow decode a large JPEG at a half, a quarter or an eighth, so that it is never in memory as a whole.

    Raises ValueError if the picture has too many pixels.
    """
    pixels = picture.width * picture.height
    if pixels > MOST_PIXELS or pixels > MOST_DECODED.get(kind, pixels):
        raise ValueError("too many pixels")
    part = next(part for part in (1, 2, 4, 8) if pixels <= KEPT_PIXELS * part * part)
    if kind == "JPEG" and part > 1:
        picture.draft(None, (picture.width // part, picture.height // part))

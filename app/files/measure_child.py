"""Child process that reads kind and size of one untrusted picture from its header, run by `inspection`.

Reads the file from standard input and writes the fault that forbids it, or nothing. A non-zero exit means that the
header is broken, or that reading it took too much time or memory.
"""

import io
import resource
import sys
import warnings

SECONDS = 2
MEMORY = 160 * 1024 * 1024

MOST_PIXELS = 64_000_000
"""Pixels of the largest phone cameras; such a photo is reduced while it is decoded."""

MOST_DECODED = {"PNG": 80_000_000, "WEBP": 20_000_000}
"""Most bytes of a decoded picture; neither kind can be reduced while decoding, and WEBP needs several copies."""

_PIXEL_BYTES = {"1": 1, "L": 1, "P": 1, "I;16": 2}
"""Bytes of a decoded pixel by Pillow's mode; 4 for every other mode."""


def header_fault(content: bytes, decoder: str) -> str:
    """Return the fault of a picture by its header: "file_moves" for an animation, "too_many_pixels", or "" if it may be
    stored.

    Nothing is decoded. Raises what Pillow raises for a broken header.
    """
    from PIL import Image

    try:
        with Image.open(io.BytesIO(content), formats=(decoder,)) as picture:
            pixels, mode = picture.width * picture.height, picture.mode
            # A JPEG may carry further pictures, which are left out when it is re-encoded.
            moves = decoder != "JPEG" and getattr(picture, "is_animated", False)
    except Image.DecompressionBombError:
        return "too_many_pixels"
    if moves:
        return "file_moves"
    decoded = pixels * _PIXEL_BYTES.get(mode, 4)
    if pixels > MOST_PIXELS or decoded > MOST_DECODED.get(decoder, decoded):
        return "too_many_pixels"
    return ""


def main(decoder: str) -> None:
    from PIL import Image, ImageFile

    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Broken metadata must not prevent reading size and animation; it is checked when the picture is re-encoded.
    ImageFile.LOAD_TRUNCATED_IMAGES = True
    # Pillow refuses more than twice this number, for WEBP before it allocates the canvas.
    Image.MAX_IMAGE_PIXELS = (MOST_DECODED["WEBP"] // 4 if decoder == "WEBP" else MOST_PIXELS) // 2
    warnings.simplefilter("ignore", Image.DecompressionBombWarning)
    sys.stdout.write(header_fault(sys.stdin.buffer.read(), decoder))


if __name__ == "__main__":
    main(sys.argv[1])

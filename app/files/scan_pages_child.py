"""Child process that inspects one untrusted scan, with limited time and memory; run by `scan_pages`.

Reads the file from standard input and writes its facts as JSON; any non-zero exit means that it is unreadable.
"""

import io
import json
import resource
import sys
from collections.abc import Iterator
from typing import Any

SECONDS = 15
MEMORY = 1024 * 1024 * 1024
MOST_OBJECTS = 300_000
MOST_PIXELS = 200_000_000
ACTIVE_KEYS = frozenset({"/JavaScript", "/JS", "/EmbeddedFiles", "/EF", "/AA", "/XFA", "/RichMediaContent"})
ACTIVE_NAMES = frozenset(
    {
        "/EmbeddedFile",
        "/FileAttachment",
        "/GoToE",
        "/GoToR",
        "/ImportData",
        "/JavaScript",
        "/Launch",
        "/Movie",
        "/Rendition",
        "/RichMedia",
        "/Screen",
        "/Sound",
        "/SubmitForm",
    }
)


def count_pages(top: Any) -> int:
    """Return the number of pages (leaves) in a PDF page tree; raises ValueError if the tree contains a cycle."""
    count, waiting, seen = 0, [top], set()
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            raise ValueError("a page tree with a ring")
        seen.add(id(node))
        kids = node.get("/Kids")
        count += kids is None
        waiting += [kid.get_object() for kid in kids or ()]
    return count


def acts(root: Any) -> bool:
    """Return whether any PDF object reachable from `root` is active content or embeds another file. Raises ValueError
    for more than MOST_OBJECTS (300,000) objects.
    """
    from pyhanko.pdf_utils import generic

    for found in reachable(root):
        if isinstance(found, generic.DictionaryObject) and ACTIVE_KEYS & set(found):
            return True
        if isinstance(found, generic.NameObject) and found in ACTIVE_NAMES:
            return True
    return False


def reachable(root: Any) -> Iterator[Any]:
    """Yield `root` and every PDF object below it, each reference once; raises ValueError for more than MOST_OBJECTS
    (300,000).

    Objects that the caller removes while iterating are not followed.
    """
    from pyhanko.pdf_utils import generic

    waiting, seen, count = [root], set(), 0
    while waiting:
        found = waiting.pop()
        count += 1
        if count > MOST_OBJECTS:
            raise ValueError("too many objects")
        if isinstance(found, generic.IndirectObject):
            if found.reference in seen:
                continue
            seen.add(found.reference)
            found = found.get_object()
        yield found
        if isinstance(found, generic.DictionaryObject):
            waiting += [found.raw_get(key) for key in found]
        elif isinstance(found, generic.ArrayObject):
            waiting += [found.raw_get(n) for n in range(len(found))]


def main() -> None:
    """Read a scan from standard input and write a JSON object: `pages`, their number, and `active`, whether anything in
    the file is active content or embeds another file.

    A picture is one page. Raises what the reader raises for a broken file, ValueError for an encrypted one.
    """
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    content = sys.stdin.buffer.read()
    pages, active = 1, False
    if content.startswith(b"%PDF-"):
        from pyhanko.pdf_utils.reader import PdfFileReader

        reader = PdfFileReader(io.BytesIO(content), strict=False)
        if reader.encrypted:
            raise ValueError("encrypted")
        pages, active = count_pages(reader.root["/Pages"]), acts(reader.root)
    else:
        from PIL import Image

        Image.MAX_IMAGE_PIXELS = MOST_PIXELS
        with Image.open(io.BytesIO(content), formats=("JPEG", "PNG")) as picture:
            picture.load()
    json.dump({"pages": pages, "active": active}, sys.stdout)


if __name__ == "__main__":
    main()

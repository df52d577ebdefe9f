"""Good files with bytes turned over, cut and repeated, each cleaned in a fork of its own: `python -m ... COUNT SEED`.

Prints as JSON how they ended. The looking is done here, in the parent, which must never raise anything unforeseen.
"""

import io
import json
import os
import random
import resource
import sys
import tempfile
from pathlib import Path

from PIL import Image
from pyhanko.pdf_utils import reader, writer  # noqa: F401 (loaded once, before the forks)

from app.files.clean_child import main
from app.files.inspection import Unacceptable, inspect, kind_of
from tests.files.samples import CANARY, authored_pdf, photo
from tests.papers.scans import with_action, with_file

SAMPLES = (
    photo("JPEG", turned=True),
    photo("JPEG", progressive=True),
    photo("PNG"),
    photo("WEBP"),
    authored_pdf(),
    with_file(),
    with_action("/JavaScript"),
)


def mutated(chance: random.Random) -> bytes:
    content = bytearray(chance.choice(SAMPLES))
    for _ in range(chance.choice((1, 1, 2, 8, 40))):
        at = chance.randrange(8, len(content))
        kind = chance.randrange(5)
        if kind == 0:
            content[at] ^= 1 << chance.randrange(8)
        elif kind == 1:
            content[at] = chance.choice((0, 0x7F, 0xFF))
        elif kind == 2:
            content[at : at + 4] = chance.choice((b"\xff\xff\xff\xff", b"\0\0\0\0", b"\x7f\xff\xff\xff"))
        elif kind == 3:
            del content[at : at + chance.randrange(1, 30)]
        else:
            content[at:at] = content[at : at + chance.randrange(1, 200)]
        if len(content) < 20:
            break
    return bytes(content)


def ended(content: bytes) -> str:
    """How cleaning ended: clean, leaked, or without a file."""
    try:
        kind = inspect(content)
    except Unacceptable:
        return "refused"
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as made:
        given.write(content)
        given.seek(0)
        child = os.fork()
        if child == 0:
            _be_the_child(given.fileno(), made.fileno(), kind.decoder or "PDF")
        _, status = os.waitpid(child, 0)
        made.seek(0)
        written = made.read()
    if os.waitstatus_to_exitcode(status) != 0 or kind_of(written) is not kind:
        return "failed"
    if kind.decoder:
        with Image.open(io.BytesIO(written)) as picture:
            picture.load()
        return "leaked" if CANARY in written or b"Exif" in written else "clean"
    return "active" if b"/JavaScript" in written or b"EmbeddedFile" in written else "clean"


def _be_the_child(given: int, made: int, decoder: str) -> None:
    os.dup2(given, 0)
    os.dup2(made, 1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w")  # noqa: SIM115
    try:
        main(decoder)
        sys.stdout.flush()
    except BaseException:
        os._exit(1)
    os._exit(0)


if __name__ == "__main__":
    count, seed = int(sys.argv[1]), int(sys.argv[2])
    chance, found = random.Random(seed), {}
    for _ in range(count):
        word = ended(mutated(chance))
        found[word] = found.get(word, 0) + 1
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    own = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    told = {"whole": [ended(sample) for sample in SAMPLES], "peak_mb": peak, "own_mb": int(own.split()[1]) // 1024}
    print(json.dumps({"tried": count, "seed": seed, "found": found, **told}))

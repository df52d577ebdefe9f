"""Child process that re-encodes one untrusted file, with limited time and memory (see `cleaning`).

Reads the file from standard input and writes the result to standard output. Exits with REFUSED and a word on standard
error if the file may not be served; any other non-zero exit means that it is unreadable.
"""

import resource
import sys

from app.files.pdf_pages import Active, Locked

SECONDS = 15
MEMORY = 160 * 1024 * 1024
MOST_WRITTEN = 40 * 1024 * 1024
REFUSED = 3


def main(decoder: str) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MOST_WRITTEN, MOST_WRITTEN))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    content = sys.stdin.buffer.read()
    try:
        if decoder == "PDF":
            from app.files.pdf_pages import rewritten_pdf

            written = rewritten_pdf(content)
        else:
            from app.files.pictures import redrawn_picture

            written = redrawn_picture(content, decoder)
        sys.stdout.buffer.write(written)
        sys.stdout.flush()
    except Locked:
        _refuse("locked")
    except Active:
        _refuse("active")
    except MemoryError:
        _refuse("too_large")


def _refuse(word: str) -> None:
    sys.stderr.write(word)
    sys.exit(REFUSED)


if __name__ == "__main__":
    main(sys.argv[1])

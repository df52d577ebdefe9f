"""Every output of a test run, searched for what its reader may not see; what was found and how much was searched."""

import io
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from pypdf import PdfReader
from pypdf.errors import PyPdfError

from tests.canaries import CREDENTIALS, IDENTITY, OFFICE

MOST_UNPACKED = 20 * 1024 * 1024
WITHOUT_CREDENTIALS = frozenset({"log", "redis", "mail", "database", "file"})
"""Where neither a password nor a key may stand; a page shows a new key once, to whom it belongs."""


@dataclass
class Outputs:
    """What this run put out, by kind: how many, how many bytes, and what was found where it does not belong."""

    counts: Counter[str] = field(default_factory=Counter)
    leaks: list[str] = field(default_factory=list)
    secret_in_play: bool = False

    def search(self, kind: str, reader: str, name: str, content: bytes) -> None:
        """Look through one output; `reader` is a user name, an address, or empty for anybody."""
        self.counts[f"{kind} outputs"] += 1
        for place, text in unpacked(name, content, deep=self.secret_in_play):
            self.counts[f"{kind} bytes"] += len(text)
            if reader not in OFFICE and (found := IDENTITY.search(text)):
                self.leaks.append(f"{kind} {place} for {reader or 'anybody'}: identity {_around(text, found.start())}")
            if kind in WITHOUT_CREDENTIALS and (found := CREDENTIALS.search(text)):
                self.leaks.append(f"{kind} {place}: credential {_around(text, found.start())}")


def _around(text: str, at: int) -> str:
    return repr(text[max(0, at - 40) : at + 60])


def unpacked(name: str, content: bytes, deep: bool) -> Iterator[tuple[str, str]]:
    """The readable parts of an output: pages and properties of a PDF, members of an archive with their names.

    PDF files are opened only when it matters (`deep`), since most runs have no secret that could stand in one.
    """
    if content.startswith(b"PK\x03\x04"):
        yield from _members(name, content, deep)
    elif content.startswith(b"%PDF-"):
        yield name, content.decode("latin-1")
        if deep:
            yield name, _text_of_pdf(content)
    else:
        yield name, f"{name}\n{content.decode('utf-8', 'replace')}"


def _members(name: str, content: bytes, deep: bool) -> Iterator[tuple[str, str]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for member in archive.infolist():
            if member.file_size <= MOST_UNPACKED:
                yield from unpacked(f"{name}/{member.filename}", archive.read(member), deep)


def _text_of_pdf(content: bytes) -> str:
    """Its words, properties and attachments; nothing of a file that only begins like one, as tests make them."""
    try:
        return _words_of_pdf(PdfReader(io.BytesIO(content)))
    except (PyPdfError, ValueError, KeyError):
        return ""


def _words_of_pdf(reader: PdfReader) -> str:
    pages = [page.extract_text() for page in reader.pages]
    metadata = reader.xmp_metadata
    xmp = metadata.stream.get_data().decode("utf-8", "replace") if metadata else ""
    attached = [f"{name} {data!r}" for name, files in reader.attachments.items() for data in files]
    return "\n".join([*pages, str(reader.metadata), xmp, *attached])

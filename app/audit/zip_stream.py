"""Streaming zip writer that holds one piece in memory; the same entries give the same bytes."""

import hashlib
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.core.clock import office_time
from app.core.storage import read_pieces

MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Entry:
    """A value object with a file to be put into a zip: its name, an aware instant, and either its bytes or its path in
    the file store.
    """

    name: str
    at: datetime
    content: bytes = b""
    path: str | None = None


@dataclass(frozen=True)
class Missing:
    """A value object with a file that the zip lacks as it is no longer stored: its name, and why (`not_stored`)."""

    name: str
    why: str


Manifest = Callable[[list[dict[str, Any]], list[Missing]], bytes]


@dataclass
class _Output:
    """An object that `zipfile` writes to; it holds the written pieces until they are taken."""

    pieces: list[bytes] = field(default_factory=list)

    def write(self, piece: bytes, /) -> int:
        self.pieces.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        """Do nothing; `zipfile` calls this method, but there is nothing to flush."""

    def take(self) -> bytes:
        taken, self.pieces = b"".join(self.pieces), []
        return taken


def zip_of(entries: tuple[Entry, ...], manifest: Manifest, at: datetime) -> Iterator[bytes]:
    """Yield the bytes of an uncompressed zip in pieces: the entries in order, then the manifest, dated `at`.

    An entry whose file is not in the store is skipped. `manifest` returns the bytes of the manifest for the written
    files (dicts of `name`, `size`, `sha256`) and the missing ones.
    """
    output: Any = _Output()
    files: list[dict[str, Any]] = []
    missing: list[Missing] = []
    with zipfile.ZipFile(output, "w", zipfile.ZIP_STORED) as archive:
        for entry in entries:
            yield from _write(archive, output, entry, files, missing)
        last = Entry(MANIFEST, at, manifest(sorted(files, key=lambda file: file["name"]), missing))
        yield from _write(archive, output, last, [], [])
    yield output.take()


def _write(
    archive: zipfile.ZipFile, output: _Output, entry: Entry, files: list[dict[str, Any]], missing: list[Missing]
) -> Iterator[bytes]:
    try:
        pieces = iter([entry.content]) if entry.path is None else read_pieces(entry.path)
    except FileNotFoundError:
        missing.append(Missing(entry.name, "not_stored"))
        return
    # Only name and office time go into the header, so that the bytes are reproducible.
    local = office_time(entry.at)
    info = zipfile.ZipInfo(entry.name, (max(local.year, 1980), *local.timetuple()[1:6]))
    info.create_system, info.external_attr = 3, 0o100644 << 16
    digest, size = hashlib.sha256(), 0
    with archive.open(info, "w") as file:
        for piece in pieces:
            file.write(piece)
            digest.update(piece)
            size += len(piece)
            yield output.take()
    files.append({"name": entry.name, "size": size, "sha256": digest.hexdigest()})

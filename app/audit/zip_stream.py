"""A zip written while it is sent: no more of it in memory than a piece, and the same bytes for the same entries."""

import hashlib
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.core.clock import office_time
from app.core.storage import read_pieces

MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Entry:
    """One file: its name, its instant (aware), and its bytes or its place in the store."""

    name: str
    at: datetime
    content: bytes = b""
    path: str | None = None


@dataclass(frozen=True)
class Missing:
    """A file that is no longer kept, and why it is not in the bundle."""

    name: str
    why: str


Manifest = Callable[[list[dict[str, Any]], list[Missing]], bytes]


class _Outlet:
    """What `zipfile` writes into: pieces wait here until they are sent."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []

    def write(self, piece: bytes, /) -> int:
        self.pieces.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        """Nothing is held back."""

    def take(self) -> bytes:
        taken, self.pieces = b"".join(self.pieces), []
        return taken


def zip_of(entries: tuple[Entry, ...], manifest: Manifest, at: datetime) -> Iterator[bytes]:
    """The zip with its entries in their order, uncompressed, and last the manifest of what was really written."""
    outlet: Any = _Outlet()
    files: list[dict[str, Any]] = []
    missing: list[Missing] = []
    with zipfile.ZipFile(outlet, "w", zipfile.ZIP_STORED) as archive:
        for entry in entries:
            yield from _write(archive, outlet, entry, files, missing)
        last = Entry(MANIFEST, at, manifest(sorted(files, key=lambda file: file["name"]), missing))
        yield from _write(archive, outlet, last, [], [])
    yield outlet.take()


def _write(
    archive: zipfile.ZipFile, outlet: _Outlet, entry: Entry, files: list[dict[str, Any]], missing: list[Missing]
) -> Iterator[bytes]:
    try:
        pieces = iter([entry.content]) if entry.path is None else read_pieces(entry.path)
    except FileNotFoundError:
        missing.append(Missing(entry.name, "not_stored"))
        return
    digest, size = hashlib.sha256(), 0
    with archive.open(_info(entry), "w") as file:
        for piece in pieces:
            file.write(piece)
            digest.update(piece)
            size += len(piece)
            yield outlet.take()
    files.append({"name": entry.name, "size": size, "sha256": digest.hexdigest()})


def _info(entry: Entry) -> zipfile.ZipInfo:
    """Names of ours and times of the record: nothing of this machine or moment gets in."""
    local = office_time(entry.at)
    info = zipfile.ZipInfo(entry.name, (max(local.year, 1980), *local.timetuple()[1:6]))
    info.create_system, info.external_attr = 3, 0o100644 << 16
    return info

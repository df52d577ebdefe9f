"""Format of a backup archive: one tar, optionally encrypted, written and read as a stream.

database/00001 …     the PostgreSQL dump in pieces; concatenated they are the input of `pg_restore`
files/<path>         stored files under the paths that rows contain
manifest.json        contents of the archive with the size and SHA-256 of every member; written last
manifest.sha256      SHA-256 of the manifest
"""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, Any, BinaryIO, cast

from app.backup.exceptions import BackupFault, Damaged, WrongPassphrase
from app.backup.sealed_stream import OpeningReader, SealingWriter, is_sealed

FORMAT = 1
DATABASE, FILES = "database/", "files/"
MANIFEST, MANIFEST_HASH = "manifest.json", "manifest.sha256"
PIECE = 16 * 1024 * 1024
LARGEST_MANIFEST = 512 * 1024 * 1024


@dataclass
class ArchiveWriter:
    """A writer of archive members, one after the other; `members` is a dict of each written name to [size in bytes,
    SHA-256 in hex].
    """

    tar: tarfile.TarFile
    members: dict[str, list[Any]] = field(default_factory=dict)

    def add(self, name: str, source: IO[bytes], size: int) -> None:
        """Write one member of `size` bytes read from `source`, and record its size and SHA-256 in `members`."""
        head = tarfile.TarInfo(name)
        head.size, head.mode = size, 0o600
        counted = _Hashing(source)
        self.tar.addfile(head, cast(IO[bytes], counted))
        self.members[name] = [size, counted.hash.hexdigest()]

    def add_bytes(self, name: str, content: bytes) -> None:
        self.add(name, io.BytesIO(content), len(content))

    def finish(self, manifest: dict[str, Any]) -> None:
        """Write manifest.json (the given data, the format and `members`) and manifest.sha256; no member may follow."""
        whole = {"format": FORMAT, **manifest, "members": dict(self.members)}
        content = json.dumps(whole, indent=1, sort_keys=True).encode()
        self.add_bytes(MANIFEST, content)
        self.add_bytes(MANIFEST_HASH, hashlib.sha256(content).hexdigest().encode())


@contextmanager
def writing(file: BinaryIO, passphrase: bytes | None) -> Iterator[ArchiveWriter]:
    """Context manager: yield an ArchiveWriter into an open file, encrypted if there is a passphrase. The archive is
    complete only if the block ends without an exception; the file is not closed.
    """
    sealing = SealingWriter(file, passphrase) if passphrase else None
    out = cast(BinaryIO, sealing or file)
    with tarfile.open(fileobj=out, mode="w|", format=tarfile.PAX_FORMAT) as tar:
        yield ArchiveWriter(tar)
    if sealing:
        sealing.close()


def members_of(path: Path, passphrase: bytes | None) -> Iterator[tuple[str, IO[bytes]]]:
    """Yield (name, readable content) of every member of an archive, in order. Each content must be read before the next
    member is requested.

    Raises Damaged for a changed archive, WrongPassphrase (also if an encrypted archive gets no passphrase), or
    BackupFault if the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            opened: object = file
            encrypted = is_sealed(file.read(8))
            file.seek(0)
            if encrypted:
                if passphrase is None:
                    message = "The archive is sealed: name the file of its passphrase with --passphrase-file."
                    raise WrongPassphrase(message)
                opened = OpeningReader(file, passphrase)
            try:
                with tarfile.open(fileobj=cast(IO[bytes], opened), mode="r|") as tar:
                    for member in tar:
                        content = tar.extractfile(member) if member.isreg() else None
                        # A relative path without `..`.
                        odd = {"", ".", ".."} & set(member.name.split("/")) or "\\" in member.name
                        if content is None or odd or PurePosixPath(member.name).is_absolute():
                            raise Damaged(f"The archive holds {member.name!r}, which no backup of ours does.")
                        yield member.name, cast(IO[bytes], _Content(content))
            except (tarfile.TarError, EOFError) as problem:
                raise Damaged(f"The archive is cut off or changed: {problem}.") from problem
    except OSError as problem:
        raise BackupFault(f"{path} cannot be read: {problem.strerror}.") from problem


def read_manifest(path: Path, passphrase: bytes | None) -> dict[str, Any]:
    """Read the whole archive, verify every member and return its manifest as a dict. Raises Damaged for any difference,
    WrongPassphrase, or BackupFault for an unknown format or unreadable file.
    """
    found: dict[str, list[Any]] = {}
    ends: dict[str, bytes] = {}
    for name, content in members_of(path, passphrase):
        if name in found or MANIFEST_HASH in found:
            raise Damaged(f"The archive holds {name} twice, or behind its end.")
        if name in (MANIFEST, MANIFEST_HASH):
            ends[name] = content.read(LARGEST_MANIFEST)
        found[name] = measure(io.BytesIO(ends[name]) if name in ends else content)
    if ends.keys() != {MANIFEST, MANIFEST_HASH}:
        raise Damaged("The archive is cut off: its manifest, which comes last, is missing.")
    if hashlib.sha256(ends[MANIFEST]).hexdigest().encode() != ends[MANIFEST_HASH]:
        raise Damaged("The manifest of the archive was changed.")
    manifest: Any = None
    with suppress(ValueError):
        manifest = json.loads(ends[MANIFEST])
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise BackupFault("The archive has a format that this version of the program does not know.")
    members = {name: measured for name, measured in found.items() if name not in ends}
    listed = manifest["members"]
    wrong = sorted(name for name in members.keys() | listed.keys() if members.get(name) != listed.get(name))
    if wrong:
        more = f" and {len(wrong) - 5} more" if len(wrong) > 5 else ""
        raise Damaged(f"Changed, missing or added in the archive: {', '.join(wrong[:5])}{more}.")
    return manifest


def measure(content: IO[bytes]) -> list[Any]:
    """Read the remaining content and return the list [size in bytes, SHA-256 in hex]. Raises Damaged if the content
    comes from an archive that is cut off.
    """
    size, digest = 0, hashlib.sha256()
    while piece := content.read(PIECE):
        size += len(piece)
        digest.update(piece)
    return [size, digest.hexdigest()]


class _Content:
    """A file-like wrapper of a member's content; `read` raises Damaged if the archive is cut off."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source

    def read(self, size: int = -1) -> bytes:
        try:
            return self._source.read(size)
        except (tarfile.TarError, EOFError) as problem:
            raise Damaged(f"The archive is cut off or changed: {problem}.") from problem


class _Hashing:
    """A file-like wrapper that adds every byte read from `source` to `hash`."""

    def __init__(self, source: IO[bytes]) -> None:
        self.source, self.hash = source, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self.source.read(size)
        self.hash.update(data)
        return data

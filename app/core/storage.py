"""File storage on disk or in an object store, through fsspec (STORAGE_URL). Names are generated and never reused."""

import secrets
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import fsspec
import structlog
from flask import current_app

from app.core.problem import Problem

log = structlog.get_logger()

PIECE = 1024 * 1024
_S3: dict[str, Any] = {
    # A cached listing would hide files written by other processes.
    "use_listings_cache": False,
    "config_kwargs": {"connect_timeout": 5, "read_timeout": 30, "retries": {"max_attempts": 3}},
}


class StoreAway(Problem):
    """Raised when the file store cannot take a file now, because it is full or unreachable: the HTTP error 503, to be
    retried after 60 seconds.
    """

    def __init__(self) -> None:
        super().__init__(503, headers={"Retry-After": "60"})


@dataclass(frozen=True)
class Stored:
    """A value object: a file in the file store, with its path relative to the store, its size in bytes, and when it was
    written (aware).
    """

    path: str
    size: int
    written_at: datetime


def _full(path: str) -> str:
    return f"{str(current_app.config['STORAGE_URL']).rstrip('/')}/{path}"


def _options() -> dict[str, Any]:
    """Return the fsspec options for the file store as a dict; {} for a local folder."""
    if str(current_app.config["STORAGE_URL"]).startswith("s3://"):
        return {**_S3, **current_app.config.get("STORAGE_OPTIONS", {})}
    return {}


def _opened_to_write(path: str) -> Any:
    more = _options() or {"auto_mkdir": True}
    return fsspec.open(_full(path), "wb", **more)


def write_file(folder: str, ending: str, content: bytes) -> str:
    """Write bytes to the file store under a new random name in `folder` and return the path relative to the store.
    Raises StoreAway (503) when the store cannot take them.
    """
    path = new_path(folder, ending)
    try:
        with _opened_to_write(path) as file:
            file.write(content)
    except Exception as fault:
        log.exception("file_not_kept", path=path)
        with suppress(Exception):
            remove_file(path)
        raise StoreAway from fault
    return path


def takes_files() -> bool:
    """Return whether the file store accepts a file now, by writing and removing one; errors are not raised."""
    try:
        remove_file(write_file("probe", "tmp", b"probe"))
    except Exception:  # noqa: BLE001 (whatever the library of the store raises)
        return False
    return True


def read_file(path: str) -> bytes:
    """Return the bytes of a file in the store, given its relative path. Raises FileNotFoundError when it does not
    exist; other errors of the store are raised unchanged.
    """
    with fsspec.open(_full(path), "rb", **_options()) as file:
        return bytes(file.read())


def is_stored(path: str | None) -> bool:
    """Return whether the file store has a file with this relative path; False for None."""
    if path is None:
        return False
    store, name = fsspec.url_to_fs(_full(path), **_options())
    return bool(store.exists(name))


def write_named(path: str, content: bytes) -> None:
    """Write bytes to the file store under the given relative path; errors of the store are raised unchanged."""
    with _opened_to_write(path) as file:
        file.write(content)


def new_path(folder: str, ending: str) -> str:
    """Return a new random path in the folder, relative to the file store; nothing is written."""
    return f"{folder}/{secrets.token_hex(16)}.{ending}"


def keep_file(source: Path, path: str) -> None:
    """Copy a local file into the file store under the relative path `path`, in chunks; errors of the store are raised
    unchanged.
    """
    with source.open("rb") as draft, _opened_to_write(path) as file:
        shutil.copyfileobj(draft, file, PIECE)


def read_pieces(path: str) -> Iterator[bytes]:
    """Return an iterator over the bytes of a file in the store, in chunks of 1 MiB. Raises FileNotFoundError at the
    call, not at the first chunk.
    """
    file = fsspec.open(_full(path), "rb", **_options()).open()

    def pieces() -> Iterator[bytes]:
        with file:
            while piece := file.read(PIECE):
                yield bytes(piece)

    return pieces()


def remove_file(path: str) -> None:
    """Delete a file from the store, given its relative path; does nothing when the file does not exist. Other errors of
    the store are raised unchanged.
    """
    store, name = fsspec.url_to_fs(_full(path), **_options())
    with suppress(FileNotFoundError):
        store.rm_file(name)


def stored_files(folder: str) -> Iterator[Stored]:
    """Yield a `Stored` (path, size, time) for every file below a folder of the file store."""
    store, root = fsspec.url_to_fs(_full(folder), **_options())
    for name, facts in store.find(root, detail=True).items():
        # Object stores report a datetime, disks seconds since the epoch.
        at = facts.get("LastModified")
        at = at if isinstance(at, datetime) else datetime.fromtimestamp(facts["mtime"], UTC)
        yield Stored(f"{folder}{name.removeprefix(root)}", int(facts["size"]), at)

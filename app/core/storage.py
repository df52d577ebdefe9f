"""Files on disk or in an object store, through fsspec (STORAGE_URL); names are ours and never reused."""

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
    # A list kept from before would hide what another process wrote.
    "use_listings_cache": False,
    "config_kwargs": {"connect_timeout": 5, "read_timeout": 30, "retries": {"max_attempts": 3}},
}


class StoreAway(Problem):
    """The store does not take a file now: it is full, or not there. It may be sent again later."""

    def __init__(self) -> None:
        super().__init__(503, headers={"Retry-After": "60"})


@dataclass(frozen=True)
class Stored:
    """A file in the store: its path relative to it, its bytes, and when it was written."""

    path: str
    size: int
    written_at: datetime


def _full(path: str) -> str:
    return f"{str(current_app.config['STORAGE_URL']).rstrip('/')}/{path}"


def _options() -> dict[str, Any]:
    """What the store's library is told beside the address."""
    if str(current_app.config["STORAGE_URL"]).startswith("s3://"):
        return {**_S3, **current_app.config.get("STORAGE_OPTIONS", {})}
    return {}


def _opened_to_write(path: str) -> Any:
    more = _options() or {"auto_mkdir": True}
    return fsspec.open(_full(path), "wb", **more)


def write_file(folder: str, ending: str, content: bytes) -> str:
    """Keep bytes under a new name and return its path relative to the store; raises StoreAway."""
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
    """Whether the store takes a file now, found out by writing one and taking it away."""
    try:
        remove_file(write_file("probe", "tmp", b"probe"))
    except Exception:  # noqa: BLE001 (whatever the library of the store raises)
        return False
    return True


def read_file(path: str) -> bytes:
    """The bytes of a stored file; FileNotFoundError when it is gone."""
    with fsspec.open(_full(path), "rb", **_options()) as file:
        return bytes(file.read())


def is_stored(path: str | None) -> bool:
    """Whether the store has this file."""
    if path is None:
        return False
    store, name = fsspec.url_to_fs(_full(path), **_options())
    return bool(store.exists(name))


def write_named(path: str, content: bytes) -> None:
    """Store bytes under a name that the caller chose; raises what the store says."""
    with _opened_to_write(path) as file:
        file.write(content)


def new_path(folder: str, ending: str) -> str:
    """A name that was never used, relative to the store."""
    return f"{folder}/{secrets.token_hex(16)}.{ending}"


def keep_file(source: Path, path: str) -> None:
    """Copy a file of this machine into the store, piece by piece."""
    with source.open("rb") as draft, _opened_to_write(path) as file:
        shutil.copyfileobj(draft, file, PIECE)


def read_pieces(path: str) -> Iterator[bytes]:
    """The bytes of a stored file in pieces; FileNotFoundError at once when it is gone."""
    file = fsspec.open(_full(path), "rb", **_options()).open()

    def pieces() -> Iterator[bytes]:
        with file:
            while piece := file.read(PIECE):
                yield bytes(piece)

    return pieces()


def remove_file(path: str) -> None:
    """Take a stored file away; one that is not there is as good as gone."""
    store, name = fsspec.url_to_fs(_full(path), **_options())
    with suppress(FileNotFoundError):
        store.rm_file(name)


def stored_files(folder: str) -> Iterator[Stored]:
    """Every file below a folder of the store."""
    store, root = fsspec.url_to_fs(_full(folder), **_options())
    for name, facts in store.find(root, detail=True).items():
        yield Stored(f"{folder}{name.removeprefix(root)}", int(facts["size"]), _written_at(facts))


def _written_at(facts: dict[str, Any]) -> datetime:
    """A disk says seconds, an object store an instant."""
    told = facts.get("LastModified")
    return told if isinstance(told, datetime) else datetime.fromtimestamp(facts["mtime"], UTC)

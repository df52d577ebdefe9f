"""A database of its own for a drill: an embedded server on temporary files, gone with the block."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.servers.postgres import EmbeddedPostgres
from app.servers.processes import Supervisor
from app.servers.sockets import new_socket_folder


@dataclass(frozen=True)
class Scratch:
    """Where a drill restores to; `folder` also has room for an archive."""

    folder: Path
    url: str

    @property
    def storage_url(self) -> str:
        """An empty store."""
        return (self.folder / "storage").as_uri()


@contextmanager
def scratch_place() -> Iterator[Scratch]:
    """Starts the server and takes everything away afterwards; the temporary folder needs room for a whole copy."""
    folder, supervisor = new_socket_folder(), Supervisor(io.StringIO())
    # The database's account has to get through when root does the drill; what is in the folder is shut to others.
    folder.chmod(0o711)
    try:
        (folder / "sockets").mkdir(mode=0o700)
        server = EmbeddedPostgres(folder / "postgres", folder / "sockets", folder / "postgres.log")
        server.wait_until_ready(supervisor.start(server.program()))
        server.ensure_database()
        (folder / "kept").mkdir(mode=0o700)
        yield Scratch(folder / "kept", server.url())
    finally:
        supervisor.stop_all()
        shutil.rmtree(folder, ignore_errors=True)

"""Short private folders for Unix sockets, whose paths are limited to 107 bytes (`man 7 unix`)."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
from pathlib import Path

LONGEST_SOCKET_PATH = 107
LONGEST_SOCKET_NAME = "/.s.PGSQL.5432"
FOLDER_PREFIX = "lapor-"


def new_socket_folder() -> Path:
    """Create and return an empty folder with a path short enough for our sockets, open to this user only: in the user's
    runtime folder (not root's, which the database account cannot enter), else in a temporary folder. Raises OSError
    when no candidate is short enough.
    """
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    parents = [Path(runtime)] if runtime and os.geteuid() != 0 else []
    # The folder of our own is made by mkdtemp.
    for parent in [*parents, Path(tempfile.gettempdir()), Path("/tmp")]:  # noqa: S108
        # The name must need no quoting in the servers' settings.
        if set(str(parent)) & set(",'\"\\ ") or not parent.is_absolute() or not os.access(parent, os.W_OK | os.X_OK):
            continue
        folder = Path(tempfile.mkdtemp(prefix=FOLDER_PREFIX, dir=parent))
        if len(os.fsencode(folder)) + len(LONGEST_SOCKET_NAME) <= LONGEST_SOCKET_PATH:
            return folder
        folder.rmdir()
    raise OSError("no folder with a name short enough for a Unix socket: set TMPDIR to a short one")


def remove_socket_folder(name: str) -> None:
    """Remove a folder made by `new_socket_folder`; other folders and symbolic links are not touched."""
    folder = Path(name)
    if folder.name.startswith(FOLDER_PREFIX) and not folder.is_symlink():
        shutil.rmtree(folder, ignore_errors=True)


def port_is_free(host: str, port: int) -> bool:
    """Return whether a server could listen on this host and port now; False also for an address that this machine does
    not have.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True

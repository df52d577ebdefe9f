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
LISTENERS_VARIABLE = "LAPOR_LISTENERS"
"""Environment variable with the file descriptors of listening sockets that a parent holds for its child."""
WEB_BACKLOG = 2048


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


def web_listener(host: str, port: int) -> socket.socket:
    """Return a new listening socket on this host and port. Raises OSError when the port is in use or this machine does
    not have the address.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=WEB_BACKLOG)


def unix_listener(path: Path) -> socket.socket:
    """Return a new listening Unix socket that only this user can reach; one that is left behind is replaced."""
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    mask = os.umask(0o077)
    try:
        listener.bind(str(path))
    finally:
        os.umask(mask)
    listener.listen(WEB_BACKLOG)
    return listener

"""The data folder: its lock, its secrets, and the note file by which other commands find a running program."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from app.servers.start_refused import LaunchRefused
from app.settings.environment import SECRETS_FILE, stored_secrets

LOCK_FILE = "running.lock"
NOTE_FILE = "running.json"
LOCK_PATIENCE_SECONDS = 1.0


class AlreadyRunning(LaunchRefused):
    """Raised when another process serves the data folder. Two sets of servers on one folder would destroy each other's
    files.
    """


def open_home(home: Path, production: bool = False) -> Path:
    """Create the data folder with access for its owner only, and its secrets unless in production (where they come from
    the environment). Return the folder. Raises LaunchRefused when it cannot be used, ConfigurationError when its
    secrets file cannot be read.
    """
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        (home / "logs").mkdir(mode=0o700, exist_ok=True)
        if not production:
            ensure_secrets(home)
    except OSError as problem:
        raise LaunchRefused(
            f"The data folder {home} cannot be used: {problem}. Set LAPOR_HOME to another folder."
        ) from problem
    return home


def ensure_secrets(home: Path) -> None:
    """Write a new SECRET_KEY and IDENTITY_KEYS into the data folder's secrets file unless it exists; they never change,
    or stored identities would be unreadable. Raises ConfigurationError for an unreadable file, OSError when it cannot
    be written.
    """
    if stored_secrets(home):
        return
    key = base64.urlsafe_b64encode(os.urandom(32)).decode()
    write_private(home / SECRETS_FILE, {"SECRET_KEY": secrets.token_urlsafe(48), "IDENTITY_KEYS": key})


def write_private(path: Path, content: dict[str, Any]) -> None:
    """Write `content` as JSON into a file readable by its owner only, replacing an existing file atomically. Raises
    OSError when that fails.
    """
    draft = path.with_name(f"{path.name}.{os.getpid()}.new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(content, file, indent=2, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


@contextmanager
def home_lock(home: Path) -> Iterator[None]:
    """Context manager: hold the lock of the data folder and delete the note file at the end; the kernel releases the
    lock when the process dies. Raises AlreadyRunning when another process holds it for a second: `is_running` of other
    commands holds it for a moment.
    """
    descriptor = os.open(home / LOCK_FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    deadline = time.monotonic() + LOCK_PATIENCE_SECONDS
    while not _try_lock(descriptor, fcntl.LOCK_EX):
        if time.monotonic() > deadline:
            os.close(descriptor)
            raise AlreadyRunning(
                f"Lapor Balangan is already running on {home}. Stop it first, or set another LAPOR_HOME."
            )
        time.sleep(0.02)
    try:
        yield
    finally:
        (home / NOTE_FILE).unlink(missing_ok=True)
        os.close(descriptor)


def is_running(home: Path) -> bool:
    """Return whether a living process holds the lock of the data folder."""
    try:
        descriptor = os.open(home / LOCK_FILE, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        return not _try_lock(descriptor, fcntl.LOCK_SH)
    finally:
        os.close(descriptor)


def _try_lock(descriptor: int, lock: int) -> bool:
    """Return whether a flock (LOCK_EX or LOCK_SH) was obtained at once."""
    try:
        fcntl.flock(descriptor, lock | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def running_addresses(home: Path) -> dict[str, str]:
    """Return a dict from variable name (DATABASE_URL, REDIS_URL, DATABASE_OWNER_URL) to the server address of the
    program that runs on this folder; {} when none runs.
    """
    return dict(read_note(home).get("addresses", {})) if is_running(home) else {}


def read_note(home: Path) -> dict[str, Any]:
    """Return the content of the folder's note file (running.json: addresses, socket_folders, preparing) as a dict,
    perhaps of a program that was killed; {} when there is none.
    """
    try:
        return dict(json.loads((home / NOTE_FILE).read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError):
        return {}


def set_preparing(home: Path, preparing: bool) -> None:
    """Record in the note file whether the tables are still being migrated; the web server waits for the end of that."""
    write_note(home, read_note(home) | {"preparing": preparing})


def note_supervisor(home: Path, pid: int) -> None:
    """Record in the note file the process that restarts the others at SIGUSR1."""
    write_note(home, read_note(home) | {"supervisor": pid})


def note_restart(home: Path, number: int, program: str, state: str) -> None:
    """Record in the note file how far a restart has come: the how many-th it is, the program, and "restarting",
    "failed" or "done".
    """
    write_note(home, read_note(home) | {"restart": {"number": number, "program": program, "state": state}})


def wait_until_prepared(home: Path, pause: float = 0.05) -> None:
    """Wait until the program that runs on this folder has migrated the tables; return at once where none runs. `pause`
    is in seconds.
    """
    turn = threading.Event()
    while is_running(home) and read_note(home).get("preparing"):
        turn.wait(pause)


def write_note(home: Path, note: dict[str, Any]) -> None:
    """Replace the note file (running.json), by which commands find the servers and the next start finds leftover socket
    folders.
    """
    write_private(home / NOTE_FILE, note)

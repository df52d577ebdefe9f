"""The data folder: its lock, its secrets, and the note by which other commands find a running program."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from app.servers.start_refused import LaunchRefused
from app.settings.environment import SECRETS_FILE, stored_secrets

LOCK_FILE = "running.lock"
NOTE_FILE = "running.json"


class AlreadyRunning(LaunchRefused):
    """Another process serves this data folder. Two sets of servers on one folder would destroy each other's files."""


def open_home(home: Path, production: bool = False) -> Path:
    """Create the data folder with access for its owner only, and its secrets unless in production (where they come from
    the environment). Return the folder. Raises LaunchRefused when it cannot be used.
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
    """Write SECRET_KEY and IDENTITY_KEYS unless they exist. They never change, or stored identities would be
    unreadable.
    """
    if stored_secrets(home):
        return
    key = base64.urlsafe_b64encode(os.urandom(32)).decode()
    write_private(home / SECRETS_FILE, {"SECRET_KEY": secrets.token_urlsafe(48), "IDENTITY_KEYS": key})


def write_private(path: Path, content: dict[str, Any]) -> None:
    """Replace a JSON file atomically, readable by its owner only."""
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
    """Hold the lock of the data folder during the block; the kernel releases it when the process dies. Raises
    AlreadyRunning.
    """
    descriptor = os.open(home / LOCK_FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise AlreadyRunning(
            f"Lapor Balangan is already running on {home}. Stop it first, or set another LAPOR_HOME."
        ) from None
    try:
        yield
    finally:
        (home / NOTE_FILE).unlink(missing_ok=True)
        os.close(descriptor)


def is_running(home: Path) -> bool:
    """Return whether a living process holds the data folder."""
    try:
        descriptor = os.open(home / LOCK_FILE, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def running_addresses(home: Path) -> dict[str, str]:
    """Return DATABASE_URL and REDIS_URL of the program that runs on this folder; empty when none runs."""
    return dict(read_note(home).get("addresses", {})) if is_running(home) else {}


def read_note(home: Path) -> dict[str, Any]:
    """Return the note of the program that holds the folder, or of one that was killed; empty when there is none."""
    try:
        return dict(json.loads((home / NOTE_FILE).read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError):
        return {}


def set_preparing(home: Path, preparing: bool) -> None:
    """Record whether the tables are still being migrated, for the web server, which loads at the same time."""
    write_note(home, read_note(home) | {"preparing": preparing})


def wait_until_prepared(home: Path, pause: float = 0.05) -> None:
    """Wait until the program on this folder has migrated the tables; return at once where none runs. `pause` is in
    seconds.
    """
    turn = threading.Event()
    while is_running(home) and read_note(home).get("preparing"):
        turn.wait(pause)


def write_note(home: Path, note: dict[str, Any]) -> None:
    """Write the note by which commands find the servers and the next start finds leftover socket folders."""
    write_private(home / NOTE_FILE, note)

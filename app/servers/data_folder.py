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
    """Another process serves this data folder: two sets of servers on one folder would destroy each other's files."""


def open_home(home: Path, production: bool = False) -> Path:
    """Makes the data folder for its owner alone, and its secrets at the first start; production takes its secrets from
    the environment alone, where keys that nothing uses would only mislead.
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
    """Writes SECRET_KEY and IDENTITY_KEYS once; they are never changed afterwards, or the stored identities would be
    lost.
    """
    if stored_secrets(home):
        return
    key = base64.urlsafe_b64encode(os.urandom(32)).decode()
    write_private(home / SECRETS_FILE, {"SECRET_KEY": secrets.token_urlsafe(48), "IDENTITY_KEYS": key})


def write_private(path: Path, content: dict[str, Any]) -> None:
    """Replaces a JSON file in one step, readable by its owner alone from its first byte on."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(content, file, indent=2)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


@contextmanager
def home_lock(home: Path) -> Iterator[None]:
    """Holds the data folder while its servers run; raises AlreadyRunning. The kernel drops the lock when its holder
    dies.
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
    """Whether a living process holds the data folder."""
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
    """DATABASE_URL and REDIS_URL of the program that runs on this folder now; empty when none does."""
    return dict(read_note(home).get("addresses", {})) if is_running(home) else {}


def read_note(home: Path) -> dict[str, Any]:
    """What the last holder of the folder wrote down, if it was killed before it could tidy up."""
    try:
        return dict(json.loads((home / NOTE_FILE).read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError):
        return {}


def set_preparing(home: Path, preparing: bool) -> None:
    """Tells the web server, which loads meanwhile, whether the tables are still being brought up to date."""
    write_note(home, read_note(home) | {"preparing": preparing})


def wait_until_prepared(home: Path, pause: float = 0.05) -> None:
    """Returns once the program that runs on this folder has prepared its tables; at once where none runs."""
    turn = threading.Event()
    while is_running(home) and read_note(home).get("preparing"):
        turn.wait(pause)


def write_note(home: Path, note: dict[str, Any]) -> None:
    """Lets `migrate`, `demo` and the others find the servers, and the next start find left-over socket folders."""
    write_private(home / NOTE_FILE, note)

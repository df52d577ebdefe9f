"""Checks of file permissions on this machine: the data folder, its secrets and the file storage."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from app.settings.address_checks import database_host
from app.settings.findings import OK, REFUSED, WARNING, Finding
from app.settings.host_reach import is_here

if TYPE_CHECKING:
    from app.settings.environment import Environment

SECRETS_FILE = "secrets.json"
OTHERS = stat.S_IRWXG | stat.S_IRWXO
OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


def judge_machine(environment: Environment) -> list[Finding]:
    """Return a list of Findings (name; state ok, warning or refused; message) about the data folder, its secrets, the
    file storage and the umask; nothing is created.
    """
    mask = os.umask(0o077)
    os.umask(mask)
    found = [*_folder(environment.home), _storage(environment)]
    if mask & OTHERS_WRITE == OTHERS_WRITE:
        return [*found, Finding("umask", OK, f"{mask:04o}.")]
    sentence = f"{mask:04o}: new files of the program may be changed by others. Set 0077."
    return [*found, Finding("umask", WARNING, sentence)]


def _mode(path: Path) -> int | None:
    try:
        return stat.S_IMODE(path.stat().st_mode)
    except OSError:
        return None


def _folder(home: Path) -> Iterator[Finding]:
    """Yield a Finding (name; state ok, warning or refused; message) about the data folder, and others only if its
    secrets are readable by other users or the `demo.json` of a demonstration is left there.
    """
    mode = _mode(home / SECRETS_FILE)
    if mode is not None and mode & OTHERS:
        sentence = f"{home / SECRETS_FILE} is open to others (mode {mode:04o}): set it to 0600."
        yield Finding(SECRETS_FILE, REFUSED, sentence)
    if (home / "demo.json").exists():
        sentence = f"{home / 'demo.json'} is of a demonstration and holds its password and key: remove it."
        yield Finding("demo.json", WARNING, sentence)
    mode = _mode(home)
    if mode is None:
        yield Finding("LAPOR_HOME", OK, f"{home} is made at the start, for this account alone.")
    elif mode & stat.S_IWOTH:
        yield Finding("LAPOR_HOME", REFUSED, f"Everybody on this machine may write into {home} (mode {mode:04o}).")
    elif mode & OTHERS:
        yield Finding("LAPOR_HOME", WARNING, f"{home} is open to others (mode {mode:04o}); 0700 is enough.")
    else:
        yield Finding("LAPOR_HOME", OK, f"{home} is this account's alone.")


def _storage(environment: Environment) -> Finding:
    parts = urlsplit(environment.storage_url)
    if parts.scheme not in ("", "file"):
        return Finding("STORAGE_URL", OK, f"An object store ({parts.scheme}), which is not asked here.")
    folder = Path(unquote(parts.path))
    there = next(place for place in (folder, *folder.parents) if place.exists())
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        return Finding("STORAGE_URL", REFUSED, f"Files cannot be kept: {there} cannot be written by this account.")
    mode = _mode(folder)
    if mode is not None and mode & stat.S_IWOTH:
        return Finding("STORAGE_URL", REFUSED, f"Everybody on this machine may change the files in {folder}.")
    if not is_here(database_host(environment.database_url or "")):
        sentence = f"{folder} can be written. A second host finds these files only if it shares that folder."
        return Finding("STORAGE_URL", WARNING, f"{sentence} An object store (s3://) is for all.")
    return Finding("STORAGE_URL", OK, f"{folder} can be written.")

"""Command line of backups: `backup`, `restore`, `drill` and `release`, with printed results."""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask

from app.access.program_role import give_program_rights
from app.backup.archive import read_manifest
from app.backup.drill import run_drill
from app.backup.exceptions import BackupFault
from app.backup.keys import key_ids, place_keys, read_keys, write_keys
from app.backup.make import make_backup
from app.backup.release import Waiting, find_waiting, release_copy
from app.backup.restore import Restored, check_keys, check_target, restore
from app.backup.runs import note_restored, note_run
from app.backup.sealed_stream import read_passphrase
from app.commands.maintenance import migrate_database
from app.core.clock import utc_now
from app.core.schema import migrated, note_oldest_code
from app.outbound.restore_hold import is_held
from app.servers.start_refused import LaunchRefused, ServerFailed

MakeApp = Callable[[], Flask]
UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def backup(
    app: Flask, file: Path, passphrase_file: Path | None = None, keys: Path | None = None, without_files: bool = False
) -> bool:
    """Write a backup, and with `keys` also the encrypted key file; store the run, commit, and print the result. Return
    True if the backup holds every stored file, False if one was missing or changed. A BackupFault is not raised: its
    message is printed and False returned.
    """
    with _fault_printed(), app.app_context():
        passphrase = read_passphrase_file(passphrase_file)
        if keys and passphrase is None:
            raise BackupFault("The keys are only written sealed: add --passphrase-file.")
        began = utc_now()
        made = make_backup(file, passphrase, with_files=not without_files)
        if keys:
            write_keys(keys, passphrase or b"", app.config["SECRET_KEY"], app.config["IDENTITY_KEYS"])
        detail = {"file": made.path.name, "size": made.size, "faults": len(made.faults)}
        note_run("backup", began, utc_now(), made.manifest["taken_at"], detail)
        members, tables = made.manifest["members"], made.manifest["tables"]
        files = sum(name.startswith("files/") for name in members)
        rows = sum(measured[0] for measured in tables.values())
        print(f"{made.path}: {made.size} bytes, written and read back.")
        taken_at = made.manifest["taken_at"]
        print(f"It shows the database at {taken_at}: {len(tables)} tables, {rows} rows, {files} files.")
        print(f"The keys are in {keys}." if keys else "Without the keys (--keys) no identity in it can be read.")
        for fault in made.faults:
            print(f"{fault['fault']}: {fault['path']} (table {fault['table']})")
        return not made.faults
    return False


def restore_backup(
    make_app: MakeApp,
    home: Path,
    file: Path,
    passphrase_file: Path | None = None,
    keys: Path | None = None,
    replace: bool = False,
) -> bool:
    """Restore a backup into the database and file store of the environment and print the result. Return True if the
    copy agrees with the backup, else False. A BackupFault is not raised: its message is printed and False returned.
    `home` is the data folder.
    """
    begin = time.monotonic()
    with _fault_printed():
        passphrase = read_passphrase_file(passphrase_file)
        manifest = read_manifest(file, passphrase)
        stamp = f"{utc_now():%Y%m%d_%H%M%S}"  # the zone of the office is in the archive
        brought = read_keys(keys, passphrase) if keys else None
        app = _program_with_keys(make_app, home, brought, replace, manifest, stamp)
        with app.app_context():
            done = restore(file, passphrase, manifest, stamp)
            older = not migrated()
        if older:
            migrate_database(app)
        with app.app_context():
            note_oldest_code()
            note_restored(manifest["taken_at"], done.aside, utc_now())
            if account := app.config["PROGRAM_ACCOUNT"]:
                give_program_rights(account)  # a new server has no grants yet, and `migrate` is not run after this
        _tell_of_restore(manifest, done, older, time.monotonic() - begin)
        return not done.differences
    return False


def drill(app: Flask, file: Path | None = None, passphrase_file: Path | None = None) -> bool:
    """Restore a backup (None: a new one) into a temporary server, store the result, commit, and print it with RPO and
    RTO in seconds. Return True if everything agreed, else False. A BackupFault is not raised: its message is printed
    and False returned. Any other exception, such as LaunchRefused or ServerFailed, is raised after the failed run is
    stored.
    """
    with _fault_printed(), app.app_context(), tempfile.TemporaryDirectory(prefix="lapor-drill-") as folder:
        began = utc_now()
        try:
            passphrase, path = read_passphrase_file(passphrase_file), file
            if path is None:
                path = Path(folder) / "drill.backup"
                make_backup(path, passphrase)
            done = run_drill(path, passphrase, dict(app.config), utc_now)
        except Exception as fault:
            # The message of any other exception may quote what people wrote.
            ours = isinstance(fault, BackupFault | LaunchRefused | ServerFailed)
            error = str(fault)[:300] if ours else type(fault).__name__
            note_run("drill", began, utc_now(), None, {"error": error})
            raise
        detail: dict[str, Any] = {"rpo_seconds": round(done.rpo.total_seconds())}
        detail["rto_seconds"] = round(done.rto_seconds, 1)
        if done.differences:
            detail["error"] = f"{len(done.differences)} differences"
        note_run("drill", began, utc_now(), done.manifest["taken_at"], detail)
        last = done.manifest["last_event_at"] or "none"
        for difference in done.differences:
            print(f"Does not agree: {difference}")
        rows = sum(measured[0] for measured in done.manifest["tables"].values())
        chains = done.manifest["heads"]
        print(f"Compared: {rows} rows, {done.files} files, {chains['chains']} chains with {chains['events']} events.")
        print(
            f"RPO: {done.rpo.total_seconds():.0f} s since the moment the archive shows; the last event in it: {last}."
        )
        print(f"RTO: {done.rto_seconds:.1f} s from the archive to a checked copy.")
        print("The drill went well." if not done.differences else "The drill FAILED.")
        return not done.differences
    return False


def release(app: Flask, send_all: bool = False, drop_older_than: str | None = None) -> bool:
    """Let a restored copy send again and print what is sent. Return True also if nothing was on hold; False, with a
    printed message, if messages wait and no option says what to do with them, or `drop_older_than` is malformed.
    Commits; no BackupFault is raised.
    """
    with _fault_printed(), app.app_context():
        if not is_held():
            print("This database is no restored copy that is held back: nothing to release.")
            return True
        age = age_of(drop_older_than) if drop_older_than else None
        waiting = find_waiting(utc_now())
        print(f"Waiting: {_in_words(waiting)}.")
        if waiting.count and age is None and not send_all:
            raise BackupFault("Say what is to become of them: --send-all, or --drop-older-than 24h.")
        done = release_copy(age, utc_now())
        if done:
            print(f"Set aside: {done.dropped_messages} messages, {done.dropped_webhooks} webhooks (kept, not sent).")
            print(f"Released. Going out now: {_in_words(done.going)}.")
        return True
    return False


def read_passphrase_file(path: Path | None) -> bytes | None:
    """Return the passphrase in the named file as bytes, None if no file was named. Raises BackupFault if the file is
    unreadable or the passphrase is shorter than 12 characters.
    """
    if path is None:
        return None
    try:
        return read_passphrase(path.read_text("utf-8"))
    except (OSError, UnicodeError) as problem:
        raise BackupFault(f"{path} cannot be read: {problem}.") from problem


def age_of(text: str) -> timedelta:
    """Return as a timedelta the duration that `90m`, `24h` or `3d` stands for; raises BackupFault for any other
    text.
    """
    found = re.fullmatch(r"(\d{1,5})([mhd])", text)
    if found is None:
        raise BackupFault(f"{text!r} is no age: write 90m, 24h or 3d.")
    return timedelta(**{UNITS[found.group(2)]: int(found.group(1))})


def _program_with_keys(
    make_app: MakeApp,
    home: Path,
    keys: dict[str, str] | None,
    replace: bool,
    manifest: dict[str, Any],
    stamp: str,
) -> Flask:
    """Return the app for a restore, after check_keys and check_target; restored `keys` are written to the data folder
    only when both have passed. Raises BackupFault if a check fails.
    """
    app = make_app()
    check_keys(manifest, key_ids(keys["IDENTITY_KEYS"].split(",") if keys else app.config["IDENTITY_KEYS"]))
    with app.app_context():
        check_target(manifest, replace)
    if keys is None:
        return app
    print(f"Keys written to {place_keys(home, keys, stamp)}.")
    app = make_app()
    check_keys(manifest, key_ids(app.config["IDENTITY_KEYS"]))
    return app


@contextmanager
def _fault_printed() -> Iterator[None]:
    """Context manager: print a BackupFault of the block and suppress it; the caller then returns False."""
    try:
        yield
    except BackupFault as fault:
        print(f"Not done: {fault}")


def _tell_of_restore(manifest: dict[str, Any], done: Restored, older: bool, seconds: float) -> None:
    print(f"Restored as of {manifest['taken_at']} in {seconds:.1f} s.")
    print(f"Files: {done.files_written} written, {done.files_there} there already.")
    if done.aside:
        print(f"What was there is kept in the schema {done.aside}; remove it once it is not needed:")
        print(f"  DROP SCHEMA {done.aside} CASCADE;")
    if older:
        print(f"The tables were brought from {manifest['head']} to this program's version.")
    for fault in manifest["faults"]:
        print(f"Missing in the original already: {fault['path']} ({fault['fault']})")
    for difference in done.differences:
        print(f"Does not agree: {difference}")
    print("Everything agrees with the archive." if not done.differences else "The copy is NOT what the archive says.")
    print("All sign-ins have ended. The copy sends nothing until `python run.py release`.")


def _in_words(waiting: Waiting) -> str:
    words = f"{waiting.messages} messages, {waiting.webhooks} webhooks, {waiting.reports} reports for the peer"
    return words + (f", the oldest from {waiting.oldest.isoformat()}" if waiting.oldest else "")

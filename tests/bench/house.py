"""The program as it is served: its own servers, and gunicorn as `run.py web` starts it, beside a bare one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
from flask import Flask

from app.launch.ready import wait_until_ready
from app.servers.processes import Supervisor
from app.servers.program import Program
from app.servers.sockets import new_socket_folder
from tests.bench.office import opened, servers_of
from tests.conftest import IDENTITY_KEY, SECRET, build_app
from tests.story.live import PROJECT, free_port, wait_until

WEB_WORKERS = 2
MOST_CALLS = "1000000"


@dataclass
class House:
    """One program and its bare counterpart; both read the same database."""

    app: Flask
    folder: Path
    supervisor: Supervisor
    environ: dict[str, str]

    def serve(self, name: str = "web", **more: str) -> Served:
        """Start a web server as the product does."""
        served = self.start_web(name, **more)
        assert wait_until_ready(served.url, 60)
        return served

    def start_web(self, name: str = "web", **more: str) -> Served:
        """The same without waiting until it serves."""
        port = free_port()
        return Served(port, self.run("web", name, PORT=str(port), **more))

    def run(self, command: str, name: str, **more: str) -> subprocess.Popen[bytes]:
        """Start one more process of `run.py`; what is named differs from the environment of the others."""
        words = [sys.executable, str(PROJECT / "run.py"), command]
        environ, log = self.environ | more, self.folder / f"{name}.log"
        return self.supervisor.start(Program(name=name, command=words, environ=environ, log=log))

    def serve_bare(self, asked: Path) -> Served:
        """Start the bare program, which answers what was asked of the whole one."""
        port = free_port()
        command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--workers", str(WEB_WORKERS)]
        environ = self.environ | {"PORT": str(port), "BENCH_ASKED": str(asked)}
        program = Program(
            name="bare",
            command=[*command, "--preload", "--no-control-socket", "tests.bench.bare:bare_program()"],
            environ=environ,
            folder=PROJECT,
            log=self.folder / "bare.log",
        )
        served = Served(port, self.supervisor.start(program))
        wait_until(lambda: len(served.workers()) == WEB_WORKERS and served.answers(), "the bare program answers")
        return served


@dataclass(frozen=True)
class Served:
    """A web server that runs."""

    port: int
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def workers(self) -> list[psutil.Process]:
        """The processes that answer requests."""
        return psutil.Process(self.process.pid).children()

    def megabytes(self) -> float:
        """What the largest of them holds, its share of what they have in common included."""
        return max(worker.memory_full_info().pss for worker in self.workers()) / 1024**2

    def answers(self) -> bool:
        """Whether somebody listens on the port."""
        return any(c.status == "LISTEN" for c in psutil.Process(self.process.pid).net_connections())


@contextmanager
def measured_house(**more: str) -> Iterator[House]:
    """Durable servers, a migrated database with the demo's accounts, and the program in an application context; its
    processes have these settings more.
    """
    folder, supervisor = new_socket_folder(), Supervisor(sys.stderr)
    try:
        database, queue = servers_of(folder, supervisor)
        environ = environment_of(folder, database, queue) | more
        with opened(build_app(database, queue, environ["LAPOR_HOME"])) as app:
            yield House(app, folder, supervisor, environ)
    finally:
        supervisor.stop_all()
        shutil.rmtree(folder, ignore_errors=True)


def environment_of(folder: Path, database: str, queue: str) -> dict[str, str]:
    """What every process is told; where files are kept does not depend on the data folder of a host."""
    told = {"DATABASE_URL": database, "REDIS_URL": queue, "LAPOR_HOME": str(folder / "home")}
    told |= {"STORAGE_URL": f"file://{folder}/home/storage"}
    told |= {"WEB_CONCURRENCY": str(WEB_WORKERS), "API_KEY_RATE": MOST_CALLS, "API_USER_RATE": MOST_CALLS}
    told |= {"SECRET_KEY": SECRET, "IDENTITY_KEYS": IDENTITY_KEY, "PYTHONUNBUFFERED": "1"}
    return {"PATH": os.environ["PATH"], "HOME": str(folder), "PYTHONPATH": str(PROJECT)} | told

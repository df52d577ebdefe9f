"""One program of the set: how it is started, asked to stop, and cleaned up before."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from app.servers.child_processes import tie_to_me

LONGEST_LOG = 10 * 1024 * 1024


def _nothing() -> None:
    """The default preparation."""


@dataclass(frozen=True)
class Program:
    """What the supervisor needs to know of a child; `tier` orders the stop (higher first), `log` takes its output away
    from the terminal.
    """

    name: str
    command: Sequence[str]
    environ: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    tier: int = 1
    stop_signal: signal.Signals = signal.SIGTERM
    log: Path | None = None
    prepare: Callable[[], None] = _nothing
    folder: Path = Path("/")

    def start(self) -> subprocess.Popen[bytes]:
        """Starts the child in a session of its own (a Ctrl-C in the terminal reaches only us), tied to our life."""
        self.prepare()
        output = subprocess.PIPE if self.log is None else _open_log(self.log)
        try:
            return subprocess.Popen(
                list(self.command),
                env=dict(self.environ),
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=tie_to_me(self.stop_signal),
            )
        finally:
            if output != subprocess.PIPE:
                os.close(output)


def _open_log(path: Path) -> int:
    """Appends, and begins anew when the last log has grown long: nobody tends the logs of an embedded server."""
    if path.exists() and path.stat().st_size > LONGEST_LOG:
        path.replace(path.with_suffix(".old.log"))
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)


def last_lines(log: Path, count: int = 12) -> str:
    """The end of a log, for the message about a server that did not come up."""
    if not log.exists():
        return ""
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-count:])

"""Limits on processor time and memory for drawing a PDF, so that a malicious text cannot exhaust the machine."""

import os
import resource
import signal
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import psutil

MOST_SECONDS = 60
MOST_MEGABYTES = 700
MOST_PAGES = 100
MEBIBYTE = 1024 * 1024


@dataclass(frozen=True)
class DrawingLimits:
    """A value object: the limits of one process that draws a PDF, in pages, processor seconds and mebibytes."""

    pages: int = MOST_PAGES
    seconds: int = MOST_SECONDS
    megabytes: int = MOST_MEGABYTES


class DrawingRefused(Exception):
    """Raised when drawing a PDF exceeds a limit; `reason` is `time`, `memory` or `pages`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class WithinLimits:
    """Context manager that limits processor seconds and mebibytes of the block, on top of what the process uses. Raises
    DrawingRefused with the reason `time` or `memory` when the block exceeds one.

    Only for the main thread, where signals arrive. A class rather than a generator: after memory has run out, a
    generator could not be resumed, so the limits are restored before the exception is raised.
    """

    def __init__(self, seconds: int = MOST_SECONDS, megabytes: int = MOST_MEGABYTES) -> None:
        used = resource.getrusage(resource.RUSAGE_SELF)
        spent = int(used.ru_utime + used.ru_stime) + 1
        room = psutil.Process().memory_info().vms + megabytes * MEBIBYTE
        self._processor = resource.getrlimit(resource.RLIMIT_CPU)
        self._memory = resource.getrlimit(resource.RLIMIT_AS)
        self._wanted = (_least(spent + seconds, self._processor[1]), _least(room, self._memory[1]))

    def __enter__(self) -> None:
        self._handler = signal.signal(signal.SIGXCPU, _out_of_time)
        resource.setrlimit(resource.RLIMIT_CPU, (self._wanted[0], self._processor[1]))
        resource.setrlimit(resource.RLIMIT_AS, (self._wanted[1], self._memory[1]))

    def __exit__(self, kind: type[BaseException] | None, _error: BaseException | None, _trace: object) -> None:
        resource.setrlimit(resource.RLIMIT_AS, self._memory)
        resource.setrlimit(resource.RLIMIT_CPU, self._processor)
        signal.signal(signal.SIGXCPU, self._handler)
        if kind is MemoryError:
            raise DrawingRefused("memory") from None


def _least(wanted: int, most: int) -> int:
    return wanted if most == resource.RLIM_INFINITY else min(wanted, most)


def _out_of_time(_sign: int, _frame: FrameType | None) -> None:
    raise DrawingRefused("time")


ROOT = Path(__file__).parent.parent.parent


def child_environment() -> dict[str, str]:
    """Return a dict of the environment variables for a child process that handles untrusted input: no settings and no
    secrets.
    """
    names = (
        "PATH",
        "LANG",
        "LC_ALL",
        "HOME",
        "FONTCONFIG_PATH",
        "FONTCONFIG_FILE",
        "LD_LIBRARY_PATH",
        "XDG_CACHE_HOME",
    )
    return {name: os.environ[name] for name in names if name in os.environ}

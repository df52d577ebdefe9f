"""Runs something in a forked child that says what it is at, and ends it with all that it started when it hangs."""

import itertools
import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path

import psutil

KILLED, SURVIVED, HUNG, DIED, ERROR = "killed", "survived", "hung", "died", "error"


_changes = itertools.count(1)


@dataclass(frozen=True)
class Verdict:
    """How a run of tests under a mutant ended: `killed` by which test and why, `survived`, `hung` in a test, `died`
    with its process, or `error` when this tool failed. `run` counts the tests.
    """

    outcome: str
    test: str = ""
    why: str = ""
    run: int = 0


@contextmanager
def changed_file(path: Path, text: str | None) -> Iterator[None]:
    """Give a file another text for a while, and a time that no compiled copy of it has; None leaves it as it is."""
    if text is None:
        yield
        return
    before, times = path.read_bytes(), path.stat()
    try:
        path.write_text(text, "utf-8")
        os.utime(path, (next(_changes), next(_changes)))
        yield
    finally:
        path.write_bytes(before)
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def in_child(work: Callable[[Connection], None], first_limit: float) -> Verdict:
    """Return how the work in a forked child ends. It sends `(test, limit in seconds)` before each test, and a Verdict
    when it knows one; silence beyond the limit is a hang.
    """
    receiver, sender = Pipe(duplex=False)
    if (child := os.fork()) == 0:
        os.setsid()
        receiver.close()
        _work(work, sender)
    sender.close()
    try:
        return _listen(receiver, first_limit)
    finally:
        _end(child)
        receiver.close()


def _work(work: Callable[[Connection], None], sender: Connection) -> None:
    try:
        work(sender)
    except BaseException:
        sender.send(Verdict(ERROR, why=traceback.format_exc()[-2000:]))
    finally:
        sys.stdout.flush()
        os._exit(0)


def _listen(receiver: Connection, limit: float) -> Verdict:
    test = ""
    while receiver.poll(limit):
        try:
            told = receiver.recv()
        except EOFError:
            return Verdict(DIED, test, "the process ended")
        if isinstance(told, Verdict):
            return told
        test, limit = told
    return Verdict(HUNG, test)


def _end(child: int) -> None:
    """Kill the child and everything below it, also what moved to a session of its own."""
    try:
        family = psutil.Process(child).children(recursive=True)
    except psutil.NoSuchProcess:
        family = []
    for process in family:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)

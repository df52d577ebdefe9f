"""The supervisor of `run.py all`: starts child processes, prefixes their output with their names and restarts crashed
ones.

honcho is not used because it ends all processes when one dies; a crashed worker must not stop the web server.
"""

from __future__ import annotations

import io
import os
import selectors
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from types import FrameType
from typing import TextIO

import psutil

from app.servers.child_processes import adopt_orphans
from app.servers.program import Program
from app.servers.start_refused import StopRequested

FIRST_DELAY_SECONDS = 1.0
LONGEST_DELAY_SECONDS = 30.0
STEADY_SECONDS = 60.0
STOP_PATIENCE_SECONDS = 5.0
LONGEST_LINE = 65536


@dataclass
class Child:
    """A started program with its unfinished output line. `again_at` is when it is restarted (monotonic seconds), None
    while it runs; `delay` is the next restart delay in seconds.
    """

    program: Program
    process: subprocess.Popen[bytes]
    started: float = field(default_factory=time.monotonic)
    delay: float = FIRST_DELAY_SECONDS
    again_at: float | None = None
    unfinished: bytes = b""


def _request_stop(signum: int, frame: FrameType | None) -> None:
    for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(sign, signal.SIG_IGN)
    raise StopRequested(signal.Signals(signum).name)


class Supervisor:
    """A supervisor that keeps a set of programs running until a stop is requested; for the main thread only."""

    def __init__(self, out: TextIO = sys.stdout) -> None:
        self.children: dict[str, Child] = {}
        self._out = out
        self._stopping = self._adopting = False
        self._selector = selectors.DefaultSelector()

    def listen_for_signals(self) -> None:
        """Adopt orphaned descendants, and turn SIGINT, SIGTERM and SIGHUP into one StopRequested; further signals are
        ignored, so that the shutdown is not disturbed.
        """
        adopt_orphans()
        self._adopting = True
        for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(sign, _request_stop)

    def start(self, program: Program) -> subprocess.Popen[bytes]:
        """Start a program, supervise it from now on and return its process. Raises OSError if it cannot be started."""
        child = Child(program, program.start())
        self.children[program.name] = child
        self._watch_output(child)
        return child.process

    def forget(self, name: str) -> None:
        """Stop supervising a program that failed to start and wait for the end of its process."""
        child = self.children.pop(name)
        child.process.wait()

    def watch(self) -> None:
        """Pass output on and restart ended programs, forever; raises StopRequested from the signal handler."""
        while True:
            self._pass_output_on(timeout=0.5)
            for child in self.children.values():
                self._look_after(child)

    def stop_all(self) -> None:
        """Stop every program, clients before servers (by descending tier); processes that remain after five seconds are
        killed.
        """
        self._stopping = True
        for tier in sorted({child.program.tier for child in self.children.values()}, reverse=True):
            children = [child for child in self.children.values() if child.program.tier == tier]
            for child in children:
                if child.process.poll() is None:
                    child.process.send_signal(child.program.stop_signal)
            deadline = time.monotonic() + STOP_PATIENCE_SECONDS
            while any(child.process.poll() is None for child in children) and time.monotonic() < deadline:
                self._pass_output_on(timeout=0.05)
            for child in children:
                with suppress(ProcessLookupError):
                    os.killpg(child.process.pid, signal.SIGKILL)  # the child with its own children
                child.process.wait()
                self._forget_output(child)
        leftovers = psutil.Process().children(recursive=True) if self._adopting else []
        for process in leftovers:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(leftovers, timeout=2)

    def say(self, name: str, line: str) -> None:
        """Write one line, prefixed by `name`, to the common output; when the terminal is gone, output is discarded and
        serving continues.
        """
        try:
            self._out.write(f"{name:<10} | {line}\n")
            self._out.flush()
        except (BrokenPipeError, ValueError):
            self._out = io.StringIO()

    def _look_after(self, child: Child) -> None:
        now = time.monotonic()
        if child.again_at is not None:
            if now < child.again_at:
                return
            self._forget_output(child)
            try:
                child.process = child.program.start()
            except OSError as problem:
                self.say("launch", f"{child.program.name} cannot be started: {problem}")
                child.again_at = time.monotonic() + child.delay
                return
            child.started, child.again_at = time.monotonic(), None
            self._watch_output(child)
            return
        code = child.process.poll()
        if code is None:
            return
        if now - child.started > STEADY_SECONDS:
            child.delay = FIRST_DELAY_SECONDS
        end = signal.Signals(-code).name if code < 0 else f"exit {code}"
        self.say("launch", f"{child.program.name} ended ({end}); starts again in {child.delay:.0f} s")
        child.again_at = now + child.delay
        child.delay = min(child.delay * 2, LONGEST_DELAY_SECONDS)

    def _watch_output(self, child: Child) -> None:
        if child.process.stdout is not None:
            os.set_blocking(child.process.stdout.fileno(), False)
            self._selector.register(child.process.stdout, selectors.EVENT_READ, child)

    def _forget_output(self, child: Child) -> None:
        stream = child.process.stdout
        if stream is None or stream.closed:
            return
        if stream in self._selector.get_map():
            self._selector.unregister(stream)
        stream.close()

    def _pass_output_on(self, timeout: float) -> None:
        if not self._selector.get_map():
            time.sleep(timeout)
            return
        for key, _ in self._selector.select(timeout):
            child: Child = key.data
            try:
                piece = os.read(key.fd, LONGEST_LINE)
            except BlockingIOError:
                continue
            if not piece:
                self._forget_output(child)
            *lines, rest = (child.unfinished + piece).split(b"\n")
            if len(rest) > LONGEST_LINE or not piece:
                lines, rest = [*lines, rest], b""
            child.unfinished = rest
            for line in () if self._stopping else filter(None, lines):
                self.say(child.program.name, line.decode("utf-8", errors="replace"))

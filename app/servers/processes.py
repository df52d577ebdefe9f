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
from collections.abc import Callable
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
RESTART_SIGNAL = signal.SIGUSR1


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
        self._stopping = self._adopting = self._restart_requested = False
        self._selector = selectors.DefaultSelector()

    def listen_for_signals(self) -> None:
        """Adopt orphaned descendants, and turn SIGINT, SIGTERM and SIGHUP into one StopRequested; further signals are
        ignored, so that the shutdown is not disturbed.
        """
        adopt_orphans()
        self._adopting = True
        for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(sign, _request_stop)

    def listen_for_restarts(self) -> None:
        """Let SIGUSR1 request that `watch` calls its `restart`."""

        def request_restart(signum: int, frame: FrameType | None) -> None:
            self._restart_requested = True

        signal.signal(RESTART_SIGNAL, request_restart)

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

    def watch(self, restart: Callable[[], None] = lambda: None) -> None:
        """Pass output on and restart ended programs, forever; call `restart` when that was requested by a signal.
        Raises StopRequested from the signal handler.
        """
        while True:
            self._pass_output_on(timeout=0.5)
            for child in self.children.values():
                self._look_after(child)
            if self._restart_requested:
                self._restart_requested = False
                restart()

    def restart(self, name: str, is_ready: Callable[[int], bool], patience: float, ready_patience: float) -> bool:
        """Ask a program to stop, wait up to `patience` seconds until it has ended (then it is killed), start it again
        and return whether it was ready within `ready_patience` seconds. `is_ready` gets its process id. The other
        programs are looked after meanwhile.
        """
        child = self.children[name]
        child.process.send_signal(child.program.stop_signal)
        self._wait_for(lambda: child.process.poll() is not None, patience, child)
        with suppress(ProcessLookupError):
            os.killpg(child.process.pid, signal.SIGKILL)
        child.process.wait()
        self._pass_output_on(timeout=0.1)
        child.again_at, child.delay = 0.0, FIRST_DELAY_SECONDS
        self._look_after(child)
        return self._wait_for(lambda: child.again_at is None and is_ready(child.process.pid), ready_patience, None)

    def _wait_for(self, reached: Callable[[], bool], seconds: float, stopping: Child | None) -> bool:
        """Return whether `reached` was true within `seconds`; look after every program but the one that stops."""
        deadline = time.monotonic() + seconds
        while not reached():
            if time.monotonic() > deadline:
                return False
            self._pass_output_on(timeout=0.1)
            for child in self.children.values():
                if child is not stopping:
                    self._look_after(child)
        return True

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

"""The process set: a crash concerns one process, a stop concerns all, a kill leaves none behind."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from app.servers.processes import StopRequested, Supervisor
from app.servers.program import Program

PROJECT = Path(__file__).resolve().parents[2]
OBSTINATE = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); signal.pause()"


class Listener(io.StringIO):
    """A log that can be waited for, and that raises StopRequested in its writer once a text has come so many times."""

    def __init__(self, text: str, times: int = 1) -> None:
        super().__init__()
        self.text, self.times = text, times

    def flush(self) -> None:
        if self.getvalue().count(self.text) >= self.times:
            raise StopRequested


def python(name: str, code: str, tier: int = 1) -> Program:
    return Program(name=name, command=[sys.executable, "-c", code], tier=tier, folder=PROJECT)


def watch(supervisor: Supervisor) -> None:
    with pytest.raises(StopRequested):
        supervisor.watch()
    supervisor.stop_all()


def test_a_crashed_program_is_started_again_and_the_others_are_left_alone() -> None:
    log = Listener("crasher    | hello", times=2)
    supervisor = Supervisor(log)
    steady = supervisor.start(python("steady", "import signal; signal.pause()"))
    supervisor.start(python("crasher", "print('hello', flush=True); raise SystemExit(3)"))

    watch(supervisor)

    assert "crasher ended (exit 3); starts again in 1 s" in log.getvalue()
    assert steady.returncode == -signal.SIGTERM
    assert "steady ended" not in log.getvalue()


def test_a_program_is_restarted_and_waited_for_and_one_that_does_not_come_back_is_told() -> None:
    supervisor = Supervisor(Listener("restarted"))
    first = supervisor.start(python("steady", "import signal; signal.pause()"))
    other = supervisor.start(python("other", "import signal; signal.pause()"))
    found: list[object] = []

    def restart() -> None:
        found.append(supervisor.restart("steady", lambda pid: psutil.pid_exists(pid), 10, 10))
        found.append(supervisor.restart("steady", lambda pid: False, 10, 0.2))
        supervisor.say("launch", "restarted")

    supervisor.listen_for_restarts()
    os.kill(os.getpid(), signal.SIGUSR1)
    with pytest.raises(StopRequested):
        supervisor.watch(restart)
    now = supervisor.children["steady"].process
    assert found == [True, False]
    assert first.returncode == -signal.SIGTERM
    assert (now.pid != first.pid, now.poll(), other.poll()) == (True, None, None)
    supervisor.stop_all()


def test_a_program_that_ignores_the_request_is_ended_within_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.servers.processes.STOP_PATIENCE_SECONDS", 0.5)
    supervisor = Supervisor(Listener("up"))
    process = supervisor.start(python("obstinate", OBSTINATE))

    watch(supervisor)

    assert process.returncode == -signal.SIGKILL


def test_users_of_a_server_are_stopped_before_the_server(tmp_path: Path) -> None:
    record = tmp_path / "order"
    code = (
        "import signal\n"
        "signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM]); print('up', flush=True)\n"
        "signal.sigwait([signal.SIGTERM]); open({record!r}, 'a').write({name!r})\n"
    )
    supervisor = Supervisor(Listener("up", times=2))
    for name, tier in (("server", 0), ("user", 1)):
        supervisor.start(python(name, code.format(record=str(record), name=name + ";"), tier))

    watch(supervisor)

    assert record.read_text() == "user;server;"


GRANDPARENT = """
import sys
from app.servers.processes import Supervisor
from app.servers.program import Program
from app.servers.start_refused import StopRequested
supervisor = Supervisor()
supervisor.listen_for_signals()
code = "import subprocess, sys, signal; pause = 'import signal; signal.pause()'; "
code += "child = subprocess.Popen([sys.executable, '-c', pause], start_new_session=True); "
code += "print(child.pid, flush=True); signal.pause()"
supervisor.start(Program("parent", [sys.executable, "-c", code]))
try:
    supervisor.watch()
except StopRequested:
    supervisor.stop_all()
"""


def test_grandchildren_in_sessions_of_their_own_are_not_left_behind() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", GRANDPARENT], cwd=PROJECT, stdout=subprocess.PIPE, text=True
    ) as starter:
        assert starter.stdout is not None
        grandchild = psutil.Process(int(starter.stdout.readline().split()[-1]))
        starter.send_signal(signal.SIGINT)

    _, alive = psutil.wait_procs([grandchild], timeout=5)

    assert alive == []
    assert starter.returncode == 0


def test_children_end_with_a_killed_supervisor() -> None:
    code = (
        "import sys\nfrom app.servers.processes import Supervisor\nfrom app.servers.program import Program\n"
        "s = Supervisor()\n"
        "s.start(Program('a', [sys.executable, '-c', 'import signal; print(\"up\", flush=True); signal.pause()']))\n"
        "s.watch()\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], cwd=PROJECT, stdout=subprocess.PIPE, text=True) as starter:
        assert starter.stdout is not None
        assert "up" in starter.stdout.readline()
        children = psutil.Process(starter.pid).children(recursive=True)
        starter.kill()

    _, alive = psutil.wait_procs(children, timeout=5)

    assert len(children) == 1
    assert alive == []


def test_the_log_may_go_away_without_stopping_the_service() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    out = os.fdopen(writer, "w")
    supervisor = Supervisor(out)

    supervisor.say("launch", "nobody reads this")
    supervisor.say("launch", "nor this")

    with pytest.raises(BrokenPipeError):
        out.close()


def test_a_waiting_log_line_of_many_pieces_is_one_line() -> None:
    code = (
        "import sys, time\nfor part in ('a', 'b', 'c\\n'): sys.stdout.write(part); sys.stdout.flush(); time.sleep(0.05)"
    )
    log = Listener("pieces     | abc")
    supervisor = Supervisor(log)
    supervisor.start(python("pieces", code))
    guard = threading.Timer(20, lambda: os.kill(os.getpid(), signal.SIGINT))
    guard.start()
    began = time.monotonic()

    watch(supervisor)

    guard.cancel()
    assert time.monotonic() - began < 20

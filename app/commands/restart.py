"""Restart of the program's processes on this machine, one after the other, each when the one before is ready."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from app.core.readiness import READY_SECONDS, is_ready, wait_until_ready
from app.servers.data_folder import is_running, read_note
from app.servers.processes import RESTART_SIGNAL
from app.settings.environment import Environment

UNITS = {"lapor-web": "web", "lapor-worker@": "worker", "lapor-scheduler": "scheduler"}
"""Beginnings of the names of our systemd units, in the order of the restart, with the program that each runs."""
TARGET = "lapor.target"
"""The unit that starts all others. The Debian package stops it before it replaces the program's files."""
LOOK_SECONDS = 0.2
BY_HAND = (
    "Nothing that this command can restart runs here: no `run.py all` on {home}, no unit lapor-web, lapor-worker@ or"
    " lapor-scheduler. Restart what you started otherwise, each when the one before is ready: `run.py web` (until"
    " {url}/readyz answers 200), then every `run.py worker`, then `run.py scheduler`. SIGTERM lets each end its work."
)
TOO_OLD = (
    "`run.py all` runs on {home}, of a release that cannot restart its processes one by one. Stop it (Ctrl-C) and start"
    " it again."
)


@dataclass(frozen=True)
class Running:
    """A value object: what runs the program's processes here. `sentence` says what a restart would do; `restart` does
    it, prints each step and returns whether every process is ready again. None where it must be done by hand.
    """

    sentence: str
    restart: Callable[[], bool] | None = None


def find_running(environment: Environment) -> Running:
    """Return what runs the program's processes on this machine: `run.py all`, systemd units, or something else."""
    home = environment.home
    if is_running(home):
        supervisor = read_note(home).get("supervisor")
        if not supervisor:
            return Running(TOO_OLD.format(home=home))
        sentence = f"`run.py all` (process {supervisor}) restarts its web server, workers and scheduler in turn."
        return Running(sentence, lambda: _restart_by_supervisor(home, int(supervisor)))
    if units := systemd_units():
        return Running(f"systemctl restart, in turn: {', '.join(units)}.", lambda: _restart_units(units, environment))
    if _systemctl("list-unit-files", "--no-legend", TARGET):
        return Running(f"systemctl start {TARGET}, which is stopped.", lambda: _start_target(environment))
    return Running(BY_HAND.format(home=home, url=environment.local_url))


def restart_processes(environment: Environment) -> int:
    """Restart what runs here and return the exit code: 1 when a process does not come back, or when somebody must do it
    by hand (which is printed).
    """
    running = find_running(environment)
    print(running.sentence, flush=True)
    return 0 if running.restart and running.restart() else 1


def systemd_units() -> list[str]:
    """Return the names of our active systemd units in the order in which they are restarted; [] without systemd."""
    listed = _systemctl("list-units", "--type=service", "--state=active", "--plain", "--no-legend", "lapor-*")
    names = [line.split()[0].removesuffix(".service") for line in listed.splitlines() if line.strip()]
    return [name for begin in UNITS for name in sorted(names) if name.startswith(begin)]


def _systemctl(*words: str) -> str:
    """Return what systemctl prints, "" on a machine without systemd."""
    if shutil.which("systemctl") is None:
        return ""
    return subprocess.run(["systemctl", *words], capture_output=True, text=True).stdout.strip()


def _start_target(environment: Environment) -> bool:
    if subprocess.run(["systemctl", "start", TARGET]).returncode:
        print(f"Not done. As root: systemctl start {TARGET}")
        return False
    if not wait_until_ready(environment.local_url, READY_SECONDS):
        print(f"{TARGET} is not ready after {READY_SECONDS:.0f} s: see /readyz and `journalctl -u lapor-web`.")
        return False
    print(f"{TARGET} is started and ready.", flush=True)
    return True


def _restart_units(units: list[str], environment: Environment) -> bool:
    for unit in units:
        since = time.time()
        if subprocess.run(["systemctl", "restart", unit]).returncode:
            left = units[units.index(unit) :]
            print("Not done. As root, one after the other: " + "; ".join(f"systemctl restart {name}" for name in left))
            return False
        pid = int(_systemctl("show", "--property=MainPID", "--value", unit) or 0)
        program = next(UNITS[begin] for begin in UNITS if unit.startswith(begin))
        if not _comes_back(program, pid, since, environment):
            print(f"{unit} is not ready after {READY_SECONDS:.0f} s; see `journalctl -u {unit}`. The others are left.")
            return False
        print(f"{unit} is restarted", flush=True)
    return True


def _comes_back(program: str, pid: int, since: float, environment: Environment) -> bool:
    deadline = time.monotonic() + READY_SECONDS
    while not is_ready(program, pid, since, environment.local_url, environment.redis_url or ""):
        if time.monotonic() > deadline:
            return False
        threading.Event().wait(LOOK_SECONDS)
    return True


def _restart_by_supervisor(home: Path, supervisor: int) -> bool:
    before = read_note(home).get("restart", {}).get("number", 0)
    os.kill(supervisor, RESTART_SIGNAL)
    for program, state in _states_of_restart(home, before):
        if state == "done":
            return True
        print(f"{program}: {state}", flush=True)
        if state == "failed":
            print(f"{program} is not ready after {READY_SECONDS:.0f} s; see its lines. The others are left.")
            return False
    print("`run.py all` has ended meanwhile. Start it again.")
    return False


def _states_of_restart(home: Path, before: int) -> Iterator[tuple[str, str]]:
    """Yield each program and state that the supervisor notes of the restart after number `before`; end when the
    supervisor ends.
    """
    last = None
    while is_running(home):
        note = read_note(home).get("restart", {})
        found = (note.get("program", ""), note.get("state", ""))
        if note.get("number", 0) > before and found != last:
            last = found
            yield found
        threading.Event().wait(LOOK_SECONDS)

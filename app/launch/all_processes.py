"""The command `run.py all`: every process of the program in one terminal, until Ctrl-C."""

from __future__ import annotations

import functools
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from app.core.jobs import WAITING_OUTSIDE, QueueName
from app.core.readiness import READY_SECONDS, is_ready
from app.launch.ready import announce_when_ready
from app.servers.child_processes import die_with_me
from app.servers.data_folder import home_lock, note_restart, note_supervisor, open_home, read_note, set_preparing
from app.servers.data_servers import start_servers, stop_servers
from app.servers.processes import Supervisor
from app.servers.program import Program
from app.servers.sockets import LISTENERS_VARIABLE, web_listener
from app.servers.start_refused import LaunchRefused, ServerFailed, StopRequested
from app.settings.environment import Environment
from app.settings.office_settings import PUBLIC_ENDPOINTS

PROJECT = Path(__file__).resolve().parents[2]
STOP_SECONDS = {"web": 45.0, "worker": 35 * 60.0, "scheduler": 10.0}
"""How long a process may take to end at a restart: longer than a statement, and than the longest job but a backup."""


def run_everything(environment: Environment, demo: bool) -> int:
    """Start all processes, run until a stop is requested, stop every child (also after an exception) and return 0.
    Raises LaunchRefused when the port or data folder is in use, ServerFailed when a server or the migration fails.
    """
    home = open_home(environment.home, environment.production)
    with home_lock(home), _held_listener(environment) as listener:
        supervisor = Supervisor()
        supervisor.listen_for_signals()
        try:
            _serve(environment, demo, supervisor, listener)
        except StopRequested:
            print("\nStopping Lapor Balangan.", flush=True)
            return 0
        finally:
            stop_servers(home, supervisor)
    return 1


def _held_listener(environment: Environment) -> socket.socket:
    """Return the listening socket of the web server, which stays open while that is restarted. Raises LaunchRefused."""
    try:
        return web_listener(environment.host, environment.port)
    except OSError as problem:
        place = f"Port {environment.port} on {environment.host}"
        raise LaunchRefused(f"{place} is in use or not ours ({problem}). Set PORT to a free one.") from problem


def _serve(environment: Environment, demo: bool, supervisor: Supervisor, listener: socket.socket) -> None:
    print(f"Lapor Balangan starts; its data is in {environment.home}", flush=True)
    if demo:
        open_public_endpoints()
    start_servers(environment, supervisor)
    web, *others = programs(environment.workers, listener.fileno())
    set_preparing(environment.home, True)
    supervisor.start(web)  # loads during the migration and accepts requests afterwards
    command = "demo" if demo else "migrate"
    done = subprocess.run(
        command_line(command),
        cwd=PROJECT,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=die_with_me(signal.SIGTERM),
    )
    if done.returncode:  # its own output says why
        raise ServerFailed(f"`python run.py {command}` failed (exit {done.returncode}).")
    set_preparing(environment.home, False)
    for program in others:
        supervisor.start(program)
    announcer = threading.Thread(target=announce_when_ready, args=(environment, demo, supervisor.say), daemon=True)
    announcer.start()
    supervisor.listen_for_restarts()
    note_supervisor(environment.home, os.getpid())
    supervisor.watch(lambda: restart_in_turn(environment, supervisor, [web, *others]))


def restart_in_turn(environment: Environment, supervisor: Supervisor, running: Sequence[Program]) -> None:
    """Restart one program after the other, each when the one before is ready; stop at the first that is not. What is
    reached stands in the note file, for the command that asked.
    """
    number = read_note(environment.home).get("restart", {}).get("number", 0) + 1
    for program in running:
        note_restart(environment.home, number, program.name, "restarting")
        kind, since = program.command[-1], time.time()
        patience = STOP_SECONDS[kind]
        ready = functools.partial(
            is_ready, kind, since=since, address=environment.local_url, redis_url=os.environ["REDIS_URL"]
        )
        if not supervisor.restart(program.name, ready, patience, READY_SECONDS):
            supervisor.say("launch", f"{program.name} is not ready; what follows is not restarted")
            note_restart(environment.home, number, program.name, "failed")
            return
        supervisor.say("launch", f"{program.name} is restarted")
    note_restart(environment.home, number, "", "done")


def open_public_endpoints() -> None:
    """Set the setting of every public endpoint to "on" in this process's environment, for the demonstration; a setting
    that is already in the environment is left unchanged.
    """
    for name in PUBLIC_ENDPOINTS:
        os.environ.setdefault(name, "on")


def programs(count: int, listener: int) -> list[Program]:
    """Return a list with a Program for the web server, for each of `count` workers and for the scheduler. `listener` is
    the file descriptor of the web server's socket.

    The first of several workers does not serve the queues that wait for external servers, so that a mail server that
    hangs cannot block all workers.
    """
    workers = [f"worker-{number}" for number in range(1, count + 1)]
    names = {"web": "web", **dict.fromkeys(workers, "worker"), "scheduler": "scheduler"}
    environ = dict(os.environ) | {"PYTHONUNBUFFERED": "1"}
    inside = {"WORKER_QUEUES": ",".join(name for name in QueueName if name not in WAITING_OUTSIDE)}
    own = {workers[0]: inside} if count > 1 and "WORKER_QUEUES" not in environ else {}
    own["web"] = {LISTENERS_VARIABLE: str(listener)}
    sockets = {"web": (listener,)}
    environ.pop("DATABASE_OWNER_URL", None)
    return [
        Program(
            name=name,
            command=command_line(command),
            environ=environ | own.get(name, {}),
            folder=PROJECT,
            descriptors=sockets.get(name, ()),
        )
        for name, command in names.items()
    ]


def command_line(command: str) -> list[str]:
    """Return the command line (list of words) that runs a command of the program, `run.py <command>`, with this
    interpreter.
    """
    return [sys.executable, str(PROJECT / "run.py"), command]

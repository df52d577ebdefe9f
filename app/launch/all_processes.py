"""The command `run.py all`: every process of the program in one terminal, until Ctrl-C."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

from app.core.jobs import WAITING_OUTSIDE, QueueName
from app.launch.ready import announce_when_ready
from app.servers.child_processes import die_with_me
from app.servers.data_folder import home_lock, open_home, set_preparing
from app.servers.data_servers import start_servers, stop_servers
from app.servers.processes import Supervisor
from app.servers.program import Program
from app.servers.sockets import port_is_free
from app.servers.start_refused import LaunchRefused, ServerFailed, StopRequested
from app.settings.environment import Environment
from app.settings.office_settings import PUBLIC_ENDPOINTS

PROJECT = Path(__file__).resolve().parents[2]


def run_everything(environment: Environment, demo: bool) -> int:
    """Start all processes, run until a stop is requested, stop every child (also after an exception) and return 0.
    Raises LaunchRefused when the port or data folder is in use, ServerFailed when a server or the migration fails.
    """
    home = open_home(environment.home, environment.production)
    with home_lock(home):
        if not port_is_free(environment.host, environment.port):
            raise LaunchRefused(f"Port {environment.port} on {environment.host} is in use. Set PORT to a free one.")
        supervisor = Supervisor()
        supervisor.listen_for_signals()
        try:
            _serve(environment, demo, supervisor)
        except StopRequested:
            print("\nStopping Lapor Balangan.", flush=True)
            return 0
        finally:
            stop_servers(home, supervisor)
    return 1


def _serve(environment: Environment, demo: bool, supervisor: Supervisor) -> None:
    print(f"Lapor Balangan starts; its data is in {environment.home}", flush=True)
    if demo:
        open_public_endpoints()
    start_servers(environment, supervisor)
    web, *others = programs(environment.workers)
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
    supervisor.watch()


def open_public_endpoints() -> None:
    """Set the setting of every public endpoint to "on" in this process's environment, for the demonstration; a setting
    that is already in the environment is left unchanged.
    """
    for name in PUBLIC_ENDPOINTS:
        os.environ.setdefault(name, "on")


def programs(count: int) -> list[Program]:
    """Return a list with a Program for the web server, for each of `count` workers and for the scheduler.

    The first of several workers does not serve the queues that wait for external servers, so that a mail server that
    hangs cannot block all workers.
    """
    workers = [f"worker-{number}" for number in range(1, count + 1)]
    names = {"web": "web", **dict.fromkeys(workers, "worker"), "scheduler": "scheduler"}
    environ = dict(os.environ) | {"PYTHONUNBUFFERED": "1"}
    inside = {"WORKER_QUEUES": ",".join(name for name in QueueName if name not in WAITING_OUTSIDE)}
    own = {workers[0]: inside} if count > 1 and "WORKER_QUEUES" not in environ else {}
    environ.pop("DATABASE_OWNER_URL", None)
    return [
        Program(name=name, command=command_line(command), environ=environ | own.get(name, {}), folder=PROJECT)
        for name, command in names.items()
    ]


def command_line(command: str) -> list[str]:
    """Return the command line (list of words) that runs a command of the program, `run.py <command>`, with this
    interpreter.
    """
    return [sys.executable, str(PROJECT / "run.py"), command]

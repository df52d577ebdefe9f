"""`python run.py all`: servers, tables, web, workers and scheduler, from one terminal and until Ctrl-C."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

from app.core.jobs import WAITING_OUTSIDE, QueueName
from app.launch.ready import announce_when_ready
from app.servers.child_processes import tie_to_me
from app.servers.data_folder import home_lock, open_home, set_preparing
from app.servers.data_servers import start_servers, stop_servers
from app.servers.processes import Supervisor
from app.servers.program import Program
from app.servers.sockets import port_is_free
from app.servers.start_refused import LaunchRefused, ServerFailed, StopRequested
from app.settings.environment import Environment
from app.settings.environment_values import PUBLIC_DOORS

PROJECT = Path(__file__).resolve().parents[2]


def run_everything(environment: Environment, demo: bool) -> int:
    """Runs until it is told to stop, and returns the exit code; leaves no process behind."""
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
        open_public_doors()
    start_servers(environment, supervisor)
    web, *others = programs(environment.workers)
    set_preparing(environment.home, True)
    supervisor.start(web)  # loads while the tables are prepared, and opens its door afterwards
    run_to_end("demo" if demo else "migrate")
    set_preparing(environment.home, False)
    for program in others:
        supervisor.start(program)
    announcer = threading.Thread(target=announce_when_ready, args=(environment, demo, supervisor.say), daemon=True)
    announcer.start()
    supervisor.watch()


def open_public_doors() -> None:
    """The demonstration shows every door that an office may open; what was set beforehand stays."""
    for name in PUBLIC_DOORS:
        os.environ.setdefault(name, "on")


def run_to_end(command: str) -> None:
    """Runs another command of ours to its end; raises ServerFailed when it fails, its own words stand above."""
    done = subprocess.run(
        command_line(command),
        cwd=PROJECT,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=tie_to_me(signal.SIGTERM),
    )
    if done.returncode:
        raise ServerFailed(f"`python run.py {command}` failed (exit {done.returncode}).")


def programs(count: int) -> list[Program]:
    """The processes that serve, beside the data servers, with so many workers.

    The first of several workers leaves out the queues that wait for servers of others, so that a mail server which
    hangs never takes all of them.
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
    """How this interpreter runs a command of ours."""
    return [sys.executable, str(PROJECT / "run.py"), command]

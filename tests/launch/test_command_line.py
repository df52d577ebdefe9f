"""`python run.py`: explains itself, and refuses with a sentence instead of a traceback."""

from __future__ import annotations

import fcntl
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from app.servers.data_folder import LOCK_FILE, home_lock, is_running, open_home

PROJECT = Path(__file__).resolve().parents[2]
COMMANDS = ("all", "web", "worker", "scheduler", "migrate", "demo", "verify-audit", "check-invariants")


def run(*arguments: str, home: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    """Runs the command from another directory, with no server named."""
    bare = {"PATH": os.environ["PATH"], "LAPOR_HOME": str(home)} | environ
    command = [sys.executable, str(PROJECT / "run.py"), *arguments]
    return subprocess.run(command, env=bare, cwd="/", capture_output=True, text=True, timeout=60)


def test_help_names_every_command_and_the_environment(tmp_path: Path) -> None:
    done = run("--help", home=tmp_path / "home")

    assert done.returncode == 0
    for word in (*COMMANDS, "LAPOR_HOME", "DATABASE_URL", "PORT", "LAPOR_ENV"):
        assert word in done.stdout
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_a_help_of_its_own(command: str, tmp_path: Path) -> None:
    done = run(command, "--help", home=tmp_path)

    assert done.returncode == 0
    assert command in done.stdout


def test_a_port_in_use_is_named(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        done = run("all", home=tmp_path, PORT=str(port))

    assert done.returncode == 2
    assert f"Port {port} on 127.0.0.1 is in use" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "postgres").exists()


def test_a_second_start_on_one_data_folder_is_refused(tmp_path: Path) -> None:
    with home_lock(open_home(tmp_path)):
        done = run("all", home=tmp_path, PORT="1")

    assert done.returncode == 2
    assert "already running" in done.stderr


def test_a_command_that_looks_for_a_running_program_stops_no_start(tmp_path: Path) -> None:
    """`is_running` holds a shared lock for a moment; here it lasts a fifth of a second."""
    descriptor = os.open(open_home(tmp_path) / LOCK_FILE, os.O_RDWR | os.O_CREAT)
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    ending = threading.Timer(0.2, os.close, [descriptor])
    ending.start()
    with home_lock(tmp_path):
        assert is_running(tmp_path)
    ending.join()
    assert not is_running(tmp_path)


@pytest.mark.parametrize("command", ["web", "worker", "scheduler"])
def test_a_part_without_servers_says_what_to_do(command: str, tmp_path: Path) -> None:
    done = run(command, home=tmp_path)

    assert done.returncode == 2
    assert "python run.py all" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_data_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    done = run("all", home=tmp_path / "file" / "home")

    assert done.returncode == 2
    assert "LAPOR_HOME" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_unknown_command_is_refused(tmp_path: Path) -> None:
    assert run("nonsense", home=tmp_path).returncode == 2

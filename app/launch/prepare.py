"""Creates `.venv` from the lock file; standard library only, for any python3 of a bare machine.

`make` calls it before everything else; with nothing to do it takes a few milliseconds.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent.parent
sys.path[0] = str(PROJECT)

from app.launch import system_packages  # noqa: E402  (the line above makes it findable: this file is run by its path)

UV_VERSION = "0.13.9"
OLDEST_PYTHON = (3, 11)
VENV = PROJECT / ".venv"
CACHE = PROJECT / ".cache"
LOCK = PROJECT / "requirements.lock"
STAMP = VENV / "made-from.txt"
SYSTEM_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
PRODUCTION = ["--universal", "--generate-hashes", "--no-header", "--no-annotate", "pyproject.toml"]
PRODUCTION += ["--extra", "telemetry"]
SOURCES = [*PRODUCTION, "--group", "embedded", "--group", "dev"]


class NotPrepared(Exception):
    """Raised when `.venv` or the lock file cannot be made; the message says what to do."""


def main(purpose: str) -> int:
    """Prepare `.venv` and the system packages for `run` or `test`, or write the lock file for `lock`. Return the exit
    code: 0, or 2 with a message when it fails.
    """
    if sys.version_info < OLDEST_PYTHON:
        return run_by_newer_python(purpose)
    CACHE.mkdir(exist_ok=True)
    try:
        with open(CACHE / "prepare.lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            prepare(purpose)
    except NotPrepared as problem:
        print(f"make: {problem}", file=sys.stderr)
        return 2
    return 0


def prepare(purpose: str) -> None:
    """Create or update `.venv` if needed and install missing system packages; for `lock` write the lock file only.
    Raises NotPrepared when `.venv` or the lock file cannot be made.
    """
    if purpose == "lock":
        uv_run(["pip", "compile", *SOURCES, "-o", LOCK.name], "The lock file could not be written")
        return
    made_from = STAMP.read_text(encoding="utf-8") if STAMP.exists() else ""
    if made_from != fingerprint() or not runs([VENV / "bin" / "python", "-c", ""]):
        make_venv()
    system_packages.ensure(with_browser=purpose == "test")


def run_by_newer_python(purpose: str) -> int:
    """Run this file with a newer Python of the machine and return its exit code; 2 with a message when
    there is none.
    """
    for minor in range(20, OLDEST_PYTHON[1] - 1, -1):
        other = shutil.which(f"python3.{minor}")
        if other:
            return subprocess.run([other, __file__, purpose]).returncode
    print(
        f"make: Python 3.11 or newer is needed, this one is {sys.version.split()[0]}. Use PYTHON=/path/to/python3.",
        file=sys.stderr,
    )
    return 2


def fingerprint() -> str:
    """Return a text that changes when `.venv` must be made again: the hash of the lock file, the Python version and the
    folder (scripts contain its path).
    """
    digest = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    return "\n".join([digest, sys.version.split()[0], str(VENV)])


def make_venv() -> None:
    """Create `.venv` and install exactly the packages of the lock file, verified by hash. Raises NotPrepared when uv
    fails or cannot be installed.
    """
    print("Preparing .venv (the first time takes a minute) ...", flush=True)
    STAMP.unlink(missing_ok=True)
    if not runs([VENV / "bin" / "python", "-c", ""]):
        uv_run(
            ["venv", "--quiet", "--clear", "--python", sys.executable, str(VENV)], "The environment could not be made"
        )
    sync = ["pip", "sync", "--quiet", "--require-hashes", "--python", str(VENV / "bin" / "python"), str(LOCK)]
    uv_run(sync, "The packages could not be installed")
    STAMP.write_text(fingerprint(), encoding="utf-8")


def uv_run(arguments: list[str], failure: str) -> None:
    """Run uv with these arguments and return nothing; uv writes its output to the terminal. Raises NotPrepared when uv
    fails (the message is `failure` and a reference to that output), or when uv cannot be installed.
    """
    # No other active environment, and the system's certificates, which may include an office's own authority.
    environ = {name: text for name, text in os.environ.items() if name not in ("VIRTUAL_ENV", "CONDA_PREFIX")}
    if SYSTEM_CERTIFICATES.exists():
        environ.setdefault("UV_SYSTEM_CERTS", "true")
    if subprocess.run([*find_uv(), *arguments], cwd=PROJECT, env=environ).returncode:
        raise NotPrepared(f"{failure}: see the lines above.")


def find_uv() -> list[str]:
    """Return the command line that runs uv, as a list of one path: the uv on the PATH if it runs, else a pinned version
    installed in the cache. Raises NotPrepared when it cannot be installed.
    """
    ours = [CACHE / "uv-venv" / "bin" / "uv", CACHE / "uv-folder" / "bin" / "uv"]
    for known in ["uv", *map(str, ours)]:
        if runs([known, "--version"]):
            return [known]
    # Into a folder, which an externally managed Python (PEP 668) allows, where ensurepip is missing.
    folder = CACHE / "uv-folder"
    if found := uv_in_venv():
        return [str(found)]
    if _pip_install([sys.executable], ["--target", str(folder)]):
        return [str(folder / "bin" / "uv")]
    if system_packages.apt_install(["python3-venv"]) and (found := uv_in_venv()):
        return [str(found)]
    message = "uv could not be installed. Install uv (https://docs.astral.sh/uv/), or Python's venv module"
    raise NotPrepared(f"{message} (Debian: apt-get install python3-venv), and check the way to the package index.")


def uv_in_venv() -> Path | None:
    """Install uv in its own virtual environment and return the path of the uv program; None where Python's venv or pip
    fails.
    """
    home = CACHE / "uv-venv"
    if runs([sys.executable, "-m", "venv", "--clear", home]) and _pip_install([home / "bin" / "python"], []):
        return home / "bin" / "uv"
    shutil.rmtree(home, ignore_errors=True)
    return None


def _pip_install(python: list[str | Path], where: list[str]) -> bool:
    return runs([*python, "-m", "pip", "install", "--quiet", *where, f"uv=={UV_VERSION}"])


def runs(command: Sequence[str | Path]) -> bool:
    """Return whether a command runs and exits with 0; its output is discarded. A wrapper on the PATH may exist without
    the program behind it.
    """
    try:
        return subprocess.run([str(word) for word in command], capture_output=True).returncode == 0
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "run"))

"""A virtual environment with what the running program needs and nothing for its development, from the lock file."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from app.launch import prepare


class NotBuilt(Exception):
    """Raised when a part of the package cannot be made; the message says what to do."""


def make_production_venv(folder: Path, python: Path) -> str:
    """Create a virtual environment in `folder` from a Python in /usr/bin, and return that Python's version as text,
    such as "3.13". Raises NotBuilt when the lock file lacks a package, NotPrepared when uv fails.

    It may be moved to any folder, and neither pip nor scripts: every program is run by `python -m`.
    """
    lock = folder.with_name("production.lock")
    lock.write_text(production_lock(lock), encoding="utf-8")
    # Copies, since uv links files from its cache, whose times would be changed with ours.
    os.environ["UV_LINK_MODE"] = "copy"
    prepare.uv_run(["venv", "--quiet", "--clear", "--python", str(python), str(folder)], "No environment could be made")
    inside = str(folder / "bin" / "python")
    sync = ["pip", "sync", "--quiet", "--require-hashes", "--python", inside, str(lock)]
    prepare.uv_run(sync, "The packages could not be installed")
    asked = [inside, "-c", "import sys; print(*sys.version_info[:2], sep='.')"]
    version = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
    for scripts in ("bin", "share"):
        shutil.rmtree(folder / scripts, ignore_errors=True)
    (folder / "bin").mkdir()
    (folder / "bin" / "python").symlink_to(f"../../../../bin/python{version}")
    for left in (".gitignore", ".lock", "CACHEDIR.TAG"):
        (folder / left).unlink(missing_ok=True)
    text = f"home = /usr/bin\ninclude-system-site-packages = false\nversion = {version}\n"
    (folder / "pyvenv.cfg").write_text(text, encoding="utf-8")
    return version


def production_lock(scratch: Path) -> str:
    """Return the part of the lock file (text with hashes) that pyproject.toml's own dependencies need; `scratch` is a
    file that uv may write. Raises NotBuilt when pyproject.toml needs a package that is not locked.
    """
    compile_ = ["pip", "compile", "--quiet", *prepare.PRODUCTION, "-c", str(prepare.LOCK), "-o", str(scratch)]
    prepare.uv_run(compile_, "The packages of the running program could not be listed")
    locked = blocks(prepare.LOCK.read_text(encoding="utf-8"))
    needed = blocks(scratch.read_text(encoding="utf-8"))
    if missing := sorted(needed.keys() - locked.keys()):
        raise NotBuilt(f"requirements.lock lacks {', '.join(missing)}: run `make lock`.")
    return "".join(locked[name] for name in needed)


def blocks(lock: str) -> dict[str, str]:
    """Return a dict from `name==version` (with its marker, if any) to the lines of that package in a lock file."""
    found: dict[str, str] = {}
    name = ""
    for line in lock.splitlines(keepends=True):
        if not line.startswith(" "):
            name = line.removesuffix("\\\n").strip()
        found[name] = found.get(name, "") + line
    return found

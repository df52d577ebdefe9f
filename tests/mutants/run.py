"""`python -m tests.mutants.run` plants one fault after another in a copy of the program and sees whether the test that
is meant for it fails. A suite that stays green with a lock removed or a filter dropped proves nothing.

MUTANTS in the environment names a part of them (text of the area or the name), MUTANTS_AT_ONCE how many are tried at
a time (2).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.mutants.faults import ROOT, Fault, all_faults

AT_ONCE = int(os.environ.get("MUTANTS_AT_ONCE", "2"))
LONGEST_SECONDS = 300
LEFT_OUT = (".venv", ".git", ".cache", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis")
"""What Python has compiled is copied along: it holds the time of its source, and a planted file has another."""

CAUGHT, PASSED, HUNG = 1, 0, -1
"""Exit codes of pytest and one of ours; any but the first two means that the test did not end, which proves nothing."""


def main() -> int:
    wanted = os.environ.get("MUTANTS", "")
    faults = [fault for fault in all_faults() if wanted in f"{fault.area} {fault.name}"]
    tests = sorted({fault.test for fault in faults})
    print(f"{len(faults)} faults, {len(tests)} tests; first every test without a fault, then each with its own")
    sound = _is_green(tests)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        verdicts = list(pool.map(_told, faults))
    caught = verdicts.count("caught")
    print(f"{caught} of {len(faults)} planted faults caught")
    return 0 if caught == len(faults) and sound else 1


def verdict(fault: Fault) -> str:
    """`caught` when the test meant for it failed, `MISSED` when it stayed green, `STALE` when nothing could be told."""
    if fault.times_found() != 1:
        return "STALE"
    code, said = _run([fault.test], fault.plant, LONGEST_SECONDS)
    if code == CAUGHT:
        # A fault that keeps the program from starting makes an error of every test, whatever it looks at.
        return "caught" if _lines(said, "FAILED") else "STALE"
    return "MISSED" if code == PASSED else "STALE"


def _told(fault: Fault) -> str:
    found = verdict(fault)
    print(f"{found:<9} {fault.area}: {fault.name}  ({fault.test})", flush=True)
    return found


def _is_green(tests: list[str]) -> bool:
    code, said = _run(tests, lambda _root: None, LONGEST_SECONDS * max(1, len(tests) // 10), "--maxfail=1000")
    for line in _lines(said, "FAILED", "ERROR"):
        print(f"NOT GREEN without a fault: {line}", flush=True)
    return code == PASSED


def _lines(said: str, *beginnings: str) -> list[str]:
    return [line for line in said.splitlines() if line.startswith(tuple(f"{word} " for word in beginnings))]


def _run(tests: list[str], change: Callable[[Path], None], seconds: int, *more: str) -> tuple[int, str]:
    """The exit code of tests in a changed copy of the program, with servers of its own, and what pytest said."""
    with tempfile.TemporaryDirectory(prefix="lapor-mutant-") as folder:
        copy = Path(folder) / "program"
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(*LEFT_OUT))
        change(copy)
        command = [sys.executable, "-m", "pytest", "-n", "0", "-q", "-x", "-rfE", "-p", "no:cacheprovider"]
        try:
            done = subprocess.run([*command, *more, *tests], cwd=copy, timeout=seconds, capture_output=True, text=True)
        except subprocess.TimeoutExpired:
            return HUNG, ""
        return done.returncode, done.stdout


if __name__ == "__main__":
    sys.exit(main())

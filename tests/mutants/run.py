"""`make mutants`: plants one fault after another in a copy of the program and sees whether the test that is meant for
it fails. A suite that stays green with a lock removed or a filter dropped proves nothing.

MUTANTS in the environment names a part of them (text of the area or the name); two are tried at a time.
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
from typing import TypeVar

from tests.mutants.faults import ROOT, Fault, all_faults

AT_ONCE = 2
LONGEST_SECONDS = 300
LEFT_OUT = (".venv", ".git", ".cache", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", "__pycache__")
CAUGHT, PASSED, HUNG = 1, 0, -1
"""Exit codes of pytest and one of ours; any but the first two means that the test did not end, which proves nothing."""

Item = TypeVar("Item")
Found = TypeVar("Found")


def main() -> int:
    wanted = os.environ.get("MUTANTS", "")
    faults = [fault for fault in all_faults() if wanted in f"{fault.area} {fault.name}"]
    tests = sorted({fault.test for fault in faults})
    print(f"{len(faults)} faults, {len(tests)} tests; first every test without a fault, then each with its own")
    unsound = [test for test, code in zip(tests, at_once(_run_sound, tests), strict=True) if code != PASSED]
    for test in unsound:
        print(f"NOT GREEN by itself: {test}")
    verdicts = at_once(verdict, faults)
    for fault, told in zip(faults, verdicts, strict=True):
        print(f"{told:<9} {fault.area}: {fault.name}  ({fault.test})")
    caught = verdicts.count("caught")
    print(f"{caught} of {len(faults)} planted faults caught")
    return 0 if caught == len(faults) and not unsound else 1


def at_once(work: Callable[[Item], Found], items: list[Item]) -> list[Found]:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(work, items))


def verdict(fault: Fault) -> str:
    """`caught` when the test meant for it failed, `missed` when it stayed green, `stale` when nothing could be told."""
    if fault.times_found() != 1:
        return "stale"
    code = _run(fault.test, fault.plant)
    return {CAUGHT: "caught", PASSED: "MISSED"}.get(code, "STALE")


def _run_sound(test: str) -> int:
    return _run(test, lambda _root: None)


def _run(test: str, change: Callable[[Path], None]) -> int:
    """The exit code of one test in a changed copy of the program, with servers of its own."""
    with tempfile.TemporaryDirectory(prefix="lapor-mutant-") as folder:
        copy = Path(folder) / "program"
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(*LEFT_OUT))
        change(copy)
        command = [sys.executable, "-m", "pytest", "-n", "0", "-q", "-x", "-p", "no:cacheprovider", test]
        try:
            return subprocess.run(command, cwd=copy, timeout=LONGEST_SECONDS, capture_output=True).returncode
        except subprocess.TimeoutExpired:
            return HUNG


if __name__ == "__main__":
    sys.exit(main())

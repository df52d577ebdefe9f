"""The driver's side of the processes that try mutants: it copies the tree, starts them and asks them."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from multiprocessing import Pipe
from pathlib import Path

from tests.mutation.children import KILLED, Verdict
from tests.mutation.warm import Request

LEFT_OUT = (".venv", ".git", ".cache", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", "map")


class RunningSlot:
    """One process with a tree of its own and a warm session."""

    def __init__(self, root: Path, folder: Path, number: int, test_files: Iterable[str]) -> None:
        self.tree, self.name = folder / f"slot{number}" / "program", f"gw{number}"
        shutil.copytree(root, self.tree, ignore=shutil.ignore_patterns(*LEFT_OUT))
        (self.tree / ".venv").symlink_to(root / ".venv")
        self.connection, theirs = Pipe()
        self.log = folder / f"slot{number}.log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.mutation.slot", self.name, str(theirs.fileno()), *sorted(test_files)],
                cwd=self.tree,
                env={**os.environ, "PYTHONPATH": str(self.tree)},
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        theirs.close()

    def wait_until_ready(self) -> None:
        """Return when the session is warm. Raises RuntimeError with the end of its log when it cannot be."""
        try:
            self.connection.recv()
        except EOFError:
            raise RuntimeError(self.log.read_text("utf-8")[-3000:]) from None

    def ask(self, request: Request) -> Verdict:
        """Return how the tests end."""
        self.connection.send(request)
        verdict: Verdict = self.connection.recv()
        return verdict

    def end(self) -> None:
        """Let it end; it is killed when it does not."""
        try:
            self.connection.send(None)
            self.process.wait(20)
        except (OSError, subprocess.TimeoutExpired):
            self.process.kill()


class Soundness:
    """Whether a test passes without any mutant, as it runs here; asked once a test, when it has killed something."""

    def __init__(self) -> None:
        self._known = dict[str, bool]()

    def of(self, slot: RunningSlot, file: str, test: str, limit: float) -> bool:
        """Return whether the test passes alone on the unchanged program."""
        if test not in self._known:
            self._known[test] = slot.ask(Request(file, None, {test: limit})).outcome != KILLED
        return self._known[test]

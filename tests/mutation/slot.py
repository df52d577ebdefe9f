"""One of the processes that try mutants, each in a tree of its own (its current folder).

It keeps a warm session, and imports what is installed but nothing of the program for those mutants that must be in
their place before the program is imported. `run.py` starts it and sends it requests.
"""

import importlib
import os
import sys
from contextlib import suppress
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest

from tests.mutation.children import KILLED, Verdict, changed_file, in_child

COLD_SECONDS = 90
OPTIONS = [
    *("-q", "-p", "no:cacheprovider", "-n", "0", "--tb=native", "--timeout=0", "--hypothesis-seed=0"),
    *("-o", "tmp_path_retention_policy=none", "-W", "ignore::pytest.PytestAssertRewriteWarning"),
]


class Slot:
    """A tree, a warm session and a way to run cold ones."""

    def __init__(self, name: str, tests: list[str]) -> None:
        self.name, self.root, self.tests = name, Path.cwd(), tests
        self.warm, there = Pipe()
        if os.fork() == 0:
            self.warm.close()
            serve(name, self.root, tests, there)
            os._exit(0)
        there.close()
        for module in self.warm.recv():
            with suppress(Exception):
                importlib.import_module(module)

    def answer(self, request: Any) -> Verdict:
        """Return how the tests end under a mutant."""
        if not request.cold:
            self.warm.send(request)
            if verdict := self.warm.recv():
                return verdict
        with changed_file(self.root / request.file, request.text):
            return in_child(lambda sender: self._cold(request, sender), COLD_SECONDS)

    def _cold(self, request: Any, sender: Connection) -> None:
        from tests.mutation.warm import Cold

        request.set_environment()
        sys.dont_write_bytecode = True
        files = sorted({test.partition("::")[0] for test in request.limits})
        folder = self.root.parent / "cold"
        pytest.main([*OPTIONS, f"--basetemp={folder}", *files], [Cold(self.name, request.limits, sender)])
        sender.send(Verdict(KILLED, "start", "the program does not start"))


def serve(name: str, root: Path, tests: list[str], connection: Connection) -> None:
    """Be the warm session until it is told to end."""
    from tests.mutation.warm import WARM_UP, Warm

    pytest.main([*OPTIONS, f"--basetemp={root.parent}/warm", WARM_UP, *tests], [Warm(name, root, connection)])


def main() -> None:
    """Answer requests until None comes. Arguments: the worker's name, the file number of the connection, test files."""
    name, number, *tests = sys.argv[1:]
    os.environ["PYTEST_XDIST_WORKER"] = name
    connection = Connection(int(number))
    slot = Slot(name, tests)
    connection.send("ready")
    for request in iter(connection.recv, None):
        connection.send(slot.answer(request))
    slot.warm.send(None)


if __name__ == "__main__":
    main()

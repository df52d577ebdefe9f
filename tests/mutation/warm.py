"""A pytest plugin that runs chosen tests under a mutant, in forked children of a session that is ready.

The session has collected the tests and built the program once. A mutant that was not executed until then is put into
a child by exchanging the code of its function, so that it costs little more than its tests.
"""

import os
import sys
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import coverage
import pytest

from tests.mutation.children import KILLED, SURVIVED, Verdict, changed_file, in_child
from tests.mutation.swap import LiveFunctions
from tests.servers import TEMPLATE_VARIABLE

WARM_UP = "tests/mutation/warm_up.py"
WARM_SECONDS = 30


@dataclass(frozen=True)
class Request:
    """A mutant and its tests, each with its limit in seconds. `text` is the file's new text; None changes nothing."""

    file: str
    text: str | None
    limits: dict[str, float] = field(default_factory=dict)
    lines: tuple[int, ...] = ()
    is_python: bool = False
    cold: bool = False
    template: str = ""

    def set_environment(self) -> None:
        """Lead what this process and its children do to the mutant's database; its code is compiled for itself."""
        os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
        if self.template:
            os.environ[TEMPLATE_VARIABLE] = self.template


class Run:
    """Runs chosen items of a session one after another and says how that ends."""

    def __init__(self, sender: Connection) -> None:
        self.sender = sender
        self.failure: pytest.TestReport | None = None

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note the first failure of any phase."""
        if report.failed and self.failure is None:
            self.failure = report

    def items(self, session: pytest.Session, limits: dict[str, float]) -> None:
        """Run the items that have a limit, in the order of the limits, until one fails; send the verdict."""
        by_id = {item.nodeid: item for item in session.items}
        chosen = [by_id[test] for test in limits if test in by_id]
        session.config.pluginmanager.register(self)
        _forget_output(session.config)
        for number, (item, following) in enumerate(zip(chosen, [*chosen[1:], None], strict=True)):
            self.sender.send((item.nodeid, limits[item.nodeid]))
            if number == 0:
                session._setupstate.teardown_exact(item)
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if self.failure:
                self.sender.send(Verdict(KILLED, item.nodeid, _reason(self.failure), number + 1))
                return
        self.sender.send(Verdict(SURVIVED, run=len(chosen)))


def _reason(report: pytest.TestReport) -> str:
    crash = getattr(report.longrepr, "reprcrash", None)
    return (crash.message if crash else str(report.longrepr))[:300]


def _forget_output(config: pytest.Config) -> None:
    """What an earlier child printed before it was ended stands in the files that catch output."""
    if capture := config.pluginmanager.getplugin("capturemanager"):
        capture.read_global_capture()


def third_party_modules() -> list[str]:
    """Return the names of all imported modules that are installed packages."""
    place = f"{Path(pytest.__file__).parents[1]}/"
    return [
        name for name, module in list(sys.modules.items()) if str(getattr(module, "__file__", "")).startswith(place)
    ]


class AsWorker:
    """Gives the session the name of a worker, and with it databases of its own."""

    def __init__(self, name: str) -> None:
        self.name = name

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config: Any) -> None:
        """Do what xdist does for its workers."""
        config.workerinput = {"workerid": self.name}


class Cold(AsWorker):
    """A session for one mutant, which is in its place before the program is imported."""

    def __init__(self, name: str, limits: dict[str, float], sender: Connection) -> None:
        super().__init__(name)
        self.limits, self.sender = limits, sender

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run the chosen tests in place of all."""
        if session.testsfailed:
            self.sender.send(Verdict(KILLED, "collection", "the tests cannot be collected"))
            return True
        Run(self.sender).items(session, self.limits)
        return True


class Warm(AsWorker):
    """A session that waits for mutants until it is told to end."""

    def __init__(self, name: str, root: Path, connection: Connection) -> None:
        super().__init__(name)
        self.root, self.connection = root, connection
        self.app: Any = None
        self.coverage = coverage.Coverage(data_file=None, include=[f"{root}/*"], config_file=False)
        self.coverage.start()

    def pytest_runtest_call(self, item: Any) -> None:
        """Take the program that the first test was given."""
        self.app = self.app or getattr(item, "funcargs", {}).get("session_app")

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Build the program, then serve."""
        first = next(item for item in session.items if item.nodeid.startswith(WARM_UP))
        first.config.hook.pytest_runtest_protocol(item=first, nextitem=first)
        self.coverage.stop()
        self.functions = LiveFunctions(self.root)
        app = self.app
        self.home = Path(app.config["LAPOR_HOME"])
        self.files = set(self.home.rglob("*"))
        # Not above: what is imported before the measuring begins would seem not to have been executed.
        from app.core.extensions import db, redis_client

        with app.app_context():
            db.engine.dispose()
            redis_client().connection_pool.disconnect()
        self.connection.send(third_party_modules())
        for request in iter(self.connection.recv, None):
            self.connection.send(self._answer(session, request))
            self._remove_new_files()
        return True

    def _answer(self, session: pytest.Session, request: Request) -> Verdict | None:
        """Return the verdict; None when the mutant needs a cold session."""
        swaps = list[Any]()
        if request.text and request.is_python:
            executed = self.coverage.get_data().lines(str(self.root / request.file)) or ()
            if set(request.lines) & set(executed):
                return None
            swaps = self.functions.swaps(request.file, request.text) or []
            if not swaps:
                return None

        def work(sender: Connection) -> None:
            request.set_environment()
            self.app.jinja_env.cache.clear()
            for function, code in swaps:
                function.__code__ = code
            Run(sender).items(session, request.limits)

        with changed_file(self.root / request.file, request.text):
            return in_child(work, WARM_SECONDS)

    def _remove_new_files(self) -> None:
        for path in sorted(set(self.home.rglob("*")) - self.files, reverse=True):
            path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink(missing_ok=True)

"""A pytest plugin that records what each test runs: lines of Python, templates, tables, scripts of a browser.

It is loaded by `-p tests.mutation.recording` in every process of a run. Each process leaves one file of coverage.py,
whose contexts are tests, and one of durations. What is no Python is recorded as line 1 of a file of that name.
"""

import functools
import json
import os
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import coverage
import jinja2
import pytest
from playwright.sync_api import Browser
from sqlalchemy import Engine, event

from tests.mutation.coverage_map import FOLDER_VARIABLE, PACKAGES, table_file

TEST_VARIABLE = "MUTATION_TEST"
TABLE = re.compile(
    r"\b(?:FROM|JOIN|INTO|UPDATE|DELETE FROM|LOCK TABLE|EXISTS)\s+(?:ONLY\s+)?\"?([a-z_]+)", re.IGNORECASE
)
SCRIPT = re.compile(r"/(?:gaya/\w+/(?P<bundle>\w+)|static/js/(?P<alone>\w+))\.js\b")
OTHER_PROCESSES = """[run]
data_file = {data}
parallel = true
include = {include}
context = ${{MUTATION_TEST-}}
patch = _exit
"""


class Recording:
    """What this process records."""

    def __init__(self, folder: Path) -> None:
        self.root, self.folder = Path.cwd(), folder
        self.seconds, self.module_seconds, self.failed = dict[str, float](), dict[str, float](), set[str]()
        self.touched: dict[str, set[str]] = {}
        self.test, self.shared_seconds = "", 0.0
        include = [f"{self.root}/{package}/*" for package in PACKAGES]
        self.coverage = coverage.Coverage(str(folder / "coverage"), True, include=include, config_file=False)
        self.settings = folder / "other_processes.cfg"
        self.settings.write_text(OTHER_PROCESSES.format(data=folder / "coverage", include=",".join(include)), "utf-8")

    def start(self) -> None:
        """Begins; whatever is imported from now on is measured."""
        self.coverage.start()
        self._watch_templates()
        self._watch_scripts()
        event.listen(Engine, "before_cursor_execute", self._statement)

    def touch(self, name: str) -> None:
        """Note that the running test uses a file that is no Python."""
        self.touched.setdefault(self.test, set()).add(name)

    def _watch_templates(self) -> None:
        load = jinja2.Environment._load_template

        @functools.wraps(load)
        def watched(environment: Any, name: Any, given: Any) -> Any:
            template = load(environment, name, given)
            if template.filename and template.filename.startswith(str(self.root)):
                self.touch(str(Path(template.filename).relative_to(self.root)))
            return template

        jinja2.Environment._load_template = watched  # type: ignore[method-assign]

    def _watch_scripts(self) -> None:
        new_context = Browser.new_context

        @functools.wraps(new_context)
        def watched(browser: Any, **options: Any) -> Any:
            context = new_context(browser, **options)
            context.on("request", lambda request: self._requested(request.url))
            return context

        Browser.new_context = watched  # type: ignore[method-assign]
        Browser.new_page = lambda browser, **options: browser.new_context(**options).new_page()  # type: ignore[method-assign]

    def _requested(self, url: str) -> None:
        from app.web.assets import SCRIPTS

        if found := SCRIPT.search(url):
            for part in SCRIPTS.get(found["bundle"], (found["alone"],)):
                self.touch(f"app/static/js/{part}.js")

    def _statement(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        for name in tables_in(statement):
            self.touch(table_file(name))

    def stop(self) -> None:
        """Writes the files."""
        self.coverage.stop()
        data = self.coverage.get_data()
        for test, names in self.touched.items():
            data.set_context(test)
            data.add_lines({str(self.root / name): [1] for name in names})
        self.coverage.save()
        told = {"seconds": self.seconds, "module_seconds": self.module_seconds, "failed": sorted(self.failed)}
        (self.folder / f"tests.{os.getpid()}.json").write_text(json.dumps(told), "utf-8")


@functools.lru_cache(maxsize=4096)
def tables_in(statement: str) -> frozenset[str]:
    """Return the names that stand where a statement names a table."""
    return frozenset(name.lower() for name in TABLE.findall(statement))


_recording = Recording(Path(os.environ[FOLDER_VARIABLE]))
_recording.start()


def pytest_collection_finish() -> None:
    """From now on a process that a test starts is measured; xdist's workers measure themselves."""
    os.environ["COVERAGE_PROCESS_START"] = str(_recording.settings)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Function) -> Iterator[None]:
    """Everything from a test's first fixture to its last belongs to it. What other processes do belongs to every test
    of its file: a program that one test starts may serve them all.
    """
    _recording.test = item.nodeid
    os.environ[TEST_VARIABLE] = item.nodeid.partition("::")[0]
    _recording.coverage.switch_context(item.nodeid)
    _recording.shared_seconds, began = 0.0, time.perf_counter()
    result = yield
    _recording.seconds[item.nodeid] = round(time.perf_counter() - began - _recording.shared_seconds, 4)
    _recording.test = os.environ[TEST_VARIABLE] = ""
    _recording.coverage.switch_context("")
    return result


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: Any) -> Iterator[None]:
    """What is made once for all tests is no test's time; what is made once for a module is counted for itself."""
    began = time.perf_counter()
    result = yield
    spent = time.perf_counter() - began
    if fixturedef.scope != "function":
        _recording.shared_seconds += spent
    if fixturedef.scope in ("module", "class"):
        file = _recording.test.partition("::")[0]
        _recording.module_seconds[file] = _recording.module_seconds.get(file, 0) + spent
    return result


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """A test that fails without a mutant tells nothing about one."""
    if report.outcome != "passed":
        _recording.failed.add(report.nodeid)


def pytest_unconfigure() -> None:
    """The run is over."""
    _recording.stop()

"""What the tests in a browser share: a served program a module, its twin inside the test, a browser, and a desk.

A module names its program (`PROGRAM`, one of the names in live.py) and may put its own fixture in the place of any of
these.
"""

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser

from tests.factories import a_complaint
from tests.story.browser import Desk, chromium
from tests.story.live import LiveProgram, live_program
from tests.story.served import Cases, served_beside


@pytest.fixture(scope="module")
def live(
    request: pytest.FixtureRequest, session_app: Flask, worker: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LiveProgram]:
    """The module's program; no error may stand in its logs in the end."""
    name: str = request.module.PROGRAM
    with live_program(name, worker, tmp_path_factory.mktemp(name) / "home") as program:
        yield program
        assert program.tracebacks() == []


@pytest.fixture(scope="module")
def beside(live: LiveProgram) -> Iterator[Flask]:
    """The twin on the same database, served by now."""
    with served_beside(live) as app:
        yield app


@pytest.fixture(scope="module")
def browser(live: LiveProgram) -> Iterator[Browser]:
    """One browser for all tests of the module."""
    with chromium() as started:
        yield started


@pytest.fixture
def desk(browser: Browser, live: LiveProgram, beside: Flask) -> Iterator[Desk]:
    """An officer's screen, 1280 px wide."""
    at = Desk(browser, live.url, 1280, "desk")
    yield at
    at.close()


@pytest.fixture
def case(beside: Flask) -> Cases:
    """Puts a case at a step; its number."""

    def put(at: str, **more: str) -> int:
        with beside.app_context():
            return a_complaint(at=at, agencies=("dishub",), **more).id

    return put

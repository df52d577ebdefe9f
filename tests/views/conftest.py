"""What the tests of the screens share."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient


@pytest.fixture
def screen(as_user: Callable[[str], FlaskClient]) -> FlaskClient:
    """The administrator's browser."""
    return as_user("administrator")


@pytest.fixture
def tuesday(freeze: Callable[[str], object], as_user: Callable[[str], FlaskClient]) -> FlaskClient:
    """The administrator's browser on Tuesday, 24 November 2026, at ten."""
    freeze("2026-11-24 10:00")
    return as_user("administrator")

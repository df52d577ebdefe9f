"""What the tests of the screens share."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient


@pytest.fixture
def screen(as_user: Callable[[str], FlaskClient]) -> FlaskClient:
    """The administrator's browser."""
    return as_user("administrator")

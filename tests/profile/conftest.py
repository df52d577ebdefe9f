"""An office with a row of every kind, for the tests of the profile."""

import pytest
from flask import Flask

from tests.codebase.bare_database import database
from tests.profile.office import furnish

__all__ = ["database"]


@pytest.fixture
def office(context: Flask) -> Flask:
    """The demo office with a row of every kind that the profile holds or leaves out, inside an application context."""
    furnish()
    return context

"""Fixtures of the tests about the code itself."""

from tests.codebase.bare_database import database

__all__ = ["database"]

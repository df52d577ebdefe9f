"""What a program asks its database: every statement sent meanwhile, for tests of budgets."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from sqlalchemy import event

from app.core.extensions import db

Statement = tuple[str, Any]
"""Its text, and the values that were sent with it."""


@contextmanager
def statements_with_values(app: Flask) -> Iterator[list[Statement]]:
    """The statements in their order, each with its values; the list fills while the block runs."""
    seen: list[Statement] = []
    with _heard(app, lambda statement, values: seen.append((statement, values))):
        yield seen


@contextmanager
def statements(app: Flask) -> Iterator[list[str]]:
    """Their texts alone."""
    seen: list[str] = []
    with _heard(app, lambda statement, _values: seen.append(statement)):
        yield seen


@contextmanager
def _heard(app: Flask, hear: Callable[[str, Any], None]) -> Iterator[None]:
    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_rest: Any) -> None:
        hear(statement, values)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", note)

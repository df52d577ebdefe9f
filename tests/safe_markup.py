"""Templates mark as safe only what is markup already: any other text fails the test that shows the page."""

import re
from typing import Any

from flask import Flask
from jinja2 import pass_context
from markupsafe import Markup

MARKUP = re.compile(r"\s*(<[a-z!]|([a-z]+ )?[a-z-]+=\"|$)", re.IGNORECASE)
"""Elements of a widget that the framework renders to text, or attributes that stand in a template, perhaps after
the name of their element."""


def watch_what_is_marked_safe(app: Flask) -> None:
    """Make the filter `safe` of an application refuse text without markup."""
    app.jinja_env.filters["safe"] = marked_safe


@pass_context  # so that it is never folded when a template is compiled
def marked_safe(_context: Any, value: Any) -> Markup:
    """Return the value as markup. Raises AssertionError when it is not markup."""
    text = str(value)
    assert isinstance(value, Markup) or MARKUP.match(text), f"text is marked as safe: {text[:80]!r}"
    return Markup(text)  # noqa: S704 (it is what the filter does)

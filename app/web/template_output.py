"""Pages without the indentation and empty lines of their templates.

Only what a template itself holds is touched, never a value; and a line break stays wherever there was one, so that no
two words are joined.
"""

from __future__ import annotations

import re

from flask import Flask
from jinja2.ext import Extension

# A line that only opens an `if` or a `for`, sets a name, imports, or is a comment. The line break before it is written
# whenever the one after it would be; of a line that closes something this is not so, nor where a dash takes one away.
SILENT_LINES = re.compile(
    r"(?<=\n)(?<!-[%}#]\}\n)"
    r"((?:\{% (?:if|for|from|import|extends|set [\w, ]+ =) [^%]*[^-%]%\}|\{#[^#]*[^-#]#\})+)\n"
)


def without_indentation(source: str) -> str:
    """A template whose lines begin at their first letter, without empty lines and such that write nothing."""
    return SILENT_LINES.sub(r"\1", re.sub(r"\n\s+", "\n", source))


class LeanPages(Extension):
    """Applied to every page's source once, when it is compiled."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """Text files and templates made of strings stay as they are."""
        return without_indentation(source) if name and name.endswith(".html") else source


def install(app: Flask) -> None:
    """Before the first template is compiled."""
    app.jinja_env.add_extension(LeanPages)

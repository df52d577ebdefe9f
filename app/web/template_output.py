"""Removal of indentation and empty lines from page templates.

Only the template's own text changes, never a value; a line break is never removed completely, so that no words are
joined.
"""

from __future__ import annotations

import re

from flask import Flask
from jinja2.ext import Extension

# A line with only an opening `if` or `for`, a `set`, an import or a comment. Its own line break can go, because the one
# before it is written in the same cases; not so for closing tags, or where a dash strips whitespace.
SILENT_LINES = re.compile(
    r"(?<=\n)(?<!-[%}#]\}\n)"
    r"((?:\{% (?:if|for|from|import|extends|set [\w, ]+ =) [^%]*[^-%]%\}|\{#[^#]*[^-#]#\})+)\n"
)


def without_indentation(source: str) -> str:
    """Return the source of a template (text) without indentation, empty lines and lines that output nothing."""
    return SILENT_LINES.sub(r"\1", re.sub(r"\n\s+", "\n", source))


class LeanPages(Extension):
    """A Jinja extension that strips indentation and empty lines from a template's source, once, when it is compiled."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """Called by Jinja before a template is compiled: return the source of `.html` templates without indentation and
        empty lines, other sources unchanged.
        """
        return without_indentation(source) if name and name.endswith(".html") else source


def install(app: Flask) -> None:
    """Add the extension that strips templates; call before the first template is compiled."""
    app.jinja_env.add_extension(LeanPages)

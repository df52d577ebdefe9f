"""Indentation stays with the templates; words and what people typed stay as they are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import DictLoader

from app.web.assets import STATIC
from app.web.template_output import install, without_indentation

TEMPLATES = sorted((STATIC.parent / "templates").rglob("*.html"))


@pytest.mark.parametrize(
    ("source", "lean"),
    [
        ("<p>\n    satu\n\n    dua</p>", "<p>\nsatu\ndua</p>"),
        ("a\n  {% if x %}\n  b\n  {% endif %}\n  c", "a\n{% if x %}b\n{% endif %}\nc"),
        ("a\n{% set x = 1 %}\n{# why #}\nb", "a\n{% set x = 1 %}{# why #}b"),
        ("a {% if x %}\nb{% endif %}\nc", "a {% if x %}\nb{% endif %}\nc"),
        ("a{% endfor -%}\n{% if x %}\nb", "a{% endfor -%}\n{% if x %}\nb"),
        ("a\n{%- if x %}\nb", "a\n{%- if x %}\nb"),
        ("{% macro x() %}\nb", "{% macro x() %}\nb"),
        ("<textarea>\n{{ text }}</textarea>", "<textarea>\n{{ text }}</textarea>"),
    ],
)
def test_only_indentation_and_silent_lines_go(source: str, lean: str) -> None:
    assert without_indentation(source) == lean


@pytest.mark.parametrize("x", [True, False])
@pytest.mark.parametrize(
    "source",
    [
        "a\n  {% if x %}\n  b\n  {% endif %}\n  c",
        "a{% if x %}\n  b\n  {% else %}\n  d\n  {% endif %}\n  c",
        "a\n  {% for n in 'pq' %}\n    {% set m = n %}\n    {{ m }}\n  {% endfor %}\n  c",
        "{% macro m() %}\n  {% if x %}\n  b\n  {% endif %}\n{% endmacro %}a{{ m() }}c",
    ],
)
def test_no_two_words_are_joined(source: str, x: bool) -> None:
    env = Flask("app").jinja_env
    plain, lean = (env.from_string(text).render(x=x) for text in (source, without_indentation(source)))
    assert lean.split() == plain.split()


def test_a_value_keeps_its_lines_and_spaces() -> None:
    app = Flask("app")
    install(app)
    app.jinja_loader = DictLoader({"x.html": "<p>\n  <textarea>\n{{ text }}</textarea>", "x.txt": "a\n\n  {{ text }}"})
    typed = "satu\n\n    dua"
    assert app.jinja_env.get_template("x.html").render(text=typed) == f"<p>\n<textarea>\n{typed}</textarea>"
    assert app.jinja_env.get_template("x.txt").render(text=typed) == f"a\n\n  {typed}"


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_template_holds_text_whose_spaces_count(path: Path) -> None:
    """A text area begins at its value, with the one line break that HTML takes away; nothing is in `pre`."""
    source = without_indentation(path.read_text(encoding="utf-8"))
    assert "<pre" not in source
    for inside in re.findall(r"<textarea[^>]*?>(?=\n|\{\{)(.*?)</textarea>", source, re.S):
        assert re.fullmatch(r"\n?\{\{ [^{}]+ \}\}", inside), inside

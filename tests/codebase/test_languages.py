"""Both languages are complete: no message without its translation, no translation without its message.

Which language a message is written in follows from its file; `tests/codebase/catalogues.py` tells the rule.
"""

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

from app.casefile.labels import SEGMENTS
from tests.codebase.catalogues import KEYWORDS, ROOT, SOURCES, TEMPLATES, Message, read, texts, wanted
from workflow_rules.time.explanation import SEGMENT_WORDS

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")
JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
ATTRIBUTE = re.compile(r'[\w-]+="[^"]*"')
WORD = re.compile(r"[^\W\d_]{2,}")
SPOKEN = ("title", "aria-label", "placeholder", "alt", "data-label")
# Papers are Indonesian in any language, the queue's pages another's; names and signs are nobody's language.
NOT_IN_TWO_LANGUAGES = ("papers/", "cases/_paper.html")
NAMES = {"Lapor", "Balangan", "LOGO", "KONSEP", "Enter"}


def known(locale: str) -> dict[Message, tuple[str, ...]]:
    """What the catalogue translates, and how."""
    return {m.id if isinstance(m.id, str) else tuple(m.id): texts(m.string) for m in read(locale) if m.id}


@pytest.mark.parametrize("locale", SOURCES)
def test_every_message_is_translated(locale: str) -> None:
    translated = {message for message, strings in known(locale).items() if all(strings)}
    assert {message: source for message, source in wanted(locale).items() if message not in translated} == {}


@pytest.mark.parametrize("locale", SOURCES)
def test_no_translation_is_left_of_a_message_that_nobody_uses(locale: str) -> None:
    assert set(known(locale)) - set(wanted(locale)) == set()
    assert not read(locale).obsolete


@pytest.mark.parametrize("locale", SOURCES)
def test_no_translation_is_a_guess(locale: str) -> None:
    assert [message.id for message in read(locale) if message.id and message.fuzzy] == []


@pytest.mark.parametrize("locale", SOURCES)
def test_every_translation_keeps_the_placeholders_and_the_space_at_its_ends(locale: str) -> None:
    for message, strings in known(locale).items():
        for source, string in zip(texts(message) * len(strings), strings, strict=False):
            assert sorted(PLACEHOLDER.findall(source)) == sorted(PLACEHOLDER.findall(string)), message
            assert (source[:1].isspace(), source[-1:].isspace()) == (string[:1].isspace(), string[-1:].isspace())


def test_no_message_is_written_in_both_languages() -> None:
    assert set(wanted("id")) & set(wanted("en")) == set()


def test_the_sources_are_read_at_all() -> None:
    assert len(wanted("id")) > 280
    assert len(wanted("en")) > 900
    assert {source.split("/")[0] for source in wanted("id").values()} == {
        "app",
        "flask_appbuilder",
        "flask_wtf",
        "wtforms",
    }
    assert {source.split("/")[0] for source in wanted("en").values()} == {"app", "views"}


def calls(path: Path) -> Iterator[tuple[ast.Call, bool]]:
    """The calls that translate, and whether each stands inside an f-string, where no extractor sees it."""
    tree = ast.parse(path.read_text("utf-8"))
    hidden = {id(n) for f in ast.walk(tree) if isinstance(f, ast.JoinedStr) for n in ast.walk(f)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in KEYWORDS:
            yield node, id(node) in hidden


def test_every_message_of_the_code_can_be_found_by_the_extractor() -> None:
    paths = [path for folder in ("app", "views", "jobs") for path in (ROOT / folder).rglob("*.py")]
    found = [(path, node, hidden) for path in paths for node, hidden in calls(path)]
    lost = [f"{p}:{n.lineno}" for p, n, hidden in found if hidden or not isinstance(n.args[0], ast.Constant)]
    assert lost == []
    assert len(found) > 500


class BareWords(HTMLParser):
    """Words that a template writes itself, past the catalogue."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in SPOKEN:
                self.handle_data(value or "")

    def handle_data(self, data: str) -> None:
        self.found += [word for word in WORD.findall(ATTRIBUTE.sub("", data)) if word not in NAMES]


def test_no_template_writes_words_past_the_catalogue() -> None:
    bare = {}
    for path in TEMPLATES.rglob("*.html"):
        name = str(path.relative_to(TEMPLATES))
        if name.startswith(NOT_IN_TWO_LANGUAGES):
            continue
        reader = BareWords()
        reader.feed(JINJA.sub("", path.read_text("utf-8")))
        if reader.found:
            bare[name] = reader.found
    assert bare == {}


def test_the_account_of_a_deadline_has_the_rules_own_words_in_indonesian() -> None:
    assert {kind: label._args[0] for kind, label in SEGMENTS.items()} == SEGMENT_WORDS

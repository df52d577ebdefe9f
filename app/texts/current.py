"""The texts of the program as the office has them now: the active version of each kind, else the original."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import structlog
from sqlalchemy import select

from app.core.definitions import per_version
from app.core.extensions import db
from app.models import TextVersion
from app.texts.field_names import with_fields
from app.texts.kinds import KINDS, LANGUAGES, PARTS, TextKind
from app.texts.placeholders import Target, TextRefused, Values, render
from app.web.language import language_code

log = structlog.get_logger()

Texts = Mapping[tuple[str, str], str]
"""The words of a text by part (`subject`, `body`) and language (`id`, `en`)."""


def texts_of(row: TextVersion | Any) -> Texts:
    """Return the words of a TextVersion row, or of a row with its columns."""
    return {(part, language): getattr(row, f"{part}_{language}") for part in PARTS for language in LANGUAGES}


def originals_of(kind: TextKind) -> Texts:
    """Return the original words of a kind; "" for a part that it lacks."""
    return {(part, language): kind.original(part, language) for part in PARTS for language in LANGUAGES}


@per_version
def _active() -> dict[str, Texts]:
    """Return the words of the active version of each kind that has one, by code."""
    columns = (getattr(TextVersion, f"{part}_{language}") for part in PARTS for language in LANGUAGES)
    rows = db.session.execute(select(TextVersion.code, *columns).where(TextVersion.state == "active")).all()
    return {row.code: texts_of(row) for row in rows}


def wording(code: str, values: Values, texts: Texts | None = None) -> dict[str, str]:
    """Return the parts of a text in the current locale with their placeholders replaced, as plain text by part.

    The words are `texts`, else those of the active version, else the original. An active version that has become
    faulty, because a later release knows fewer placeholders, is logged and replaced by the original; a fault in `texts`
    raises TextRefused.
    """
    kind, language = KINDS[code], language_code()
    language = language if language in KINDS[code].languages else LANGUAGES[0]
    active = texts if texts is not None else _active().get(code)
    if active is not None:
        try:
            return {part: _said(kind, part, _in(active, part, language), values) for part in kind.parts}
        except TextRefused:
            if texts is not None:
                raise
            log.warning("text_is_faulty", text=code)
    return {part: _said(kind, part, _original(code, part, language), values) for part in kind.parts}


def _in(texts: Texts, part: str, language: str) -> str:
    """Return the words in a language, or in Indonesian where they were not translated."""
    return texts.get((part, language)) or texts[part, LANGUAGES[0]]


@cache
def _original(code: str, part: str, language: str) -> str:
    return KINDS[code].original(part, language)


def _said(kind: TextKind, part: str, words: str, values: Values) -> str:
    said = render(words, values, Target.PLAIN, with_fields(kind.allowed, words))
    return " ".join(said.split()) if kind.limits_of(part).one_line else said

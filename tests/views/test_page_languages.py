"""Every page of every person in both languages: nothing left of the other one, no raw times, no old classes."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import String, select

from app.core.extensions import db, redis_client
from tests.codebase.catalogues import read, texts
from tests.conftest import time_travel
from tests.views.spoken_pages import Page, Reader, make_rows, pages
from tests.worker_database import WorkerDatabase

pytestmark = pytest.mark.timeout(600)
LANGUAGES = ("id", "en")
ENGLISH = re.compile(
    r"\b(add|edit|delete|search|list|show|save|back|actions?|records?|required|invalid|true|false|none|page|size|next"
    r"|previous|yes|no|please|fields?|values?|users?|roles?|password|log ?in|log ?out|name|first|last|e-?mail|active"
    r"|permissions?|views?|filters?|order|sort|choose|select|cancel|close|open|created|changed|confirm|error|welcome"
    r"|the|and|this|that|with|you|your|not|are|days?|hours?|minutes?|ago|today|unread|notices?|overdue|done|paused"
    r"|monday|tuesday|wednesday|thursday|friday|saturday|sunday|mon|tue|wed|thu|fri|sat|sun"
    r"|january|february|march|may|june|july|august|october|december|aug|oct|dec)\b",
    re.IGNORECASE,
)
RAW_TIME = re.compile(r"\d{4}-\d{2}-\d{2}|\+\d{2}:00\b|\b\d{1,2}/\d{1,2}/\d{2,4}\b|\b\d{1,2}:\d{2}:\d{2}\b")
UNZONED = re.compile(r"(\d{4}|Hari ini|Today|pukul), \d{2}\.\d{2}(?! WITA)")
OLD_CLASS = re.compile(
    r"panel|well|col-\w+|glyphicon|navbar|input-group|help-block|pull-\w+|fa|fa-\w+|btn-default|select2.*"
)
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")
Pages = dict[str, list[tuple[Page, Reader]]]


@pytest.fixture
def all_pages(session_app: Flask, worker_database: WorkerDatabase) -> Iterator[dict[str, list[tuple[Page, Reader]]]]:
    """Each page once in each language, on one database for the whole file."""
    worker_database.put_back(session_app)
    with time_travel() as travel:
        travel("2026-11-24 10:00")
        with session_app.app_context():
            redis_client().flushdb()
            rows = make_rows()
        yield {locale: [(page, Reader(page.html)) for page in pages(session_app, rows, locale)] for locale in LANGUAGES}
    with session_app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def stored(all_pages: Pages, session_app: Flask) -> set[str]:
    """Every text in the database: what people or a decree wrote is in no catalogue."""
    with session_app.app_context():
        columns = [c for table in db.metadata.sorted_tables for c in table.c if isinstance(c.type, String)]
        found = {" ".join(text.split()) for c in columns for text in db.session.scalars(select(c).distinct()) if text}
        db.session.remove()
        return found


def spoken(all_pages: Pages, locale: str) -> dict[str, str]:
    """Every text that claims to be in the page's language, with one page where it stands."""
    found: dict[str, str] = {}
    for page, reader in all_pages[locale]:
        for said in reader.said:
            if said.lang == locale:
                found.setdefault(said.text, f"{page.visitor} {page.path}")
    return found


def test_every_page_speaks_one_language_to_people(all_pages: Pages, stored: set[str]) -> None:
    """All of it in one test: the pages are drawn once, and not once for each process that takes a part."""
    pages_are_there(all_pages)
    no_english_word_is_left_in_indonesian(all_pages)
    no_class_of_the_old_look_is_left(all_pages)
    for locale in LANGUAGES:
        a_page_names_its_language(all_pages, locale)
        nothing_is_left_untranslated(all_pages, stored, locale)
        times_are_written_for_people_with_their_zone(all_pages, locale)


def pages_are_there(all_pages: Pages) -> None:
    assert len(all_pages["id"]) > 200
    assert len(paths_of(all_pages["id"])) > 100
    assert paths_of(all_pages["en"]) == paths_of(all_pages["id"])


def paths_of(pages: list[tuple[Page, Reader]]) -> set[str]:
    return {page.path for page, _ in pages if not page.path.startswith("POST")}


def a_page_names_its_language(all_pages: Pages, locale: str) -> None:
    assert [page.path for page, reader in all_pages[locale] if reader.page_lang != locale] == []


def no_english_word_is_left_in_indonesian(all_pages: Pages) -> None:
    assert {
        text: where for text, where in spoken(all_pages, "id").items() if ENGLISH.search(text.replace("_", " "))
    } == {}


def nothing_is_left_untranslated(all_pages: Pages, stored: set[str], locale: str) -> None:
    long = [text for text in stored if text.count(" ") >= 2]
    found = leftovers(spoken(all_pages, locale), locale)
    assert {t: w for t, w in found.items() if t not in stored and not any(text in t for text in long)} == {}


def times_are_written_for_people_with_their_zone(all_pages: Pages, locale: str) -> None:
    wrong = {t: w for t, w in spoken(all_pages, locale).items() if RAW_TIME.search(t) or UNZONED.search(t)}
    assert wrong == {}


def no_class_of_the_old_look_is_left(all_pages: Pages) -> None:
    assert {c: page.path for page, reader in all_pages["id"] for c in reader.classes if OLD_CLASS.fullmatch(c)} == {}


def leftovers(said: dict[str, str], locale: str) -> dict[str, str]:
    """Texts that are a message still in its source's language, whole or as a piece of three words."""
    whole, pieces = sources(locale)
    found = {}
    for text, where in said.items():
        if text.strip(" :.,·()…") in whole or any(piece in text for piece in pieces):
            found[text] = where
    return found


def sources(locale: str) -> tuple[set[str], list[str]]:
    """What would show that a message was not translated: short ones as a whole text, longer ones anywhere."""
    whole, pieces = set(), []
    for message in read(locale):
        for source in texts(message.id):
            if source and source not in texts(message.string):
                whole.add(source.strip(" :.,·()…"))
                piece = max(PLACEHOLDER.split(source), key=len).strip()
                pieces += [piece] if piece.count(" ") >= 2 else []
    return whole, pieces

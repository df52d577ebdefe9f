"""Filters and pages that live in the address, so that lists can be shared and Back works."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import urlencode

from flask import request, url_for

from app.web.fab_repairs import is_readable
from app.web.formats import day
from views.shared.list_labels import EVERY, FILTERS

PAGE_SIZE = 25
LONGEST_TEXT = 200
LAST_PAGE = 10**6
Choices = Mapping[str, Any]


@dataclass(frozen=True)
class Tag:
    """A filter that is set: its name, its value in words, and the address without it."""

    label: str
    value: str
    url: str


@dataclass(frozen=True)
class ListAddress:
    """The readable part of the query, the page, and the names of what could not be read and is left out."""

    values: dict[str, str]
    choices: Mapping[str, Choices]
    page: int = 1
    ignored: tuple[str, ...] = ()
    fixed: frozenset[str] = field(default_factory=frozenset)

    def get(self, name: str) -> str | None:
        return self.values.get(name)

    def url(self, **changes: str | int | None) -> str:
        """This list with parts changed (None takes one out); a change of filter starts at the first page."""
        kept: dict[str, Any] = {**self.values, **changes}
        return url_for(request.endpoint or "", **{name: value for name, value in kept.items() if value})

    def kept(self) -> str:
        """Everything but the page, as the part of an address that can be kept and opened again."""
        return urlencode(sorted(self.values.items()))

    def picked(self, *names: str) -> dict[str, str]:
        """Those of the named filters that are set."""
        return {name: self.values[name] for name in names if name in self.values}

    def selects(self, *names: str) -> list[tuple[str, Any, Any, Choices]]:
        """Name, label, the word for every one, and the choices of the filters that a row offers."""
        return [(name, FILTERS[name], EVERY[name], self.choices[name]) for name in names]

    def tags(self) -> list[Tag]:
        return [self._tag(name, value) for name, value in self.values.items() if name not in self.fixed]

    def _tag(self, name: str, value: str) -> Tag:
        shown = str(self.choices[name][value]) if name in self.choices else _shown(name, value)
        return Tag(str(FILTERS[name]), shown, self.url(**{name: None}))


def _shown(name: str, value: str) -> str:
    found = as_day(value) if name != "q" else None
    return day(found) if found else value


def read_address(
    choices: Mapping[str, Choices],
    fixed: Iterable[str] = (),
    columns: Choices | None = None,
    days: Iterable[str] = (),
) -> ListAddress:
    """The filters of this request; `q` is free text, every other one must be among its choices, and `kolom` may name
    several columns; `days` are the filters that are a day, like 2026-11-24.

    Unreadable values are left out and named, never an error: a saved address may name a category that is gone.
    """
    values: dict[str, str] = {}
    ignored: list[str] = []
    for name, given in request.args.items():
        if not given.strip() or name not in {"q", *choices, *days}:
            continue
        readable = _is_readable(name, given, choices, days)
        if readable:
            values[name] = given.strip()
        else:
            ignored.append(str(FILTERS[name]))
    if columns and (wanted := _columns(columns)):
        values["kolom"] = wanted
    page = _page(request.args.get("hal", "1"))
    if page is None:
        ignored.append(str(FILTERS["hal"]))
    return ListAddress(values, choices, page or 1, tuple(ignored), frozenset(fixed))


def _is_readable(name: str, given: str, choices: Mapping[str, Choices], days: Iterable[str]) -> bool:
    if name in days:
        return as_day(given) is not None
    return _readable_text(given) if name == "q" else given in choices[name]


def as_day(text: str | None) -> date | None:
    """A day as a browser's own date field writes it, of the last centuries or the next; None for anything else."""
    try:
        found = date.fromisoformat(text.strip()) if text and len(text.strip()) == 10 else None
    except ValueError:
        return None
    return found if found and 1900 <= found.year <= 2999 else None


def _columns(known: Choices) -> str:
    """The known ones among the columns asked for, ticked one by one or in one word, in the order of the list."""
    asked = {name for given in request.args.getlist("kolom") for name in given.split(",")}
    return ",".join(name for name in known if name in asked)


def _readable_text(text: str) -> bool:
    return len(text) <= LONGEST_TEXT and is_readable(text)


def _page(text: str) -> int | None:
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 0
    return number if 0 < number <= LAST_PAGE else None


@dataclass(frozen=True)
class Pages:
    """Which part of a list is shown: `first` to `last` of `count`; `ends` are marks of its first and last row, by which
    the pages beside it are found where a list has them.
    """

    page: int
    count: int
    size: int = PAGE_SIZE
    ends: tuple[str, str] | None = None

    @property
    def last_page(self) -> int:
        return max(1, -(-self.count // self.size))

    @property
    def offset(self) -> int:
        return (self.page - 1) * self.size

    @property
    def first(self) -> int:
        return self.offset + 1 if self.count else 0

    @property
    def last(self) -> int:
        return min(self.offset + self.size, self.count)

    @property
    def back(self) -> dict[str, str | int]:
        """What the page before adds to the address of the list."""
        marked = self.ends is not None and self.page > 2
        return {"hal": self.page - 1, **({BEFORE: self.ends[0]} if self.ends and marked else {})}

    @property
    def on(self) -> dict[str, str | int]:
        """The same for the page after."""
        return {"hal": self.page + 1, **({AFTER: self.ends[1]} if self.ends else {})}


AFTER, BEFORE = "sesudah", "sebelum"


def pages_of(address: ListAddress, count: int, size: int = PAGE_SIZE) -> Pages:
    """The asked-for page, or the last one where the list has become shorter."""
    return Pages(min(address.page, Pages(1, count, size).last_page), count, size)


LARGEST_ID = 2**63 - 1

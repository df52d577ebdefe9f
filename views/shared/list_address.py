"""Filters and paging of lists, stored in the query string so that lists can be bookmarked and shared."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import urlencode

from flask import request, url_for
from flask_babel import gettext

from app.fields.filters import OF_FIELD, Fields, can_filter, filter_text, read_filter
from app.web.fab_repairs import is_readable
from app.web.formats import day
from views.shared.field_filters import left_out
from views.shared.list_labels import EVERY, FILTERS

PAGE_SIZE = 25
LONGEST_TEXT = 200
LAST_PAGE = 10**6
MOST_FIELD_COLUMNS = 3
Choices = Mapping[str, Any]


@dataclass(frozen=True)
class Tag:
    """A value object: an active filter of a list, with its label, its value as text, and the URL of the list without
    it.
    """

    label: str
    value: str
    url: str


@dataclass(frozen=True)
class ListAddress:
    """A value object: the parsed query string of a list.

    `values` are the valid filters, `choices` the allowed values by filter, `ignored` the labels of invalid filters, and
    `fixed` the filters that are not shown as removable tags. `fields` are the fields of the office that the list
    offers, `typed` the texts of all filters by them, invalid ones included, `asked` the query string as it was given.
    """

    values: dict[str, str]
    choices: Mapping[str, Choices]
    page: int = 1
    ignored: tuple[str, ...] = ()
    fixed: frozenset[str] = field(default_factory=frozenset)
    fields: Fields = field(default_factory=dict)
    typed: Mapping[str, str] = field(default_factory=dict)
    asked: str = ""

    def get(self, name: str) -> str | None:
        return self.values.get(name)

    def url(self, **changes: str | int | None) -> str:
        """Return the URL of this list with some parameters changed; None removes a parameter.

        The page number is dropped unless given.
        """
        values: dict[str, Any] = {**self.values, **changes}
        return url_for(request.endpoint or "", **{name: value for name, value in values.items() if value})

    def query_string(self) -> str:
        """Return the filters without the page as a sorted query string, for saving and comparing."""
        return urlencode(sorted(self.values.items()))

    def picked(self, *names: str) -> dict[str, str]:
        """Return a dict {name: value} of those of the named filters that are set."""
        return {name: self.values[name] for name in names if name in self.values}

    def selects(self, *names: str) -> list[tuple[str, Any, Any, Choices]]:
        """Return a list of (name, label, text of the "all" option, choices) of each named filter, for drop-downs."""
        return [(name, FILTERS[name], EVERY[name], self.choices[name]) for name in names]

    def tags(self) -> list[Tag]:
        found = []
        for name, value in self.values.items():
            if name in self.fixed:
                continue
            if name in self.fields:
                label, shown = self.fields[name].label, filter_text(self.fields[name], value)
            else:
                on_day = as_day(value) if name != "q" else None
                shown = str(self.choices[name][value]) if name in self.choices else day(on_day) if on_day else value
                label = str(FILTERS[name])
            found.append(Tag(label, shown, self.url(**{name: None})))
        return found


def read_address(
    choices: Mapping[str, Choices],
    fixed: Iterable[str] = (),
    columns: Choices | None = None,
    days: Iterable[str] = (),
    fields: Fields | None = None,
) -> ListAddress:
    """Return the `ListAddress` of the current request; invalid values are left out and named in `ignored`.

    `choices` holds the allowed values by filter, `days` the filters that are ISO dates; `q` is free text. With
    `columns`, `kolom` may name several columns, repeated or comma-separated; they are ordered as in `columns`. With
    `fields`, each of them is a filter too.
    """
    values, ignored = _read_fields(fields) if fields is not None else ({}, [])
    for name, given in request.args.items():
        if not given.strip() or name not in {"q", *choices, *days}:
            continue
        if name in days:
            readable = as_day(given) is not None
        elif name == "q":
            readable = len(given) <= LONGEST_TEXT and is_readable(given)
        else:
            readable = given in choices[name]
        if readable:
            values[name] = given.strip()
        else:
            ignored.append(str(FILTERS[name]))
    wanted = _read_columns(columns or {}, ignored)
    if wanted:
        values["kolom"] = ",".join(wanted)
    text = request.args.get("hal", "1")
    page = int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 0
    if not 0 < page <= LAST_PAGE:
        ignored.append(str(FILTERS["hal"]))
        page = 1
    own = fields or {}
    typed = {name: request.args[name] for name in own if name in request.args}
    return ListAddress(values, choices, page, tuple(ignored), frozenset(fixed), own, typed, _query_string())


def _read_fields(fields: Fields) -> tuple[dict[str, str], list[str]]:
    """Return (valid filters of the request by these fields, labels of invalid ones and names of unknown ones)."""
    given = {name: text.strip() for name, text in request.args.items() if name.startswith(OF_FIELD) and text.strip()}
    known = {name: text for name, text in given.items() if name in fields and can_filter(fields[name])}
    values = {name: text for name, text in known.items() if read_filter(fields[name], text) is not None}
    return values, [
        *(fields[name].label for name in known if name not in values),
        *left_out(name for name in given if name not in known),
    ]


def _read_columns(columns: Choices, ignored: list[str]) -> list[str]:
    """Return the columns that the request asks for; of fields at most three, and those left out are named in
    `ignored`.
    """
    asked = dict.fromkeys(name for given in request.args.getlist("kolom") for name in given.split(","))
    ignored += left_out(name for name in asked if columns and name.startswith(OF_FIELD) and name not in columns)
    own = [name for name in asked if name in columns and name.startswith(OF_FIELD)]
    if len(own) > MOST_FIELD_COLUMNS:
        ignored.append(gettext("kolom isian sesudah yang ketiga"))
    return [name for name in columns if name in asked and name not in own[MOST_FIELD_COLUMNS:]]


_OF_PAGES = ("hal", "sesudah", "sebelum")


def _query_string() -> str:
    """Return the query string of the request without the page, in the form of `ListAddress.query_string`."""
    given = ((name, text.strip()) for name, text in request.args.items(multi=True) if name not in _OF_PAGES)
    return urlencode(sorted((name, text) for name, text in given if text))


def as_day(text: str | None) -> date | None:
    """Return the date of an ISO text (years 1900 to 2999); None for anything else."""
    try:
        found = date.fromisoformat(text.strip()) if text and len(text.strip()) == 10 else None
    except ValueError:
        return None
    return found if found and 1900 <= found.year <= 2999 else None


@dataclass(frozen=True)
class Pages:
    """A value object: one page of a list of `count` rows.

    `ends` are the keyset cursors of its first and last row, or None for a list that is paged by offset.
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
        """The query parameters (dict) of the previous page: its number, and the keyset cursor if the list has one."""
        return {"hal": self.page - 1, **({BEFORE: self.ends[0]} if self.ends and self.page > 2 else {})}

    @property
    def on(self) -> dict[str, str | int]:
        """The query parameters (dict) of the next page: its number, and the keyset cursor if the list has one."""
        return {"hal": self.page + 1, **({AFTER: self.ends[1]} if self.ends else {})}


AFTER, BEFORE = "sesudah", "sebelum"


def pages_of(address: ListAddress, count: int, size: int = PAGE_SIZE) -> Pages:
    """Return the `Pages` of a list of `count` rows at the requested page, or the last one if the list is shorter."""
    return Pages(min(address.page, Pages(1, count, size).last_page), count, size)

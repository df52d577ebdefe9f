"""What the sections of a profile have in common: how one is declared, matched and ordered."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NoReturn

from app.profile.yaml_text import Fault, Path

Row = dict[str, Any]
Profile = Mapping[str, Any]
"""The values of all sections by name."""

IDENTITIES: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(
        ("agencies", "categories", "districts", "villages", "fields", "options", "texts", "actors", "roles"), ("code",)
    ),
    "standard_texts": ("code",),
    "lists": ("list", "code"),
    "working_weeks": ("name", "starts_on", "ends_on"),
    "holidays": ("day", "name"),
    "national_limits": ("stage", "of_class", "valid_from"),
    "steps": ("step",),
}
"""By which members the rows of a list are matched, by the name of the list; also of lists inside a section."""


class ApplyRefused(Exception):
    """Raised when a profile cannot be applied to this office; `path` and `message` say what of it, and why."""

    def __init__(self, path: Path, message: str) -> None:
        super().__init__(message)
        self.path, self.message = path, message


@dataclass(frozen=True)
class Applying:
    """A value object: who applies a section of a profile, when (aware UTC) and why.

    `fresh` is true while the office is not set up: then what a profile lacks is deleted, since it is only what the
    program brings along.
    """

    section: str
    by: int | None
    now: datetime
    reason: str
    fresh: bool

    def refuse(self, path: Path, message: str) -> NoReturn:
        """Raise ApplyRefused for a place below the section."""
        raise ApplyRefused((self.section, *path), message)


def writes_nothing(_gone: list[Row], _applying: Applying) -> None:
    """Keep the rows that a file lacks."""


@dataclass(frozen=True)
class Section:
    """One part of the profile.

    `of_office` returns its value as the database has it. `read` returns the value of a file, or None with the faults;
    `check` the faults of a value beside the other sections. Places of faults are below the section, in the order of
    the file. `arranged` returns a value in the order in which it is written. `tables` are those that it holds.
    `write` brings the database from the value of the office to that of a file, but for the rows that the file lacks:
    those `drop` ends or deletes, after all sections are written. `absent` says what becomes of them.
    """

    name: str
    tables: tuple[str, ...]
    of_office: Callable[[], Any]
    read: Callable[[Any], tuple[Any, list[Fault]]]
    arranged: Callable[[Any], Any]
    write: Callable[[Any, Any, Applying], None]
    drop: Callable[[list[Row], Applying], None] = writes_nothing
    check: Callable[[Profile], Iterable[Fault]] = lambda _profile: ()
    absent: str = ""


def identity(row: Any, of_list: str) -> tuple[Any, ...] | None:
    """Return the values by which a row of a list is matched; None for what has none."""
    if not isinstance(row, dict):
        return None
    found = tuple(row.get(name) for name in IDENTITIES[of_list])
    return None if found[0] is None or any(isinstance(value, list | dict) for value in found) else found


def changed_rows(of_list: str, there: list[Row], here: list[Row]) -> list[Row]:
    """Return the rows of a file that the office lacks or has otherwise, in the order of the file."""
    known = {identity(row, of_list): row for row in here}
    return [row for row in there if known.get(identity(row, of_list)) != row]


def absent_rows(of_list: str, there: list[Row], here: list[Row]) -> list[Row]:
    """Return the rows of the office that a file lacks."""
    named = {identity(row, of_list) for row in there}
    return [row for row in here if identity(row, of_list) not in named]


def in_order_of_identity(of_list: str) -> Callable[[list[Row]], list[Row]]:
    """Return a function that sorts the rows of a list by what they are matched by."""
    return lambda rows: sorted(rows, key=lambda row: [str(value or "") for value in identity(row, of_list) or ()])


def as_stored(value: Any) -> Any:
    """Return the value as it is, for a section whose order has a meaning."""
    return value


MOST_ROWS = 10_000


def rows_of(
    read_row: Callable[[Any], tuple[Row, list[Fault]]], most: int = MOST_ROWS
) -> Callable[[Any], tuple[Any, list[Fault]]]:
    """Return a function that reads a list of at most `most` rows, each by `read_row`."""

    def read(raw: Any) -> tuple[Any, list[Fault]]:
        if not isinstance(raw, list):
            return None, [Fault((), "must be a list; [] if there is nothing")]
        if len(raw) > most:
            return None, [Fault((), f"has {len(raw)} rows; at most {most} are possible")]
        rows, faults = list[Row](), list[Fault]()
        for place, one in enumerate(raw):
            row, wrong = read_row(one)
            faults += [Fault((place, *fault.path), fault.message) for fault in wrong]
            rows.append(row)
        return (None if faults else rows), faults

    return read


def dotted(path: str) -> Path:
    """Return the path that the check of a draft names with dots."""
    return tuple(int(part) if part.isdecimal() else part for part in path.split(".") if part)


def unknown(path: Path, code: str | None, known: Iterable[str], section: str) -> Iterable[Fault]:
    """Yield a fault if a row names a code that its section lacks."""
    if code is not None and code not in known:
        yield Fault(path, f"names {code}, which is not among the {section} of this file")

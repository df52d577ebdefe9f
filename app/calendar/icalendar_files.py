"""Holidays as iCalendar files (RFC 5545), written for other programs and read from uploads."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

import icalendar

LARGEST_FILE = 256 * 1024
MOST_DAYS = 400
LONGEST_NAME = 300
EARLIEST, LATEST = date(2000, 1, 1), date(2100, 1, 1)
REPEATED = ("rrule", "rdate", "recurrence-id")
UID_PREFIX = "hari-libur-"
# Exceptions that the library raises for a malformed file.
_BROKEN = (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError, OverflowError)


class FileFault(StrEnum):
    """An enum of the reasons why an uploaded holiday file is rejected; `FileRefused.fault` holds one of them."""

    MISSING = "missing"
    TOO_LARGE = "too_large"
    UNREADABLE = "unreadable"
    NO_DAYS = "no_days"
    TOO_MANY = "too_many"


class FileRefused(Exception):
    """Raised when an uploaded holiday file is rejected; `fault` says why."""

    def __init__(self, fault: FileFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True)
class FileDay:
    """A value object: a holiday read from an iCalendar file.

    `key` is the id of the holiday row if the file was exported by this system, else None; `kind` is "" when the file
    gives none.
    """

    day: date
    name: str
    kind: str = ""
    key: int | None = None


@dataclass(frozen=True)
class FileDays:
    """A value object: the holidays of an iCalendar file, and how many of its events were skipped (`left_out`).

    Skipped are events that are not all-day, repeated, cancelled, unreadable, without a name, or out of range.
    """

    days: tuple[FileDay, ...]
    left_out: int


def as_ical(rows: Iterable[Any], host: str, now: datetime) -> bytes:
    """Return the holiday rows as bytes of an iCalendar file, with permanent UIDs; `now` is an aware UTC datetime."""
    calendar = icalendar.Calendar()
    for name, value in (("prodid", f"-//{host}//Hari Libur//ID"), ("version", "2.0"), ("calscale", "GREGORIAN")):
        calendar.add(name, value)
    calendar.add("x-wr-calname", "Hari libur")
    for row in rows:
        event = icalendar.Event()
        event.add("uid", f"{UID_PREFIX}{row.id}@{host}")
        event.add("dtstamp", now)
        event.add("dtstart", row.day)
        event.add("dtend", row.day + timedelta(days=1))
        event.add("summary", row.name)
        event.add("categories", [row.kind])
        event.add("transp", "TRANSPARENT")
        calendar.add_component(event)
    content: bytes = calendar.to_ical()
    return content


def read_ical(content: bytes, host: str, kinds: tuple[str, ...]) -> FileDays:
    """Return the holidays of an iCalendar file as FileDays, one FileDay for each day of its all-day events, without
    duplicates.

    `kinds` are the known values for CATEGORIES. Raises FileRefused: `too_large` (over 256 KiB), `unreadable`,
    `too_many` (over 400 days), `no_days`.
    """
    if len(content) > LARGEST_FILE:
        raise FileRefused(FileFault.TOO_LARGE)
    try:
        calendar = icalendar.Calendar.from_ical(content)
        events = [part for part in calendar.subcomponents if isinstance(part, icalendar.Event)]
    except _BROKEN as broken:
        raise FileRefused(FileFault.UNREADABLE) from broken
    if calendar.name != "VCALENDAR":
        raise FileRefused(FileFault.UNREADABLE)
    days: list[FileDay] = []
    left_out = 0
    for event in events:
        try:
            found = list(_days(event, host, kinds))
        except _BROKEN:
            found = []
        days, left_out = days + found, left_out + (not found)
        if len(days) > MOST_DAYS:
            raise FileRefused(FileFault.TOO_MANY)
    if not days:
        raise FileRefused(FileFault.NO_DAYS)
    return FileDays(tuple(dict.fromkeys(days)), left_out)


def _days(event: icalendar.Event, host: str, kinds: tuple[str, ...]) -> Iterator[FileDay]:
    """Yield a FileDay for each day that an all-day event covers; nothing for an event that `FileDays` counts as
    skipped. May raise any of _BROKEN for a malformed event.
    """
    first = event.decoded("dtstart")
    if "dtend" in event:
        after = event.decoded("dtend")
    else:
        after = first + (event.decoded("duration") if "duration" in event else timedelta(days=1))
    whole = not isinstance(first, datetime) and not isinstance(after, datetime)
    if not whole or any(name in event for name in REPEATED) or str(event.get("status", "")).upper() == "CANCELLED":
        return
    printable = "".join(sign if sign.isprintable() else " " for sign in str(event.get("summary", "")))
    name = " ".join(printable.split())[:LONGEST_NAME]
    if not name or not EARLIEST <= first < LATEST or (after - first).days > MOST_DAYS:
        return
    given = event.get("categories")
    named = {str(word) for word in given.cats} if hasattr(given, "cats") else set()
    kind = next((kind for kind in kinds if kind in named), "")
    key = _own_key(str(event.get("uid", "")), host) if (after - first).days <= 1 else None
    for number in range(max((after - first).days, 1)):
        yield FileDay(first + timedelta(days=number), name, kind, key)


def _own_key(uid: str, host: str) -> int | None:
    number = uid.removeprefix(UID_PREFIX).removesuffix(f"@{host}")
    ours = uid == f"{UID_PREFIX}{number}@{host}" and number.isascii() and number.isdigit()
    return int(number) if ours and len(number) < 19 else None

"""Formats of values on screen: dates, times, durations, numbers and lists.

Instants are shown in the office's zone with its name (WIB, WITA or WIT). A naive datetime counts as server local time,
as FAB stores it. Patterns differ from Babel's ``id`` data, whose "full" format prints seconds.
"""

from __future__ import annotations

import datetime as dt
import enum
import math
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import lru_cache

from babel import dates, numbers
from flask import Flask
from flask_babel import gettext, ngettext
from markupsafe import Markup

from app.core.clock import office_time, zone_name
from app.vocabulary.words import LARGEST_BADGE
from app.web.language import language_code
from workflow_rules.time.deadlines import WorkingLength

EMPTY = "–"
SHOWN_IN_A_LIST = 12
HOURS_ONLY = 1_000_000
MOST_CACHED = 5_000

_MOMENT = {"lengkap": "EEEE, d MMMM y, HH.mm", "pendek": "d MMM y, HH.mm"}
_DAY = {"lengkap": "EEEE, d MMMM y", "sedang": "d MMMM y", "pendek": "d MMM y", "bulan": "MMMM y"}


def _locale() -> str:
    return language_code() or "id"


@lru_cache(MOST_CACHED)
def _dated(value: dt.date, pattern: str, locale: str) -> str:
    """Return a date or datetime as text in Babel's pattern for a locale; cached, since rows of a page share days."""
    if isinstance(value, dt.datetime):
        return dates.format_datetime(value, pattern, locale=locale)
    return dates.format_date(value, pattern, locale=locale)


@lru_cache(MOST_CACHED)
def _counted(value: int | float | Decimal, locale: str) -> str:
    return numbers.format_decimal(value, locale=locale)


def moment(value: dt.datetime | None, style: str = "lengkap") -> str:
    """Return an aware datetime as text in the office's zone, "Selasa, 24 November 2026, 15.10 WITA"; the style
    ``pendek`` shortens the date. Returns "–" for None.
    """
    if value is None:
        return EMPTY
    return f"{_dated(office_time(value), _MOMENT[style], _locale())} {zone_name()}"


def day(value: dt.date | None, style: str = "sedang") -> str:
    """Return a date as text, "24 November 2026"; a datetime is first converted to its office date. Returns "–" for
    None.
    """
    if value is None:
        return EMPTY
    if isinstance(value, dt.datetime):
        value = office_time(value).date()
    return _dated(value, _DAY[style], _locale())


def near_moment(value: dt.datetime | None, now: dt.datetime) -> str:
    """Return an aware datetime as text for tables: "Hari ini, 10.54 WITA" on the office date of ``now``, otherwise the
    short form with the date. Returns "–" for None.
    """
    if value is None:
        return EMPTY
    local = office_time(value)
    if local.date() != office_time(now).date():
        return moment(value, "pendek")
    return gettext("Today, %(time)s", time=f"{local:%H.%M} {zone_name()}")


def duration(value: dt.timedelta | int | None, hours_a_day: int = 24) -> str:
    """Return a duration as text in at most two units, "4 hari 2 jam"; an integer is in minutes; the sign is dropped.
    Returns "–" for None.

    ``hours_a_day`` is 24 for elapsed time, and the length of the office's day for working time.
    """
    if value is None:
        return EMPTY
    minutes = abs(int(value.total_seconds() // 60) if isinstance(value, dt.timedelta) else value)
    hours, rest = divmod(minutes, 60)
    days, hours = divmod(hours, hours_a_day)
    written = [
        ngettext("%(num)d day", "%(num)d days", days) if days else "",
        ngettext("%(num)d hour", "%(num)d hours", hours) if hours else "",
        ngettext("%(num)d minute", "%(num)d minutes", rest) if rest else "",
    ]
    return " ".join([part for part in written if part][:2]) or ngettext("%(num)d minute", "%(num)d minutes", 0)


def exact_duration(value: dt.timedelta) -> str:
    """Return a duration as text with its seconds (up to three decimals) in the language of the page, "4 jam 29 menit 30
    detik"; hours are not grouped into days.
    """
    minutes, seconds = divmod(value.total_seconds(), 60)
    if not seconds:
        return duration(value, HOURS_ONLY)
    count = _counted(round(seconds, 3), _locale())
    written = ngettext("%(count)s second", "%(count)s seconds", math.ceil(seconds), count=count)
    return f"{duration(int(minutes), HOURS_ONLY)} {written}" if minutes else written


def working_time(length: WorkingLength) -> str:
    """Return a working time (days and a rest below one day) as text, as the SOP counts it, "13 hari 4 jam"; minutes are
    shown only below one day.
    """
    if not length.days:
        return duration(length.rest, HOURS_ONLY)
    days = ngettext("%(num)d day", "%(num)d days", length.days)
    hours = length.rest // dt.timedelta(hours=1)
    rest = ngettext("%(num)d hour", "%(num)d hours", hours)
    return f"{days} {rest}" if hours else days


def _listed(values: Iterable[object]) -> str:
    texts = [str(display(value)) for value in values]
    if not texts:
        return EMPTY
    shown = ", ".join(texts[:SHOWN_IN_A_LIST])
    hidden = len(texts) - SHOWN_IN_A_LIST
    return gettext("%(shown)s, and %(count)d more", shown=shown, count=hidden) if hidden > 0 else shown


def amount(value: int | float | Decimal) -> str:
    """Return a number as text in the language of the page with thousands separators, "1.234.567"; not for years or
    identifiers.
    """
    return _counted(value, _locale())


def at_a_badge(count: int) -> str:
    """Return the text of the number on a badge of the menu, "87"; above the maximum "999+"."""
    return amount(min(count, LARGEST_BADGE)) + ("+" if count > LARGEST_BADGE else "")


def file_size(size: int | None) -> str:
    """Return a file size, given in bytes, as text, "284 KB" or "2,3 MB" (decimal units); "–" for None."""
    if size is None:
        return EMPTY
    if size < 1_000_000:
        return f"{amount(max(1, round(size / 1000)))} KB"
    return f"{_counted(round(size / 1_000_000, 1), _locale())} MB"


def in_sentence(text: object) -> str:
    """Return the text of a heading for use inside a sentence, as str: first letter in lower case, unless an
    abbreviation starts it.
    """
    words = str(text)
    return words if words[1:2].isupper() else words[:1].lower() + words[1:]


def nip_in_parts(nip: str) -> str:
    """Return a NIP (18-digit number of a civil servant) with spaces between its parts: birth, appointment, gender,
    serial (domain 4.8); any other text is returned unchanged.
    """
    parted = len(nip) == 18 and nip.isdigit()
    return f"{nip[:8]} {nip[8:14]} {nip[14]} {nip[15:]}" if parted else nip


def display(value: object, style: str = "sedang") -> object:
    """Return the value of any column for reading, dates, numbers, booleans, lists and mappings as text; "–" for None
    and "". Markup, text and whole numbers are returned unchanged, so that the template escapes text.

    ``style`` is that of a date: ``pendek`` in lists.
    """
    if isinstance(value, Markup):
        return value
    if value is None or value == "":
        return EMPTY
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    if isinstance(value, Mapping):
        return _listed(f"{key}: {display(inner)}" for key, inner in value.items())
    if isinstance(value, (list, tuple, set, frozenset)):
        return _listed(value)
    if isinstance(value, enum.Enum):
        return getattr(value, "label", value.value)
    if isinstance(value, dt.datetime):
        return moment(value, "pendek")
    if isinstance(value, dt.date):
        return day(value, style)
    if isinstance(value, dt.time):
        return f"{value:%H.%M}"
    if isinstance(value, dt.timedelta):
        return duration(value)
    return amount(value) if isinstance(value, (float, Decimal)) else value


def install(app: Flask) -> None:
    """Register the formats as template filters with Indonesian names, and the name of the zone."""
    app.jinja_env.globals["zone_name"] = zone_name
    app.add_template_filter(display, "tampil")
    app.add_template_filter(moment, "waktu")
    app.add_template_filter(near_moment, "waktu_dekat")
    app.add_template_filter(day, "tanggal")
    app.add_template_filter(duration, "durasi")
    app.add_template_filter(working_time, "waktu_kerja")
    app.add_template_filter(amount, "bilangan")
    app.add_template_filter(at_a_badge, "lencana")
    app.add_template_filter(file_size, "ukuran")
    app.add_template_filter(in_sentence, "dalam_kalimat")
    app.add_template_filter(nip_in_parts, "nip")

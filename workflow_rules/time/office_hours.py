"""The opening hours of an office, computed once for each year and cached.

Instants are whole microseconds since 1970-01-01T00:00Z, so that sums are exact and zone changes cannot distort them.
Opening follows the wall clock, so an hour that repeats when daylight saving ends is open twice.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate, pairwise
from typing import Any
from zoneinfo import ZoneInfo

Period = tuple[int, int]
WeekHours = tuple[tuple[Period, ...], ...]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
DAY = 86_400_000_000
SECOND = 1_000_000
MINUTE = 60_000_000
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FIRST_YEAR, LAST_YEAR = 2, 9998  # one year short of datetime's own ends: a zone's offset may cross them
YEARS_KEPT = 200

_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
_LAST_ORDINAL = date.max.toordinal()
_YEAR_STARTS = [(date(year, 1, 1).toordinal() - _EPOCH_ORDINAL) * DAY for year in range(1, 10_000)]
_CLOCK_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])|24:00")


def year_of(instant: int) -> int:
    """Return the UTC year (int) that contains an instant; opening hours are cached by it."""
    return bisect_right(_YEAR_STARTS, instant)


@dataclass(frozen=True, slots=True)
class Week:
    """A value object: opening hours of the seven weekdays over a range of dates (inclusive ordinals)."""

    first: int
    last: int
    hours: WeekHours


@dataclass(frozen=True, slots=True)
class OpenYear:
    """A value object with the open periods of one UTC year: their begins and ends (instants) and the working
    microseconds before each. `days` are the ordinals of the working dates of that local year.
    """

    begins: list[int]
    ends: list[int]
    before: list[int]
    days: list[int]

    @property
    def total(self) -> int:
        """The working time of the year in microseconds."""
        return self.before[-1]

    def work_before(self, instant: int) -> int:
        """Return the working microseconds of the year that lie before the instant."""
        piece = bisect_right(self.begins, instant) - 1
        if piece < 0:
            return 0
        return self.before[piece] + min(instant, self.ends[piece]) - self.begins[piece]

    def instant_after(self, work: int) -> int:
        """Return the earliest instant of the year at which `work` (more than zero) working microseconds are done."""
        piece = bisect_left(self.before, work) - 1
        return self.begins[piece] + work - self.before[piece]

    def next_open(self, instant: int) -> int | None:
        """Return the instant if the office is open then, else the next opening of this year; None if none is left."""
        piece = bisect_right(self.ends, instant)
        return max(instant, self.begins[piece]) if piece < len(self.ends) else None


class OfficeHours:
    """Zone, weekly hours and closed days of one office; open periods are computed per year at first use and cached."""

    def __init__(self, zone: ZoneInfo, weeks: tuple[Week, ...], closed_days: Mapping[int, str]) -> None:
        self.zone = zone
        self.weeks = weeks
        self.closed_days = dict(closed_days)
        self._ranges = []
        for begin, following in pairwise(sorted({week.first for week in weeks} | {week.last + 1 for week in weeks})):
            hours = next((week.hours for week in reversed(weeks) if week.first <= begin <= week.last), ())
            if any(hours):
                self._ranges.append((begin, following - 1, hours))
        last = max((last for _, last, _ in self._ranges), default=0)
        self.last_year = min(date.fromordinal(last).year + 1, LAST_YEAR) if last else 0
        self.horizon = _YEAR_STARTS[self.last_year]  # no opening lies at or after this instant
        self._years: dict[int, OpenYear] = {}

    def year(self, year: int) -> OpenYear:
        """Return the open periods of a UTC year as an `OpenYear`. Raises ValueError outside FIRST_YEAR to LAST_YEAR."""
        found = self._years.get(year)
        if found is None:
            if not FIRST_YEAR <= year <= LAST_YEAR:
                raise ValueError(f"year {year} is outside {FIRST_YEAR}..{LAST_YEAR}")
            if len(self._years) >= YEARS_KEPT:  # bounds the memory that an absurdly long allowance would take
                self._years.clear()
            found = self._years[year] = self._build(year)
        return found

    def pieces_on(self, ordinal: int) -> list[Period]:
        """Return the open periods of one local date (ordinal) as (begin, end) instants in order; [] when closed."""
        return [piece for day, periods in self._open_dates(ordinal, ordinal) for piece in self._pieces(day, periods)]

    def local_instant(self, ordinal: int, clock: int) -> int:
        """Return the instant of a local date (ordinal) and time of day (microseconds). Skipped and repeated times
        follow RFC 5545 section 3.3.5.
        """
        return (ordinal - _EPOCH_ORDINAL) * DAY + clock - self._offset_of_local(ordinal, clock, fold=0)

    def local(self, instant: int) -> datetime:
        """Return the instant as an aware datetime of the office's zone."""
        seconds, rest = divmod(instant, SECOND)
        at = datetime.fromtimestamp(seconds, self.zone)
        return at.replace(microsecond=rest) if rest else at

    def local_parts(self, instant: int) -> tuple[int, int]:
        """Return (ordinal of the local date, time of day in microseconds) of an instant."""
        days, clock = divmod(instant + self._offset_at(instant), DAY)
        return days + _EPOCH_ORDINAL, clock

    def _build(self, year: int) -> OpenYear:
        first, last = date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal()
        start, stop = _YEAR_STARTS[year - 1], _YEAR_STARTS[year]
        pieces, days = [], []
        for ordinal, periods in self._open_dates(first - 1, last + 1):
            found = self._pieces(ordinal, periods)
            pieces += [(max(begin, start), min(end, stop)) for begin, end in found if begin < stop and end > start]
            if found and first <= ordinal <= last:
                days.append(ordinal)
        pieces.sort()
        before = list(accumulate((end - begin for begin, end in pieces), initial=0))
        return OpenYear([begin for begin, _ in pieces], [end for _, end in pieces], before, days)

    def _open_dates(self, first: int, last: int) -> Iterator[tuple[int, tuple[Period, ...]]]:
        for range_first, range_last, hours in self._ranges:
            for ordinal in range(max(first, range_first), min(last, range_last) + 1):
                periods = hours[(ordinal - 1) % 7]  # ordinal 1 is a Monday
                if periods and ordinal not in self.closed_days:
                    yield ordinal, periods

    def _pieces(self, ordinal: int, periods: Iterable[Period]) -> list[Period]:
        midnight = (ordinal - _EPOCH_ORDINAL) * DAY
        early = self._offset_of_local(ordinal, 0, fold=0)
        late = self._offset_of_local(ordinal + 1, 0, fold=1)
        if early == late:
            return [(midnight + opens - early, midnight + closes - early) for opens, closes in periods]
        low, change = midnight - max(early, late), midnight + DAY - min(early, late)
        while low < change:
            middle = (low + change) // 2
            low, change = (low, middle) if self._offset_at(middle) == late else (middle + 1, change)
        pieces = [(midnight + opens - early, min(midnight + closes - early, change)) for opens, closes in periods]
        pieces += [(max(midnight + opens - late, change), midnight + closes - late) for opens, closes in periods]
        return sorted((begin, end) for begin, end in pieces if begin < end)

    def _offset_of_local(self, ordinal: int, clock: int, fold: int) -> int:
        local = datetime.fromordinal(ordinal) + timedelta(microseconds=clock)
        return _microseconds(local.replace(tzinfo=self.zone, fold=fold).utcoffset())

    def _offset_at(self, instant: int) -> int:
        return _microseconds(self.local(instant).utcoffset())


def _microseconds(offset: timedelta | None) -> int:
    return offset // MICROSECOND if offset else 0


def hours_from_dict(data: Mapping[str, Any]) -> OfficeHours:
    """Return the `OfficeHours` of stored data. Raises ValueError for malformed, overlapping or reversed entries."""
    try:
        zone = ZoneInfo(data["zone"])
        weeks = tuple(_week(entry) for entry in data["weeks"])
        closed = {_ordinal(day): name for day, name in data.get("closed_days", {}).items()}
        if unnamed := [name for name in closed.values() if not isinstance(name, str)]:
            raise TypeError(f"the name of a closed day is no text: {unnamed[0]!r}")
    except (KeyError, TypeError, AttributeError, OSError) as error:
        raise ValueError(f"malformed calendar: {error!r}") from error
    return OfficeHours(zone, weeks, closed)


def hours_to_dict(hours: OfficeHours) -> dict[str, Any]:
    """Return the opening hours as a JSON-ready dict (`zone`, `weeks`, `closed_days`), read by `hours_from_dict`."""
    closed = {date.fromordinal(day).isoformat(): name for day, name in sorted(hours.closed_days.items())}
    weeks = [
        {
            "from": None if week.first == 1 else date.fromordinal(week.first).isoformat(),
            "to": None if week.last == _LAST_ORDINAL else date.fromordinal(week.last).isoformat(),
            "hours": {
                weekday: [[_clock_text(opens), _clock_text(closes)] for opens, closes in periods]
                for weekday, periods in zip(WEEKDAYS, week.hours, strict=True)
                if periods
            },
        }
        for week in hours.weeks
    ]
    return {"zone": hours.zone.key, "weeks": weeks, "closed_days": closed}


def _week(entry: Mapping[str, Any]) -> Week:
    first = _ordinal(entry["from"]) if entry.get("from") is not None else 1
    last = _ordinal(entry["to"]) if entry.get("to") is not None else _LAST_ORDINAL
    if last < first:
        raise ValueError(f"week range {entry['from']}..{entry['to']} is reversed")
    if unknown := set(entry["hours"]) - set(WEEKDAYS):
        raise ValueError(f"unknown weekdays: {sorted(map(str, unknown))}")
    hours = []
    for pairs in (entry["hours"].get(weekday, ()) for weekday in WEEKDAYS):
        periods = sorted((_clock(opens), _clock(closes)) for opens, closes in pairs)
        edges = [edge for period in periods for edge in period]
        if edges != sorted(edges) or any(opens >= closes for opens, closes in periods):
            raise ValueError(f"periods overlap or are reversed: {pairs}")
        hours.append(tuple(periods))
    return Week(first, last, tuple(hours))


def _clock(text: str) -> int:
    if not _CLOCK_TIME.fullmatch(text):
        raise ValueError(f"not a time of day: {text!r}")
    return (int(text[:2]) * 60 + int(text[3:])) * MINUTE


def _ordinal(text: str) -> int:
    day = date.fromisoformat(text)
    if day.isoformat() != text:
        raise ValueError(f"not a date of the form YYYY-MM-DD: {text!r}")
    return day.toordinal()


def _clock_text(clock: int) -> str:
    return "{:02}:{:02}".format(*divmod(clock // MINUTE, 60))

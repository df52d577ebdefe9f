"""The explanation of a deadline, line by line, so that officers can check the arithmetic by hand."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import groupby
from typing import NamedTuple

from workflow_rules.time.office_hours import MICROSECOND, OfficeHours

NOTHING = timedelta()
ONE_DAY = timedelta(days=1)


class SegmentKind(StrEnum):
    """An enum of the kinds of a span of time in an explanation: counted, or the reason why it was not."""

    START_MOVED = "start_moved"
    START_DAY = "start_day"
    OPEN = "open"
    DAY = "day"
    BREAK = "break"
    CLOSED = "closed"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    PAUSE = "pause"
    RESULT = "result"


# Indonesian texts of the lines, the same on screen, on paper and in the API.
SEGMENT_WORDS = {
    SegmentKind.START_MOVED: "Hitungan dimulai pada pembukaan jam kerja",
    SegmentKind.START_DAY: "Hari mulai, belum dihitung",
    SegmentKind.OPEN: "Jam kerja, dihitung {counted}",
    SegmentKind.DAY: "Hari kerja ke-{name}",
    SegmentKind.BREAK: "Istirahat",
    SegmentKind.CLOSED: "Di luar jam kerja",
    SegmentKind.WEEKEND: "Akhir pekan atau hari tanpa jam kerja",
    SegmentKind.HOLIDAY: "Libur: {name}",
    SegmentKind.PAUSE: "Waktu dihentikan, {removed} tidak dihitung",
    SegmentKind.RESULT: "Batas waktu",
}


@dataclass(frozen=True, slots=True)
class Segment:
    """A value object: one line of an explanation. `counted` of all lines adds up to the allowance (a working day counts
    as one day whatever its hours); `removed` is the working time that a pause took away; `name` is a holiday's name or
    a working day's number.
    """

    kind: SegmentKind
    begins: datetime
    ends: datetime
    counted: timedelta = NOTHING
    name: str = ""
    removed: timedelta = NOTHING

    @property
    def words(self) -> str:
        """The line as an Indonesian phrase, without its times."""
        amounts = {"counted": _spoken(self.counted), "removed": _spoken(self.removed)}
        return SEGMENT_WORDS[self.kind].format(name=self.name, **amounts)


class Push(NamedTuple):
    """A pause that moved a deadline, with its begin and end (instants) and the working microseconds in it."""

    first: int
    last: int
    work: int


class Account:
    """A builder of the lines that explain a deadline. Instants are microseconds since 1970-01-01T00:00Z."""

    def __init__(self, hours: OfficeHours) -> None:
        self._hours = hours

    def whole(self, asked: int, begin: int, lines: Iterable[Segment], due: int) -> Iterator[Segment]:
        """Yield every `Segment`: why a start outside office hours (`asked`) moved to the next opening (`begin`), if it
        did, then `lines`, then the deadline.
        """
        if begin > asked:
            yield from self._idle_lines(asked, begin)
            yield self._line(SegmentKind.START_MOVED, begin, begin)
        yield from lines
        yield self._line(SegmentKind.RESULT, due, due)

    def minute_lines(self, begin: int, due: int, pushes: Iterable[Push]) -> Iterator[Segment]:
        """Yield a `Segment` for each span from the start to the deadline, without gaps, for an allowance in minutes."""
        at = begin
        for push in pushes:
            yield from self._running_lines(at, push.first)
            yield self._pause_line(push)
            at = push.last
        yield from self._running_lines(at, due)

    def day_lines(self, begin: int, due: int, last_day: int, pushes: Iterable[Push]) -> Iterator[Segment]:
        """Yield a `Segment` for each run of days up to the deadline without pauses, with working days numbered, then
        one for each pause that moved the deadline. For an allowance in working days.
        """
        first_day = self._hours.local_parts(begin)[0]
        if last_day > first_day:
            yield self._line(SegmentKind.START_DAY, begin, self._midnight(first_day + 1))
        number = 0
        for kind, name, begin_day, end_day in self._kinds_of_days(first_day + 1, last_day):
            if kind is not SegmentKind.CLOSED:
                yield self._line(kind, self._midnight(begin_day), self._midnight(end_day), name=name)
                continue
            for day in range(begin_day, end_day):
                number += 1
                ends = min(self._midnight(day + 1), due)
                yield self._line(SegmentKind.DAY, self._midnight(day), ends, ONE_DAY, str(number))
        yield from map(self._pause_line, pushes)

    def _running_lines(self, begin: int, end: int) -> Iterator[Segment]:
        at = begin
        for day in range(self._hours.local_parts(begin)[0], self._hours.local_parts(end)[0] + 1):
            for piece in self._hours.pieces_on(day):
                opens, closes = max(piece[0], begin), min(piece[1], end)
                if opens < closes:
                    yield from self._idle_lines(at, opens)
                    yield self._line(SegmentKind.OPEN, opens, closes, (closes - opens) * MICROSECOND)
                    at = closes
        yield from self._idle_lines(at, end)

    def _idle_lines(self, begin: int, end: int) -> Iterator[Segment]:
        if begin >= end:
            return
        first, last = self._hours.local_parts(begin)[0], self._hours.local_parts(end - 1)[0]
        pieces = self._hours.pieces_on(first)
        if pieces and pieces[0][0] < begin and pieces[-1][0] >= end:
            yield self._line(SegmentKind.BREAK, begin, end)
            return
        for kind, name, begin_day, end_day in self._kinds_of_days(first, last):
            begins, ends = max(begin, self._midnight(begin_day)), min(end, self._midnight(end_day))
            yield self._line(kind, begins, ends, name=name)

    def _kinds_of_days(self, first: int, last: int) -> Iterator[tuple[SegmentKind, str, int, int]]:
        """Yield (kind, name, first day, day after the last) for runs of neighbouring days of the same kind and name."""
        for (kind, name), group in groupby(range(first, last + 1), key=self._kind_of_day):
            days = list(group)
            yield kind, name, days[0], days[-1] + 1

    def _kind_of_day(self, day: int) -> tuple[SegmentKind, str]:
        if day in self._hours.closed_days:
            return SegmentKind.HOLIDAY, self._hours.closed_days[day]
        return (SegmentKind.CLOSED if self._hours.pieces_on(day) else SegmentKind.WEEKEND), ""

    def _pause_line(self, push: Push) -> Segment:
        return self._line(SegmentKind.PAUSE, push.first, push.last, removed=push.work * MICROSECOND)

    def _midnight(self, day: int) -> int:
        return self._hours.local_instant(day, 0)

    def _line(
        self,
        kind: SegmentKind,
        begins: int,
        ends: int,
        counted: timedelta = NOTHING,
        name: str = "",
        removed: timedelta = NOTHING,
    ) -> Segment:
        return Segment(kind, self._hours.local(begins), self._hours.local(ends), counted, name, removed)


def _spoken(amount: timedelta) -> str:
    minutes, seconds = divmod(amount.total_seconds(), 60)
    hours, minutes = divmod(int(minutes), 60)
    parts = ((hours, "jam"), (minutes, "menit"), (seconds, "detik"))
    return " ".join(f"{value:g} {word}" for value, word in parts if value) or "0 menit"

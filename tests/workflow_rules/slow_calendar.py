"""A second opinion on working time: it looks at the wall clock cell by cell and adds nothing up that it has not walked.

It knows only text ("07:30" <= "09:15" < "12:00") and steps of one cell; starts and pauses must be multiples of a cell.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class SlowCalendar:
    """Answers the questions of a working calendar by patience."""

    def __init__(self, data, cell=timedelta(minutes=1)):
        self.data, self.cell, self.zone, self.known, self.seen = data, cell, ZoneInfo(data["zone"]), {}, {}

    def periods(self, day: date):
        """Return the pairs of texts that hold on the date, the last range that covers it deciding."""
        text = day.isoformat()
        if text not in self.known:
            found = []
            for week in self.data["weeks"]:
                if (week["from"] or "0001-01-01") <= text <= (week["to"] or "9999-12-31"):
                    found = week["hours"].get(WEEKDAYS[day.weekday()], [])
            self.known[text] = [] if text in self.data["closed_days"] else found
        return self.known[text]

    def is_open(self, at):
        if at not in self.seen:
            self.seen[at] = self.look(at)
        return self.seen[at]

    def look(self, at):
        local = at.astimezone(self.zone)
        periods = self.periods(local.date())
        clock = f"{local.hour:02}:{local.minute:02}"
        return any(opens <= clock < closes for opens, closes in periods)

    def next_open(self, at):
        at = at.astimezone(UTC)
        while not self.is_open(at):
            at += self.cell
        return at

    def opens_on(self, day):
        """Tell whether any moment of the date is open: a date that a zone skipped has none."""
        at = datetime.combine(day, time.min, self.zone).astimezone(UTC)
        while at.astimezone(self.zone).date() <= day:
            if at.astimezone(self.zone).date() == day and self.is_open(at):
                return True
            at += self.cell
        return False

    def open_cells(self, a, b, pauses=()):
        cells, at, b = 0, a.astimezone(UTC), b.astimezone(UTC)
        while at < b:
            cells += self.is_open(at) and not paused(at, pauses)
            at += self.cell
        return cells

    def elapsed(self, a, b, pauses=()):
        return self.open_cells(a, b, pauses) * self.cell

    def walk(self, at, cells, pauses=()):
        at = at.astimezone(UTC)
        while cells:
            cells -= self.is_open(at) and not paused(at, pauses)
            at += self.cell
        return at

    def add_minutes(self, start, n, pauses=()):
        return self.walk(self.next_open(start), timedelta(minutes=n) // self.cell, pauses)

    def add_days(self, start, n, pauses=()):
        begin = self.next_open(start)
        due = self.same_time_after(begin, n)
        for first, last in fused(pauses):
            if first < due:
                due = self.walk(due, self.open_cells(max(first, begin), last))
        return due

    def same_time_after(self, at, n):
        local = at.astimezone(self.zone)
        day = local.date()
        for _ in range(n):
            day += timedelta(days=1)
            while not self.opens_on(day):
                day += timedelta(days=1)
        wanted = datetime.combine(day, local.time(), self.zone).astimezone(UTC) if n else at.astimezone(UTC)
        return wanted if not n or self.is_open(wanted) else self.back_to_closing(wanted, day)

    def back_to_closing(self, wanted, day):
        """Step back to the end of the last open cell of the day, or on to its first opening where there is none."""
        at = wanted
        while at.astimezone(self.zone).date() >= day:
            at -= self.cell
            if at.astimezone(self.zone).date() == day and self.is_open(at):
                return at + self.cell
        return self.next_open(wanted)


def paused(at, pauses):
    return any(first <= at < last for first, last in pauses)


def fused(pauses):
    """Join overlapping and touching pauses, two at a time, until none are left to join."""
    pauses = sorted(pair for pair in pauses if pair[0] < pair[1])
    for left in pauses:
        for right in pauses:
            if left is not right and left[0] <= right[0] <= left[1]:
                rest = [pair for pair in pauses if pair is not left and pair is not right]
                return fused([*rest, (left[0], max(left[1], right[1]))])
    return pauses

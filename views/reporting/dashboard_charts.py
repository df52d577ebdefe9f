"""The charts of the dashboard, each also a table whose rows link to the list of their cases."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from flask_babel import gettext

from app.access.process_rows import STEPS
from app.fields.definitions import DefinedField
from app.fields.filters import BOOLEANS, OF_FIELD
from app.fields.types import text_of
from app.reporting.figures.age_classes import AgeClass
from app.reporting.figures.charts import Bar, BarChart, LineChart, Series, Stack, StackedBars
from app.reporting.figures.dashboard import Counts, SopLine, weeks_until
from app.reporting.figures.definitions import TARGET, Timeliness
from app.reporting.figures.measures import Measure
from app.web.formats import HOURS_ONLY, amount, duration, working_time
from workflow_rules.time.deadlines import span
from workflow_rules.time.working_calendar import WorkingCalendar

FULL_STEP_SCALE = 160
"""Percent of the allowance at which a step's bar is full, so that the 100 percent mark is inside the chart."""

NEAR_PERCENT = 80


@dataclass(frozen=True)
class Row:
    """A value object: a bar of a dashboard chart as a table row.

    `cells` are its values as text, `url` is the list of its cases ("" for none), `bad` marks a missed target.
    """

    label: str
    bar: Any
    cells: tuple[str, ...]
    url: str
    bad: bool


def agencies_chart(
    found: Mapping[tuple[str | None, ...], Timeliness], names: Mapping[str, str]
) -> tuple[BarChart, list[Row]]:
    """Return (chart, table rows) of the percentage of steps in time by agency, best first, without Dinas Kominfo."""
    counted = [(key[0], one) for key, one in found.items() if key[0] is not None]
    own = sorted(counted, key=lambda pair: (-(pair[1].share or 0), names.get(pair[0], "")))
    bars = []
    for code, one in own:
        share, more = one.percent or 0.0, (amount(one.closed), amount(one.overdue))
        tone = "b-ok" if share >= TARGET else "b-late"
        bars.append(Bar(names.get(code, code), share, f"{amount(share)}%", tone, more, TARGET))
    heads = (gettext("OPD"), gettext("Tepat"), gettext("Selesai"), gettext("Terbuka lewat batas"))
    title = gettext("Persen langkah OPD yang tepat waktu")
    chart = BarChart("opd", title, title, heads, tuple(bars), most=100)
    rows = [
        _row(chart, bar, "/aduan/", bar.tone == "b-late", opd=code) for bar, (code, _) in zip(bars, own, strict=True)
    ]
    return chart, rows


def _row(chart: BarChart, bar: Bar, path: str, bad: bool, **filters: str | None) -> Row:
    query = urlencode({name: value for name, value in filters.items() if value})
    return Row(bar.label, chart.cell(bar), (bar.written, *bar.more), f"{path}?{query}", bad)


def steps_chart(
    measures: Sequence[Measure], counts: Counts, calendar: WorkingCalendar, now: datetime
) -> tuple[BarChart, list[Row]]:
    """Return (chart, table rows) of each step's median working time in percent of its allowance.

    They also have the number of completed steps and of cases waiting there.
    """
    by_step = {m.step: m for m in measures}
    bars = [_step_bar(line, by_step.get(line.step), counts, calendar, now) for line in counts.steps]
    heads = (gettext("Langkah"), gettext("Median"), gettext("Selesai"), gettext("Antre"))
    title = gettext("Median waktu terpakai per langkah dibanding waktu baku")
    chart = BarChart("langkah", title, title, heads, tuple(bars), most=FULL_STEP_SCALE)
    rows = [
        _row(chart, bar, "/aduan/", bar.tone == "b-late", langkah=line.step)
        for bar, line in zip(bars, counts.steps, strict=True)
    ]
    return chart, rows


def _step_bar(line: SopLine, measure: Measure | None, counts: Counts, calendar: WorkingCalendar, now: datetime) -> Bar:
    label, waiting = f"{line.number} {STEPS[line.step]}", amount(counts.queue.get(line.step, 0))
    if measure is None:
        return Bar(label, 0, "–", "b-ok", ("0", waiting), 100)
    percent = measure.median_percent
    tone = "b-late" if percent > 100 else "b-warn" if percent >= NEAR_PERCENT else "b-ok"
    minutes = round(measure.median_minutes)
    if line.unit == "working_days":
        begin = calendar.next_open(now)
        written = working_time(span(calendar, begin, calendar.add_minutes(begin, minutes)))
    else:
        written = duration(minutes, HOURS_ONLY)
    return Bar(label, percent, written, tone, (amount(measure.count), waiting), 100)


def ages_chart(classes: Sequence[AgeClass], counts: Counts) -> tuple[StackedBars, list[Row]]:
    """Return (chart, table rows) of the open cases by age in working days, split into in time and late."""
    stacks = []
    for one, (every, late) in zip(classes, counts.ages, strict=True):
        if one.most is None:
            label = gettext("lebih dari %(days)s hari", days=one.least - 1)
        else:
            label = gettext("%(least)s–%(most)s hari", least=one.least, most=one.most)
        stacks.append(Stack(label, (every - late, late)))
    title = gettext("Umur aduan terbuka dalam hari kerja")
    names = (gettext("dalam batas"), gettext("lewat batas"))
    chart = StackedBars("umur", title, title, gettext("Umur"), names, tuple(stacks), ("b-ok", "b-late"))
    rows = []
    for stack, one in zip(stacks, classes, strict=True):
        days = {"dari": one.first, "sampai": one.last}
        query = urlencode({"berjalan": "1", **{name: d.isoformat() for name, d in days.items() if d is not None}})
        cells, late = (amount(sum(stack.parts)), amount(stack.parts[1])), stack.parts[1] > 0
        rows.append(Row(stack.label, chart.cell(stack), cells, f"/aduan/?{query}", late))
    return chart, rows


def field_chart(
    one: DefinedField, found: Mapping[str | None, tuple[int, int]], first: date, last: date
) -> tuple[BarChart, list[Row]]:
    """Return (chart, table rows) of the cases received from `first` to `last` by the value of a field, in the order of
    its options. Options that the field no longer has, and cases without a value, come last and have no list.
    """
    labels = {text: text_of(one, value) for text, value in BOOLEANS.items()} if one.type == "boolean" else {}
    options: list[str | None] = [*(labels or one.options)]
    values = [*options, *sorted(value for value in found if value is not None and value not in options)]
    shown = [*((value, labels.get(value or "") or one.option(value or "")) for value in values)]
    if None in found:
        shown.append((None, gettext("Belum diisi")))
    bars = []
    for value, label in shown:
        received, running = found.get(value, (0, 0))
        bars.append(Bar(label, received, amount(received), "b-ok", (amount(running),)))
    heads = (one.label, gettext("Masuk"), gettext("Terbuka"))
    title = gettext("Aduan masuk menurut %(field)s", field=one.label)
    chart = BarChart("isian", title, title, heads, tuple(bars))
    days = {"dari": first.isoformat(), "sampai": last.isoformat()}
    rows = []
    for bar, (value, _label) in zip(bars, shown, strict=True):
        query = urlencode({f"{OF_FIELD}{one.code}": value, **days}) if value in options else ""
        rows.append(Row(bar.label, chart.cell(bar), (bar.written, *bar.more), query and f"/aduan/?{query}", bad=False))
    return chart, rows


def trend_chart(counts: Counts, now: datetime) -> LineChart:
    """Return the `LineChart` of the numbers of cases received and answered in each of the last twelve weeks."""
    mondays = weeks_until(now)
    received = tuple(counts.received.get(monday, 0) for monday in mondays)
    answered = tuple(counts.answered.get(monday, 0) for monday in mondays)
    lines = (Series(gettext("masuk"), received), Series(gettext("dijawab"), answered))
    changes = [
        gettext(
            "%(name)s: dari %(first)s menjadi %(last)s per pekan.",
            name=line.name,
            first=int(line.values[0]),
            last=int(line.values[-1]),
        )
        for line in lines
    ]
    more = gettext("Pekan terakhir belum penuh. Angka lengkap ada pada tabel di bawah grafik.")
    periods = tuple(f"{monday.day}/{monday.month}" for monday in mondays)
    title, description = gettext("Aduan masuk dan dijawab per pekan"), " ".join([*changes, more])
    return LineChart("tren", title, description, gettext("Pekan mulai"), periods, lines, lambda n: amount(int(n)))

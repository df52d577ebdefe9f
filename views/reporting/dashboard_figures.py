"""The four key figures of the dashboard."""

from dataclasses import dataclass
from datetime import date, timedelta

from flask_babel import gettext, ngettext

from app.reporting.figures.dashboard import Counts
from app.reporting.figures.definitions import TARGET, Timeliness
from app.web.formats import HOURS_ONLY, amount, day, duration


@dataclass(frozen=True)
class Figure:
    """A value object: a key figure of the dashboard as text, with its change and target.

    `tone` is "baik" (good), "buruk" (bad) or "" (neutral); `url` is the list of its cases, "" if it has none.
    """

    label: str
    value: str
    change: str
    target: str
    tone: str = ""
    arrow: str = ""
    url: str = ""


def figures(counts: Counts, whole: Timeliness, month_before: date) -> list[Figure]:
    """Return a list of the four `Figure`s of the dashboard: open cases, late cases, steps in time, median time until
    the answer.

    The median is calendar time.
    """
    running, late = _number(counts.open, counts.open_before), _number(counts.late, counts.late_before)
    return [
        Figure(gettext("Aduan terbuka"), amount(counts.open), *running, url="/aduan/?berjalan=1"),
        Figure(gettext("Aduan lewat batas"), amount(counts.late), *late, url="/aduan/?lewat=1"),
        _in_time(whole),
        _median(counts, month_before),
    ]


def _number(now: int, before: int) -> tuple[str, str, str, str]:
    """Return (change, target, tone, arrow icon) as texts, for a count compared with that of a week ago.

    An increase is bad.
    """
    target = gettext("Sasaran: tidak bertambah")
    if now > before:
        return gettext("naik %(count)s dari pekan lalu", count=amount(now - before)), target, "buruk", "arrow-up"
    if now < before:
        return gettext("turun %(count)s dari pekan lalu", count=amount(before - now)), target, "baik", "arrow-down"
    return gettext("sama dengan pekan lalu"), target, "", ""


def _in_time(whole: Timeliness) -> Figure:
    label, target = gettext("Langkah tepat waktu"), gettext("Sasaran %(share)s%%", share=TARGET)
    share = whole.percent
    if share is None:
        return Figure(label, "–", gettext("belum ada langkah yang selesai"), target)
    target = gettext(
        "%(target)s. %(closed)s langkah selesai, %(overdue)s terbuka lewat batas",
        target=target,
        closed=amount(whole.closed),
        overdue=amount(whole.overdue),
    )
    gap = amount(abs(round(share - TARGET, 1)))
    if share < TARGET:
        said = gettext("%(gap)s poin di bawah sasaran", gap=gap)
        return Figure(label, f"{amount(share)}%", said, target, "buruk", "arrow-down")
    said = gettext("%(gap)s poin di atas sasaran", gap=gap) if share > TARGET else gettext("tepat pada sasaran")
    return Figure(label, f"{amount(share)}%", said, target, "baik", "arrow-up" if share > TARGET else "")


def _median(counts: Counts, month_before: date) -> Figure:
    label, target = gettext("Median waktu kalender sampai dijawab"), _whole_sop(counts)
    if counts.median is None:
        return Figure(label, "–", gettext("belum ada aduan yang dijawab"), target)
    value = duration(timedelta(seconds=counts.median))
    answers = ngettext("dari %(num)d jawaban", "dari %(num)d jawaban", counts.median_of)
    target = f"{answers}. {target}"
    if counts.median_before is None:
        return Figure(label, value, gettext("bulan sebelumnya tidak ada pembanding"), target)
    gap = timedelta(seconds=counts.median - counts.median_before)
    month = day(month_before, "bulan")
    if abs(gap) < timedelta(minutes=1):
        return Figure(label, value, gettext("sama dengan %(month)s", month=month), target)
    if gap < timedelta(0):
        said = gettext("%(gap)s lebih cepat dari %(month)s", gap=duration(gap), month=month)
        return Figure(label, value, said, target, "baik", "arrow-down")
    said = gettext("%(gap)s lebih lama dari %(month)s", gap=duration(gap), month=month)
    return Figure(label, value, said, target, "buruk", "arrow-up")


def _whole_sop(counts: Counts) -> str:
    """Return the sum of all allowances of the SOP as text, in working days and working hours."""
    granted: dict[str | None, int] = {}
    for step in counts.steps:
        granted[step.unit] = granted.get(step.unit, 0) + (step.value or 0)
    days = ngettext("%(num)d hari", "%(num)d hari", granted.get("working_days", 0))
    hours = duration(granted.get("working_minutes", 0), HOURS_ONLY)
    return gettext("Waktu baku SOP %(days)s %(hours)s kerja", days=days, hours=hours)

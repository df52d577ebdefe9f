"""The bottleneck page: working time and punctuality of each step in a period, by officer role or agency."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import render_template, request, url_for
from flask_appbuilder import BaseView, expose
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from markupsafe import Markup

from app.access.process_rows import ACTORS, STEPS
from app.access.roles import permissions_on
from app.core.clock import office_today, office_zone, utc_now
from app.core.periods import days
from app.reference.agencies import agency_names
from app.reference.sop import step_numbers
from app.reporting.figures.charts import Bar, BarChart
from app.reporting.figures.definitions import (
    TARGET,
    Timeliness,
    group_of,
    overdue_steps,
    slowest,
    timeliness_by,
)
from app.reporting.figures.labels import NOTES
from app.reporting.figures.measures import Grouping, Measure
from app.reporting.figures.punctuality import punctuality
from app.vocabulary.words import UNITS, Labels
from views.reporting.days import parse_day
from views.shared.screen_access import for_officers

USUAL_DAYS, LONGEST = 30, 400
GROUPINGS: dict[str, Grouping] = {
    "langkah": ("step",),
    "petugas": ("step", "actor"),
    "opd": ("step", "agency"),
}
ORDERS: dict[str, Callable[[Measure, Timeliness], float]] = {
    "langkah": lambda _m, _t: 0,
    "median": lambda m, _t: -m.median_minutes,
    "p90": lambda m, _t: -m.p90_minutes,
    "tepat": lambda _m, t: t.share or 0,
    "jumlah": lambda m, _t: -m.count,
}
SORTS: Labels = {
    "langkah": _("Urutan langkah"),
    "median": _("Median terlama"),
    "p90": _("P90 terlama"),
    "tepat": _("Paling sering lewat batas"),
    "jumlah": _("Terbanyak"),
}
BY: Labels = {
    "langkah": _("Langkah"),
    "petugas": _("Langkah dan petugas"),
    "opd": _("Langkah dan OPD"),
}


@dataclass(frozen=True)
class Query:
    """A value object: the query of the bottleneck page with first and last office date (inclusive), grouping and order.

    Invalid parameters become defaults.
    """

    first: date
    last: date
    by: str
    order: str

    def url(self, **changes: str) -> str:
        query: dict[str, Any] = {
            "dari": self.first.isoformat(),
            "sampai": self.last.isoformat(),
            "per": self.by,
            "urut": self.order,
        }
        return url_for("BottleneckView.page", **{**query, **changes})


@dataclass(frozen=True)
class Line:
    """A value object: a row of the bottleneck table.

    `url` is the list of the cases that wait there, `slowest` marks the slowest group.
    """

    measure: Measure
    timely: Timeliness
    name: str
    actor: str
    agency: str
    allowance: str
    bar: Markup
    url: str
    slowest: bool


class BottleneckView(BaseView):
    """The bottleneck page for Dinas Kominfo and supervisors; its figures are computed like those of the registers."""

    route_base = "/kemacetan"
    default_view = "page"
    class_permission_name = "Bottleneck"
    base_permissions = permissions_on("Bottleneck")

    @expose("/")
    @for_officers("can_read", "Bottleneck")
    def page(self) -> str:
        """Show the bottleneck page: working time and punctuality of the steps for `dari`, `sampai` (office dates,
        inclusive), `per` (grouping) and `urut` (order).

        By default the last 30 days by step; at most 400 days.
        """
        now = utc_now()
        today, args = office_today(now), request.args
        last = min(parse_day(args.get("sampai", "")) or today, today)
        first = parse_day(args.get("dari", "")) or last - timedelta(days=USUAL_DAYS - 1)
        if not timedelta() <= last - first < timedelta(days=LONGEST):
            first = last - timedelta(days=USUAL_DAYS - 1)
        query = Query(first, last, _one_of("per", GROUPINGS), _one_of("urut", ORDERS))
        period, by = days(first, last, office_zone()), GROUPINGS[query.by]
        found, overdue = punctuality(period, by), overdue_steps(min(period.ends, now))
        timely = timeliness_by(by, found, overdue)
        lines = _lines(sorted(found, key=lambda m: ORDERS[query.order](m, timely[group_of(by, m)])), by, timely)
        return render_template(
            "reporting/bottlenecks.html",
            title=gettext("Kemacetan"),
            query=query,
            lines=lines,
            overdue=len(overdue),
            meanings=(NOTES["in_time"], NOTES["median"]),
            slowest=next((line for line in lines if line.slowest), None),
            sorts=SORTS,
            by=BY,
        )


def _one_of(name: str, known: dict[str, Any]) -> str:
    given = request.args.get(name, "")
    return given if given in known else "langkah"


def _lines(found: list[Measure], by: Grouping, timely: Mapping[tuple[str | None, ...], Timeliness]) -> list[Line]:
    """Return a list with a `Line` (row of the bottleneck table) for each measure, in the given order."""
    names, numbers, worst = agency_names(), step_numbers(), slowest(found)
    lines = []
    for measure in found:
        step, agency, one = str(measure.step), measure.agency, timely[group_of(by, measure)]
        share = one.percent or 0.0
        bar = Bar("", share, "", "b-ok" if share >= TARGET else "b-late", target=TARGET)
        link: dict[str, Any] = {"langkah": step, **({"opd": agency} if agency else {})}
        line = Line(
            measure,
            one,
            name=f"{numbers[step]}. {STEPS[step]}",
            actor=str(ACTORS[measure.actor]) if measure.actor else "",
            agency=names.get(agency, agency) if agency else "",
            allowance=", ".join(f"{a.value} {UNITS[a.unit.value]}" for a in measure.allowances),
            bar=BarChart("tepat", "", "", (), (bar,), most=100).cell(bar),
            url=url_for("ComplaintListView.list", **link),
            slowest=measure is worst,
        )
        lines.append(line)
    return lines

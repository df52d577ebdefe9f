"""Where time is lost: median, 90th percentile and punctuality of each step, by officer role or agency, for a period."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import render_template, request, url_for
from flask_appbuilder import BaseView, expose
from flask_babel import gettext
from markupsafe import Markup

from app.clock import OFFICE_ZONE, office_today, utc_now
from app.documents.charts import Bar, BarChart
from app.labels.rehearsal import BY, SORTS
from app.labels.words import ACTORS, STEPS, UNITS
from app.queries.agency_names import agency_names, step_numbers
from app.queries.measures import punctuality
from app.security.roles import permissions_on
from views.screen_access import for_officers
from workflow_rules.measures import Grouping, Measure
from workflow_rules.periods import days

USUAL_DAYS, LONGEST = 30, 400
GROUPINGS: dict[str, Grouping] = {
    "langkah": ("step",),
    "petugas": ("step", "actor"),
    "opd": ("step", "agency"),
}
ORDERS: dict[str, Callable[[Measure], float]] = {
    "langkah": lambda _: 0,
    "median": lambda m: -m.median_minutes,
    "p90": lambda m: -m.p90_minutes,
    "tepat": lambda m: m.share,
    "jumlah": lambda m: -m.count,
}


@dataclass(frozen=True)
class Asked:
    """What the address asks for; whatever it says that cannot be is as if it were not there."""

    first: date
    last: date
    by: str
    order: str

    def url(self, **changes: str) -> str:
        kept: dict[str, Any] = {
            "dari": self.first.isoformat(),
            "sampai": self.last.isoformat(),
            "per": self.by,
            "urut": self.order,
        }
        return url_for("BottleneckView.page", **{**kept, **changes})


@dataclass(frozen=True)
class Line:
    """One group as the page shows it."""

    measure: Measure
    name: str
    actor: str
    agency: str
    allowance: str
    bar: Markup
    url: str
    slowest: bool


class BottleneckView(BaseView):
    """For the office and the supervisors; the figures are those of the registers."""

    route_base = "/kemacetan"
    default_view = "page"
    class_permission_name = "Bottleneck"
    base_permissions = permissions_on("Bottleneck")

    @expose("/")
    @for_officers("can_read", "Bottleneck")
    def page(self) -> str:
        """`dari`, `sampai`, `per` and `urut` in the address; without them the last 30 days by step."""
        asked = _asked(office_today(utc_now()))
        found = punctuality(days(asked.first, asked.last, OFFICE_ZONE), GROUPINGS[asked.by])
        lines = _lines(sorted(found, key=ORDERS[asked.order]))
        return render_template(
            "inbox/bottlenecks.html",
            title=gettext("Kemacetan"),
            asked=asked,
            lines=lines,
            slowest=next((line for line in lines if line.slowest), None),
            sorts=SORTS,
            by=BY,
        )


def _asked(today: date) -> Asked:
    last = min(_day("sampai") or today, today)
    first = _day("dari") or last - timedelta(days=USUAL_DAYS - 1)
    if not timedelta() <= last - first < timedelta(days=LONGEST):
        first = last - timedelta(days=USUAL_DAYS - 1)
    return Asked(first, last, _one_of("per", GROUPINGS), _one_of("urut", ORDERS))


def _day(name: str) -> date | None:
    try:
        found = date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None
    return found if 2000 <= found.year < 2100 else None


def _one_of(name: str, known: dict[str, Any]) -> str:
    given = request.args.get(name, "")
    return given if given in known else "langkah"


def _lines(found: list[Measure]) -> list[Line]:
    """In their order; slowest is whatever took most of its allowance, by the median."""
    names, numbers = agency_names(), step_numbers()
    worst = max((m.median_percent for m in found), default=0)
    slowest = next((m for m in found if m.median_percent == worst), None)
    return [_line(m, names, numbers, m is slowest) for m in found]


def _line(measure: Measure, names: dict[str, str], numbers: dict[str, int], slowest: bool) -> Line:
    step, agency = str(measure.step), measure.agency
    share = 100 * measure.share
    bar = BarChart("tepat", "", "", (), (Bar("", share, "", "b-ok" if share >= 90 else "b-late", target=90),), most=100)
    link: dict[str, Any] = {"langkah": step, **({"opd": agency} if agency else {})}
    return Line(
        measure,
        f"{numbers[step]}. {STEPS[step]}",
        str(ACTORS[measure.actor]) if measure.actor else "",
        names.get(agency, agency) if agency else "",
        ", ".join(f"{a.value} {UNITS[a.unit.value]}" for a in measure.allowances),
        bar.cell(bar.bars[0]),
        url_for("ComplaintListView.list", **link),
        slowest,
    )

"""The dashboard: the work of one month and the cases open now."""

from datetime import date, datetime
from typing import Any

from flask import render_template, request
from flask_appbuilder import BaseView, expose
from flask_babel import gettext

from app.access.current_person import current_person
from app.access.roles import permissions_on
from app.access.visibility import visible_ids
from app.core.clock import OFFICE_ZONE, office_today, utc_now
from app.core.periods import Period, month_after, month_before, month_of
from app.core.request_context import request_context
from app.reference.calendar import load_working_calendar
from app.reporting.exports.jobs import newest_jobs
from app.reporting.figures.age_classes import age_classes
from app.reporting.figures.dashboard import Counts, count_everything
from app.reporting.figures.definitions import (
    TARGET,
    OverdueStep,
    overdue_steps,
    timeliness_by,
    timeliness_of,
)
from app.reporting.figures.labels import NOTES
from app.reporting.figures.measures import Grouping
from app.reporting.figures.punctuality import kept_punctualities
from app.web.formats import day
from app.worklists.work_counts import count_badges
from views.reporting.dashboard_charts import agencies_chart, ages_chart, last_day, steps_chart, trend_chart
from views.reporting.dashboard_figures import figures
from views.reporting.exports import job_words
from views.shared.screen_access import for_officers
from workflow_rules.process.actors import Person

MONTHS = 12
JOBS_SHOWN = 3


class DashboardView(BaseView):
    """The dashboard page; officers of an agency see only their own cases and their own agency's working time."""

    route_base = "/dasbor"
    default_view = "show"
    class_permission_name = "Dashboard"
    base_permissions = permissions_on("Dashboard")

    @expose("/")
    @for_officers("can_read", "Dashboard")
    def show(self) -> str:
        """Show the month `bulan` (YYYY-MM), by default the current one."""
        person, now = current_person(), utc_now()
        request_context().worklist_counts = count_badges(person, now)
        first = _month(request.args.get("bulan", ""), office_today(now))
        page: str = render_template("dashboard/page.html", **_content(person, now, first))
        return page


def _month(text: str, today: date) -> date:
    """Return the first day of the month `text`; of the current month if it is not among the last twelve."""
    known = {f"{month:%Y-%m}": month for month in _months(today)}
    return known.get(text, today.replace(day=1))


def _months(today: date) -> list[date]:
    found = [today.replace(day=1)]
    while len(found) < MONTHS:
        found.append(month_before(found[-1]))
    return found


def _content(person: Person, now: datetime, first: date) -> dict[str, Any]:
    calendar, today = load_working_calendar(), office_today(now)
    period, before = month_of(first, OFFICE_ZONE), month_of(month_before(first), OFFICE_ZONE)
    classes = age_classes(calendar, today)
    counts = count_everything(person, now, period, before, [(one.first, one.last) for one in classes])
    whole, by_agency, by_step = _punctuality(person, period, now, calendar)
    overdue = _overdue(person, period, now)
    last = last_day(first, month_after(first), today)
    return {
        "title": gettext("Dasbor pengawasan"),
        "now": now,
        "first": first,
        "last": last,
        "months": [(f"{month:%Y-%m}", day(month, "bulan"), month == first) for month in _months(today)],
        "figures": figures(counts, timeliness_of(whole, overdue), month_before(first)),
        "agencies": agencies_chart(timeliness_by(("agency",), by_agency, overdue), counts.names),
        "steps": steps_chart(by_step, counts, calendar, now),
        "ages": ages_chart(classes, counts),
        "trend": trend_chart(counts, now),
        "target": TARGET,
        "notes": [NOTES[name] for name in ("open", "answered", "in_time", "median")],
        "own": _own_agencies(person, counts),
        **job_words(newest_jobs(person.id, now)[:JOBS_SHOWN] if person.id is not None else [], now),
    }


def _punctuality(person: Person, period: Period, now: datetime, calendar: Any) -> Any:
    """Return the measures of the period as a whole, by agency and by step.

    Officers of an agency get only the steps of their own agency.
    """
    own = None if person.sees_every_case else person.agencies
    groupings: tuple[Grouping, ...] = ((), ("agency",), ("step",))
    return kept_punctualities(period, *groupings, agencies=own, among=visible_ids(person), calendar=calendar, now=now)


def _overdue(person: Person, period: Period, now: datetime) -> list[OverdueStep]:
    """Return the steps that are past their limit at `now`, or at the end of the period if it is over."""
    own = None if person.sees_every_case else person.agencies
    return overdue_steps(min(period.ends, now), agencies=own, among=visible_ids(person))


def _own_agencies(person: Person, counts: Counts) -> str:
    """Return the names of the agencies the page is limited to; "" for users who see every case."""
    if person.sees_every_case:
        return ""
    return ", ".join(counts.names.get(code, code) for code in sorted(person.agencies))

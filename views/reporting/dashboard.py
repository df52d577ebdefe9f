"""The dashboard: the work of one month and the cases open now."""

from datetime import date, datetime, timedelta
from typing import Any

from flask import render_template, request
from flask_appbuilder import BaseView, expose
from flask_babel import gettext

from app.access.current_person import current_person
from app.access.roles import permissions_on
from app.access.visibility import visible_ids
from app.core.clock import office_today, office_zone, utc_now
from app.core.periods import Period, month_after, month_before, month_of
from app.core.request_context import request_context
from app.fields.filters import GROUPED, OF_FIELD
from app.reference.calendar import load_working_calendar
from app.reporting.exports.jobs import newest_jobs
from app.reporting.figures.age_classes import age_classes
from app.reporting.figures.dashboard import count_by_field, count_everything
from app.reporting.figures.definitions import (
    TARGET,
    overdue_steps,
    timeliness_by,
    timeliness_of,
)
from app.reporting.figures.labels import NOTES
from app.reporting.figures.punctuality import cached_punctualities
from app.web.formats import day
from app.worklists.work_counts import count_badges
from views.reporting.dashboard_charts import agencies_chart, ages_chart, field_chart, steps_chart, trend_chart
from views.reporting.dashboard_figures import figures
from views.reporting.exports import job_words
from views.shared.field_filters import fields_of_reader
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
        """Show the dashboard page of the month `bulan` (YYYY-MM); of the current month if it is not among the last
        twelve.
        """
        person, now = current_person(), utc_now()
        request_context().worklist_counts = count_badges(person, now)
        known = {f"{month:%Y-%m}": month for month in _months(office_today(now))}
        first = known.get(request.args.get("bulan", ""), office_today(now).replace(day=1))
        page: str = render_template("reporting/dashboard.html", **_content(person, now, first))
        return page


def _by_field(person: Person, period: Period, first: date) -> dict[str, Any]:
    """Return the template values of the cases of a month by a field: `groups` are (code, label, whether chosen) of the
    fields offered, `group` is the chart of the chosen one or None. `unknown_group` is True if another one was asked
    for, whether it does not exist or is not shown to this officer.
    """
    offered = {name.removeprefix(OF_FIELD): one for name, one in fields_of_reader().items() if one.type in GROUPED}
    asked = request.args.get("isian", "")
    chosen, group = offered.get(asked), None
    if chosen is not None:
        last = month_after(first) - timedelta(days=1)
        group = field_chart(chosen, count_by_field(person, chosen, period), first, last)
    groups = [(code, one.label, one is chosen) for code, one in offered.items()]
    return {"groups": groups, "group": group, "unknown_group": bool(asked) and chosen is None}


def _months(today: date) -> list[date]:
    found = [today.replace(day=1)]
    while len(found) < MONTHS:
        found.append(month_before(found[-1]))
    return found


def _content(person: Person, now: datetime, first: date) -> dict[str, Any]:
    calendar, today = load_working_calendar(), office_today(now)
    period, before = month_of(first, office_zone()), month_of(month_before(first), office_zone())
    classes = age_classes(calendar, today)
    counts = count_everything(person, now, period, before, [(one.first, one.last) for one in classes])
    # Officers of an agency get only the steps of their own agency.
    own, among = None if person.sees_every_case else person.agencies, visible_ids(person)
    whole, by_agency, by_step = cached_punctualities(
        *(period, (), ("agency",), ("step",)), agencies=own, among=among, calendar=calendar, now=now
    )
    overdue = overdue_steps(min(period.ends, now), agencies=own, among=among)
    return {
        "title": gettext("Dasbor pengawasan"),
        "now": now,
        "first": first,
        "last": min(month_after(first) - timedelta(days=1), max(first, today)),
        "months": [(f"{month:%Y-%m}", day(month, "bulan"), month == first) for month in _months(today)],
        "figures": figures(counts, timeliness_of(whole, overdue), month_before(first)),
        "agencies": agencies_chart(timeliness_by(("agency",), by_agency, overdue), counts.names),
        "steps": steps_chart(by_step, counts, calendar, now),
        "ages": ages_chart(classes, counts),
        "trend": trend_chart(counts, now),
        **_by_field(person, period, first),
        "target": TARGET,
        "notes": [NOTES[name] for name in ("open", "answered", "in_time", "median")],
        "own": ", ".join(counts.names.get(code, code) for code in sorted(own or ())),
        **job_words(newest_jobs(person.id, now)[:JOBS_SHOWN] if person.id is not None else [], now),
    }

"""Rehearsals: how past cases would have run under a changed SOP version."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Response, abort, redirect, render_template, request, url_for
from flask_appbuilder import BaseView, expose
from flask_babel import gettext
from flask_login import current_user
from markupsafe import Markup

from app.access.current_person import current_person
from app.access.process_rows import ACTORS, STEPS, known_steps
from app.access.roles import permissions_on
from app.core.clock import office_time, utc_now
from app.models import SopVersion
from app.reference.sop import load_sop
from app.reporting.figures.charts import Bar, BarChart
from app.reporting.rehearsals.model import skippable
from app.reporting.rehearsals.run import ask_rehearsal, find_rehearsal, find_sop_version, newest_rehearsals
from app.vocabulary.words import UNITS
from views.reporting.rehearsal_form import RehearsalForm, actors_for, fresh_form, read_form
from views.reporting.rehearsal_labels import ASSUMPTIONS, REHEARSAL_ERRORS, REHEARSAL_STATES
from views.shared.screen_access import for_officers
from workflow_rules.process.sop import Sop

EARLIER_SHOWN = 10
Data = dict[str, Any]


@dataclass(frozen=True)
class Row:
    """A value object: a row of a rehearsal's result, for a step or an actor.

    Its figures are those that happened (`then`) and those in the rehearsal (`now`).
    """

    name: str
    change: str
    then: Data
    now: Data
    bars: tuple[Markup, Markup]

    @property
    def left_out(self) -> bool:
        return bool(self.then["count"] and not self.now["count"])


class RehearsalView(BaseView):
    """Screens of rehearsals, for supervisors and those who maintain the SOP.

    Single cases are shown only to users who see every case.
    """

    route_base = "/gladi"
    default_view = "form"
    class_permission_name = "Rehearsal"
    base_permissions = permissions_on("Rehearsal")

    @expose("/versi/<int:version_id>")
    @for_officers("can_read", "Rehearsal")
    def form(self, version_id: int) -> str:
        """Show the rehearsal form with the allowances and actors of the SOP version; 404 for an unknown version."""
        version = find_sop_version(version_id) or abort(404)
        sop = load_sop(version)
        return _form_page(version, sop, fresh_form(sop, utc_now()))

    @expose("/versi/<int:version_id>", methods=["POST"])
    @for_officers("can_read", "Rehearsal")
    def ask(self, version_id: int) -> Any:
        """Queue the rehearsal of an SOP version and redirect to its page; errors show the form again with status 422.
        404 for an unknown version.
        """
        version, now = find_sop_version(version_id) or abort(404), utc_now()
        sop = load_sop(version)
        form = read_form(sop, request.form, now)
        if form.errors or form.period is None:
            return Response(_form_page(version, sop, form), status=422)
        row = ask_rehearsal(version, form.period, form.changes, current_user.id, now)
        return redirect(url_for("RehearsalView.show", rehearsal_id=row.id), 303)

    @expose("/<int:rehearsal_id>")
    @for_officers("can_read", "Rehearsal")
    def show(self, rehearsal_id: int) -> str:
        """Show the page with the progress or the result of a rehearsal; 404 for an unknown rehearsal."""
        row = find_rehearsal(rehearsal_id) or abort(404)
        return render_template(
            "reporting/rehearsal.html",
            title=gettext("Gladi SOP versi %(number)s", number=row.sop_number),
            row=row,
            begins=office_time(row.begins).date(),
            last=office_time(row.ends).date() - timedelta(days=1),
            states=REHEARSAL_STATES,
            reason=REHEARSAL_ERRORS[row.error or "not_valid"] if row.state == "failed" else None,
            assumptions=ASSUMPTIONS,
            percent=100 * row.done // row.total if row.total else 0,
            result=row.result,
            steps=_step_rows(row.what_if, row.result) if row.result else [],
            actors=[
                _row(str(label), "", row.result["actors"][name])
                for name, label in ACTORS.items()
                if row.result and name in row.result["actors"]
            ],
            shows_cases=current_person().sees_every_case,
        )


def _form_page(version: SopVersion, sop: Sop, form: RehearsalForm) -> str:
    return render_template(
        "reporting/rehearsal_form.html",
        title=gettext("Gladi SOP versi %(number)s", number=version.number),
        version=version,
        sop=sop,
        form=form,
        steps=STEPS,
        actors=ACTORS,
        units=UNITS,
        offered={row.step: actors_for(sop, row) for row in sop.steps},
        skippable=skippable(sop),
        assumptions=ASSUMPTIONS,
        earlier=newest_rehearsals(version, EARLIER_SHOWN),
        states=REHEARSAL_STATES,
    )


def _step_rows(what_if: Data, result: Data) -> list[Row]:
    """Return a list with a result row for each step in SOP order, with its allowance and actor in the rehearsal."""
    rows = []
    for step in (step for step in known_steps() if step in result["steps"]):
        own = what_if["steps"].get(step, {})
        if step in what_if["skipped"]:
            change = gettext("dihilangkan")
        else:
            change = f"{own['value']} {UNITS[own['unit']]}, " if own.get("value") else ""
            change += str(ACTORS[own["actor"]]) if own.get("actor") else ""
        rows.append(_row(str(STEPS[step]), change, result["steps"][step]))
    return rows


def _row(name: str, change: str, pair: Data) -> Row:
    bars = _bar(pair["then"], "b-warn"), _bar(pair["now"], "b-ok")
    return Row(name, change, pair["then"], pair["now"], bars)


def _bar(side: Data, tone: str) -> Markup:
    """Return the HTML of a bar that shows the percentage of late steps."""
    share = 100 * side["late"] / side["count"] if side["count"] else 0
    bar = Bar("", share, "", tone)
    return BarChart("gladi", "", "", (), (bar,), most=100).cell(bar)

"""Screens of SOP versions: active ones are read-only, a draft is edited and activated by decree."""

from typing import Any

from flask import abort, flash, g, redirect, request, url_for
from flask_appbuilder import action, expose, has_access
from flask_appbuilder.forms import DynamicForm
from flask_appbuilder.widgets import FormWidget, ListWidget
from flask_login import current_user
from werkzeug.wrappers import Response

from app.access.process_rows import ACTORS, STEPS, actor_names, actors_of, known_steps
from app.choices.lists import CHANNELS
from app.core.clock import utc_now
from app.core.definitions import forget_version
from app.core.transaction import lock_row
from app.models import SopStepRow, SopVersion
from app.models.sop import MOST_ALARM_DAYS, MOST_DAYS
from app.reference.labels import ACTIONS, TITLES
from app.reference.process_check import check_version, times_beside
from app.reference.process_drawing import drawing
from app.reference.process_steps import NewReview, StepRefused, add_review, drop_step, may_be_dropped, places_for_review
from app.reference.sop import draft_sop
from app.reference.sop_versions import SopRefused, activate_sop, copy_as_draft
from app.vocabulary.actions import BUTTONS
from app.vocabulary.words import DELEGATION_KINDS, SOP_STATES, STATUSES, UNITS
from app.web.form_labels import CHANGED, REFUSED
from app.web.list_guards import EagerInterface
from views.reference.sop_comparison import HEAD_OF_SHEET
from views.shared.reference_fields import (
    WORD,
    all_worded,
    amount,
    choice,
    choices,
    day,
    free_code,
    line,
    nip_field,
    prose,
    spaced_nip,
    worded,
)
from views.shared.reference_screen import CRUD, READ_OR_WRITE, ChangeRefused, GuardedModelView, say
from workflow_rules.process.actors import Organisation
from workflow_rules.process.possible_actions import SIDE_ACTIONS
from workflow_rules.process.sop_check import faults_of, returns_of, statuses_of
from workflow_rules.process.steps import CaseStatus, StepKind, kind_of

SHEET_TEXTS = ("legal_basis", "qualifications", "related", "equipment", "warnings", "records")
SHEET_DAYS = ("created_on", "revised_on", "ratified_on")
HEADINGS = ("flow_heading", "office_heading", "agency_heading", "legend")
MOST_MINUTES = 10_000


class StepInterface(EagerInterface):
    """FAB data model of SOP steps; it shows an allowance with its unit in one column, as the sheet does."""

    @staticmethod
    def _get_attr_value(item: Any, col: str) -> Any:
        if col == "allowance_value" and item.allowance_value is not None:
            return f"{item.allowance_value} {UNITS[item.allowance_unit]}"
        return EagerInterface._get_attr_value(item, col)


class StepListWidget(ListWidget):
    """List widget that shows the steps as the printed sheet; rows can be edited only in a draft."""

    template = "reference/sop_steps.html"


class SopStepView(GuardedModelView):
    """Screen of the steps of one SOP version, editable in a draft."""

    datamodel = StepInterface(SopStepRow)
    route_base = "/langkah-sop"
    include_route_methods = {"show", "edit", "delete", "confirm_delete"}
    list_widget = StepListWidget
    list_title, show_title = TITLES["sop_steps"], TITLES["sop_step"]
    add_title, edit_title = TITLES["sop_step_new"], TITLES["sop_step_edit"]
    list_columns = ["number", "procedure", "actor", "inputs", "allowance_value", "output", "remark"]
    show_columns = ["step", *list_columns, "back_to", "side_actions"]
    add_columns = [
        *("label_id", "label_en", "actor", "allowance_value", "allowance_unit"),
        *("status", "back_to", "side_actions", "procedure", "inputs", "output", "remark"),
    ]
    edit_columns = add_columns
    search_columns = ["procedure"]
    order_columns = ["number"]
    base_order = ("position", "asc")
    formatters_columns = {
        "actor": worded(ACTORS),
        "step": worded(STEPS),
        "back_to": worded(STEPS),
        "side_actions": all_worded(BUTTONS),
    }
    edit_form_extra_fields = {
        "label_id": line("label_id", needed=True, hint="step_label"),
        "label_en": line("label_en", hint="label_en"),
        "status": choice("status", STATUSES, blank=True),
        "back_to": choice("back_to", STEPS, blank=True),
        "side_actions": choices("side_actions", BUTTONS),
        "actor": choice("actor", ACTORS),
        "allowance_value": amount("allowance_value", MOST_MINUTES, needed=False, hint="allowance"),
        "allowance_unit": choice("allowance_unit", UNITS, blank=True),
        "procedure": prose("procedure"),
        "inputs": line("inputs"),
        "output": line("output"),
        "remark": prose("remark"),
    }
    add_form_extra_fields = edit_form_extra_fields

    def get_redirect(self) -> str:
        """Return the URL of the step's SOP version, whose page lists the steps."""
        row = self.datamodel.get((request.view_args or {})["pk"])
        return url_for("SopVersionView.show", pk=row.sop_version_id)

    def post_delete_redirect(self) -> Response:
        """Return the redirect response after a deletion: to the page of the version that had the step."""
        version = g.get("version_of_step")
        return redirect(url_for("SopVersionView.show", pk=version) if version else self._list_address())

    def _list_address(self) -> str:
        return str(url_for("SopVersionView.list"))

    def why_fixed(self, item: SopStepRow) -> str | None:
        """Return "not_a_draft" for a step that cannot be edited, since its version is no draft; None for a step of a
        draft.

        Cases are judged by the version as decreed, so only drafts may change.
        """
        return None if item.sop_version.status == "draft" else "not_a_draft"

    def prepare(self, form: Any, item: SopStepRow | None) -> None:
        """Limit what the step form offers to what is possible at the step."""
        if item is None:
            return
        if request.method == "GET":
            form.label_id.data, form.label_en.data = item.named.label_id, item.named.label_en
        sop, kind = draft_sop(item.sop_version), kind_of(item.step)
        place = [row.step for row in sop.steps].index(item.step)
        possible = sop.agency_actors if sop.steps[place].of_agency else sop.office_actors
        form.actor.choices = [(code, name) for code, name in ACTORS.items() if code in possible]
        form.back_to.choices = [
            ("", "–"),
            *((step, STEPS[step]) for step in STEPS if step in returns_of(sop, place)),
        ]
        besides = [action.value for action, kinds in SIDE_ACTIONS.items() if kind in kinds]
        form.side_actions.choices = [(action, BUTTONS[action]) for action in besides]
        statuses = statuses_of(sop, place) if kind is StepKind.REVIEW else ()
        form.status.choices = [(status.value, STATUSES[status.value]) for status in CaseStatus if status in statuses]
        for name in ("back_to", "side_actions", "status"):
            if len(form[name].choices) <= (name == "back_to"):
                delattr(form, name)

    def before_save(self, item: SopStepRow) -> None:
        """Lock the step's SOP version and check the allowance.

        Raises ChangeRefused if the version is no longer a draft, or amount and unit are incomplete or too large.
        """
        lock_row(item.sop_version)
        if self.why_fixed(item):
            raise ChangeRefused("is_draft_no_more")
        if (item.allowance_value is None) != (item.allowance_unit is None):
            raise ChangeRefused("no_allowance", "allowance_value")
        item.named.label_id, item.named.label_en = item.label_id, item.label_en
        if item.allowance_unit == "working_days" and (item.allowance_value or 0) > MOST_DAYS:
            raise ChangeRefused("too_many_days", "allowance_value")

    def after_change(self, item: SopStepRow) -> None:
        """Raise ChangeRefused at the field of a fault of this step; faults elsewhere are told by the check."""
        forget_version()
        sop = draft_sop(item.sop_version)
        own = f"steps[{[row.step for row in sop.steps].index(item.step)}]."
        for fault in faults_of(sop):
            if fault.path.startswith(own):
                raise ChangeRefused(*_AT_FIELD[fault.path.removeprefix(own)])

    def remove_row(self, item: SopStepRow) -> None:
        """Take a review or the relay out of a draft. Raises ChangeRefused for any other step, or without a draft."""
        g.version_of_step = item.sop_version_id
        try:
            drop_step(item)
        except StepRefused as refused:
            raise ChangeRefused(refused.reason) from refused


_AT_FIELD = {
    "actor": ("wrong_actor", "actor"),
    "allowance": ("no_allowance", "allowance_value"),
    "back_to": ("wrong_return", "back_to"),
    "side_actions": ("side_action_not_possible", "side_actions"),
    "status": ("wrong_status", "status"),
}


class ReviewForm(DynamicForm):
    """A form for a review that is added to a draft."""

    label_id = line("label_id", needed=True, hint="step_label")
    label_en = line("label_en", hint="label_en")
    after = choice("after", STEPS)
    actor = choice("actor", actor_names(lambda: actors_of(Organisation.OFFICE)))
    allowance_value = amount("allowance_value", MOST_MINUTES, default=60)
    allowance_unit = choice("allowance_unit", UNITS)


class ActivationForm(DynamicForm):
    """A form for the number and the date of the decree that activates an SOP version."""

    decree_number = line("decree_number", needed=True, hint="decree")
    decided_on = day("decided_on")


class SopVersionView(GuardedModelView):
    """Screen of the SOP versions: the active one, earlier ones and drafts."""

    datamodel = EagerInterface(SopVersion)
    route_base = "/versi-sop"
    show_template = "reference/sop_version.html"
    include_route_methods = (CRUD - {"add"}) | {"action", "activation", "new_step"}
    method_permission_name = {
        **READ_OR_WRITE,
        **dict.fromkeys(("copy_draft", "activate", "activation", "new_step"), "write"),
    }
    related_views = [SopStepView]
    list_title, show_title = TITLES["sops"], TITLES["sop"]
    add_title, edit_title = TITLES["sop_new"], TITLES["sop_edit"]
    list_columns = ["number", "title", "status", "decree_number", "decided_on", "activated_at"]
    edit_columns = [
        "number",
        "title",
        "extended_draft_days",
        "most_more_days",
        "silence_days",
        "question_days",
        "warning_percent",
        "alarm_days",
        "fast_track_actor",
        "fast_track_from",
        "nik_channels",
        *HEAD_OF_SHEET,
    ]
    show_columns = ["number", "title", "status", "decree_number", "decided_on", "activated_at", *edit_columns[2:]]
    add_columns = edit_columns
    search_columns = ["number", "title", "decree_number"]
    order_columns = ["number", "decided_on", "activated_at"]
    base_order = ("id", "desc")
    formatters_columns = {
        "status": worded(SOP_STATES),
        "fast_track_actor": worded(ACTORS),
        "fast_track_from": all_worded(STEPS),
        "nik_channels": all_worded(CHANNELS),
        "approver_capacity": worded(DELEGATION_KINDS),
        "approver_nip": spaced_nip,
    }
    edit_form_extra_fields = {
        "number": line("number", WORD, True, "sop_number"),
        "title": line("title", needed=True),
        "approved_by": line("approved_by", needed=True),
        "extended_draft_days": amount("extended_draft_days", MOST_DAYS),
        "most_more_days": amount("most_more_days", MOST_DAYS),
        "silence_days": amount("silence_days", MOST_DAYS),
        "question_days": amount("question_days", MOST_DAYS),
        "warning_percent": amount("warning_percent", 100),
        "alarm_days": amount("alarm_days", MOST_ALARM_DAYS),
        "fast_track_actor": choice("fast_track_actor", actor_names(lambda: actors_of(Organisation.OFFICE))),
        "fast_track_from": choices("fast_track_from", STEPS, "fast_track_from"),
        "nik_channels": choices("nik_channels", CHANNELS),
        "sheet_number": line("sheet_number", hint="blank_on_sheet"),
        **{name: day(name, False, "ratified_on" if name == "ratified_on" else "blank_on_sheet") for name in SHEET_DAYS},
        "approver_capacity": choice("approver_capacity", DELEGATION_KINDS, blank=True, none=""),
        "approver_name": line("approver_name", hint="blank_on_sheet"),
        "approver_rank": line("approver_rank", hint="blank_on_sheet"),
        "approver_nip": nip_field("approver_nip"),
        **{name: prose(name, hint="sheet_lines", lang="id") for name in SHEET_TEXTS},
        **{name: line(name, hint="blank_on_sheet") for name in HEADINGS},
        "actor_headings": prose("actor_headings", hint="actor_headings", lang="id"),
    }
    add_form_extra_fields = edit_form_extra_fields

    def why_fixed(self, item: SopVersion) -> str | None:
        """Return "not_a_draft" for an SOP version that is or was active, which cannot be edited; None for a draft."""
        return None if item.status == "draft" else "not_a_draft"

    def before_save(self, item: SopVersion) -> None:
        """Check an SOP draft, whose row is already locked.

        Raises ChangeRefused: is_draft_no_more if it was activated meanwhile, one_heading_each without one heading for
        each column.
        """
        if self.why_fixed(item):
            raise ChangeRefused("is_draft_no_more")
        headings = item.actor_headings.splitlines()
        if headings and (
            len(headings) != len({row.actor for row in item.steps}) or not all(heading.strip() for heading in headings)
        ):
            raise ChangeRefused("one_heading_each", "actor_headings")

    def before_delete(self, item: SopVersion) -> None:
        """Lock an SOP version's row. Raises ChangeRefused, as `before_save`, unless it is a draft; cases refer to the
        others.
        """
        lock_row(item)
        self.before_save(item)

    @action("copy_draft", ACTIONS["copy_draft"], multiple=False)
    def copy_draft(self, item: SopVersion) -> Response:
        """Create a draft with the steps and settings of an SOP version, commit, and redirect to the page of the new
        draft.
        """
        draft = copy_as_draft(item.id)
        flash(CHANGED["sop_copied"], "success")
        return redirect(url_for("SopVersionView.show", pk=draft.id))

    @action("activate", ACTIONS["activate"], multiple=False)
    def activate(self, item: SopVersion) -> Response:
        """Redirect to the form that asks for the decree by which an SOP draft is activated."""
        return redirect(url_for("SopVersionView.activation", pk=item.id))

    @expose("/langkah-baru/<pk>", methods=["GET", "POST"])
    @has_access
    def new_step(self, pk: str) -> Response | str:
        """Show the form of a review that is added to a draft; when it is submitted, add it and redirect to its form.

        Errors show the form again (status 200); 404 for an unknown version, and a redirect with a message for one that
        is no draft.
        """
        item = self.datamodel.get(pk, self._base_filters) or abort(404)
        self._refuse_fixed(item)
        form = ReviewForm.refresh()
        form.after.choices = [(step, STEPS[step]) for step in places_for_review(item)]
        if request.method == "POST" and form.validate():
            try:
                row = add_review(item, _new_review(form))
            except StepRefused as refused:
                say(form, refused.field, REFUSED[refused.reason])
            else:
                flash(CHANGED["added"], "success")
                return redirect(url_for("SopStepView.edit", pk=row.id))
        names = ["label_id", "label_en", "after", "actor", "allowance_value", "allowance_unit"]
        widget = FormWidget(form=form, include_cols=names, exclude_cols=[], fieldsets=None)
        return str(self.render_template(self.edit_template, title=TITLES["sop_step_new"], widgets={"edit": widget}))

    @expose("/aktifkan/<pk>", methods=["GET", "POST"])
    @has_access
    def activation(self, pk: str) -> Response | str:
        """Show the form that asks for the decree; when it is submitted, activate the SOP draft and redirect to its
        page.

        Errors show the form again (status 200); 404 for an unknown version, and a redirect with a message for one that
        is no draft.
        """
        item = self.datamodel.get(pk, self._base_filters) or abort(404)
        self._refuse_fixed(item)
        form = ActivationForm.refresh()
        if request.method == "POST" and form.validate():
            try:
                activate_sop(item.id, form.decree_number.data, form.decided_on.data, utc_now(), current_user.id)
            except SopRefused as refused:
                say(form, refused.field, REFUSED[refused.fault.value])
            else:
                flash(CHANGED["sop_activated"], "success")
                return redirect(url_for("SopVersionView.show", pk=pk))
        names = ["decree_number", "decided_on"]
        widget = FormWidget(form=form, include_cols=names, exclude_cols=[], fieldsets=None)
        title = f"{TITLES['sop_activate']} {item.number}"
        return str(self.render_template(self.edit_template, title=title, widgets={"edit": widget}))

    def _get_show_widget(self, pk: Any, item: Any, widgets: Any = None, actions: Any = None, **more: Any) -> Any:
        """Return the FAB widget of an SOP version's page, with the actions that its state allows."""
        offered = {name: a for name, a in self.actions.items() if name != "activate" or item.status == "draft"}
        shown = super()._get_show_widget(pk, item, widgets, actions or offered, **more)
        shown["show"].template_args["drawing"] = drawing(draft_sop(item), STEPS, ACTORS)
        if item.status == "draft":
            droppable = [row for row in item.steps if may_be_dropped(row)]
            beside = {"check": check_version(item), "droppable": droppable, "times": times_beside(item)}
            shown["show"].template_args["process"] = beside
        return shown

    def _get_related_view_widget(self, item: Any, *args: Any, **kwargs: Any) -> Any:
        """Return the FAB widget of the version's list of steps, with edit buttons if the version is a draft."""
        widget = super()._get_related_view_widget(item, *args, **kwargs)
        widget.template_args["editable"] = item.status == "draft"
        return widget


def _new_review(form: ReviewForm) -> NewReview:
    """Return what the form says; a review of the same name that an earlier version had keeps its id."""
    same = [s for s, name in STEPS.items() if name == form.label_id.data and kind_of(s) is StepKind.REVIEW]
    return NewReview(
        same[0] if same else free_code(form.label_id.data, known_steps()),
        form.label_id.data,
        form.label_en.data or "",
        form.after.data,
        form.actor.data,
        form.allowance_value.data,
        form.allowance_unit.data,
    )

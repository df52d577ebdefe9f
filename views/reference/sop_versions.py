"""Screens of SOP versions: active ones are read-only, a draft is edited and activated by decree."""

from types import SimpleNamespace
from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask_appbuilder import action, expose, has_access
from flask_appbuilder.forms import DynamicForm
from flask_appbuilder.widgets import FormWidget
from flask_login import current_user
from sqlalchemy import inspect
from werkzeug.wrappers import Response
from wtforms import HiddenField, SelectMultipleField
from wtforms.validators import InputRequired

from app.access.process_rows import ACTORS, STEPS, actor_names, actors_of, known_steps
from app.choices.lists import CHANNELS
from app.core.clock import utc_now
from app.core.transaction import lock_row
from app.models import SopVersion
from app.models.sop import MOST_ALARM_DAYS, MOST_DAYS
from app.reference.labels import ACTIONS, COLUMNS, TITLES
from app.reference.process_check import check_version, times_beside
from app.reference.process_drawing import drawing
from app.reference.process_steps import NewReview, StepRefused, add_review, may_be_dropped, places_for_review
from app.reference.sop import draft_sop
from app.reference.sop_versions import SopRefused, activate_sop, copy_as_draft
from app.vocabulary.actions import BUTTONS
from app.vocabulary.words import DELEGATION_KINDS, SOP_STATES, UNITS
from app.web.form_labels import CHANGED, REFUSED
from app.web.list_guards import EagerInterface
from views.reference.sop_comparison import HEAD_OF_SHEET
from views.reference.sop_steps import MOST_MINUTES, SopStepView
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
from views.shared.reference_screen import CRUD, READ_OR_WRITE, ChangeRefused, GuardedModelView, row_digest, say
from workflow_rules.process.actions import Action
from workflow_rules.process.actors import Organisation
from workflow_rules.process.possible_actions import POWERS
from workflow_rules.process.steps import StepKind, kind_of

SHEET_TEXTS = ("legal_basis", "qualifications", "related", "equipment", "warnings", "records")
SHEET_DAYS = ("created_on", "revised_on", "ratified_on")
HEADINGS = ("flow_heading", "office_heading", "agency_heading", "legend")


class ReviewForm(DynamicForm):
    """A form for a review that is added to a draft."""

    label_id = line("label_id", needed=True, hint="step_label")
    label_en = line("label_en", hint="label_en")
    after = choice("after", STEPS)
    actor = choice("actor", actor_names(lambda: actors_of(Organisation.OFFICE)))
    allowance_value = amount("allowance_value", MOST_MINUTES, default=60)
    allowance_unit = choice("allowance_unit", UNITS)


class PowerField(SelectMultipleField):
    """The roles that may do what is no step's own; stored under the action in the rights of the version."""

    def populate_obj(self, obj: Any, name: str) -> None:
        obj.powers = {**obj.powers, name: self.data}


class PowersForm(DynamicForm):
    """A form with a field for each right of a version; the fields are set below."""

    seen = HiddenField()


def _power_field(action: Action, organisation: Organisation) -> PowerField:
    roles = actor_names(lambda: actors_of(organisation))
    needed = InputRequired(message=REFUSED["nobody_may"])
    return PowerField(BUTTONS[action], choices=lambda: list(roles.items()), validators=[needed])


for _action, _organisation in POWERS.items():
    setattr(PowersForm, _action.value, _power_field(_action, _organisation))


class ActivationForm(DynamicForm):
    """A form for the number and the date of the decree that activates an SOP version."""

    decree_number = line("decree_number", needed=True, hint="decree")
    decided_on = day("decided_on")


class SopVersionView(GuardedModelView):
    """Screen of the SOP versions: the active one, earlier ones and drafts."""

    datamodel = EagerInterface(SopVersion)
    route_base = "/versi-sop"
    show_template = "reference/sop_version.html"
    include_route_methods = (CRUD - {"add"}) | {"action", "activation", "new_step", "powers"}
    method_permission_name = {
        **READ_OR_WRITE,
        **dict.fromkeys(("copy_draft", "activate", "activation", "new_step", "powers"), "write"),
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

        Raises ChangeRefused: is_draft_no_more if it was activated meanwhile, one_heading_each if the headings changed
        and there is not one for each column.
        """
        if self.why_fixed(item):
            raise ChangeRefused("is_draft_no_more")
        changed: bool = inspect(item).attrs.actor_headings.history.has_changes()
        headings, columns = item.actor_headings.splitlines(), {row.actor for row in item.steps}
        if changed and headings and not (len(headings) == len(columns) and all(map(str.strip, headings))):
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
        item = self._draft(pk)
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
        return self._form_page(form, names, TITLES["sop_step_new"])

    @expose("/hak/<pk>", methods=["GET", "POST"])
    @has_access
    def powers(self, pk: str) -> Response | str:
        """Show the form of the rights of a draft; when it is submitted, store them and redirect to the draft.

        Errors show the form again (status 200); 404 for an unknown version, and a redirect with a message for one that
        is no draft.
        """
        item = self._draft(pk)
        form = PowersForm.refresh(obj=None if request.method == "POST" else SimpleNamespace(**item.powers))
        if request.method == "POST" and self._saved(form, item, new=False):
            return redirect(url_for("SopVersionView.show", pk=pk))
        form.seen.data = form.seen.data or row_digest(item)
        return self._form_page(form, [*POWERS], f"{COLUMNS['powers']}: {item}")

    @expose("/aktifkan/<pk>", methods=["GET", "POST"])
    @has_access
    def activation(self, pk: str) -> Response | str:
        """Show the form that asks for the decree; when it is submitted, activate the SOP draft and redirect to its
        page.

        Errors show the form again (status 200); 404 for an unknown version, and a redirect with a message for one that
        is no draft.
        """
        item = self._draft(pk)
        form = ActivationForm.refresh()
        if request.method == "POST" and form.validate():
            try:
                activate_sop(item.id, form.decree_number.data, form.decided_on.data, utc_now(), current_user.id)
            except SopRefused as refused:
                say(form, refused.field, REFUSED[refused.fault.value])
            else:
                flash(CHANGED["sop_activated"], "success")
                return redirect(url_for("SopVersionView.show", pk=pk))
        return self._form_page(form, ["decree_number", "decided_on"], f"{TITLES['sop_activate']} {item.number}")

    def _draft(self, pk: str) -> SopVersion:
        """Return a draft. Aborts with 404 for an unknown version, with a redirect and a message for one in force."""
        item: SopVersion = self.datamodel.get(pk, self._base_filters) or abort(404)
        self._refuse_fixed(item)
        return item

    def _form_page(self, form: DynamicForm, names: list[str], title: Any) -> str:
        widget = FormWidget(form=form, include_cols=names, exclude_cols=[], fieldsets=None)
        return str(self.render_template(self.edit_template, title=title, widgets={"edit": widget}))

    def _get_show_widget(self, pk: Any, item: Any, widgets: Any = None, actions: Any = None, **more: Any) -> Any:
        """Return the FAB widget of an SOP version's page, with the actions that its state allows."""
        offered = {name: a for name, a in self.actions.items() if name != "activate" or item.status == "draft"}
        shown = super()._get_show_widget(pk, item, widgets, actions or offered, **more)
        shown["show"].template_args["drawing"] = drawing(draft_sop(item), STEPS, ACTORS)
        shown["show"].template_args["powers"] = {BUTTONS[action]: item.powers.get(action, ()) for action in POWERS}
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

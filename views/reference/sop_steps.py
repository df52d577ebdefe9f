"""Screen of the steps of one SOP version; in a draft they are edited, and reviews and the relay are dropped."""

from typing import Any

from flask import g, redirect, request, url_for
from flask_appbuilder.widgets import ListWidget
from werkzeug.wrappers import Response

from app.access.process_rows import ACTORS, STEPS
from app.core.definitions import forget_version
from app.core.transaction import lock_row
from app.models import SopStepRow
from app.models.sop import MOST_DAYS
from app.reference.labels import TITLES
from app.reference.process_steps import StepRefused, drop_step
from app.reference.sop import draft_sop
from app.vocabulary.actions import BUTTONS
from app.vocabulary.words import STATUSES, UNITS
from app.web.list_guards import EagerInterface
from views.shared.reference_fields import all_worded, amount, choice, choices, line, prose, worded
from views.shared.reference_screen import ChangeRefused, GuardedModelView
from workflow_rules.process.possible_actions import SIDE_ACTIONS
from workflow_rules.process.sop_check import faults_of, returns_of, statuses_of
from workflow_rules.process.steps import CaseStatus, StepKind, kind_of

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

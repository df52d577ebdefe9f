"""Screens of the organisation: agencies, officers and delegations."""

from typing import Any

from flask import flash, redirect, url_for
from flask_appbuilder import action
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_appbuilder.security.sqla.models import User
from flask_babel import gettext
from sqlalchemy import inspect
from sqlalchemy.orm import Query, joinedload
from werkzeug.wrappers import Response
from wtforms.validators import ValidationError

from app.access.current_person import current_person
from app.access.office_roles import role_names
from app.access.process_rows import ACTORS, actor_names
from app.accounts.delegations import (
    DelegationFault,
    end_delegation,
    fault_of_delegation,
    is_named_by_events,
    lock_delegations,
    notify_of_delegation,
)
from app.core.clock import office_today, utc_now
from app.core.office import current_office
from app.models import Agency, DelegationRow, OfficerProfile
from app.models.organisation import NUMBER_PATTERN, PAPERS
from app.papers.number_pattern import number_pattern_holds
from app.reference.agencies import below, has_children, in_tree_order, path_of_agency
from app.reference.choices import agency_choices, new_officer_choices, officer_choices, parent_agency_choices
from app.reference.labels import ACTIONS, COLUMNS, HINTS, TITLES
from app.reference.sop import active_sop
from app.vocabulary.signing import SIGNING_METHODS
from app.vocabulary.words import AGENCY_KINDS, DELEGATION_KINDS
from app.web.form_labels import CHANGED, REFUSED
from app.web.list_guards import EagerInterface
from views.shared.reference_fields import (
    AGENCY_CODE,
    WORD,
    all_worded,
    choice,
    choices,
    day,
    line,
    nip_field,
    prose,
    spaced_nip,
    tick,
    worded,
)
from views.shared.reference_screen import CRUD, READ_OR_WRITE, ChangeRefused, GuardedModelView
from workflow_rules.process.actors import DelegationKind
from workflow_rules.process.delegations import Delegation

TREE = "id"  # pseudo column: the place in the tree is computed from the agency's key
_AGENCY_TEXTS = ["name", "short_name", "kind", "parent", "active", "address", "city", "phone", "email"]
_AGENCY_PAPERS = [
    "letterhead_over",
    "postcode",
    "website",
    "classification_code",
    "letter_suffix",
    "number_pattern",
    "letter_copies",
    "paper",
    "initials",
    "signing_method",
]


def _check_number_pattern(_form: Any, field: Any) -> None:
    if not number_pattern_holds(field.data or ""):
        raise ValidationError(REFUSED["bad_number_pattern"])


def _government() -> str:
    return f"Pemerintah {current_office().name}"


def _agency_fields() -> dict[str, Any]:
    return {
        "name": line("name", needed=True),
        "short_name": line("short_name", WORD, True),
        "kind": choice("kind", AGENCY_KINDS),
        "active": tick("active", "active"),
        "address": line("address"),
        "city": line("city", WORD, True),
        "phone": line("phone", WORD),
        "email": line("email"),
        "letterhead_over": line("letterhead_over", needed=True, default=_government),
        "postcode": line("postcode", WORD),
        "website": line("website"),
        "classification_code": line("classification_code", WORD, True),
        "letter_suffix": line("letter_suffix", WORD),
        "number_pattern": line(
            "number_pattern", 120, True, "number_pattern", _check_number_pattern, default=NUMBER_PATTERN
        ),
        "letter_copies": prose("letter_copies", hint="letter_copies"),
        "paper": choice("paper", {paper: paper for paper in PAPERS}),
        "initials": choices("initials", actor_names(lambda: active_sop().initiallers), "initials"),
        "signing_method": choice("signing_method", SIGNING_METHODS, first="wet", hint="signing_method"),
    }


class AgencyInterface(EagerInterface):
    """FAB data model that lists agencies in tree order unless another order is requested."""

    def apply_order_by(self, query: Query[Agency], order_column: str, *args: Any, **kwargs: Any) -> Query[Agency]:
        """Return the query in tree order for the pseudo column TREE, else in FAB's order."""
        if order_column == TREE:
            return in_tree_order(query)
        return super().apply_order_by(query, order_column, *args, **kwargs)


class AgencyView(GuardedModelView):
    """Screen of the tree of agencies; a code cannot be changed, and an agency no longer used is made inactive."""

    datamodel = AgencyInterface(Agency)
    route_base = "/opd"
    show_template = "reference/agency.html"
    list_title, show_title = TITLES["agencies"], TITLES["agency"]
    add_title, edit_title = TITLES["agency_new"], TITLES["agency_edit"]
    list_columns = ["name", TREE, "code", "kind", "active"]
    show_columns = ["name", "short_name", "code", "kind", "parent_id", "active", *_AGENCY_TEXTS[5:], *_AGENCY_PAPERS]
    add_columns = ["code", *_AGENCY_TEXTS, *_AGENCY_PAPERS]
    edit_columns = [*_AGENCY_TEXTS, *_AGENCY_PAPERS]
    search_columns = ["name", "short_name", "code", "active"]
    order_columns = ["name", "code", "kind"]
    base_order = (TREE, "asc")
    label_columns = {TREE: COLUMNS["place_in_tree"]}
    formatters_columns = {
        "kind": worded(AGENCY_KINDS),
        "initials": all_worded(ACTORS),
        "signing_method": worded(SIGNING_METHODS),
        "parent_id": path_of_agency,
        TREE: path_of_agency,
    }
    add_form_extra_fields = {"code": line("code", 40, True, "agency_code", AGENCY_CODE), **_agency_fields()}
    edit_form_extra_fields = _agency_fields()

    def prepare(self, form: Any, item: Agency | None) -> None:
        """Limit the parents that the agency form offers to active agencies, without the agency itself and its units."""
        form.parent.query_func = lambda: parent_agency_choices(item)

    def after_change(self, item: Agency) -> None:
        """Raise ChangeRefused(own_descendant) if the agency became a unit of its own unit.

        Two concurrent moves could cause that.
        """
        if not inspect(item).persistent or item.parent_id is None:
            return
        if item.parent_id in below(item):
            raise ChangeRefused("own_descendant", "parent")

    def before_delete(self, item: Agency) -> None:
        """Raise ChangeRefused(has_units) for an agency that has units, which would lose their parent."""
        if has_children(item):
            raise ChangeRefused("has_units")


def _officer_fields() -> dict[str, Any]:
    return {"position": line("position", needed=True), "nip": nip_field(), "rank": line("rank", WORD)}


class OfficerView(GuardedModelView):
    """Screen of officer profiles: position, agency, NIP and rank of a user account.

    Accounts and roles have their own screen.
    """

    datamodel = EagerInterface(
        OfficerProfile,
        eager=(joinedload(OfficerProfile.agency), joinedload(OfficerProfile.user).selectinload(User.roles)),
    )
    route_base = "/petugas"
    include_route_methods = CRUD - {"delete"}
    list_title, show_title = TITLES["officers"], TITLES["officer"]
    add_title, edit_title = TITLES["officer_new"], TITLES["officer_edit"]
    list_columns = ["user", "user.username", "position", "agency", "user.roles", "user.active"]
    show_columns = ["user", "user.username", "user.roles", "user.active", "agency", "position", "nip", "rank"]
    add_columns = ["user", "agency", "position", "nip", "rank"]
    edit_columns = ["agency", "position", "nip", "rank"]
    search_columns = ["position", "nip", "agency"]
    order_columns = ["position"]
    base_order = ("position", "asc")
    description_columns = {"agency": HINTS["agency_of_officer"]}
    formatters_columns = {"nip": spaced_nip, "user.roles": role_names}
    add_form_extra_fields = _officer_fields()
    edit_form_extra_fields = _officer_fields()

    def prepare(self, form: Any, item: OfficerProfile | None) -> None:
        """Limit the choices of the officer form to active agencies and user accounts without a profile."""
        present = item.agency_code if item is not None else None
        form.agency.query_func = lambda: agency_choices(present)
        if item is None:
            form.user.query_func = new_officer_choices

    def _get_list_widget(self, *args: Any, **kwargs: Any) -> Any:
        """Return FAB's list widget; its buttons lead to the form that makes account and profile together, and to the
        spreadsheet that makes many.
        """
        widgets = super()._get_list_widget(*args, **kwargs)
        widgets["list"].template_args["add_form"] = "/petugas/baru"
        widgets["list"].template_args["add_many"] = "/petugas/impor", gettext("Dari lembar kerja")
        return widgets

    def before_save(self, item: OfficerProfile) -> None:
        """Raise ChangeRefused(own_membership) if users change the agency of their own profile."""
        own = item.user is not None and item.user.id == current_person().id
        if own and inspect(item).attrs.agency.history.has_changes():
            raise ChangeRefused("own_membership", "agency")


def _delegation_fields() -> dict[str, Any]:
    return {
        "kind": choice("kind", DELEGATION_KINDS),
        "decree_number": line("decree_number", needed=True, hint="decree"),
        "starts_on": day("starts_on"),
        "ends_on": day("ends_on", hint="ends_on"),
        "note": prose("note"),
    }


_FIELD_OF_FAULT = {
    DelegationFault.TO_ONESELF: "holder",
    DelegationFault.ENDS_BEFORE_START: "ends_on",
    DelegationFault.ALREADY_OVER: "ends_on",
    DelegationFault.OVERLAP: "starts_on",
    DelegationFault.LOOP: "holder",
}
_PART_OF_THE_RECORD = ("kind", "giver", "holder", "decree_number", "starts_on")


class DelegationInterface(EagerInterface):
    """FAB data model that loads officers together with their user names for the drop-down lists."""

    def get_related_interface(self, col_name: str) -> SQLAInterface:
        """Return the FAB data model of a related column; all related rows are officer profiles."""
        return EagerInterface(self.get_related_model(col_name), eager=(joinedload(OfficerProfile.user),))


class DelegationView(GuardedModelView):
    """Screen of delegations (Plt., Plh. and a.n.) by decree.

    Past ones are read-only; of one already used only end and note can change.
    """

    datamodel = DelegationInterface(
        DelegationRow,
        eager=(
            joinedload(DelegationRow.giver).joinedload(OfficerProfile.user),
            joinedload(DelegationRow.holder).joinedload(OfficerProfile.user),
        ),
    )
    route_base = "/delegasi"
    include_route_methods = (CRUD - {"delete"}) | {"action"}
    method_permission_name = {**READ_OR_WRITE, "end_now": "write"}
    list_title, show_title = TITLES["delegations"], TITLES["delegation"]
    add_title, edit_title = TITLES["delegation_new"], TITLES["delegation_edit"]
    list_columns = ["kind", "giver", "holder", "decree_number", "starts_on", "ends_on"]
    show_columns = ["kind", "giver", "holder", "decree_number", "starts_on", "ends_on", "note", "created_at"]
    add_columns = ["kind", "giver", "holder", "decree_number", "starts_on", "ends_on", "note"]
    edit_columns = add_columns
    search_columns = ["holder", "decree_number"]
    order_columns = ["starts_on", "ends_on"]
    base_order = ("ends_on", "desc")
    formatters_columns = {"kind": worded(DELEGATION_KINDS)}
    add_form_extra_fields = _delegation_fields()
    edit_form_extra_fields = _delegation_fields()

    def name_of(self, item: DelegationRow) -> str:
        """Return the title of a delegation: its kind and decree number."""
        return f"{DELEGATION_KINDS[item.kind]} {item.decree_number}"

    def why_fixed(self, item: DelegationRow) -> str | None:
        """Return "over" for a delegation after its last office date, which cannot be edited; else None."""
        return "over" if item.ends_on < office_today() else None

    def prepare(self, form: Any, item: DelegationRow | None) -> None:
        """Limit the officers that the delegation form offers to those with an active user account."""
        present = (item.giver_id, item.holder_id) if item is not None else ()
        for field in (form.giver, form.holder):
            field.query_func = lambda: officer_choices(present)

    def before_save(self, item: DelegationRow) -> None:
        """Check a delegation against the others, which are locked until the transaction ends. Raises ChangeRefused for
        a loop, an overlap, wrong dates, a delegation to oneself or to the administrator who saves it, and for a change
        of the recorded fields of a delegation that was already used.
        """
        lock_delegations()
        if item.id is not None and is_named_by_events(item.id):
            attributes: Any = inspect(item).attrs
            changed = [name for name in _PART_OF_THE_RECORD if attributes[name].history.has_changes()]
            if changed:
                raise ChangeRefused("used", changed[0])
        item.created_at = item.created_at or utc_now()
        kind, pair = DelegationKind(item.kind), (item.giver.user_id, item.holder.user_id)
        new = Delegation(item.id or 0, kind, *pair, item.starts_on, item.ends_on)
        if fault := fault_of_delegation(new, office_today()):
            raise ChangeRefused(fault.value, _FIELD_OF_FAULT[fault])
        if new.holder == current_person().id:
            raise ChangeRefused("to_the_writer", "holder")

    def after_change(self, item: DelegationRow) -> None:
        """Notify giver, holder and supervisors of a new delegation; of a changed one nobody is notified again."""
        notify_of_delegation(item, current_person().id, utc_now())

    def before_delete(self, item: DelegationRow) -> None:
        """Raise ChangeRefused(delegation_stays) always.

        Delegations are never deleted, so that it stays known who acted for whom.
        """
        raise ChangeRefused("delegation_stays")

    @action("end_now", ACTIONS["end_now"], ACTIONS["end_now_question"], multiple=False)
    def end_now(self, item: DelegationRow) -> Response:
        """End a running delegation, commit, and redirect to its page.

        Its last day becomes yesterday, or today if it began today. A delegation that is already over is left unchanged
        with a warning.
        """
        if item.ends_on < office_today():
            flash(REFUSED["over"], "warning")
        else:
            end_delegation(item, office_today())
            flash(CHANGED["delegation_ended"], "success")
        return redirect(url_for("DelegationView.show", pk=item.id))

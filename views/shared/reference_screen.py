"""Base class of the reference data screens: FAB's ModelView reduced to plain CRUD."""

import hashlib
from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask_appbuilder import ModelView
from flask_appbuilder.fields import QuerySelectField
from sqlalchemy import inspect
from sqlalchemy.exc import IntegrityError
from wtforms import HiddenField

from app.access.current_person import current_person
from app.access.roles import permissions_on
from app.core.clock import utc_now
from app.core.transaction import delete_row, lock_row, one_transaction, save_row, unflushed
from app.reference.journal import Values, journal_change, row_values
from app.reference.labels import COLUMNS
from app.web.confirmation import ConfirmDelete
from app.web.form_labels import CHANGED, CHOOSE, NONE_CHOSEN, REFUSED
from app.web.list_guards import GuardedRequests

CRUD = {"list", "show", "add", "edit", "delete"}
READ_OR_WRITE = {
    "list": "read",
    "show": "read",
    "add": "write",
    "edit": "write",
    "delete": "write",
    "confirm_delete": "write",
}


class ChangeRefused(Exception):
    """Exception raised when a change of a row is not allowed.

    `sentence` is the message for `reason`; `field` is where it is shown, "" for the whole form.
    """

    def __init__(self, reason: str, field: str = "") -> None:
        super().__init__(reason)
        self.sentence = REFUSED[reason]
        self.field = field


class GuardedModelView(GuardedRequests, ConfirmDelete, ModelView):
    """FAB ModelView with plain CRUD routes only (no download, no action by id) and validated list URLs.

    Subclasses set their list, show, add, edit, search and order columns; a test fails otherwise. A change is one
    transaction: if a rule or the database refuses it, nothing is saved and the form is shown again as typed with an
    error.
    """

    include_route_methods = CRUD
    class_permission_name = "Reference"
    base_permissions = permissions_on("Reference")
    method_permission_name = READ_OR_WRITE
    page_size = 25
    show_template = "reference/show.html"
    add_row_message = CHANGED["added"]
    edit_row_message = CHANGED["edited"]
    delete_row_message = CHANGED["deleted"]

    label_columns: Any = None
    edit_form: Any = None

    journal_kind = ""
    """The kind under which the journal records changes of these rows; "" for rows that do not affect cases."""

    def why_fixed(self, item: Any) -> str | None:
        """Return the reason code why a row can no longer be edited, None if it can; this base always returns None."""
        return None

    def prepare(self, form: Any, item: Any) -> None:
        """Limit the choices of a form to what this row may have; a hook that does nothing here.

        `item` is None for a new row.
        """

    def propose(self, form: Any) -> None:
        """Fill in what the form of a new row may leave to the program; a hook that does nothing here. The API, which
        uses the same forms, proposes nothing.
        """

    def before_save(self, item: Any) -> None:
        """Complete a row filled from the form; a hook that does nothing here.

        Subclasses raise ChangeRefused for an invalid row.
        """

    def before_delete(self, item: Any) -> None:
        """Check the deletion of a row; a hook that does nothing here. Subclasses raise ChangeRefused."""

    def after_change(self, item: Any) -> None:
        """Check the changed tables before the commit; a hook that does nothing here.

        Subclasses raise ChangeRefused to roll back.
        """

    def _get_search_widget(self, form: Any = None, **kwargs: Any) -> Any:
        """Return the FAB search widget with no related row selected; FAB's own shows the name of its blank value."""
        for field in form:
            if isinstance(field, QuerySelectField):
                field.blank_text = CHOOSE
        return super()._get_search_widget(form=form, **kwargs)

    def _init_properties(self) -> None:
        self.label_columns = {**COLUMNS, **(self.label_columns or {})}
        super()._init_properties()

    def _init_forms(self) -> None:
        super()._init_forms()
        self.edit_form = type("EditForm", (self.edit_form,), {"seen": HiddenField()})

    def _get_show_widget(self, pk: Any, item: Any, *args: Any, **kwargs: Any) -> Any:
        widgets = super()._get_show_widget(pk, item, *args, **kwargs)
        reason = self.why_fixed(item)
        widgets["show"].template_args["fixed"] = REFUSED[reason] if reason else ""
        return widgets

    def _add(self) -> Any:
        form = self.add_form.refresh()
        name_blank_choices(form)
        self.prepare(form, None)
        self.propose(form)
        if request.method == "POST":
            if self._saved(form, self.datamodel.obj(), new=True):
                return None
        else:
            self.update_redirect()
        return self._get_add_widget(form=form)

    def _edit(self, pk: Any) -> Any:
        item = self.datamodel.get(pk, self._base_filters) or abort(404)
        self._refuse_fixed(item)
        form = self.edit_form.refresh(obj=None if request.method == "POST" else item)
        name_blank_choices(form)
        self.prepare(form, item)
        if request.method == "POST":
            if self._saved(form, item, new=False):
                return None
        else:
            self.update_redirect()
        form.seen.data = form.seen.data or row_digest(item)
        widgets = self._get_edit_widget(form=form)
        return self._get_related_views_widgets(item, orders={}, pages={}, page_sizes={}, widgets=widgets)

    def _refuse_fixed(self, item: Any) -> None:
        """Abort with a redirect to the row's page and a message if the row can no longer be edited."""
        if reason := self.why_fixed(item):
            flash(REFUSED[reason], "warning")
            abort(redirect(url_for(f"{self.endpoint}.show", pk=self.datamodel.get_pk_value(item))))

    def _saved(self, form: Any, item: Any, new: bool) -> bool:
        if not new:
            form._id = self.datamodel.get_pk_value(item)  # FAB's uniqueness check leaves this row out
        if not form.validate():
            return False
        try:
            with one_transaction():
                self.write_row(form, item, new)
        except ChangeRefused as refused:
            if refused.sentence is REFUSED["changed_meanwhile"]:
                form.seen.data = row_digest(item)
            say(form, refused.field, refused.sentence)
            return False
        except IntegrityError as error:
            say(form, *broken_rule(form, error))
            return False
        flash(self.add_row_message if new else self.edit_row_message, "success")
        return True

    def write_row(self, form: Any, item: Any, new: bool) -> None:
        """Save a valid form to the row and journal the change; the caller opens the transaction.

        Raises ChangeRefused if a rule refuses it or the row was changed since the form was rendered.
        """
        before = None if new else row_values(item)
        self._fill(form, item, new)
        save_row(item)
        self.after_change(item)
        self._journal(before, row_values(item))

    def _journal(self, before: Values, after: Values) -> None:
        if self.journal_kind:
            journal_change(self.journal_kind, before, after, current_person().id, utc_now())

    def _fill(self, form: Any, item: Any, new: bool) -> None:
        """Copy the form into the row and run `before_save`; an existing row is locked first.

        Raises ChangeRefused: that of `before_save`, or changed_meanwhile if the row was changed since the form was
        rendered.
        """
        if not new:
            lock_row(item)
            if form.seen.data != row_digest(item):
                raise ChangeRefused("changed_meanwhile")
        with unflushed():
            for field in form:
                if field.name not in ("seen", "csrf_token"):
                    field.populate_obj(item, field.name)
            self.before_save(item)

    def remove_row(self, item: Any) -> None:
        """Delete the row and journal the deletion; the caller opens the transaction.

        Raises ChangeRefused if the row must stay, IntegrityError if other rows refer to it.
        """
        self.before_delete(item)
        before = row_values(item)
        delete_row(item)
        self.after_change(item)
        self._journal(before, None)

    def _delete(self, pk: Any) -> None:
        item = self.datamodel.get(pk, self._base_filters) or abort(404)
        try:
            with one_transaction():
                self.remove_row(item)
        except ChangeRefused as refused:
            flash(refused.sentence, "danger")
        except IntegrityError:
            flash(REFUSED["still_named"], "danger")
        else:
            flash(self.delete_row_message, "success")
        self.update_redirect()


def row_digest(item: Any) -> str:
    """Return 20 hex digits of a hash of the row's columns, by which an edit form detects a change made since it was
    shown.
    """
    held = [getattr(item, column.key) for column in inspect(type(item)).column_attrs]
    return hashlib.sha256(repr(held).encode()).hexdigest()[:20]


def name_blank_choices(form: Any) -> None:
    """Add a blank first option to the form's related-row fields, so that no row is preselected by accident."""
    for field in form:
        if isinstance(field, QuerySelectField):
            field.allow_blank, field.blank_text = True, CHOOSE if field.flags.required else NONE_CHOSEN


def say(form: Any, field: str, sentence: Any) -> None:
    """Append an error message to a field of the form, or to the form itself if it has no such field."""
    if field in form:
        form[field].errors = [*form[field].errors, sentence]
    else:
        form.form_errors = [*form.form_errors, sentence]


_REASONS = {"uq_": "already_exists", "ex_": "overlap"}


def broken_rule(form: Any, error: IntegrityError) -> tuple[str, Any]:
    """Return (field name, message) for a violated database constraint; the field name is "" if unknown.

    Constraints are named after their table and first column.
    """
    rule = getattr(getattr(error.orig, "diag", None), "constraint_name", None) or ""
    named = [field.name for field in form if f"_{field.name}" in rule and field.name != "csrf_token"]
    reason = _REASONS.get(rule[:3], "breaks_a_rule")
    return (max(named, key=len) if named else ""), REFUSED[reason]

"""Screens of the fields that the office adds to complaints: list, draft, check, activation and end."""

from collections.abc import Callable
from typing import Any

from flask import abort, flash, redirect, render_template, request
from flask_appbuilder import BaseView, expose
from flask_babel import gettext
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from app.access.current_person import current_person, may
from app.access.roles import permissions_on
from app.core.clock import utc_now
from app.core.rows import find_row
from app.core.transaction import lock_row, one_transaction
from app.fields import change as fields
from app.fields.body import read_body, without
from app.fields.change import FieldRefused, body_of
from app.fields.check import RESERVED, Fault, faults_of_body
from app.fields.definitions import active_fields, known_fields
from app.fields.labels import (
    AUDIENCES,
    CONTROLS,
    MOMENTS,
    NO_REASON,
    STATES,
    TYPES,
    bounds_text,
    control_label,
    control_of,
    fault_text,
)
from app.fields.rows import all_fields, field_rows, state_of
from app.models import FieldDefinition
from app.reference.choices import categories_in_use
from app.vocabulary.refusals import field_sentences
from app.vocabulary.words import CLASSIFICATIONS
from views.fields.form import body_of_form, typed_of
from views.shared.reference_fields import free_code
from views.shared.reference_screen import row_digest
from views.shared.screen_access import for_officers
from workflow_rules.process.parameters import clean_text

PATH = "/isian"
LONGEST_REASON = 1000


class FieldView(BaseView):
    """Screens of the office's fields; every officer may read, administrators write. A draft changes nothing."""

    route_base = PATH
    default_view = "list"
    class_permission_name = "Reference"
    base_permissions = permissions_on("Reference")

    @expose("/")
    @for_officers("can_read", "Reference")
    def list(self) -> str:
        """Show the page of all versions of all fields: active ones, drafts, then ended ones."""
        now = utc_now()
        groups = {state: [row for row in all_fields() if state_of(row, now) == state] for state in STATES}
        return render_template(
            "fields/list.html",
            title=gettext("Isian tambahan"),
            groups={state: groups[state] for state in ("active", "draft", "ended")},
            category_names=_category_names(),
            manages=may("can_write", "Reference"),
            **_words(),
        )

    @expose("/baru", methods=["GET"])
    @for_officers("can_write", "Reference")
    def blank(self) -> str:
        typed: MultiDict[str, str] = MultiDict({"type": "text", "order": "100"})
        typed.setlist("visible_to", ["office", "agency"])
        return _form_page(None, typed)

    @expose("/baru", methods=["POST"])
    @for_officers("can_write", "Reference")
    def add(self) -> Any:
        return _save(None)

    @expose("/<int:number>")
    @for_officers("can_read", "Reference")
    def show(self, number: int) -> str:
        return _show_page(_find(number))

    @expose("/<int:number>/ubah", methods=["GET"])
    @for_officers("can_write", "Reference")
    def edit(self, number: int) -> str:
        row = _find(number)
        return _form_page(row, typed_of(body_of(row)))

    @expose("/<int:number>/ubah", methods=["POST"])
    @for_officers("can_write", "Reference")
    def change(self, number: int) -> Any:
        return _save(_find(number))

    @expose("/<int:number>/aktif", methods=["POST"])
    @for_officers("can_write", "Reference")
    def activate(self, number: int) -> Any:
        """Activate the draft for the typed reason and redirect to its page; faults show the page again with 422."""
        typed = request.form.get("reason", "")
        reason, error = clean_text("reason", typed, LONGEST_REASON)
        if error is not None:
            missing = str(NO_REASON) if not typed.strip() else field_sentences((error,))[0]["message"]
            return _show_page(_find(number), missing, typed), 422
        by, notice = current_person().id, _where_active(_find(number))
        return _done(number, lambda row: fields.activate(row, reason, utc_now(), by), notice, typed)

    @expose("/<int:number>/akhir", methods=["POST"])
    @for_officers("can_write", "Reference")
    def end(self, number: int) -> Any:
        return _done(
            number, lambda row: fields.end(row, utc_now()), gettext("Isian berakhir. Nilainya tetap tersimpan.")
        )

    @expose("/<int:number>/salin", methods=["POST"])
    @for_officers("can_write", "Reference")
    def copy(self, number: int) -> Response:
        """Make a draft that is a copy of a field, as its next version, and redirect to its form."""
        source, row = _find(number), FieldDefinition()
        with one_transaction():
            fields.save_draft(row, body_of(source))
        return redirect(f"{PATH}/{row.id}/ubah", 303)

    @expose("/<int:number>/hapus", methods=["POST"])
    @for_officers("can_write", "Reference")
    def remove(self, number: int) -> Response:
        """Delete a draft and redirect to the list; an active field stays, with a message."""
        try:
            with one_transaction():
                fields.delete_draft(_find(number))
        except FieldRefused as refused:
            flash(fault_text(refused.faults[0]), "danger")
            return redirect(f"{PATH}/{number}", 303)
        flash(gettext("Konsep dihapus."), "success")
        return redirect(f"{PATH}/", 303)


def _find(number: int) -> FieldDefinition:
    row: FieldDefinition | None = find_row(field_rows(), FieldDefinition.id, number)
    return row if row is not None else abort(404)


def _save(row: FieldDefinition | None) -> Any:
    """Save the sent form as a new or changed draft and redirect to its page; faults, and a row that somebody else has
    changed since, show the form again as typed with status 422.
    """
    other = known_fields().get(request.form.get("only_if.field", ""))
    sent = body_of_form(other.type if other is not None else "")
    sent["code"] = sent["code"] or free_code(sent["label"]["id"], {*RESERVED, *(one.code for one in all_fields())})
    body, faults = _read(sent)
    stale = row is not None and request.form.get("seen") != row_digest(row)
    if faults or stale:
        return _form_page(row, request.form, faults, stale=stale), 422
    saved = row or FieldDefinition()
    try:
        with one_transaction():
            if row is not None:
                lock_row(row)
            fields.save_draft(saved, body)
    except FieldRefused as refused:
        return _form_page(row, request.form, refused.faults), 422
    flash(gettext("Konsep disimpan. Ia belum berlaku sampai diaktifkan."), "success")
    return redirect(f"{PATH}/{saved.id}", 303)


def _read(sent: dict[str, Any]) -> tuple[dict[str, Any], list[Fault]]:
    """Return what `read_body` returns; beside faults of reading stand those of all that could be read."""
    body, faults = read_body(sent)
    if faults:
        rest, unread = read_body(without(sent, faults))
        faults += [] if unread else faults_of_body(rest)
    return body, faults


def _done(number: int, act: Callable[[FieldDefinition], None], notice: str, typed: str = "") -> Any:
    """Run a change of one field in a transaction and redirect to its page; a refusal shows the page with 422."""
    try:
        with one_transaction():
            act(_find(number))
    except FieldRefused:
        return _show_page(_find(number), typed=typed), 422
    flash(notice, "success")
    return redirect(f"{PATH}/{number}", 303)


def _category_names() -> dict[str, str]:
    return {code: name for top, of, below in categories_in_use() for code, name in {top: of, **below}.items()}


def _where_active(row: FieldDefinition) -> str:
    """Return the sentence that says at which moments, and for which complaints, a field is asked for from now on."""
    names = _category_names()
    moments = "; ".join(str(MOMENTS[moment]) for moment in row.moments)
    kinds = [names.get(code, code) for code in row.categories]
    kinds += [str(CLASSIFICATIONS[code]) for code in row.classifications]
    if not kinds:
        return gettext("Isian aktif sekarang. Diminta saat: %(moments)s.", moments=moments)
    kind = ", ".join(kinds)
    return gettext("Isian aktif sekarang. Diminta saat: %(moments)s, hanya untuk %(kind)s.", moments=moments, kind=kind)


def _words() -> dict[str, Any]:
    return {
        "types": TYPES,
        "moments": MOMENTS,
        "audiences": AUDIENCES,
        "states": STATES,
        "labels": CONTROLS,
        "path": PATH,
    }


def _show_page(row: FieldDefinition, reason_fault: str = "", typed: str = "") -> str:
    state = state_of(row, utc_now())
    faults, affects = fields.check(row) if state == "draft" else ([], 0)
    return render_template(
        "fields/show.html",
        title=row.label_id,
        row=row,
        state=state,
        faults=_listed(faults),
        affects=affects,
        reason_fault=reason_fault,
        reason_typed=typed,
        category_names=_category_names(),
        bounds=bounds_text(row.type, row.bounds) if row.bounds else "",
        classifications=CLASSIFICATIONS,
        manages=may("can_write", "Reference"),
        **_words(),
    )


def _listed(faults: list[Fault]) -> list[tuple[str, str, str]]:
    """Return (control, its label, message) of each fault, for the list above a form."""
    return [(control_of(fault.path), control_label(fault.path), fault_text(fault)) for fault in faults]


def _form_page(
    row: FieldDefinition | None, typed: MultiDict[str, str], faults: list[Fault] | None = None, stale: bool = False
) -> str:
    faults = faults or []
    if not typed.get("code") and any(fault.path == "label.id" for fault in faults):
        # The code is missing only because it is made from the name.
        faults = [fault for fault in faults if fault.path != "code"]
    at_field = {control_of(fault.path): fault_text(fault) for fault in reversed(faults)}
    active = row is not None and row.active_from is not None
    return render_template(
        "fields/form.html",
        title=gettext("Isian baru") if row is None else gettext("Ubah isian"),
        row=row,
        active=active,
        seen=row_digest(row) if row is not None else "",
        typed=typed,
        faults=at_field,
        fault_list=_listed(faults),
        stale=stale,
        categories=categories_in_use(),
        classifications=CLASSIFICATIONS,
        others=[one for one in active_fields() if not one.personal and (row is None or one.code != row.code)],
        **_words(),
    )

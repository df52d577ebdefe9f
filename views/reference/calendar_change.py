"""The confirmation page of a calendar change: it shows the deadlines that would move and asks for a reason."""

from datetime import date
from typing import Any

from flask import abort, current_app, flash, redirect, render_template, request
from flask_appbuilder import BaseView, expose
from flask_babel import ngettext
from itsdangerous import BadData, URLSafeSerializer
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response

from app.access.current_person import current_person
from app.access.process_rows import STEPS
from app.access.roles import permissions_on
from app.calendar.change import (
    DAYS,
    CalendarChange,
    ChangedMeanwhile,
    Consequence,
    NeverOpens,
    RowChange,
    apply_change,
    preview_change,
)
from app.core.clock import utc_now
from app.reference.agencies import agency_names
from app.reference.labels import COLUMNS
from app.reference.sop import step_numbers
from app.vocabulary.words import HOLIDAY_KINDS
from app.web.form_labels import REFUSED
from app.web.formats import day
from views.reference.calendar_labels import CALENDAR_MESSAGES, CHANGED_FIELDS, TABLE_WORDS
from views.shared.screen_access import for_officers

MOST_SHOWN = 200
LONGEST_REASON = 1000
LISTS = {"holiday": "/hari-libur/list/", "working_week": "/jam-kerja/list/"}


class CalendarChangeView(BaseView):
    """The second step of every calendar change, which applies the change if a reason is given.

    Otherwise its confirmation page is shown again.
    """

    route_base = "/perubahan-kalender"
    default_view = "leave"
    class_permission_name = "Reference"
    base_permissions = permissions_on("Reference")

    @expose("/", methods=["GET"])
    @for_officers("can_write", "Reference")
    def leave(self) -> Response:
        """Redirect to the list of holidays, since the confirmation page exists only as the response to a change."""
        return redirect(LISTS["holiday"])

    @expose("/", methods=["POST"])
    @for_officers("can_write", "Reference")
    def make(self) -> str | Response:
        owner, change = _change_in(request.form.get("usul", ""))
        reason = request.form.get("reason", "").strip()
        if owner != current_person().id:
            return _show_again(change, reason, note=str(CALENDAR_MESSAGES["shown_to_another"]))
        if fault := _fault_of(reason):
            return _show_again(change, reason, fault)
        try:
            found = apply_change(change, reason, current_person().id, utc_now())
        except ChangedMeanwhile as meanwhile:
            return _rebased_page(meanwhile.now, reason)
        except NeverOpens:
            return _back_to_list(change, str(REFUSED["never_opens"]))
        except IntegrityError:
            return _back_to_list(change, str(CALENDAR_MESSAGES["already_there"]))
        sentence = str(CALENDAR_MESSAGES["saved"])
        if moved := len(found.moves):
            sentence += " " + ngettext("%(num)d batas bergeser.", "%(num)d batas bergeser.", moved)
        flash(sentence, "success")
        return redirect(LISTS[change[0].table], 303)


def confirm(change: CalendarChange, left_out: int = 0) -> str | Response:
    """Return the HTML of the confirmation page of a calendar change from a file; `left_out` counts the events not read.

    If the change is impossible or already made, return a redirect to the list of the changed table, with a message.
    """
    note = ""
    if left_out:
        note = ngettext(
            "%(num)d acara di berkas tidak dibaca, karena bukan sehari penuh, berulang, atau dibatalkan.",
            "%(num)d acara di berkas tidak dibaca, karena bukan sehari penuh, berulang, atau dibatalkan.",
            left_out,
        )
    try:
        return confirmation_page(change, preview_change(change, utc_now()), note=note)
    except NeverOpens:
        return _back_to_list(change, str(REFUSED["never_opens"]))
    except ChangedMeanwhile as meanwhile:
        return confirm(meanwhile.now) if meanwhile.now else _back_to_list(change, str(CALENDAR_MESSAGES["gone"]))
    except IntegrityError:
        return _back_to_list(change, str(CALENDAR_MESSAGES["already_there"]))


def confirmation_page(
    change: CalendarChange, found: Consequence, reason: str = "", fault: str = "", note: str = ""
) -> str:
    """Return the HTML of the confirmation page: changed rows, at most 200 moved deadlines, and a field for the reason.

    It contains the change in a token that is signed for the current officer.
    """
    rows = [[row.table, row.key, row.before, row.after] for row in change]
    token = _serializer().dumps([current_person().id, rows])  # names the officer to whom the change is shown
    return render_template(
        "reference/calendar_change.html",
        title=str(CALENDAR_MESSAGES["title"]),
        token=token,
        lines=describe_changes(change),
        moves=[(move, found.shift(move)) for move in found.moves[:MOST_SHOWN]],
        count=len(found.moves),
        back=LISTS[change[0].table],
        reason=reason,
        fault=fault,
        note=note,
        longest=LONGEST_REASON,
        steps=STEPS,
        numbers=step_numbers(),
        names=agency_names(),
    )


def describe_changes(change: CalendarChange) -> list[dict[str, Any]]:
    """Return a list with a dict for each changed calendar row, for display.

    `kind` is new, changed or gone, `what` the table and `how` the act as text, `name` the row's name, and `fields`
    holds (label, old value, new value).
    """
    rows = []
    for row in change:
        kind = "new" if row.before is None else "gone" if row.after is None else "changed"
        before, after = row.before or {}, row.after or {}
        differing = [name for name in after or before if before.get(name) != after.get(name)]
        fields = [(COLUMNS[n], _shown(n, before.get(n)), _shown(n, after.get(n))) for n in differing]
        rows.append(
            {
                "kind": kind,
                "what": TABLE_WORDS[row.table],
                "how": CHANGED_FIELDS[kind],
                "name": (after or before).get("name", ""),
                "fields": [field for field in fields if any(field[1:])],
            }
        )
    return rows


def _shown(name: str, value: Any) -> Any:
    """Return the value of a calendar row's field as display text; "" if it is empty."""
    if name in DAYS and value:
        return day(date.fromisoformat(value), "lengkap")
    return str(HOLIDAY_KINDS.get(value, value)) if name == "kind" and value else value or ""


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt="calendar-change")


def _change_in(text: str) -> tuple[int | None, CalendarChange]:
    """Return (user id of the officer who saw the change, the change) from a signed token.

    Aborts with 400 if the signature is invalid.
    """
    try:
        owner, rows = _serializer().loads(text)
    except BadData:
        abort(400)
    return owner, tuple(RowChange(*row) for row in rows)


def _fault_of(reason: str) -> str:
    if not reason:
        return str(CALENDAR_MESSAGES["reason_missing"])
    if "\x00" in reason:
        return str(REFUSED["unreadable_characters"])
    return str(CALENDAR_MESSAGES["reason_too_long"]) if len(reason) > LONGEST_REASON else ""


def _show_again(change: CalendarChange, reason: str, fault: str = "", note: str = "") -> str | Response:
    """Return the HTML of the confirmation page of a change for the current state of its rows, with the typed reason.

    If the change is no longer possible, return a redirect to the list of the changed table.
    """
    try:
        return confirmation_page(change, preview_change(change, utc_now()), reason, fault, note=note)
    except ChangedMeanwhile as meanwhile:
        return _rebased_page(meanwhile.now, reason)
    except NeverOpens:
        return _back_to_list(change, str(REFUSED["never_opens"]))
    except IntegrityError:
        return _back_to_list(change, str(CALENDAR_MESSAGES["already_there"]))


def _rebased_page(change: CalendarChange | None, reason: str) -> str | Response:
    """Return the HTML of the confirmation page of the change as it applies to the current rows.

    If the row is gone (None), return a redirect to the list of holidays.
    """
    if change is None:
        flash(str(CALENDAR_MESSAGES["gone"]), "danger")
        return redirect(LISTS["holiday"], 303)
    return _show_again(change, reason, note=str(CALENDAR_MESSAGES["changed"]))


def _back_to_list(change: CalendarChange, sentence: str) -> Response:
    """Return a redirect to the list of the changed table, with a message why nothing was changed."""
    flash(sentence, "danger")
    return redirect(LISTS[change[0].table], 303)

"""The list of all complaints a user may see, with filters in the query string (`/aduan/?lewat=1`: late cases)."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import render_template, request
from flask_appbuilder import BaseView, expose
from flask_babel import gettext
from flask_login import current_user

from app.access.current_person import current_person
from app.access.process_rows import STEPS
from app.access.roles import permissions_on
from app.choices.lists import CHANNELS
from app.core.clock import utc_now
from app.core.identifiers import LARGEST_ID
from app.core.request_context import request_context
from app.fields.filters import Fields
from app.reference.calendar import load_working_calendar
from app.reference.choices import filter_options
from app.vocabulary.words import STATUSES
from app.worklists.complaint_lists import ComplaintFilter, ComplaintRow, complaint_page, look_up
from app.worklists.complaint_order import BY_LIMIT, Cut, is_by_field
from app.worklists.saved_lists import lists_of
from app.worklists.search import NEAR_SHOWN, prepare_near_search, prepare_search
from app.worklists.search_hits import MOST_RANKED
from app.worklists.work_counts import count_badges
from views.shared.field_filters import field_controls, field_orders, fields_of_reader, values_of
from views.shared.highlighted_rows import with_hits
from views.shared.list_address import AFTER, BEFORE, ListAddress, Pages, as_day, pages_of, read_address
from views.shared.list_columns import LAYOUT, columns_of, layout_choices, layout_of, saved_tabs, usual_of
from views.shared.list_labels import ORDERS, YES
from views.shared.list_rows import LimitWriter, Line, complaint_line
from views.shared.screen_access import for_officers
from workflow_rules.process.actors import Person
from workflow_rules.process.steps import CaseStatus

DAYS = ("dari", "sampai")
"""First and last office date of receipt, also set by links of the dashboard."""


class ComplaintListView(BaseView):
    """The list of complaints at `/aduan/`; the session's row filter limits it to the cases the user may see."""

    route_base = "/aduan"
    default_view = "list"
    class_permission_name = "Complaint"
    base_permissions = permissions_on("Complaint")

    @expose("/")
    @for_officers("can_read", "Complaint")
    def list(self) -> str:
        """Show the page of the complaints that match the query string; late ones (`lewat`) with the longest overdue
        first.
        """
        person, now = current_person(), utc_now()
        address = _read_list_address()
        wanted = look_up(person, _wanted(address, person), now)
        counts = request_context().worklist_counts = count_badges(person, now, wanted)
        saved = lists_of(current_user.id, "complaints")
        layout = layout_of(address, usual_of(saved, current_user.id))
        pages = pages_of(address, counts.listed, layout.size)
        order = "batas" if wanted.late and not is_by_field(layout.order) else layout.order
        rows, pages = _page(person, wanted, now, pages, order) if counts.listed else ([], pages)
        writer = LimitWriter(load_working_calendar(), now)
        shown = {name: one for name, one in address.fields.items() if name in layout.columns}
        return render_template(
            "worklists/complaints.html",
            title=gettext("Lewat batas") if wanted.late else gettext("Semua aduan"),
            channel_words=CHANNELS,
            selects=address.selects("status", "langkah", "opd", "kategori", "saluran", "kecamatan"),
            now=now,
            address=address,
            pages=pages,
            lines=with_hits((complaint_line(row, writer, shown) for row in rows), rows, wanted.search),
            near=[] if rows else _near_lines(person, wanted, address, writer, shown),
            late=wanted.late,
            order=order,
            orders=address.choices["urut"],
            saved=saved_tabs(saved, address, "/aduan/", current_user.id),
            layout=layout,
            may_share=person.observes,
            of_agency=bool(person.agencies),
            column_words=columns_of(address.fields),
            field_controls=field_controls(address.fields, address.typed),
            capped=wanted.search is not None and counts.listed >= MOST_RANKED,
        )


def _page(
    person: Person, wanted: ComplaintFilter, now: datetime, pages: Pages, order: str
) -> tuple[list[ComplaintRow], Pages]:
    """Return (rows of the requested page of complaints, the page with its keyset cursors).

    Paging is by keyset, falling back to the offset if nothing follows the cursor; search results and lists by a
    field are paged by offset.
    """
    if wanted.search is not None or is_by_field(order):
        return complaint_page(person, wanted, now, pages.size, pages.offset, order), pages
    cut = _read_cut(order)
    rows = complaint_page(person, wanted, now, pages.size, pages.offset, order, cut)
    if cut and not rows:
        rows = complaint_page(person, wanted, now, pages.size, pages.offset, order)
    ends = (_cursor(rows[0], order), _cursor(rows[-1], order)) if rows else pages.ends
    return rows, replace(pages, ends=ends)


def _near_lines(
    person: Person, wanted: ComplaintFilter, address: ListAddress, writer: LimitWriter, shown: Fields
) -> list[Line]:
    """Return list rows for similar words, for a search without hits; [] without a search or without similar words."""
    if wanted.search is None:
        return []
    near = prepare_near_search(address.get("q") or "", person)
    if near is None:
        return []
    rows = complaint_page(person, replace(wanted, search=near), writer.now, NEAR_SHOWN)
    return with_hits((complaint_line(row, writer, shown) for row in rows), rows, near)


def _read_list_address() -> ListAddress:
    own = fields_of_reader()
    choices: dict[str, Any] = {
        "status": STATUSES,
        "langkah": STEPS,
        "saluran": CHANNELS,
        "lewat": YES,
        "berjalan": YES,
        "pindahan": YES,
        **layout_choices({**ORDERS, **field_orders(own)}),
        **filter_options(agencies=True),
    }
    fixed = (*LAYOUT, "lewat", "berjalan")
    return read_address(choices, fixed=fixed, columns=columns_of(own), days=DAYS, fields=own)


def _wanted(address: ListAddress, person: Person) -> ComplaintFilter:
    status, step = address.get("status"), address.get("langkah")
    return ComplaintFilter(
        search=prepare_search(address.get("q") or "", person),
        status=CaseStatus(status) if status else None,
        late="lewat" in address.values,
        running="berjalan" in address.values,
        imported="pindahan" in address.values,
        step=step or None,
        agency=address.get("opd"),
        category=address.get("kategori"),
        channel=address.get("saluran"),
        district=address.get("kecamatan"),
        since=as_day(address.get("dari")),
        until=as_day(address.get("sampai")),
        fields=values_of(address.fields, address.values),
    )


_BETWEEN = "~"


def _read_cut(order: str) -> Cut | None:
    """Return the keyset cursor (`Cut`) of the requested page; None for the first page or for an invalid cursor.

    A cursor of another order is invalid.
    """
    name = next((name for name in (AFTER, BEFORE) if name in request.args), None)
    if name is None:
        return None
    moment, between, key = request.args[name].rpartition(_BETWEEN)
    known = key.isascii() and key.isdigit() and len(key) < 20 and int(key) <= LARGEST_ID
    if not known or bool(between) != (order == BY_LIMIT):
        return None
    try:
        due = datetime.fromisoformat(moment) if moment else None
    except ValueError:
        return None
    return Cut(int(key), due, backwards=name == BEFORE) if due is None or due.tzinfo else None


def _cursor(row: ComplaintRow, order: str) -> str:
    """Return the keyset cursor (text) at a row: its case id, in the order by limit preceded by limit and tilde."""
    due = row.complaint.next_due_at
    return (
        f"{due.isoformat() if due else ''}{_BETWEEN}{row.complaint.id}" if order == BY_LIMIT else f"{row.complaint.id}"
    )

"""The start page: the inbox of an officer, an overview for supervisors, the menus for administrators."""

from collections.abc import Iterator
from typing import Any

from flask import Flask, current_app, jsonify, render_template, request
from flask_appbuilder import IndexView, expose
from flask_appbuilder.menu import MenuItem
from flask_babel import gettext, ngettext
from flask_login import current_user
from werkzeug.wrappers import Response

from app.access.current_person import current_person, may
from app.access.office_roles import role_names
from app.access.process_rows import STEPS, known_steps, process_parts
from app.choices.lists import CHANNELS
from app.core.clock import office_today, utc_now
from app.core.request_context import request_context
from app.notices.failed_deliveries import count_failed
from app.profile.still_to_do import still_to_set_up
from app.reference.calendar import load_working_calendar, missing_holiday_year
from app.reference.choices import filter_options
from app.reference.sop import active_sop, registers
from app.worklists.complaint_lists import ComplaintFilter, complaint_page, count_each
from app.worklists.inbox import Queue, WorkFilter, work_page
from app.worklists.saved_lists import lists_of
from app.worklists.search import prepare_search
from app.worklists.waiting import offices_of
from app.worklists.work_counts import WorkCounts, count_inbox, count_newer
from views.shared.highlighted_rows import with_hits
from views.shared.list_address import ListAddress, pages_of, read_address
from views.shared.list_columns import COLUMNS, LAYOUT, Layout, layout_choices, layout_of, saved_tabs, usual_of
from views.shared.list_labels import (
    ACT_TABS,
    GROUPS,
    OTHER_TABS,
    QUEUES,
    TAB_BESIDE,
    WORK_ORDERS,
    YES,
)
from views.shared.list_rows import LimitWriter, complaint_line, grouped, work_line
from views.shared.offices import office_name
from views.shared.page_counts import page_counts
from views.shared.screen_access import to_login
from workflow_rules.process.actors import Person
from workflow_rules.process.steps import StepKind
from workflow_rules.time.deadlines import TimeState

LATE_SHOWN = 10


def install(app: Flask) -> None:
    """Register template functions on the app: menu counts, role line and the warning about missing holidays."""
    app.jinja_env.globals["menu_badges"] = menu_badges
    app.jinja_env.globals["role_line"] = role_line
    app.jinja_env.globals["missing_holiday_year"] = calendar_warning


class InboxView(IndexView):
    """Start page at `/` for every user: inbox, supervisors' overview, or menus."""

    @expose("/")
    def index(self) -> str | Response:
        if not current_user.is_authenticated:
            return to_login()
        person = current_person()
        if offices_of(person):
            return _inbox(person)
        if person.observes:
            return _overview(person)
        # An account without a capacity starts at the menus it can see.
        menus = [(item, _children(item)) for item in self.appbuilder.menu.get_list() if item.childs]
        shown = [(item, children) for item, children in menus if children]
        to_do = still_to_set_up() if may("can_write", "Reference") else []
        return render_template("worklists/start.html", title=gettext("Beranda"), groups=shown, to_do=to_do)

    @expose("/kabar")
    def news(self) -> Response:
        """Return a JSON response with `count` and `text` about the steps that opened for the officer since the page was
        shown.

        Counted are those with an id above `sejak`.
        """
        since = request.args.get("sejak", "")
        known = int(since) if since.isascii() and since.isdigit() and len(since) < 18 else 0
        count = count_newer(current_person(), known)
        return jsonify(count=count, text=ngettext("%(num)d tugas baru", "%(num)d tugas baru", count))


def _children(item: MenuItem) -> list[MenuItem]:
    visible = current_app.appbuilder.template_filters.is_menu_visible  # type: ignore[attr-defined]
    return [child for child in item.childs if child.name != "-" and visible(child)]


def _inbox(person: Person) -> str:
    now = utc_now()
    address = _read_inbox_address()
    wanted = _wanted(address, person)
    saved = lists_of(current_user.id, "inbox")
    layout = layout_of(address, usual_of(saved, current_user.id))
    counts = request_context().worklist_counts = count_inbox(person, wanted, now)
    pages = pages_of(address, counts.found["all"], layout.size)
    writer = LimitWriter(load_working_calendar(), now)
    rows = work_page(person, wanted, now, layout.size, pages.offset, layout.order)
    lines = with_hits((work_line(row, writer, wanted.queue, person) for row in rows), rows, wanted.search)
    return render_template(
        "worklists/inbox.html",
        title=gettext("Kotak Kerja"),
        offices=[office_name(capacity) for capacity in offices_of(person)],
        channel_words=CHANNELS,
        selects=address.selects("langkah", "kategori", "kecamatan"),
        now=now,
        address=address,
        counts=counts,
        tabs=_tabs(person, counts, address),
        saved=saved_tabs(saved, address, "/", current_user.id),
        layout=layout,
        tickable=wanted.queue is Queue.MINE and bool(person.capacities),
        may_share=person.observes,
        column_words=COLUMNS,
        groups=grouped(lines, counts.found, by_urgency=not layout.order),
        pages=pages,
        queue=wanted.queue,
    )


_TAB_FILTERS: dict[str, dict[str, str]] = {
    "mine": {},
    "near": {"waktu": "near"},
    "returned": {"kembali": "1"},
    "fast": {"cepat": "1"},
    "at_agencies": {"antre": "agencies"},
    "initials": {"antre": "initials"},
}
_TAB_COUNTS = {"mine": "all"} | {name: name for name in ("near", "returned", "fast", "at_agencies", "initials")}
_TABBED = ("antre", "waktu", "kembali", "cepat", "langkah")


def _tabs(person: Person, counts: WorkCounts, address: ListAddress) -> list[dict[str, Any]]:
    """Return a list of the template values (dict) of the inbox tabs; the link of a tab clears all other filters.

    They are the usual tabs for the officer's capacities, then a tab for every other step that waits for the officer.
    """
    usual = dict.fromkeys(tab for capacity in offices_of(person) for tab in _usual_tabs(capacity.actor))
    waiting = dict.fromkeys(step for step in counts.steps if step not in usual)
    asked = ["initials"] if counts.initials or address.get("antre") == "initials" else []
    current = {key: value for key, value in address.values.items() if key in _TABBED}
    tabs = []
    for name in ["mine", *asked, *usual, *(step for step in known_steps() if step in waiting)]:
        filters = _TAB_FILTERS.get(name, {"langkah": name})
        tab = {
            "label": OTHER_TABS.get(name) or ACT_TABS.get(process_parts().acts[name], STEPS[name]),
            "count": getattr(counts, _TAB_COUNTS[name]) if name in _TAB_COUNTS else counts.steps.get(name, 0),
            "url": address.url(**{key: filters.get(key) for key in (*_TABBED, "q", "kategori", "kecamatan")}),
            "current": current == filters,
        }
        tabs.append(tab)
    return tabs


def _usual_tabs(actor: str) -> Iterator[str]:
    """Yield the names of the tabs of a role: its steps under the active SOP, without a relay, and what belongs beside
    them.
    """
    for row in active_sop().steps:
        if row.actor == actor and row.kind is not StepKind.RELAY:
            yield row.step
            if row.act in TAB_BESIDE:
                yield TAB_BESIDE[row.act]


def _read_inbox_address() -> ListAddress:
    options = filter_options()
    choices: dict[str, Any] = {
        "antre": QUEUES,
        "waktu": GROUPS,
        "langkah": STEPS,
        "kembali": YES,
        "cepat": YES,
        **layout_choices(WORK_ORDERS),
        **options,
    }
    return read_address(choices, fixed=LAYOUT, columns=COLUMNS)


def _wanted(address: ListAddress, person: Person) -> WorkFilter:
    queue, state, step = address.get("antre"), address.get("waktu"), address.get("langkah")
    return WorkFilter(
        queue=Queue(queue) if queue else Queue.MINE,
        state=TimeState(state) if state else None,
        step=step or None,
        returned="kembali" in address.values,
        fast="cepat" in address.values,
        category=address.get("kategori"),
        district=address.get("kecamatan"),
        search=prepare_search(address.get("q") or "", person),
    )


def _overview(person: Person) -> str:
    """Return the HTML of the supervisors' start page: case counts and the ten cases that are overdue longest."""
    now = utc_now()
    counts = request_context().worklist_counts = count_inbox(person, WorkFilter(), now)
    shown = (ComplaintFilter(late=True), ComplaintFilter(running=True), ComplaintFilter())
    late, running, every = count_each(person, now, *shown)
    writer = LimitWriter(load_working_calendar(), now)
    rows = complaint_page(person, ComplaintFilter(late=True), now, LATE_SHOWN, order="batas")
    lines = [complaint_line(row, writer) for row in rows]
    return render_template(
        "worklists/overview.html",
        title=gettext("Kotak Kerja"),
        channel_words=CHANNELS,
        now=now,
        counts=counts,
        lines=lines,
        late=late,
        running=running,
        every=every,
        layout=Layout(),
        column_words=COLUMNS,
    )


def calendar_warning() -> int | None:
    """Return the year (int) without national holidays; None if none is, and for users who cannot fix or watch it.

    Those who can are the Admin Layanan Aduan, administrators and supervisors.
    """
    person = current_person()
    watches = person.observes or may("can_write", "Reference")
    if watches or registers(person):
        return missing_holiday_year(office_today())
    return None


def menu_badges() -> dict[str, tuple[int, bool]]:
    """Return the counts beside menu entries as {menu name: (count, is red)}.

    They are the officer's open steps and the late cases they may see; for an administrator without these, the number of
    messages that failed for good; {} for other accounts.
    """
    counts = page_counts()
    if counts is None:
        if not current_person().administers:
            return {}
        context = request_context()
        if context.failed_messages is None:
            context.failed_messages = count_failed()
        return {"Pesan gagal": (context.failed_messages, False)}
    own = (counts.late, True) if counts.late else (counts.all, False)
    return {"Kotak kerja": own, "Lewat batas": (counts.late_cases, True)}


def role_line() -> str:
    """Return the text under the officer's name: the first capacity and how many more there are.

    For a user without capacity it names the roles supervisor and administrator, "" if neither.
    """
    person = current_person()
    if not person.capacities:
        return role_names(current_user.roles)
    first, *others = [office_name(capacity) for capacity in person.capacities]
    return f"{first} +{len(others)}" if others else first

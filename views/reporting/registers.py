"""Pages of the daily and monthly registers."""

from datetime import timedelta
from typing import Any

from flask import Response, abort, flash, redirect, render_template, request
from flask_appbuilder import BaseView, expose
from flask_babel import gettext

from app.access.current_person import current_person, may
from app.access.roles import permissions_on
from app.core.clock import office_today, utc_now
from app.core.hashing import json_digest
from app.core.periods import month_before
from app.models import Register, RegisterKind
from app.papers.labels import why_not_drawn
from app.reference.calendar import load_working_calendar
from app.reporting.registers.charts import bars_of, trend_of
from app.reporting.registers.corrections import Comparison, corrections_since
from app.reporting.registers.labels import COUNTS, REFUSALS, REGISTER_KINDS, REGISTERS, SHORT_NAMES, TABLES, notes
from app.reporting.registers.make import RegisterRefused, make_register
from app.reporting.registers.stored_registers import count_registers, register_with_paper, registers_page
from app.reporting.registers.tables import UNBROKEN, counts_of, day_or_month, period_text, table_of, tables_in
from app.reporting.registers.workbook import register_workbook
from app.vocabulary.actions import SENTENCES
from views.reporting.days import parse_day
from views.reporting.register_corrections import correction_text
from views.shared.downloads import send_bytes, send_paper
from views.shared.list_address import PAGE_SIZE, pages_of, read_address
from views.shared.screen_access import for_officers

PATH = "/laporan"
ROWS_SHOWN = 50
CORRECTIONS_SHOWN = 100
RECOMPUTED_AT_ONCE = 1000
"""Registers with more cases are recomputed only on request, since that takes seconds to minutes."""

SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class RegisterView(BaseView):
    """Screens of the daily and monthly registers, for officers of Dinas Kominfo and supervisors."""

    route_base = PATH
    default_view = "list"
    class_permission_name = "Register"
    base_permissions = permissions_on("Register")

    @expose("/")
    @for_officers("can_read", "Register")
    def list(self) -> str:
        """Show the page of the registers of the kind `jenis` (harian or bulanan), newest first, with the form that
        makes one.
        """
        return _list_page(_kind(request.args.get("jenis", "")) or RegisterKind.DAILY)

    @expose("/buat", methods=["POST"])
    @for_officers("can_make", "Register")
    def make(self) -> Any:
        """Make the register of a past day or month, or find the existing one, and redirect to its page.

        An unreadable or refused period shows the form again with status 422; an unknown kind aborts with 400.
        """
        kind, now = _kind(request.form.get("jenis", "")), utc_now()
        if kind is None:
            abort(400)
        given = request.form.get("periode", "").strip()
        day = parse_day(given if kind is RegisterKind.DAILY else f"{given}-01")
        if day is None:
            return _list_page(kind, "unreadable", given), 422
        try:
            made = make_register(kind, day, current_person(), now)
        except RegisterRefused as refused:
            return _list_page(kind, refused.reason, given), 422
        if made.made_at == now:
            flash(gettext("Laporan nomor %(number)s dibuat dan terkunci.", number=made.number), "success")
        else:
            flash(gettext("Laporan ini sudah pernah dibuat; isinya tetap."), "info")
        return redirect(f"{PATH}/{made.id}", 303)

    @expose("/<int:register_id>")
    @for_officers("can_read", "Register")
    def show(self, register_id: int) -> str:
        """Show the page of a register as it was frozen, with the corrections found by recomputing it today; 404 if
        there is none.

        A register with more than 1,000 cases is recomputed only on request (`hitung`).
        """
        found = _find(register_id)
        frozen = found.paper.frozen
        recomputes = frozen["cases"] <= RECOMPUTED_AT_ONCE or "hitung" in request.args
        since = corrections_since(frozen) if recomputes else Comparison([], {}, [])
        page: str = render_template(
            "reporting/register.html",
            title=f"{SHORT_NAMES[found.kind]} {day_or_month(found.kind, found.day)}",
            register=found,
            it=frozen,
            names=REGISTERS,
            period=period_text(frozen),
            tables=[(table_of(name, frozen), bars_of(name, frozen)) for name in tables_in(frozen)],
            trend=trend_of(frozen) if found.kind == RegisterKind.MONTHLY else None,
            counted=counts_of(frozen),
            titles=TABLES,
            notes=notes(frozen.get("definitions", 1)),
            counts=COUNTS,
            shown=ROWS_SHOWN,
            unbroken=UNBROKEN,
            corrections=[correction_text(one, frozen, since) for one in since.found[:CORRECTIONS_SHOWN]],
            correction_count=len(since.found),
            recomputes=recomputes,
            late_events=since.late_events,
            sentences=SENTENCES,
            why=why_not_drawn(found.paper.error),
            intact=json_digest(frozen) == found.content_hash,
            path=PATH,
            now=utc_now(),
        )
        return page

    @expose("/<int:register_id>/laporan.pdf")
    @for_officers("can_read", "Register")
    def paper(self, register_id: int) -> Response:
        """Send the PDF of a register; 404 until its PDF exists, and for an unknown register."""
        found = _find(register_id)
        return send_paper(found.paper, f"{_file_name(found)}.pdf")

    @expose("/<int:register_id>/laporan.xlsx")
    @for_officers("can_read", "Register")
    def workbook(self, register_id: int) -> Response:
        """Send the frozen figures of a register as an XLSX workbook; 404 for an unknown register."""
        found = _find(register_id)
        content = register_workbook(found.kind, found.paper.frozen, found.made_at)
        return send_bytes(content, SPREADSHEET, f"{_file_name(found)}.xlsx")


def _find(register_id: int) -> Register:
    return register_with_paper(register_id) or abort(404)


def _file_name(register: Register) -> str:
    """Return the file name of a register without ending, from kind and period; it contains no personal name."""
    period = f"{register.day:%Y-%m-%d}" if register.kind == RegisterKind.DAILY else f"{register.day:%Y-%m}"
    return f"laporan-{'harian' if register.kind == RegisterKind.DAILY else 'bulanan'}-{period}"


def _kind(word: str) -> RegisterKind | None:
    return {"harian": RegisterKind.DAILY, "bulanan": RegisterKind.MONTHLY}.get(word)


def _newest(kind: RegisterKind) -> str:
    """Return the last completed working day or month as the value of a form field (YYYY-MM-DD or YYYY-MM)."""
    today = office_today(utc_now())
    if kind is RegisterKind.MONTHLY:
        return f"{month_before(today):%Y-%m}"
    calendar, back = load_working_calendar(), (today - timedelta(days=n) for n in range(1, 31))
    return f"{next((day for day in back if calendar.is_working_day(day)), today - timedelta(days=1)):%Y-%m-%d}"


def _list_page(kind: RegisterKind, refused: str = "", given: str = "") -> str:
    address = read_address({"jenis": {"harian": "", "bulanan": ""}}, fixed=("jenis",))
    pages = pages_of(address, count_registers(kind))
    page: str = render_template(
        "reporting/registers.html",
        title=gettext("Laporan"),
        kind=kind.value,
        kinds=REGISTER_KINDS,
        names=REGISTERS,
        rows=[(row, day_or_month(row.kind, row.day)) for row in registers_page(kind, PAGE_SIZE, pages.offset)],
        address=address,
        pages=pages,
        makes=may("can_make", "Register"),
        newest=_newest(kind),
        given=given,
        error=REFUSALS[refused] if refused else "",
        path=PATH,
        now=utc_now(),
    )
    return page

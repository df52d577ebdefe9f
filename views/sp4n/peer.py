"""Overview of the exchange with SP4N, its differences and their repair."""

from flask import abort, current_app, flash, redirect, render_template
from flask_appbuilder import BaseView, expose
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response

from app.access.current_person import may
from app.access.roles import permissions_on
from app.core.clock import utc_now
from app.core.identifiers import LARGEST_ID
from app.sp4n.peer.differences import Repair
from app.sp4n.peer.overview import SHOWN, count_drift, drift_lines, exchange_state, find_denial
from app.sp4n.peer.state import request_repair_by
from app.vocabulary.refusals import FAULTS
from app.vocabulary.words import STATUSES
from views.shared.screen_access import for_officers
from views.sp4n.labels import DRIFT_HELP, DRIFTS, FAULT_KINDS, LEDGER_STATES

PAGES = ("/sp4n/karantina/", "/sp4n/konflik/", "/sp4n/webhook/", "/sp4n/impor/", "/sp4n/selisih/")


class PeerView(BaseView):
    """Screens of the exchange with SP4N: the overview, and the list of differences with their repair."""

    route_base = "/sp4n"
    default_view = "overview"
    class_permission_name = "Sync"
    base_permissions = permissions_on("Sync")

    @expose("/")
    @for_officers("can_read", "Sync")
    def overview(self) -> str:
        """Show the page with the state of the exchange with SP4N: the exchange, a rejected token and the number of
        differences.
        """
        addresses = {rule.rule for rule in current_app.url_map.iter_rules()}
        if not may("can_manage", "Sync"):
            addresses.discard("/sp4n/impor/")
        page: str = render_template(
            "sp4n/overview.html",
            title=gettext("SP4N"),
            exchange_state=exchange_state(),
            denial=find_denial(),
            wrong=count_drift(),
            error_in_words=error_in_words,
            pages=[address for address in PAGES if address in addresses],
            now=utc_now(),
        )
        return page

    @expose("/selisih/")
    @for_officers("can_read", "Sync")
    def drift(self) -> str:
        """Show the page of the differences between this program and SP4N, and of the reports whose exchange failed."""
        page: str = render_template(
            "sp4n/drift.html",
            title=gettext("Selisih dengan SP4N"),
            lines=drift_lines(),
            count=count_drift(),
            shown=SHOWN,
            drifts=DRIFTS,
            helps=DRIFT_HELP,
            states=LEDGER_STATES,
            statuses=STATUSES,
            error_in_words=error_in_words,
            reason_in_words=reason_in_words,
            manages=may("can_manage", "Sync"),
            now=utc_now(),
        )
        return page

    @expose("/selisih/<int:ledger_id>/ambil", methods=["POST"])
    @for_officers("can_manage", "Sync")
    def fetch(self, ledger_id: int) -> Response:
        """Request that a report is read again from SP4N within a minute, and redirect to the page of differences.

        404 for an unknown difference.
        """
        number = _request_repair(ledger_id, Repair.FETCH)
        flash(gettext("Laporan %(number)s diambil lagi dalam semenit.", number=number), "success")
        return redirect("/sp4n/selisih/", 303)

    @expose("/selisih/<int:ledger_id>/kirim", methods=["POST"])
    @for_officers("can_manage", "Sync")
    def send(self, ledger_id: int) -> Response:
        """Request that the case's state is sent to SP4N again within a minute, and redirect to the page of differences.

        404 for an unknown difference.
        """
        number = _request_repair(ledger_id, Repair.SEND)
        flash(gettext("Keadaan laporan %(number)s dikirim lagi dalam semenit.", number=number), "success")
        return redirect("/sp4n/selisih/", 303)


def _request_repair(ledger_id: int, repair: Repair) -> str:
    number = request_repair_by(ledger_id, repair, current_user.id, utc_now()) if ledger_id <= LARGEST_ID else None
    return number if number is not None else abort(404)


def error_in_words(error: str | None) -> str:
    """Return a stored error such as "away: HTTP 503" as text; an unknown kind is returned unchanged, "" for None."""
    kind, _, detail = (error or "").partition(": ")
    return f"{FAULT_KINDS[kind]} ({detail})" if kind in FAULT_KINDS else error or ""


def reason_in_words(reason: str | None) -> str:
    """Return the stored reason why a report was rejected as text: each field with its fault; "" for None."""
    parts = [part.partition(": ") for part in (reason or "").split("; ") if part]
    return "; ".join(
        f"{field}: {str(FAULTS.get(fault, fault)).partition('%(')[0].strip()}" for field, _, fault in parts
    )

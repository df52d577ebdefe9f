"""SP4N at a glance: when it was last read and told, what waits, what differs, and the press that mends it."""

from flask import abort, current_app, flash, redirect, render_template
from flask_appbuilder import BaseView, expose
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response

from app.access.current_person import may
from app.access.roles import permissions_on
from app.core.clock import utc_now
from app.sp4n.peer.differences import Repair
from app.sp4n.peer.overview import SHOWN, count_drift, drift_lines, find_denial, standing
from app.sp4n.peer.state import replay
from app.vocabulary.refusals import FAULTS
from app.vocabulary.words import STATUSES
from views.shared.list_address import LARGEST_ID
from views.shared.screen_access import for_officers
from views.sp4n.labels import DRIFT_HELP, DRIFTS, FAULT_KINDS, LEDGER_STATES

PAGES = ("/sp4n/karantina/", "/sp4n/konflik/", "/sp4n/webhook/", "/sp4n/impor/", "/sp4n/selisih/")


class PeerView(BaseView):
    """The overview and the list of differences."""

    route_base = "/sp4n"
    default_view = "overview"
    class_permission_name = "Sync"
    base_permissions = permissions_on("Sync")

    @expose("/")
    @for_officers("can_read", "Sync")
    def overview(self) -> str:
        """How the exchange stands, in plain words."""
        page: str = render_template(
            "sp4n/overview.html",
            title=gettext("SP4N"),
            standing=standing(),
            denial=find_denial(),
            wrong=count_drift(),
            error_in_words=error_in_words,
            pages=[address for address in PAGES if _is_there(address) and _opens(address)],
            now=utc_now(),
        )
        return page

    @expose("/selisih/")
    @for_officers("can_read", "Sync")
    def drift(self) -> str:
        """What differs between both sides, and what could not be exchanged."""
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
        """Have their report read again; the workers do it within a minute."""
        number = _asked_for(ledger_id, Repair.FETCH)
        flash(gettext("Laporan %(number)s diambil lagi dalam semenit.", number=number), "success")
        return redirect("/sp4n/selisih/", 303)

    @expose("/selisih/<int:ledger_id>/kirim", methods=["POST"])
    @for_officers("can_manage", "Sync")
    def send(self, ledger_id: int) -> Response:
        """Have our state told again."""
        number = _asked_for(ledger_id, Repair.SEND)
        flash(gettext("Keadaan laporan %(number)s dikirim lagi dalam semenit.", number=number), "success")
        return redirect("/sp4n/selisih/", 303)


def _asked_for(ledger_id: int, repair: Repair) -> str:
    asked = replay(ledger_id, repair, current_user.id, utc_now()) if ledger_id <= LARGEST_ID else None
    return asked if asked is not None else abort(404)


def error_in_words(error: str | None) -> str:
    """`away: HTTP 503` as a sentence's part; what is no fault of ours stays as it is."""
    kind, _, detail = (error or "").partition(": ")
    return f"{FAULT_KINDS[kind]} ({detail})" if kind in FAULT_KINDS else error or ""


def reason_in_words(reason: str | None) -> str:
    """Why a report was not taken: each field with its fault, in words where there are some."""
    parts = [part.partition(": ") for part in (reason or "").split("; ") if part]
    return "; ".join(
        f"{field}: {str(FAULTS.get(fault, fault)).partition('%(')[0].strip()}" for field, _, fault in parts
    )


def _opens(address: str) -> bool:
    """Files are brought by those who manage; every other page may be read as well."""
    return address != "/sp4n/impor/" or may("can_manage", "Sync")


def _is_there(address: str) -> bool:
    return any(rule.rule == address for rule in current_app.url_map.iter_rules())

"""Decisions of the Admin on quarantined and conflicting reports and messages from SP4N."""

from collections.abc import Callable
from typing import Any

from flask import Response, abort, flash, redirect, render_template, request
from flask_appbuilder import BaseView, expose
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from app.access.current_person import current_person, may, source_address
from app.access.roles import permissions_on
from app.casefile.labels import CHOSEN, PARTS
from app.cases.revise_report import held_words, words_of
from app.models import InboundHold
from app.reference.choices import categories_in_use, filter_options, villages_by_district
from app.sp4n.inbound.decide_quarantine import OURS, THEIRS, choose, difference_of, set_aside, take_report, try_message
from app.sp4n.inbound.quarantine import content_of
from app.sp4n.inbound.quarantine_pages import (
    CONFLICTS,
    QUARANTINE,
    Waiting,
    changes_between,
    count_waiting,
    find_hold,
    settled_holds,
    waiting_holds,
)
from app.vocabulary.refusals import field_sentences
from app.vocabulary.words import CHANNELS, CLASSIFICATIONS, CONFIDENTIALITIES
from views.shared.list_address import PAGE_SIZE, pages_of, read_address
from views.shared.screen_access import for_officers
from views.sp4n.quarantine_labels import HOLD_KINDS, HOLD_STATES, MESSAGE_KINDS, why_waiting
from workflow_rules.process.refusals import ActionRefused, RefusalReason

LARGEST_ID = 2**63 - 1
SETTLED_SHOWN = 10
QUARANTINE_PATH, CONFLICT_PATH = "/sp4n/karantina/", "/sp4n/konflik/"
IDENTITY = ("name", "address", "phone", "email", "nik")
WORDS = {"classification": CLASSIFICATIONS, "confidentiality": CONFIDENTIALITIES, "channel": CHANNELS}


class QuarantineView(BaseView):
    """Reports with unknown categories or places, and messages that could not be carried out.

    Single entries answer 403 to users who may not read citizens' texts.
    """

    route_base = "/sp4n/karantina"
    default_view = "list"
    class_permission_name = "Sync"
    base_permissions = permissions_on("Sync")

    @expose("/")
    @for_officers("can_read", "Sync")
    def list(self) -> str:
        """Show the waiting reports and messages, oldest first, with their reason."""
        return _list("sp4n/quarantine.html", gettext("Karantina SP4N"), QUARANTINE, lambda w: w.quarantine)

    @expose("/<int:hold_id>")
    @for_officers("can_read", "Sync")
    def show(self, hold_id: int) -> str:
        return _quarantined(_hold(hold_id, QUARANTINE))

    @expose("/<int:hold_id>/terapkan", methods=["POST"])
    @for_officers("can_manage", "Sync")
    def take(self, hold_id: int) -> str | AnyResponse:
        """Apply the report with the chosen category and place, or carry out the message; errors give status 422."""
        hold = _hold(hold_id, QUARANTINE)
        act = _take_report if hold.kind == "report" else _try_message
        return _settled(hold, lambda: act(hold), QUARANTINE_PATH, _quarantined)

    @expose("/<int:hold_id>/abaikan", methods=["POST"])
    @for_officers("can_manage", "Sync")
    def put_aside(self, hold_id: int) -> str | AnyResponse:
        """Dismiss the report or message; the reason is recorded."""
        hold = _hold(hold_id, QUARANTINE)

        def act() -> str:
            set_aside(hold.id, request.form.get("reason", ""), current_person())
            return gettext("Tidak diterapkan. Alasan Anda tercatat.")

        return _settled(hold, act, QUARANTINE_PATH, _quarantined)


class ConflictView(BaseView):
    """Differing contents of one revision, and requests to lower the confidentiality: the Admin chooses one side."""

    route_base = "/sp4n/konflik"
    default_view = "list"
    class_permission_name = "Sync"
    base_permissions = permissions_on("Sync")

    @expose("/")
    @for_officers("can_read", "Sync")
    def list(self) -> str:
        return _list("sp4n/conflicts.html", gettext("Konflik SP4N"), CONFLICTS, lambda w: w.conflicts)

    @expose("/<int:conflict_id>")
    @for_officers("can_read", "Sync")
    def show(self, conflict_id: int) -> str:
        return _conflict(_hold(conflict_id, CONFLICTS))

    @expose("/<int:conflict_id>/putuskan", methods=["POST"])
    @for_officers("can_manage", "Sync")
    def decide(self, conflict_id: int) -> str | AnyResponse:
        """Keep our content or take that of SP4N; the choice is recorded as an event of the case."""
        hold = _hold(conflict_id, CONFLICTS)
        choice = request.form.get("choice", "")
        if choice not in (OURS, THEIRS):
            abort(400)

        def act() -> str:
            row = choose(hold.id, choice, request.form.get("reason", ""), current_person(), address=source_address())
            return gettext("%(chosen)s pada aduan %(number)s.", chosen=CHOSEN[choice], number=row.number)

        return _settled(hold, act, CONFLICT_PATH, _conflict)


def inbound_waiting() -> Waiting | None:
    """Return the counts of quarantined and conflicting entries; None for users who cannot decide about them."""
    return count_waiting() if may("can_manage", "Sync") else None


def _list(template: str, title: str, kinds: tuple[str, ...], count: Callable[[Waiting], int]) -> str:
    address, waiting = read_address({}), count_waiting()
    pages = pages_of(address, count(waiting))
    return render_template(
        template,
        title=title,
        address=address,
        pages=pages,
        waiting=waiting,
        holds=waiting_holds(kinds, PAGE_SIZE, pages.offset),
        settled=settled_holds(kinds, SETTLED_SHOWN),
        kinds=HOLD_KINDS,
        states=HOLD_STATES,
        why=why_waiting,
        opens=_reads_cases(),
    )


def _reads_cases() -> bool:
    """Return whether the user may read citizens' texts; administrators see only that something waits."""
    return current_person().sees_every_case


def _hold(hold_id: int, kinds: tuple[str, ...]) -> InboundHold:
    if not _reads_cases():
        abort(403)
    return find_hold(min(hold_id, LARGEST_ID), kinds) or abort(404)


def _settled(hold: InboundHold, act: Callable[[], str], back: str, show: Callable[..., str]) -> str | AnyResponse:
    """Run a decision and redirect; missing input shows the form again with status 422.

    A decision already made by someone else becomes a message; raises other ActionRefused unchanged.
    """
    try:
        flash(act(), "success")
    except ActionRefused as refused:
        if refused.reason is RefusalReason.MISSING_INPUT:
            return Response(show(hold, refused), status=422)
        if refused.reason is not RefusalReason.STALE_VERSION:
            raise
        flash(gettext("Sudah diputuskan, atau digantikan revisi yang lebih baru."), "info")
    return redirect(back, 303)


def _take_report(hold: InboundHold) -> str:
    chosen = {name: request.form.get(name) or None for name in ("classification", "category", "district", "village")}
    applied = take_report(hold.id, chosen, current_person(), address=source_address())
    row = applied.complaint
    return gettext("Laporan diterapkan pada aduan %(number)s.", number=row.number if row else "–")


def _try_message(hold: InboundHold) -> str:
    refused = try_message(hold.id, current_person(), address=source_address())
    if refused is None:
        return gettext("Pesan pelapor dijalankan.")
    return gettext("Belum dapat dijalankan: %(why)s.", why=why_waiting({"fault": refused, "value": ""}))


def _quarantined(hold: InboundHold, refused: ActionRefused | None = None) -> str:
    content = content_of(hold)
    return render_template(
        "sp4n/quarantine_one.html",
        title=gettext("Karantina: %(number)s", number=hold.tracking_id),
        hold=hold,
        content=content,
        identity=[part for part in IDENTITY if (content.get("reporter") or {}).get(part)],
        files=[file["filename"] for file in content.get("attachments") or ()],
        why=why_waiting,
        kinds=HOLD_KINDS,
        states=HOLD_STATES,
        message_kinds=MESSAGE_KINDS,
        words=WORDS,
        typed=request.form,
        faults=_sentences(refused),
        categories=categories_in_use(),
        districts=filter_options()["kecamatan"],
        villages=villages_by_district(),
        manages=may("can_manage", "Sync"),
    )


def _conflict(hold: InboundHold, refused: ActionRefused | None = None) -> str:
    found = difference_of(hold, hold.complaint) if hold.state == "waiting" and hold.complaint else None
    changes = changes_between(held_words(hold.complaint, found), words_of(found)) if found and hold.complaint else ()
    return render_template(
        "sp4n/conflict_one.html",
        title=gettext("Konflik: %(number)s", number=hold.tracking_id),
        hold=hold,
        changes=changes,
        found=found,
        parts=PARTS,
        words=WORDS,
        kinds=HOLD_KINDS,
        states=HOLD_STATES,
        faults=_sentences(refused),
        why=why_waiting,
        typed=request.form,
        manages=may("can_manage", "Sync"),
    )


def _sentences(refused: ActionRefused | None) -> dict[str, Any]:
    told = field_sentences(refused.errors) if refused else []
    return {error["field"].removeprefix("location."): error["message"] for error in told}

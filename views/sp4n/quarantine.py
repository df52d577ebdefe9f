"""Decisions of the Admin on quarantined and conflicting reports and messages from SP4N."""

from collections.abc import Callable
from typing import Any

from flask import Response, abort, flash, redirect, render_template, request
from flask_appbuilder import BaseView, expose
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response as AnyResponse

from app.access.current_person import current_person, may, source_address
from app.access.roles import permissions_on
from app.casefile.labels import CHOSEN, PARTS
from app.cases.revise_report import held_words, words_of
from app.choices.lists import CHANNELS
from app.core.identifiers import LARGEST_ID
from app.models import InboundHold
from app.reference.choices import categories_in_use, filter_options, villages_by_district
from app.sp4n.inbound.decide_quarantine import (
    OURS,
    THEIRS,
    apply_waiting_report,
    difference_of,
    dismiss_hold,
    retry_message,
    settle_conflict,
)
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
from app.vocabulary.words import CLASSIFICATIONS, CONFIDENTIALITIES
from views.shared.list_address import PAGE_SIZE, pages_of, read_address
from views.shared.screen_access import for_officers
from views.sp4n.quarantine_labels import HOLD_KINDS, HOLD_STATES, MESSAGE_KINDS, why_waiting
from workflow_rules.process.refusals import ActionRefused, RefusalReason

SETTLED_SHOWN = 10
IDENTITY = ("name", "address", "phone", "email", "nik")
WORDS = {"classification": CLASSIFICATIONS, "confidentiality": CONFIDENTIALITIES, "channel": CHANNELS}


class HoldsView(BaseView):
    """Base of the screens of waiting SP4N reports and messages: their list, and decisions on a single one.

    A single one answers 403 to users who may not read citizens' texts; administrators see only that something waits.
    """

    default_view = "list"
    class_permission_name = "Sync"
    base_permissions = permissions_on("Sync")
    kinds: tuple[str, ...]
    list_template: str
    list_title: object

    @expose("/")
    @for_officers("can_read", "Sync")
    def list(self) -> str:
        """Show the page of waiting reports and messages from SP4N, oldest first, with reasons, and the last decided."""
        address, waiting = read_address({}), count_waiting()
        pages = pages_of(address, waiting.quarantine if self.kinds == QUARANTINE else waiting.conflicts)
        return render_template(
            self.list_template,
            title=str(self.list_title),
            address=address,
            pages=pages,
            waiting=waiting,
            holds=waiting_holds(self.kinds, PAGE_SIZE, pages.offset),
            settled=settled_holds(self.kinds, SETTLED_SHOWN),
            kinds=HOLD_KINDS,
            states=HOLD_STATES,
            why=why_waiting,
            opens=current_person().sees_every_case,
        )

    def find(self, hold_id: int) -> InboundHold:
        """Return the waiting or decided report or message (`InboundHold`) with this id.

        Aborts with 403 if the user may not read citizens' texts, 404 if this screen has none with this id.
        """
        if not current_person().sees_every_case:
            abort(403)
        return find_hold(min(hold_id, LARGEST_ID), self.kinds) or abort(404)

    def page(self, hold: InboundHold, refused: ActionRefused | None = None) -> str:
        """Return the HTML of the page of one waiting report or message, with the faults of a refused decision.

        Subclasses override it; this base raises NotImplementedError.
        """
        raise NotImplementedError

    def settle(self, hold: InboundHold, act: Callable[[], tuple[str, str]]) -> str | AnyResponse:
        """Run the decision `act`, which returns (message, category), and redirect to the list with that message.

        Missing input shows the page again with status 422; a decision already made by someone else becomes a message.
        Raises other ActionRefused unchanged.
        """
        try:
            flash(*act())
        except ActionRefused as refused:
            if refused.reason is RefusalReason.MISSING_INPUT:
                return Response(self.page(hold, refused), status=422)
            if refused.reason is not RefusalReason.STALE_VERSION:
                raise
            flash(gettext("Sudah diputuskan, atau digantikan revisi yang lebih baru."), "info")
        return redirect(f"{self.route_base}/", 303)


class QuarantineView(HoldsView):
    """Screen of reports with unknown categories or places, and of messages that could not be carried out."""

    route_base = "/sp4n/karantina"
    kinds = QUARANTINE
    list_template = "sp4n/quarantine.html"
    list_title = _("Karantina SP4N")

    @expose("/<int:hold_id>")
    @for_officers("can_read", "Sync")
    def show(self, hold_id: int) -> str:
        return self.page(self.find(hold_id))

    @expose("/<int:hold_id>/terapkan", methods=["POST"])
    @for_officers("can_manage", "Sync")
    def take(self, hold_id: int) -> str | AnyResponse:
        """Apply the waiting report with the chosen category and place, or carry out the waiting message, and redirect
        to the list.

        Missing input shows the page again with status 422.
        """
        hold = self.find(hold_id)
        act = _apply_report if hold.kind == "report" else _retry_message
        return self.settle(hold, lambda: act(hold))

    @expose("/<int:hold_id>/abaikan", methods=["POST"])
    @for_officers("can_manage", "Sync")
    def put_aside(self, hold_id: int) -> str | AnyResponse:
        """Dismiss a waiting report or message, record the reason, and redirect to the list; 422 without a reason."""
        hold = self.find(hold_id)

        def act() -> tuple[str, str]:
            dismiss_hold(hold.id, request.form.get("reason", ""), current_person())
            return gettext("Tidak diterapkan. Alasan Anda tercatat."), "success"

        return self.settle(hold, act)

    def page(self, hold: InboundHold, refused: ActionRefused | None = None) -> str:
        """Return the HTML of the page of a quarantined report or message, with the faults of a refused decision."""
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


class ConflictView(HoldsView):
    """Screen of differing contents of one revision, and of requests to lower the confidentiality.

    The Admin chooses one side.
    """

    route_base = "/sp4n/konflik"
    kinds = CONFLICTS
    list_template = "sp4n/conflicts.html"
    list_title = _("Konflik SP4N")

    @expose("/<int:conflict_id>")
    @for_officers("can_read", "Sync")
    def show(self, conflict_id: int) -> str:
        return self.page(self.find(conflict_id))

    @expose("/<int:conflict_id>/putuskan", methods=["POST"])
    @for_officers("can_manage", "Sync")
    def decide(self, conflict_id: int) -> str | AnyResponse:
        """Keep our content or take that of SP4N (`choice`), record it as an event of the case, and redirect to the
        list.

        400 for another choice; 422 with the page again without a reason.
        """
        hold = self.find(conflict_id)
        choice = request.form.get("choice", "")
        if choice not in (OURS, THEIRS):
            abort(400)

        def act() -> tuple[str, str]:
            row = settle_conflict(
                hold.id, choice, request.form.get("reason", ""), current_person(), address=source_address()
            )
            return gettext("%(chosen)s pada aduan %(number)s.", chosen=CHOSEN[choice], number=row.number), "success"

        return self.settle(hold, act)

    def page(self, hold: InboundHold, refused: ActionRefused | None = None) -> str:
        """Return the HTML of the page of a conflict with both sides and the faults of a refused decision."""
        complaint = hold.complaint if hold.state == "waiting" else None
        found = difference_of(hold, complaint) if complaint else None
        changes = changes_between(held_words(complaint, found), words_of(found)) if complaint and found else ()
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


def inbound_waiting() -> Waiting | None:
    """Return the counts (`Waiting`) of quarantined and conflicting SP4N reports; None for users who cannot decide on
    them.
    """
    return count_waiting() if may("can_manage", "Sync") else None


def _apply_report(hold: InboundHold) -> tuple[str, str]:
    chosen = {name: request.form.get(name) or None for name in ("classification", "category", "district", "village")}
    row = apply_waiting_report(hold.id, chosen, current_person(), address=source_address()).complaint
    return gettext("Laporan diterapkan pada aduan %(number)s.", number=row.number if row else "–"), "success"


def _retry_message(hold: InboundHold) -> tuple[str, str]:
    refused = retry_message(hold.id, current_person(), address=source_address())
    if refused is None:
        return gettext("Pesan pelapor dijalankan."), "success"
    why = why_waiting({"fault": refused, "value": ""})
    return gettext("Belum dapat dijalankan: %(why)s.", why=why), "warning"


def _sentences(refused: ActionRefused | None) -> dict[str, Any]:
    errors = field_sentences(refused.errors) if refused else []
    return {error["field"].removeprefix("location."): error["message"] for error in errors}

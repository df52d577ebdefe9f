"""The case page with its action forms."""

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext, ngettext

from app.access.current_person import current_person, source_address
from app.access.process_rows import ACTORS, STEPS
from app.casefile.case import Case, load_case, main_complaint_of
from app.casefile.clocks import accounts_of, national_clocks_of, running_national, time_used, whole_clock
from app.casefile.labels import (
    EVENT_GROUPS,
    EXTENSION_CAUSES,
    HOUSES,
    LEDGER_LINES,
    PARTS,
    SEGMENTS,
)
from app.casefile.rows import find_complaint
from app.casefile.steps import clocks_of, current_number, late_numbers, step_rows
from app.casefile.time_ledger import ended_before_import
from app.casefile.timeline import dispositions, reason_of_return, recent_changes, timeline
from app.cases.perform_action import Performed, attach_to_case, check_action, perform_action
from app.choices.lists import quick_phrases
from app.core.clock import utc_now
from app.files.attachments import LARGEST
from app.models import Letter
from app.reference.labels import NATIONAL_STAGES
from app.reference.sop import load_sop
from app.sp4n.inbound.quarantine_pages import last_change
from app.vocabulary import words
from app.vocabulary.actions import SENTENCES
from app.vocabulary.refusals import LACKING
from app.web.error_responses import refused_page
from app.web.formats import exact_duration, in_sentence, moment
from app.worklists.agency_suggestions import suggest_agencies
from views.cases.agency_choice import offer
from views.cases.reporter_parts import reporter_parts
from views.cases.similar_complaints import similar_to_case
from views.cases.standard_texts import standard_texts
from views.shared.action_effects import direction_effects, draft_limits, granted
from views.shared.action_forms import ActionForm, Sent, digest_of, forms_of, primary_of, read_sent, typed_texts
from views.shared.form_errors import heading_of
from views.shared.form_once import Landing, landed_before, once
from views.shared.highlighted_rows import place_of
from views.shared.uploads import read_file_of
from workflow_rules.process.actions import Action
from workflow_rules.process.actors import Person
from workflow_rules.process.decide import sees
from workflow_rules.process.refusals import ActionRefused, FieldError, FieldFault, RefusalReason
from workflow_rules.time.explanation import Segment

INBOX = "/"


class ComplaintView(BaseView):
    """The page of one case; an officer who may not see the case gets the same 404 as for an unknown id."""

    route_base = "/aduan"
    class_permission_name = "Complaint"
    # Every view with this permission name lists all of them: FAB would delete a permission that one view leaves out.
    base_permissions = ["can_read", "can_act", "can_receive"]
    default_view = "show"

    @expose("/<int:complaint_id>")
    @has_access
    @permission_name("read")
    def show(self, complaint_id: int) -> str:
        """Show the page of one case to an officer who may see it; `?kejadian=` filters its timeline. Raises
        ActionRefused(not_visible).
        """
        return page(load_case(complaint_id, current_person(), utc_now()))

    @expose("/<int:complaint_id>/batas")
    @has_access
    @permission_name("read")
    def explain_limits(self, complaint_id: int) -> str:
        """Show the page explaining line by line each open step's due time. Raises ActionRefused(not_visible)."""
        case = load_case(complaint_id, current_person(), utc_now(), papers=False)
        return render_template(
            "cases/limits.html",
            case=case,
            words=words,
            accounts=accounts_of(case),
            whole=whole_clock(case) if not ended_before_import(case.complaint) else None,
            national=national_clocks_of(case),
            used=time_used(case),
            national_stages=NATIONAL_STAGES,
            book_lines=LEDGER_LINES,
            houses=HOUSES,
            causes=EXTENSION_CAUSES,
            segment_words=_segment_sentence,
        )

    @expose("/<int:complaint_id>/tindakan", methods=["POST"])
    @has_access
    @permission_name("act")
    def act(self, complaint_id: int) -> Any:
        """Perform the submitted action and redirect to the case page (the inbox if the officer may not see the case any
        more), or show a confirmation page if the form asks for one.

        A refused action shows the case page again with the form as typed, the errors and the status of the refusal.
        Aborts with 400 for a malformed form; raises ActionRefused(not_visible).
        """
        by = current_person()
        sent = read_sent(request.form, request.files.get("file"))
        landing = landed_before(by, sent.token, digest_of(sent)) if sent else None
        if landing is not None:
            return _lands(landing)
        find_complaint(complaint_id, by)
        if sent is None:
            abort(400)
        if "search" in request.form or "back" in request.form:
            return page(load_case(complaint_id, by, utc_now()), sent)
        try:
            if "ask" in request.form:
                return _question(complaint_id, sent, by)
            landing = once(by, sent.token, digest_of(sent), lambda: _carry_out(complaint_id, sent, by))
        except ActionRefused as refused:
            if refused.reason is RefusalReason.NOT_VISIBLE:
                raise
            case = load_case(complaint_id, by, utc_now())
            return refused_page(page(case, sent, refused), refused)
        return _lands(landing)


def _segment_sentence(line: Segment) -> str:
    """Return one line of the deadline calculation as text; its times are shown in other columns."""
    amounts = {"counted": exact_duration(line.counted), "removed": exact_duration(line.removed)}
    return str(SEGMENTS[line.kind.value]).format(name=line.name, **amounts)


def _lands(landing: Landing) -> Any:
    flash(landing.notice, "success")
    return redirect(landing.location, 303)


def page(case: Case, sent: Sent | None = None, refused: ActionRefused | None = None, **identity: Any) -> str:
    """Return the HTML of the case page; the form that was sent keeps its values and shows the errors of `refused`."""
    forms = forms_of(case, sent, refused)
    primary = primary_of(forms)
    actions = {form.allowed.action for form in forms}
    suggestions = suggest_agencies(case.complaint, case.person, case.now) if Action.DIRECT in actions else []
    return render_template(
        "cases/page.html",
        case=case,
        primary=primary,
        came_back=reason_of_return(case, primary.allowed.step, primary.allowed.agency) if primary else None,
        others=[f for f in forms if f is not primary],
        clocks=clocks_of(case),
        whole=whole_clock(case) if not ended_before_import(case.complaint) else None,
        national=running_national(case),
        national_stages=NATIONAL_STAGES,
        rows=step_rows(case),
        number=current_number(case),
        late=late_numbers(case),
        entries=timeline(case, request.args.get("kejadian", "")),
        groups=EVENT_GROUPS,
        group=request.args.get("kejadian", ""),
        dispositions=dispositions(case),
        letter_open=_letter_to_read(case, primary),
        notes=timeline(case, "catatan"),
        colleagues=[e for e in timeline(case) if e.quotes and e.kind in ("note", "report", "send_back", "register")],
        words=words,
        main_case=main_complaint_of(case.complaint),
        lacking_words=", ".join(str(LACKING[part]) for part in case.lacking),
        place=place_of(case.complaint),
        search=request.form.get("agency_search", "").strip()[:80],
        offered=lambda form, search: offer(case, form, suggestions, search),
        similar=similar_to_case(case.complaint, case.person) if Action.MERGE in actions else [],
        quick_phrases=quick_phrases(),
        standard=standard_texts(case, forms),
        direction=direction_effects(case),
        draft_limits=draft_limits(case),
        granted=granted,
        **_report_news(case) | _sent_form(case, forms, sent, refused) | reporter_parts(case, **identity),
    )


def _report_news(case: Case) -> dict[str, Any]:
    """Return the template values (dict) for the last change that the reporter made at SP4N.

    It counts as news until an officer has acted after it.
    """
    change = last_change(case.events, case.complaint, case.person)
    acted = [event.at for event in case.events if event.officer_id is not None]
    return {
        "report_change": change,
        "report_change_is_news": change is not None and not any(at > change.at for at in acted),
        "report_parts": PARTS,
        "report_words": {"classification": words.CLASSIFICATIONS, "confidentiality": words.CONFIDENTIALITIES},
    }


def _sent_form(case: Case, forms: list[ActionForm], sent: Sent | None, refused: ActionRefused | None) -> dict[str, Any]:
    """Return the template values (dict) of the form that was sent: the form itself, the summary of its errors if it was
    refused, and the changes made since a stale form was shown.
    """
    returned = next((form for form in forms if sent and sent.means(form.allowed)), None)
    if sent is None or refused is None:
        return {"returned": returned, "refused": None, "changes": [], "kept": [], "summary": ""}
    stale = refused.reason is RefusalReason.STALE_VERSION
    changes = recent_changes(case, sent.version) if stale else []
    kept = [] if returned else typed_texts(sent)
    return {"returned": returned, "refused": refused, "changes": changes, "kept": kept, "summary": heading_of(refused)}


def _letter_to_read(case: Case, primary: ActionForm | None) -> Letter | None:
    """Return the `Letter` that the case page shows expanded; None if the case has no draft or signed letter now.

    It is that of the primary action's agency, else of the officer's own agency, else of the lead agency.
    """
    mine = primary.allowed.agency if primary else None
    wanted = (mine, *case.person.agencies, case.facts.lead)
    valid = [x for x in case.letters if x.state in ("draft", "signed") and x.cycle == case.complaint.cycle]
    return min(
        valid, key=lambda x: wanted.index(x.agency_code) if x.agency_code in wanted else len(wanted), default=None
    )


def _question(complaint_id: int, sent: Sent, by: Person) -> str:
    """Return the HTML of the page that asks for confirmation of an action; performs nothing.

    Raises ActionRefused with the reason that performing the action would give.
    """
    check_action(complaint_id, sent.wish, by, sent.version)
    case = load_case(complaint_id, by, utc_now())
    form = next((f for f in forms_of(case, sent) if sent.means(f.allowed)), None)
    if form is None or form.question is None:
        raise ActionRefused(RefusalReason.OUT_OF_ORDER)
    missing = (c.name for c in form.controls if c.required and not sent.form.get(c.name))
    errors = tuple(FieldError(name, FieldFault.REQUIRED) for name in missing)
    if errors:
        raise ActionRefused(RefusalReason.MISSING_INPUT, errors=errors)
    return render_template("cases/confirm.html", case=case, form=form, sent=sent, words=words)


def _carry_out(complaint_id: int, sent: Sent, by: Person) -> Landing:
    """Perform the submitted action, commit, and return a `Landing` with the URL to redirect to and the success message.

    Raises ActionRefused: missing_input without a file to attach, else with the reason of the rules.
    """
    address = source_address()
    if sent.action is Action.ATTACH:
        if sent.file is None or not sent.file.filename:
            raise ActionRefused(RefusalReason.MISSING_INPUT, errors=(FieldError("file", FieldFault.REQUIRED),))
        content, name = read_file_of(sent.file, LARGEST), sent.file.filename
        done = attach_to_case(complaint_id, name, content, by, sent.version, agency=sent.agency, address=address)
    else:
        done = perform_action(complaint_id, sent.wish, by, sent.version, address=address)
    shown = sees(by, done.decision.after)
    location = url_for("ComplaintView.show", complaint_id=complaint_id) if shown else INBOX
    return Landing(location, _notice(done))


def _notice(done: Performed) -> str:
    """Return the success message (text) of an action: what happened, and the next step with its actor and due time."""
    happened = f"{SENTENCES[done.decision.event.kind.value]}: {done.complaint.number}."
    if not done.opened:
        return happened
    first = min(done.opened, key=lambda task: task.due_at)
    sop = load_sop(done.complaint.sop_version)
    following = gettext(
        "Berikutnya langkah %(number)s, %(step)s, oleh %(actor)s: batas %(due)s.",
        number=sop.row(first.step).number,
        step=in_sentence(STEPS[first.step]),
        actor=ACTORS[first.actor],
        due=moment(first.due_at),
    )
    many = len(done.opened)
    at_once = ngettext("Dibuka di %(num)d OPD.", "Dibuka di %(num)d OPD.", many) if many > 1 else ""
    return " ".join(part for part in (happened, following, at_once) if part)

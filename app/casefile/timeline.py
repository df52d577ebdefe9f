"""The record of a case as text: timeline, dispositions and notes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.access.process_rows import ACTORS, STEPS, agency_actors
from app.casefile.case import Case
from app.casefile.labels import CHANGED, CHOSEN, DECIDED, IMPORTED, LEADING, PARTS, choices_of
from app.fields.definitions import known_fields
from app.fields.types import text_of
from app.fields.visibility import event_data_shown
from app.models import ComplaintEvent
from app.vocabulary.actions import PARAMETERS, PARAMETERS_OF, SENTENCES
from app.vocabulary.words import CHOICES, DELEGATION_KINDS
from app.web.formats import moment
from workflow_rules.process.actions import Action
from workflow_rules.process.events import SystemEvent
from workflow_rules.process.steps import StepKind

GROUP_OF = {
    "direct": "arahan",
    "relay": "arahan",
    "accept": "arahan",
    "decline": "arahan",
    "dispose": "arahan",
    "continue_without": "arahan",
    "dispose_answer": "arahan",
    "submit_draft": "surat",
    "initial": "surat",
    "sign": "surat",
    "send": "surat",
    "send_back": "surat",
    "reply": "surat",
    "request_information": "keterangan",
    "add_information": "keterangan",
    "expire_question": "keterangan",
    "revised": "keterangan",
    "code_replaced": "keterangan",
    "file_checked": "keterangan",
    "identity_opened": "keterangan",
    "identity_removed": "keterangan",
    "redacted": "keterangan",
    "settled": "keterangan",
    "note": "catatan",
    "attach": "berkas",
    "breached": "batas",
    "mark_field_visit": "batas",
    "extend": "batas",
    "add_agency": "arahan",
    "drop_agency": "arahan",
    "recall": "arahan",
    "ask_release": "arahan",
    "release": "arahan",
    "return_letter": "surat",
    "correct": "keterangan",
    "confirm_anonymity": "keterangan",
}
ICON_OF = {
    "received": "inbox",
    "imported": "archive",
    "register": "clipboard-check",
    "approve_check": "check",
    "approve": "check",
    "report": "send",
    "direct": "gavel",
    "relay": "send",
    "accept": "check",
    "decline": "ban",
    "continue_without": "player-play",
    "dispose": "corner-down-right",
    "dispose_answer": "corner-down-right",
    "submit_draft": "file-text",
    "initial": "signature",
    "sign": "writing-sign",
    "send": "send",
    "send_back": "arrow-back-up",
    "reply": "mail",
    "request_information": "help",
    "add_information": "message",
    "expire_question": "hourglass",
    "revised": "refresh",
    "settled": "check",
    "note": "message-2",
    "attach": "paperclip",
    "breached": "alert-triangle",
    "code_replaced": "key",
    "file_checked": "paperclip",
    "identity_opened": "eye",
    "identity_removed": "trash",
    "redacted": "lock",
    "archive": "archive",
    "merge": "git-merge",
    "mark_field_visit": "map-pin",
    "reopen": "rotate",
    "close": "lock",
    "rate": "star",
    "withdraw": "x",
    "correct": "edit",
    "confirm_anonymity": "shield-check",
    "add_agency": "plus",
    "drop_agency": "x",
    "recall": "arrow-back-up",
    "extend": "hourglass",
    "return_letter": "arrow-back-up",
    "ask_release": "ban",
    "release": "gavel",
}
# Parameters quoted in full; the body of a letter is shown as a paper instead.
WRITTEN = (
    *("instruction", "question", "text", "note", "reason", "comment", "incomplete_reason", "proof", "code_reason"),
    *("identity_reason", "redaction_reason", "without_scan_reason"),
)
FACTS_SHOWN = (
    *("reason", "urgency", "unit", "subject", "into", "channel", "score", "filename", "tracking_id"),
    "working_days",
)


@dataclass(frozen=True)
class Entry:
    """A value object with one event of the timeline, as shown. `facts` and `quoted` hold (label, text) pairs; `tone` is
    "lewat" (late), "cepat" (fast track) or "".
    """

    kind: str
    title: str
    by: str
    at: datetime
    icon: str
    tone: str
    facts: tuple[tuple[str, str], ...]
    quoted: tuple[tuple[str, str], ...]

    @property
    def quotes(self) -> tuple[str, ...]:
        """The quoted texts without their labels."""
        return tuple(text for _, text in self.quoted)


@dataclass(frozen=True)
class Disposition:
    """A value object with one line of the disposition table; `cause` is the id of its event, `route` is "" for all but
    directions.
    """

    giver: str
    to: str
    instruction: str
    at: datetime
    route: str = ""
    cause: int = 0


def timeline(case: Case, group: str = "") -> list[Entry]:
    """Return the events of a case as a list of timeline entries (`Entry`), newest first, limited to a group of event
    kinds; an unknown or empty group keeps all.
    """
    every = group not in GROUP_OF.values()
    return [entry_of(case, event) for event in reversed(case.events) if every or GROUP_OF.get(event.kind) == group]


def entry_of(case: Case, event: ComplaintEvent) -> Entry:
    data = event_data_shown(event, case.complaint, case.person)
    title, tone = str(SENTENCES[event.kind]), ""
    if event.kind == "breached":
        tone = "lewat"
        title += f": {case.sop.row(event.step).number}. {STEPS[event.step]}" if event.step else ""
    elif event.kind == Action.APPROVE and event.step:
        title = f"{STEPS[event.step]}: {title.lower()}"
    elif event.kind == "direct" and event.data.get("route") == "fast":
        tone = "cepat"
    written = ((name, data.get(name)) for name in WRITTEN if not choices_of(event.kind, name))
    return Entry(
        kind=event.kind,
        title=title + (f" ({case.short_name(event.agency_code)})" if event.agency_code else ""),
        by=byline(case, event),
        at=event.at,
        icon=ICON_OF.get(event.kind, "circle-dot"),
        tone=tone,
        facts=tuple(_facts(case, event, data)),
        quoted=tuple((_label(event, name), text) for name, text in written if isinstance(text, str) and text),
    )


def byline(case: Case, event: ComplaintEvent) -> str:
    """Return one text with the officer, office and delegation of an event, e.g. "Dewi Lestari, Plh. Kepala OPD PUPR (H.
    Rahmat)".
    """
    name = event.officer.get_full_name() if event.officer else ""
    office = office_of(case, event.actor, event.agency_code)
    if event.delegation_kind:
        office = f"{DELEGATION_KINDS[event.delegation_kind]} {office}"
    giver = event.on_behalf_of.get_full_name() if event.on_behalf_of else ""
    return ", ".join(part for part in (name, office) if part) + (f" ({giver})" if giver else "")


def office_of(case: Case, actor: str, agency: str | None) -> str:
    """Return the name of an actor's office, followed by its agency if it belongs to one."""
    belongs = f" {case.short_name(agency)}" if agency and actor in agency_actors() else ""
    return f"{ACTORS[actor]}{belongs}".replace(" OPD ", " ")


def _facts(case: Case, event: ComplaintEvent, data: dict[str, Any]) -> Iterable[tuple[str, str]]:
    for name, label in IMPORTED.items() if event.kind == SystemEvent.IMPORTED else ():
        if value := data.get(name):
            yield str(label), value if name == "old_number" else moment(datetime.fromisoformat(value))
    if data.get("agencies"):
        yield str(PARAMETERS["agencies"]), names_of(case, data)
    if event.kind == "direct" and data.get("route"):
        yield str(PARAMETERS["route"]), str(CHOICES["route"][data["route"]])
    if data.get("changed"):
        yield str(CHANGED), ", ".join(_part(name) for name in data["changed"] if name in PARTS or "." in name)
    known = known_fields()
    for code, value in data.get("values", {}).items():
        yield known[code].label, text_of(known[code], value) or "–"
    if data.get("choice"):
        yield str(DECIDED), str(CHOSEN[data["choice"]])
    for name in FACTS_SHOWN:
        value = data.get(name)
        labels = choices_of(event.kind, name)
        if value is not None and (name != "reason" or labels):
            yield _label(event, name), str(labels.get(value, value))


def _part(name: str) -> str:
    """Return the label of a part of a complaint, or of one of the office's fields (`fields.<code>`)."""
    known = known_fields().get(name.removeprefix("fields."))
    return known.label if known is not None else str(PARTS.get(name, name))


def _label(event: ComplaintEvent, name: str) -> str:
    return str(PARAMETERS_OF.get((event.kind, name)) or PARAMETERS[name])


def names_of(case: Case, data: dict[str, Any]) -> str:
    """Return one text with the short names of the agencies of a direction, comma-separated, with the leading one
    marked.
    """
    lead = data.get("lead")
    names = ((case.short_name(code), code == lead) for code in data["agencies"])
    return ", ".join(str(LEADING) % {"name": name} if leads else name for name, leads in names)


_DISPOSITIONS = ("direct", "add_agency", "dispose", "dispose_answer")


def dispositions(case: Case) -> list[Disposition]:
    """Return the directions, added agencies and dispositions (steps 4, 6 and 10) of a case as a list of `Disposition`,
    oldest first.
    """
    return [disposition_of(case, event) for event in case.events if event.kind in _DISPOSITIONS]


def disposition_of(case: Case, event: ComplaintEvent) -> Disposition:
    """Return the line of the disposition table (`Disposition`) for an event. Raises KeyError if the event is no
    direction, added agency or disposition.
    """
    data, route = event.data, ""
    if event.kind == "direct":
        to, route = names_of(case, data), data.get("route") or ""
    elif event.kind == "add_agency":
        to = case.short_name(event.agency_code)
    elif event.kind == "dispose":
        to = data.get("unit") or office_of(case, case.sop.owner(StepKind.DRAFT_ANSWER), event.agency_code)
    elif event.kind == "dispose_answer":
        to = office_of(case, case.sop.owner(StepKind.REPLY), None)
    else:
        raise KeyError(event.kind)
    return Disposition(byline(case, event), to, data.get("instruction", ""), event.at, route, event.id)


def names_in_full(case: Case, event: ComplaintEvent) -> list[dict[str, Any]]:
    """Return a list with a dict of `name` (full name) and `lead` (whether it leads) for each agency of a direction; []
    if the event names none.
    """
    lead = event.data.get("lead")
    return [{"name": case.full_name(code), "lead": code == lead} for code in event.data.get("agencies", ())]


_WITHOUT_VERSION = ("breached", "code_replaced", "file_checked", "identity_opened", "identity_removed")


def recent_changes(case: Case, seen_version: int) -> list[Entry]:
    """Return the last actions since a form was opened at `seen_version` as a list of timeline entries, newest first, at
    least 1 and at most 5.

    Each action raises the case's version by one.
    """
    acts = [e for e in case.events if e.kind not in _WITHOUT_VERSION]
    missed = max(case.complaint.version - seen_version, 1)
    return [entry_of(case, event) for event in reversed(acts[-min(missed, 5) :])]


def reason_of_return(case: Case, step: str | None, agency: str | None) -> Entry | None:
    """Return the timeline entry of the event that sent an open step back to its officer; None if it was not sent
    back.
    """
    opened = {t.opened_at for t in case.open_tasks if t.step == step and t.agency_code == agency}
    found = (e for e in reversed(case.events) if e.kind == "send_back" and e.at in opened)
    return next((entry_of(case, event) for event in found), None)

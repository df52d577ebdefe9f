"""Checks of the stored record that need Python: replay, hash chains, deadlines, agency counts, identities, letters."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import joinedload

from app.access.process_rows import agency_actors
from app.access.visibility import about_reporter, visible_to
from app.audit.invariants.due_times import DayTable, Week, due_at
from app.audit.invariants.queries import SENT
from app.audit.invariants.scope import MAX_FINDINGS, Checked, Finding, Scope, limited
from app.audit.replay import comparable, fault_of_chain, fault_of_ledger
from app.audit.whole_cases import WholeCase, whole_cases
from app.casefile.event_history import as_event, sops_by_version
from app.core.clock import office_zone
from app.core.extensions import db
from app.core.hashing import json_digest
from app.fields.recorded import differing_fields
from app.models import (
    Agency,
    Complaint,
    ComplaintEvent,
    Holiday,
    Letter,
    Paper,
    Register,
    RegisterKind,
    Reporter,
    WorkingWeek,
)
from app.models.reference import WEEKDAYS
from app.papers.verification import check_stored
from workflow_rules.process.actions import Action
from workflow_rules.process.actors import Capacity, Person
from workflow_rules.process.evolve import Replayed, fold
from workflow_rules.process.facts import ComplaintFacts
from workflow_rules.process.moves import WHILE_PAUSED, spots
from workflow_rules.process.sop import Sop
from workflow_rules.process.steps import StepKind
from workflow_rules.record.hash_chain import checkpoint

_AS_STORED = {"unscoped": True, "populate_existing": True}


def sop_path(scope: Scope) -> Checked:
    """Return the result of check I3 (`Checked`): each action was possible in its state, and the rows and fields match
    the replayed events.

    An action is possible when the SOP allows it to its actor in the state before it.
    """
    sops, count, found = sops_by_version(), 0, list[Finding]()
    for case in whole_cases(scope.cases()):
        count += 1
        found += _path_faults(case, sops[case.complaint.sop_version_id])
    return Checked(count, limited(found))


def _path_faults(case: WholeCase, sop: Sop) -> Iterator[Finding]:
    read, facts = 0, None
    try:
        for row, turn in zip(case.events, fold(case.number, map(as_event, case.events), sop), strict=True):
            if not _possible(turn, sop):
                yield Finding("I3", case.number, "step_out_of_order", {"event": row.seq, "kind": row.kind})
            read, facts = read + 1, turn.after
    except (ValueError, KeyError):
        yield Finding("I3", case.number, "log_not_readable", {"event": case.events[read].seq})
        return
    if facts is None:
        yield Finding("I3", case.number, "log_missing")
    else:
        replayed, stored = vars(_state_of_path(facts)), vars(_state_of_path(case.facts))
        if differing := [name for name in replayed if replayed[name] != stored[name]]:
            yield Finding("I3", case.number, "rows_differ", {"parts": ", ".join(differing)})
    if wrong := differing_fields(case.complaint, case.personal, case.events):
        yield Finding("I3", case.number, "rows_differ", {"parts": ", ".join(f"fields.{code}" for code in wrong)})
    # A step 4 for redirecting to another agency is open beside the step of the track.
    open_at = [(task.agency_code, task.step == StepKind.DIRECT) for task in case.tasks]
    if len(open_at) != len(set(open_at)):
        yield Finding("I3", case.number, "two_open_steps")


def _possible(turn: Replayed, sop: Sop) -> bool:
    """Return whether the rules allowed the event in the state before it.

    The reception and events that are no action of a person (clock, SP4N) are always allowed.
    """
    event = turn.event
    if turn.before is None or not isinstance(event.kind, Action):
        return True
    return any(
        (spot.step, spot.agency) == (event.step, event.agency)
        and event.by.actor in spot.actors
        and (not spot.paused or event.kind in WHILE_PAUSED)
        for spot in spots(turn.before, event.kind, sop)
    )


def _state_of_path(facts: ComplaintFacts) -> ComplaintFacts:
    """Return a copy of the ComplaintFacts, sorted as by `comparable`, with `version` 0 and `seen_by` empty, since
    checks I4 and I10 compare those.
    """
    return replace(comparable(facts), version=0, seen_by=frozenset())


_STEPS = """
    SELECT c.number, t.step, t.clock_from, t.allowance_value, t.allowance_unit, t.due_at, (
        SELECT json_agg(json_build_array(p.began_at, p.ended_at)) FROM step_pause p
        WHERE p.task_id = t.id AND p.ended_at IS NOT NULL
    ) AS pauses
    FROM step_task t JOIN complaint c ON c.id = t.complaint_id
    WHERE t.closed_at IS NULL OR t.closed_at > greatest(
        :closed_since, (SELECT max(at) FROM journal_entry WHERE kind = 'calendar_changed')
    )
"""


def deadlines(scope: Scope) -> Checked:
    """Return the part of check I5 (`Checked`): each stored deadline equals the independently computed one."""
    table, count, found = day_table(), 0, list[Finding]()
    for row in db.session.execute(scope.sql(_STEPS), execution_options={"yield_per": 1000}):
        count += 1
        if len(found) >= MAX_FINDINGS:
            continue
        pauses = [(datetime.fromisoformat(begins), datetime.fromisoformat(ends)) for begins, ends in row.pauses or ()]
        try:
            due = due_at(table, row.clock_from, row.allowance_value, row.allowance_unit, pauses)
        except ValueError:
            found.append(Finding("I5", row.number, "limit_not_reckoned", {"step": row.step}))
            continue
        if due != row.due_at:
            values = {"step": row.step, "due_at": row.due_at.isoformat(), "reckoned": due.isoformat()}
            found.append(Finding("I5", row.number, "limit_differs", values))
    return Checked(count, tuple(found))


def day_table() -> DayTable:
    """Return the office's calendar as the `DayTable` of the independent computation, read from the tables of weeks and
    holidays.
    """
    weeks = db.session.scalars(select(WorkingWeek).order_by(WorkingWeek.id)).all()
    closed = frozenset(db.session.scalars(select(Holiday.day)))
    rows = [Week(w.starts_on, w.ends_on, tuple(getattr(w, day) or "" for day in WEEKDAYS)) for w in weeks]
    return DayTable(office_zone(), rows, closed)


GUARDED = ("complaint_event", "journal_entry", "ledger_entry", "register")

# A trigger must reject these before a row is touched; if it does not, the savepoint rolls them back.
_FORBIDDEN = (
    "UPDATE complaint_event SET kind = kind WHERE id = (SELECT min(id) FROM complaint_event)",
    "DELETE FROM complaint_event WHERE id = (SELECT max(id) FROM complaint_event)",
)
_HEADS = """
    SELECT DISTINCT ON (c.number COLLATE "C") c.number, e.seq, e.hash
    FROM complaint_event e JOIN complaint c ON c.id = e.complaint_id
    WHERE e.at < :until AND e.id <= :newest
    ORDER BY c.number COLLATE "C", e.seq DESC
"""


def unbroken_record(scope: Scope) -> Checked:
    """Return the result of check I8 (`Checked`): hash chains and time ledgers verify, and no event is gone since the
    last run.

    Also checked: the last daily register, its printed checkpoint, the append-only triggers, and that the database
    rejects changes of the event log.
    """
    query = text("SELECT count(*), coalesce(max(id), 0) FROM complaint_event")
    events, newest = db.session.execute(query).one()
    found, cases = [*_gone_events(scope.marks.get("I8", {})), *_missing_guards(), *_printed_register()], 0
    for case in whole_cases(scope.cases()):
        cases += 1
        if fault_of_chain(case):
            found.append(Finding("I8", case.number, "chain_broken"))
            continue
        try:
            ledger_differs = bool(fault_of_ledger(case))
        except (ValueError, KeyError):
            continue  # I3 reports events that cannot be replayed.
        if ledger_differs:
            found.append(Finding("I8", case.number, "book_differs"))
    return Checked(cases, limited(found), {"events": events, "newest": newest})


def _gone_events(last: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield one finding when fewer events are left than the last run counted.

    `last` holds the count `events` and the largest event id `newest` of that run; without them nothing is yielded.
    """
    if "newest" not in last:
        return
    older = text("SELECT count(*) FROM complaint_event WHERE id <= :newest")
    left = db.session.execute(older, {"newest": last["newest"]}).scalar_one()
    if left < last["events"]:
        values = {"before": last["events"], "left": left}
        yield Finding("I8", str(last["events"] - left), "events_gone", values)


def _missing_guards() -> Iterator[Finding]:
    triggers = text("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')")
    there = set(db.session.scalars(triggers))
    for table in GUARDED:
        if not {f"{table}_is_append_only", f"{table}_is_never_emptied"} <= there:
            yield Finding("I8", table, "guard_missing")
    if any(_is_executed(statement) for statement in _FORBIDDEN):
        yield Finding("I8", "complaint_event", "change_possible")


def _is_executed(statement: str) -> bool:
    """Return whether the database lets the statement change a row; False for an empty log.

    The statement runs in a savepoint and is always rolled back.
    """
    savepoint = db.session.begin_nested()
    try:
        return bool(db.session.execute(text(statement)).rowcount)  # type: ignore[attr-defined]
    except DBAPIError:
        return False
    finally:
        savepoint.rollback()


def _printed_register() -> Iterator[Finding]:
    """Yield a finding when the newest daily register or its printed checkpoint does not match the event log; the
    checkpoint covers the events dated before the end of its period that existed when it was made.
    """
    newest = select(Register, Paper).join(Paper, Paper.id == Register.paper_id)
    newest = newest.where(Register.kind == RegisterKind.DAILY.value).order_by(Register.day.desc()).limit(1)
    found = db.session.execute(newest.execution_options(**_AS_STORED)).first()
    if found is None:
        return
    register, paper = found
    day = {"day": register.day.isoformat()}
    if not register.content_hash == paper.content_hash == json_digest(paper.frozen):
        yield Finding("I8", register.number, "register_changed", day)
        return
    values = {"until": datetime.fromisoformat(paper.frozen["ends"]), "newest": paper.frozen["newest_event"]}
    rows = db.session.execute(text(_HEADS), values, execution_options={"yield_per": 2000})
    if paper.frozen["checkpoint"] != checkpoint((row.number, row.seq, row.hash) for row in rows):
        yield Finding("I8", register.number, "checkpoint_differs", day)


def agency_counts(_scope: Scope) -> Checked:
    """Return the part of check I10 (`Checked`) in which each agency must see as many cases as were sent to it.

    The cases that it sees are counted by the visibility predicate, the others from the event log.
    """
    counts = text(f"SELECT agency, count(DISTINCT complaint_id) FROM ({SENT}) AS sent GROUP BY agency")  # noqa: S608
    sent, found = {row[0]: row[1] for row in db.session.execute(counts)}, list[Finding]()
    for code in db.session.scalars(select(Agency.code).order_by(Agency.code)):
        head = Person(None, code, (Capacity(min(agency_actors()), code),))
        seen = select(func.count(Complaint.id)).where(visible_to(head)).execution_options(unscoped=True)
        count = db.session.execute(seen).scalar_one()
        if count != sent.get(code, 0):
            found.append(Finding("I10", code, "counts_differ", {"seen": count, "sent": sent.get(code, 0)}))
    return Checked(0, tuple(found))


CASES_AT_ONCE = 200
SHORTEST_NAME = 5
"""Shorter names are not searched, since they would match ordinary words."""
SHORTEST_NUMBER = 8

# Fields that hold officers' names, or the reporter's own text that every reader of the case gets, are not searched.
_NOT_SEARCHED = frozenset({"signatory", "initials", "agency", "addressee", "title", "complaint_title"})


def secret_identities(_scope: Scope) -> Checked:
    """Return the part of check I11 (`Checked`) in which the identity of a secret reporter must not be readable for
    agencies.

    Letters, papers and event data of cases that have not ended are searched.
    """
    found, last = list[Finding](), 0
    while True:
        statement = select(Complaint.id, Complaint.number, Reporter).join(
            Reporter, Reporter.complaint_id == Complaint.id
        )
        statement = statement.where(Complaint.confidentiality == "secret", Complaint.ended_at.is_(None))
        statement = statement.where(Complaint.id > last).order_by(Complaint.id).limit(CASES_AT_ONCE)
        rows = db.session.execute(statement.execution_options(**_AS_STORED)).all()
        if not rows:
            return Checked(0, limited(found))
        last = rows[-1].id
        numbers = {row.id: row.number for row in rows}
        identities = {row.id: Identity(row.Reporter) for row in rows}
        for case, place, content in _texts(list(numbers)):
            if kinds := identities[case].found_in(content):
                values = {"where": place, "what": ", ".join(kinds)}
                found.append(Finding("I11", numbers[case], "secret_named", values))


def _texts(cases: Sequence[int]) -> Iterator[tuple[int, str, str]]:
    """Yield (complaint id, place, text) of what agencies can read of the cases.

    The place is "letter", "paper" or "event".
    """
    letters = select(Letter).where(Letter.complaint_id.in_(cases)).execution_options(**_AS_STORED)
    for letter in db.session.scalars(letters):
        yield letter.complaint_id, "letter", f"{letter.subject}\n{letter.body}"
    papers = select(Paper).where(Paper.complaint_id.in_(cases)).execution_options(**_AS_STORED)
    for paper in db.session.scalars(papers):
        own = _NOT_SEARCHED | ({"body"} if paper.kind == "receipt" else frozenset())
        yield paper.complaint_id or 0, "paper", "\n".join(_strings(paper.frozen, own))
    events = select(ComplaintEvent).where(ComplaintEvent.complaint_id.in_(cases)).execution_options(**_AS_STORED)
    for event in db.session.scalars(events):
        yield event.complaint_id, "event", "\n".join(_strings(event.data, about_reporter(event)))


def _strings(content: Any, hidden: Iterable[str]) -> Iterator[str]:
    """Yield every text in JSON-like content, at any depth, except under the keys in `hidden`."""
    if isinstance(content, str):
        yield content
    elif isinstance(content, Mapping):
        for name, value in content.items():
            if name not in hidden:
                yield from _strings(value, hidden)
    elif isinstance(content, Sequence):
        for value in content:
            yield from _strings(value, hidden)


class Identity:
    """A search for one reporter's identity in texts: full name, e-mail address, telephone number and NIK.

    Names and addresses under 5 characters and numbers under 8 digits are not searched; separators in numbers are
    ignored.
    """

    def __init__(self, reporter: Reporter) -> None:
        words = {"name": _normalised(reporter.name or ""), "email": _normalised(reporter.email or "")}
        numbers = {"phone": re.sub(r"\D", "", reporter.phone or ""), "nik": re.sub(r"\D", "", reporter.nik or "")}
        self._words = {
            kind: re.compile(rf"(?<!\w){re.escape(word)}(?!\w)")
            for kind, word in words.items()
            if len(word) >= SHORTEST_NAME
        }
        self._numbers = {kind: number for kind, number in numbers.items() if len(number) >= SHORTEST_NUMBER}

    def found_in(self, content: str) -> list[str]:
        """Return a list of the kinds of identity ("name", "email", "phone", "nik") found in the text; [] if none."""
        content = _normalised(content)
        digits = re.sub(r"(?<=\d)[ .()-]+(?=\d)", "", content)
        words = [kind for kind, word in self._words.items() if word.search(content)]
        return [*words, *(kind for kind, number in self._numbers.items() if number in digits)]


def _normalised(content: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", content).casefold().split())


LETTERS_AT_ONCE = 100
_LETTERS = (
    "letter.state = 'signed' AND (:whole OR letter.signed_at >= :yesterday OR letter.signed_at >= :since"
    " OR letter.id % :slices = :slice)"
)


def signed_letters(scope: Scope) -> Checked:
    """Return the part of check I13 (`Checked`): content, file digest and signature of signed letters are unchanged."""
    found, last, wanted = list[Finding](), 0, scope.sql(_LETTERS)
    while True:
        statement = select(Letter).where(wanted, Letter.id > last).order_by(Letter.id).limit(LETTERS_AT_ONCE)
        statement = statement.options(joinedload(Letter.paper))
        letters = db.session.scalars(statement.execution_options(**_AS_STORED)).all()
        if not letters:
            return Checked(0, limited(found))
        last = letters[-1].id
        for letter in letters:
            subject, stored = f"{letter.agency_code} {letter.number}", check_stored(letter)
            if not stored.content_sound:
                found.append(Finding("I13", subject, "letter_content_changed"))
            elif stored.file is not None and not stored.file_sound:
                found.append(Finding("I13", subject, "letter_file_changed"))
            elif stored.file is not None and stored.electronic and not (stored.signature and stored.signature.sound):
                found.append(Finding("I13", subject, "letter_signature_unsound"))

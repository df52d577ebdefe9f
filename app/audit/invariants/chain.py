"""Invariant I8: the record is unbroken: hash chains, time ledger, number of events, printed checkpoint, triggers."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from app.audit.invariants.findings import Checked, Finding, Look, few
from app.audit.replay import fault_of_chain, fault_of_ledger
from app.audit.whole_cases import whole_cases
from app.core.extensions import db
from app.models import Paper, Register, RegisterKind
from app.papers.papers import content_hash
from workflow_rules.record.checkpoint import checkpoint

GUARDED = ("complaint_event", "journal_entry", "ledger_entry", "register")

# A trigger must reject these before a row is touched; if it does not, the savepoint rolls them back.
_TRIES = (
    "UPDATE complaint_event SET kind = kind WHERE id = (SELECT min(id) FROM complaint_event)",
    "DELETE FROM complaint_event WHERE id = (SELECT max(id) FROM complaint_event)",
)
_HEADS = """
    SELECT DISTINCT ON (c.number COLLATE "C") c.number, e.seq, e.hash
    FROM complaint_event e JOIN complaint c ON c.id = e.complaint_id
    WHERE e.at < :until AND e.id <= :newest
    ORDER BY c.number COLLATE "C", e.seq DESC
"""
_TAKEN_BACK = "the guard let it through"


def unbroken_record(look: Look) -> Checked:
    """Check invariant I8 and return the violations with the number of rows checked.

    It holds when chains and ledgers verify, no event is gone since the last run, the last printed checkpoint matches.
    It also checks that the append-only triggers exist and that the database rejects changes of the event log.
    """
    count, newest, found = _count(look)
    found += [*_guards(), *_printed()]
    seen = 0
    for case in whole_cases(look.cases()):
        seen += 1
        if fault_of_chain(case):
            found.append(Finding("I8", case.number, "chain_broken"))
        elif _book_differs(case):
            found.append(Finding("I8", case.number, "book_differs"))
    return Checked(seen, few(found), {"events": count, "newest": newest})


def _book_differs(case: Any) -> bool:
    try:
        return bool(fault_of_ledger(case))
    except (ValueError, KeyError):
        return False


def _count(look: Look) -> tuple[int, int, list[Finding]]:
    """Return the number of events, the highest id, and a finding when events counted by the last run are missing."""
    query = text("SELECT count(*), coalesce(max(id), 0) FROM complaint_event")
    count, newest = db.session.execute(query).one()
    before = look.marks.get("I8", {})
    if "newest" not in before:
        return count, newest, []
    older = text("SELECT count(*) FROM complaint_event WHERE id <= :newest")
    left = db.session.execute(older, {"newest": before["newest"]}).scalar_one()
    gone = before["events"] - left
    told = [Finding("I8", str(gone), "events_gone", {"before": before["events"], "left": left})] if gone > 0 else []
    return count, newest, told


def _guards() -> Iterator[Finding]:
    triggers = text("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')")
    there = set(db.session.scalars(triggers))
    for table in GUARDED:
        if not {f"{table}_is_append_only", f"{table}_is_never_emptied"} <= there:
            yield Finding("I8", table, "guard_missing")
    if any(not _refused(attempt) for attempt in _TRIES):
        yield Finding("I8", "complaint_event", "change_possible")


def _refused(attempt: str) -> bool:
    """Return True when the database rejects the statement, tried in a savepoint; an empty log counts as rejecting."""
    try:
        with db.session.begin_nested():
            changed = db.session.execute(text(attempt)).rowcount  # type: ignore[attr-defined]
            raise RuntimeError(_TAKEN_BACK if changed else "")
    except DBAPIError:
        return True
    except RuntimeError as passed:
        return str(passed) != _TAKEN_BACK


def _printed() -> Iterator[Finding]:
    """Yield a finding when the newest daily register or its printed checkpoint does not match the event log."""
    newest = select(Register, Paper).join(Paper, Paper.id == Register.paper_id)
    newest = newest.where(Register.kind == RegisterKind.DAILY.value).order_by(Register.day.desc()).limit(1)
    found = db.session.execute(newest.execution_options(unscoped=True, populate_existing=True)).first()
    if found is None:
        return
    register, paper = found
    if not register.content_hash == paper.content_hash == content_hash(paper.frozen):
        yield Finding("I8", register.number, "register_changed", {"day": register.day.isoformat()})
    elif paper.frozen["checkpoint"] != _checkpoint(paper.frozen):
        yield Finding("I8", register.number, "checkpoint_differs", {"day": register.day.isoformat()})


def _checkpoint(frozen: dict[str, Any]) -> str:
    """Return the checkpoint over the events before the register's end that existed when it was made."""
    values = {"until": datetime.fromisoformat(frozen["ends"]), "newest": frozen["newest_event"]}
    rows = db.session.execute(text(_HEADS), values, execution_options={"yield_per": 2000})
    return checkpoint((row.number, row.seq, row.hash) for row in rows)

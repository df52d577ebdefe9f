"""Verification of a case's record: its hash chain, and its rows, the office's fields and the time ledger against a
replay of its events.
"""

from dataclasses import dataclass, replace

from app.audit.whole_cases import WholeCase, whole_cases
from app.casefile.event_history import as_event, hashed_record
from app.fields.recorded import differing_fields
from app.reference.sop import load_sop
from workflow_rules.process.evolve import replay
from workflow_rules.process.facts import ComplaintFacts
from workflow_rules.record.hash_chain import first_break
from workflow_rules.record.time_ledger import ledger_of


@dataclass(frozen=True)
class Finding:
    """A value object with a case whose record does not verify: its number, and the first fault as text."""

    number: str
    fault: str


def audit_all() -> list[Finding]:
    """Return a list with a Finding (case number, first fault as text) for each case whose record does not verify; [] if
    all verify. All cases are read, in batches of bounded size.
    """
    found = ((case.number, fault_of(case)) for case in whole_cases())
    return [Finding(number, fault) for number, fault in found if fault]


def fault_of(case: WholeCase) -> str:
    """Return the first fault of a case's hash chain, rows, fields or ledger as text, "" when its record verifies."""
    return fault_of_chain(case) or fault_of_rows(case) or fault_of_fields(case) or fault_of_ledger(case)


def fault_of_chain(case: WholeCase) -> str:
    """Return "" when the case's events are numbered without gaps and chained by hash, else the fault as text."""
    if [row.seq for row in case.events] != list(range(1, len(case.events) + 1)):
        return "events are missing"
    chain = ((row.previous_hash, row.hash, hashed_record(case.number, row), row.seed) for row in case.events)
    broken = first_break(chain)
    return f"event {broken + 1} does not follow from the one before" if broken is not None else ""


def fault_of_rows(case: WholeCase) -> str:
    """Return "" when the case's rows equal the state replayed from its events, else the fault as text."""
    try:
        replayed = replay(case.number, map(as_event, case.events), load_sop(case.complaint.sop_version))
    except (ValueError, KeyError) as error:
        return f"the events cannot be replayed: {error}"
    return "" if comparable(replayed) == comparable(case.facts) else "the rows are not what the events lead to"


def fault_of_fields(case: WholeCase) -> str:
    """Return "" when the values of the office's fields, and the personal ones by their commitments, are those of the
    case's events, else the fault as text, with the codes of the fields and no value.
    """
    different = differing_fields(case.complaint, case.personal, case.events)
    return f"fields are not what the events say: {', '.join(different)}" if different else ""


def fault_of_ledger(case: WholeCase) -> str:
    """Return "" when the case's time ledger equals the one replayed from its events, else the fault as text.

    Raises ValueError or KeyError when the events cannot be replayed.
    """
    log = [(as_event(row), row.officer_id) for row in case.events]
    ledger = ledger_of(case.number, log, load_sop(case.complaint.sop_version))
    return "" if ledger == case.ledger else "the book of time is not what the events lead to"


def comparable(facts: ComplaintFacts) -> ComplaintFacts:
    """Return a copy of the ComplaintFacts of a case with open steps and tracks sorted, so that equal states compare
    equal.
    """
    steps = sorted(facts.open_steps, key=lambda s: (s.step, s.agency or ""))
    tracks = sorted(facts.tracks, key=lambda t: t.agency)
    return replace(facts, open_steps=tuple(steps), tracks=tuple(tracks))

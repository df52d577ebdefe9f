"""Invariant I3: the events of each case form a legal path through the SOP, and its rows match the end of that path."""

from collections.abc import Iterator
from dataclasses import replace

from app.audit.invariants.findings import Checked, Finding, Look, few
from app.audit.replay import comparable
from app.audit.whole_cases import WholeCase, whole_cases
from app.casefile.event_log import as_event, sops_by_version
from workflow_rules.process.actions import Action
from workflow_rules.process.events import Event
from workflow_rules.process.evolve import begin, evolve
from workflow_rules.process.facts import ComplaintFacts
from workflow_rules.process.moves import WHILE_PAUSED, spots
from workflow_rules.process.sop import Sop


def legal_path(look: Look) -> Checked:
    """Check invariant I3 and return the violations with the number of rows checked.

    It holds when each action was possible in its state and for its actor, and the rows match the replayed events.
    """
    sops, seen = sops_by_version(), 0
    found: list[Finding] = []
    for case in whole_cases(look.cases()):
        seen += 1
        found += _faults(case, sops[case.complaint.sop_version_id])
    return Checked(seen, few(found))


def _faults(case: WholeCase, sop: Sop) -> Iterator[Finding]:
    facts: ComplaintFacts | None = None
    for row in case.events:
        event = as_event(row)
        if facts is not None and not _possible(facts, event, sop):
            yield Finding("I3", case.number, "step_out_of_order", {"event": row.seq, "kind": row.kind})
        try:
            facts = begin(case.number, event) if facts is None else evolve(facts, event)
        except (ValueError, KeyError):
            yield Finding("I3", case.number, "log_not_readable", {"event": row.seq})
            return
    if facts is None:
        yield Finding("I3", case.number, "log_missing")
    elif _stand(facts) != _stand(case.facts):
        yield Finding("I3", case.number, "rows_differ", {"parts": _parts(facts, case.facts)})
    yield from _two_at_once(case)


def _possible(before: ComplaintFacts, event: Event, sop: Sop) -> bool:
    """Return True when the rules allowed the event in this state.

    Events of the clock and of SP4N are always allowed.
    """
    if not isinstance(event.kind, Action):
        return True
    for spot in spots(before, event.kind, sop):
        same_place = (spot.step, spot.agency) == (event.step, event.agency)
        if same_place and event.by.actor in spot.actors and (not spot.paused or event.kind in WHILE_PAUSED):
            return True
    return False


def _stand(facts: ComplaintFacts) -> ComplaintFacts:
    """Return the facts without version and `seen_by`, which I4 and I10 check."""
    return replace(comparable(facts), version=0, seen_by=frozenset())


def _parts(told: ComplaintFacts, held: ComplaintFacts) -> str:
    """Return the names of the differing fields, joined by commas."""
    one, other = vars(_stand(told)), vars(_stand(held))
    return ", ".join(name for name in one if one[name] != other[name])


def _two_at_once(case: WholeCase) -> Iterator[Finding]:
    """Yield a finding when a track has two open steps; a step 4 for redirecting to another agency counts separately."""
    open_at = [(task.agency_code, task.step == "direct") for task in case.tasks]
    if len(open_at) != len(set(open_at)):
        yield Finding("I3", case.number, "two_open_steps")

"""Every change of a case: its row is locked, one event is appended, and all that follows is written with the event.

What follows is the state of the case, its steps and deadlines, the time ledger, the change feed and the notices. The
time ledger is written here and nowhere else; `append_event.py` makes the rows of events.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from app.casefile.facts import CaseRows, facts_from, get_for_update, rows_of
from app.cases.action_context import ActionContext, more_task_keys, read_context
from app.cases.append_event import event_row
from app.cases.project_facts import project_changes, project_first
from app.core.bulk_insert import Part, as_row, attach_inserted
from app.core.extensions import db
from app.feed.append_changes import changes_of
from app.models import Complaint, ComplaintEvent, LedgerRow, StepTask, SyncChange
from app.notices.notify import Notifier
from workflow_rules.process.actors import Person
from workflow_rules.process.decide import sees
from workflow_rules.process.events import Event
from workflow_rules.process.evolve import begin, evolve
from workflow_rules.process.facts import ComplaintFacts
from workflow_rules.process.refusals import ActionRefused, RefusalReason
from workflow_rules.process.sop import Sop
from workflow_rules.record.hash_chain import GENESIS
from workflow_rules.record.time_ledger import entries

Granted = TypeVar("Granted")


@dataclass(frozen=True)
class LockedCase:
    """A value object: a case whose row this transaction has locked, with its tracks and open steps (`rows`), its facts
    and its ActionContext, all as they were before the change.
    """

    complaint: Complaint
    rows: CaseRows
    facts: ComplaintFacts
    context: ActionContext


@dataclass(frozen=True)
class Change:
    """A value object: a new event of a case with all that is to be written with the event. `after` are the
    ComplaintFacts after the event, `opened` the rows of the steps that it opens, `ledger` the rows of the time ledger
    as dicts; `origin` is explained at `change_case`.
    """

    complaint: Complaint
    event: ComplaintEvent
    after: ComplaintFacts
    opened: list[StepTask]
    ledger: list[dict[str, Any]]
    origin: str | None
    notifier: Notifier


def read_case(complaint: Complaint) -> LockedCase:
    """Return the LockedCase (rows, facts and context) of a case that this transaction has locked already."""
    context, rows = read_context(complaint), rows_of(complaint)
    return LockedCase(complaint, rows, facts_from(complaint, context.reporter, rows.tracks, rows.tasks), context)


def read_visible_case(complaint: Complaint | None, by: Person) -> LockedCase:
    """Return the LockedCase (rows, facts and context) of a case. Raises ActionRefused(not_visible) for None and for a
    case that the person may not see.
    """
    case = read_case(complaint) if complaint is not None else None
    if case is None or not sees(by, case.facts):
        raise ActionRefused(RefusalReason.NOT_VISIBLE)
    return case


def refuse_stale(case: LockedCase, version: int | None) -> None:
    """Raise ActionRefused(stale_version) where the case is no longer at `version`; None accepts any version."""
    if version is not None and version != case.facts.version:
        raise ActionRefused(RefusalReason.STALE_VERSION, str(case.facts.version))


def lock_case(
    complaint_id: int, by: Person, allowed: Callable[[LockedCase], Granted | None], version: int | None = None
) -> tuple[LockedCase, Granted]:
    """Lock a case for a change and return (LockedCase, grant): the grant is what `allowed` returns, such as a capacity.

    Raises ActionRefused: not_visible, not_your_step where `allowed` returns None, stale_version where the case is no
    longer at `version` (None accepts any). Raises LockBusy as `get_for_update` does.
    """
    case = read_visible_case(get_for_update(complaint_id), by)
    granted = allowed(case)
    if granted is None:
        raise ActionRefused(RefusalReason.NOT_YOUR_STEP)
    refuse_stale(case, version)
    return case, granted


def change_case(
    case: LockedCase,
    event: Event,
    by: Person,
    *,
    address: str | None = None,
    origin: str | None = "office",
    notifier: Notifier | None = None,
) -> Change:
    """Append an event to a locked case, update its rows to the state after the event, write everything that follows
    from the event, and return the Change; flushes, does not commit.

    `address` is the network address the change came from; `origin` says in the change feed who made the change
    ("office" or "sp4n"), None leaves it out of the feed. Pass `notifier` if one has written notices of this moment
    already.
    """
    complaint, context = case.complaint, case.context
    after = evolve(case.facts, event, context.sop)
    row = event_row(complaint, event, by, address, *context.last)
    opened = list(project_changes(complaint, case.rows, after, event, context.sop, context.calendar).values())
    db.session.flush()
    for task, key in zip(opened, (context.task_key, *more_task_keys(len(opened) - 1)), strict=False):
        task.id = key
    notifier = notifier or Notifier(context.calendar, event.at)
    ledger = _ledger(complaint, case.facts, after, event, by, context.sop)
    change = Change(complaint, row, after, opened, ledger, origin, notifier)
    write_changes([change], by)
    attach_inserted([row, *opened])
    return change


def begin_case(
    complaint: Complaint,
    event: Event,
    by: Person,
    sop: Sop,
    notifier: Notifier,
    keys: tuple[int, int],
    address: str | None = None,
    origin: str = "office",
) -> Change:
    """Return the Change with the first event of a new case and the step that it opens, unwritten: `write_changes` takes
    many at once. `keys` are the primary keys of both rows, `origin` ("office" or "sp4n") is the change's maker in the
    feed.
    """
    after = begin(complaint.number, event, sop)
    row = event_row(complaint, event, by, address, (0, GENESIS), keys[0])
    opened = project_first(complaint, after, event, sop, notifier.calendar)
    for task in opened:
        task.id = keys[1]
    ledger = _ledger(complaint, None, after, event, by, sop)
    return Change(complaint, row, after, opened, ledger, origin, notifier)


def write_changes(changes: Sequence[Change], by: Person, *parts: Part, silent: bool = False) -> None:
    """Insert the rows of all given changes (steps, events, time ledger, change feed), and the rows of other tables in
    `parts`, in one statement that also writes the notices to the officers for whom a step is opened, unless `silent`.
    Does not commit. There must be at least one change, and all must be of the same moment.
    """
    in_feed = [(c, c.origin) for c in changes if c.origin is not None]
    changes[0].notifier.opened_many(
        [(change.complaint.id, task) for change in changes for task in change.opened if not silent],
        by,
        *parts,
        (StepTask.__table__, [as_row(task) for change in changes for task in change.opened]),
        (ComplaintEvent.__table__, [as_row(change.event) for change in changes]),
        (LedgerRow.__table__, [line for change in changes for line in change.ledger]),
        (SyncChange.__table__, [row for c, origin in in_feed for row in changes_of(c.complaint, c.event, origin)]),
    )


def _ledger(
    complaint: Complaint, before: ComplaintFacts | None, after: ComplaintFacts, event: Event, by: Person, sop: Sop
) -> list[dict[str, Any]]:
    """Return the rows that an event adds to the time ledger of its case, as a list of dicts by column name; nothing is
    written.
    """
    return [
        {
            "complaint_id": complaint.id,
            "kind": entry.kind.value,
            "at": entry.at,
            "step": entry.step,
            "track": entry.track,
            "house": entry.organisation,
            "officer_id": entry.officer,
        }
        for entry in entries(before, after, event, by.id, sop)
    ]

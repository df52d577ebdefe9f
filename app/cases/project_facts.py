"""Writing of a decided state into the rows of a case; nothing is decided here."""

from collections.abc import Iterable
from functools import partial

from sqlalchemy import text

from app.casefile.facts import CaseRows
from app.cases.set_deadlines import allowance_of, open_task, set_closed_deadline, set_closing, set_deadline
from app.core.extensions import db
from app.core.transaction import before_commit
from app.models import AgencyTrackRow, Complaint, StepPause, StepTask
from workflow_rules.process.events import Event
from workflow_rules.process.facts import AgencyTrack, ComplaintFacts
from workflow_rules.process.sop import Sop
from workflow_rules.process.steps import ENDED
from workflow_rules.time.working_calendar import WorkingCalendar

Key = tuple[str, str | None]


def project_changes(
    complaint: Complaint, rows: CaseRows, after: ComplaintFacts, event: Event, sop: Sop, calendar: WorkingCalendar
) -> dict[Key, StepTask]:
    """Update the rows of a case, and the lists in `rows`, to the ComplaintFacts `after`. Return the new StepTask rows
    by (step, agency code), not yet added to the session: the changes must be flushed first, so that a step is closed
    before the next one opens.
    """
    _write_tracks(complaint, rows, after)
    opened = _write_tasks(complaint, rows, after, event, sop, calendar)
    _write_state(complaint, after, event, rows.tasks)
    set_closing(complaint, sop.silence, calendar)
    return opened


def project_first(
    complaint: Complaint, after: ComplaintFacts, event: Event, sop: Sop, calendar: WorkingCalendar
) -> list[StepTask]:
    """Set the state of a new case in its Complaint row and return a list with a new StepTask, with its deadline, for
    its first step; [] for an imported case that has ended. Nothing is flushed or added to the session.
    """
    tasks = []
    for step in after.open_steps:
        task = open_task(complaint, step, sop.owner(step.step), after, sop)
        set_deadline(task, step, allowance_of(step, after, sop), sop, calendar, event.at)
        tasks.append(task)
    _write_state(complaint, after, event, tasks)
    return tasks


def _write_state(complaint: Complaint, after: ComplaintFacts, event: Event, tasks: Iterable[StepTask]) -> None:
    complaint.status = after.status.value
    complaint.confidentiality = after.confidentiality.value
    complaint.classification = after.classification.value
    complaint.cycle = after.cycle
    complaint.route = after.route.value if after.route else None
    complaint.paused = after.waiting
    complaint.field_visit = after.field_visit
    complaint.rated = after.rated
    complaint.anonymity_confirmed = after.anonymity_confirmed
    complaint.version = after.version
    complaint.answered_at = after.answered_at
    if after.status in ENDED and complaint.ended_at is None:
        complaint.ended_at = event.at
    running = [t.due_at for t in tasks if t.paused_at is None]
    complaint.next_due_at = min(running, default=None)


def _write_tracks(complaint: Complaint, rows: CaseRows, after: ComplaintFacts) -> None:
    """Write the agency tracks of this cycle; leads that end are flushed first, since only one track may lead."""
    known = {row.agency_code: row for row in rows.tracks if row.cycle == after.cycle}
    leads = {track.agency for track in after.tracks if track.lead}
    ending = [row for row in known.values() if row.lead and row.agency_code not in leads]
    for leader in ending:
        leader.lead = False
    if ending:
        db.session.flush()
    for position, track in enumerate(after.tracks):
        row = known.get(track.agency)
        if row is None:
            row = AgencyTrackRow(complaint_id=complaint.id, cycle=after.cycle, agency_code=track.agency)
            rows.tracks.append(row)
            db.session.add(row)
        _write_track(row, track, position)
    rows.tracks.sort(key=lambda row: (row.cycle, row.position))
    _write_sight(rows, after)


def first_tracks(complaint: Complaint, after: ComplaintFacts) -> list[AgencyTrackRow]:
    """Return a list of new rows for the agency tracks with which an imported case begins; nothing is written."""
    rows = []
    for position, track in enumerate(after.tracks):
        rows.append(AgencyTrackRow(complaint_id=complaint.id, cycle=after.cycle, agency_code=track.agency))
        _write_track(rows[-1], track, position)
    return rows


def _write_track(row: AgencyTrackRow, track: AgencyTrack, position: int) -> None:
    row.position = position
    row.lead = track.lead
    row.state = track.state.value
    row.sent_at = track.sent_at
    row.replaces = track.replaces
    row.field_visit = track.field_visit
    row.cross_agency = track.cross_agency
    row.awaits = list(track.awaits)
    row.more_days = track.more_days
    row.release_asked = track.release_asked


def _write_sight(rows: CaseRows, after: ComplaintFacts) -> None:
    """Set in the rows of the tracks (`sight_ended`) which agencies still see the case.

    An agency loses the right only when the transaction ends: its officer still has to write the action, and row-level
    security would refuse it.
    """
    sent = [row for row in rows.tracks if row.sent_at is not None]
    for row in sent:
        if row.sight_ended and row.agency_code in after.seen_by and row.cycle == after.cycle:
            row.sight_ended = False
    if any(not row.sight_ended and row.agency_code not in after.seen_by for row in sent):
        before_commit(partial(db.session.execute, _END_SIGHT, {"complaint_id": sent[0].complaint_id}))


# The condition is repeated here: an action that was rolled back to its savepoint must not end an agency's sight.
_END_SIGHT = text(
    """
    UPDATE agency_track t SET sight_ended = true
    WHERE t.complaint_id = :complaint_id AND t.sent_at IS NOT NULL AND NOT t.sight_ended AND (
        SELECT last.state IN ('declined', 'dropped') FROM agency_track last
        WHERE last.complaint_id = t.complaint_id AND last.agency_code = t.agency_code AND last.sent_at IS NOT NULL
        ORDER BY last.cycle DESC LIMIT 1
    )
    """
)


def _write_tasks(
    complaint: Complaint, rows: CaseRows, after: ComplaintFacts, event: Event, sop: Sop, calendar: WorkingCalendar
) -> dict[Key, StepTask]:
    """Close steps that are no longer open, make the rows of new ones, set the deadline of every open step, and return
    the new StepTask rows by (step, agency code).
    """
    known = {(t.step, t.agency_code, t.opened_at): t for t in rows.tasks}
    wanted = {(s.step, s.agency, s.opened_at): s for s in after.open_steps}
    for key in known.keys() - wanted.keys():
        closed = known[key]
        closed.closed_at, closed.closed_by, closed.next_alarm_at = event.at, event.kind.value, None
        _end_pauses(closed, event)
        if closed.paused_at is not None:
            closed.paused_at = None
            set_closed_deadline(closed, sop, calendar)
    opened: dict[Key, StepTask] = {}
    for key, step in wanted.items():
        task = known.get(key)
        if task is None:
            task = opened[key[:2]] = open_task(complaint, step, sop.owner(step.step), after, sop)
        if step.paused_at is None:
            _end_pauses(task, event)
        elif task.paused_at is None:
            task.pauses.append(StepPause(began_at=step.paused_at, question=event.data.get("question", "")))
        task.paused_at = step.paused_at
        set_deadline(task, step, allowance_of(step, after, sop), sop, calendar, event.at)
    rows.tasks[:] = [*(task for key, task in known.items() if key in wanted), *opened.values()]
    return opened


def _end_pauses(task: StepTask, event: Event) -> None:
    for pause in task.pauses:
        pause.ended_at = pause.ended_at or event.at

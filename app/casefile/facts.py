"""The facts of a case as the rules take them, built from its rows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, select
from sqlalchemy.orm import joinedload

from app.core.extensions import db
from app.core.transaction import waiting_place
from app.models import AgencyTrackRow, Complaint, Reporter, StepTask
from app.outbound.notification_channels import CHANNELS
from workflow_rules.process.facts import AgencyTrack, ComplaintFacts, OpenStep, Pause
from workflow_rules.process.identity import Classification, Confidentiality, ReporterFacts
from workflow_rules.process.steps import ENDED, CaseStatus, Route, TrackState, kind_of

_ONE = (
    select(Complaint)
    .where(Complaint.id == bindparam("complaint_id"))
    .options(joinedload(Complaint.sop_version, innerjoin=True))
    .options(*(joinedload(part) for part in (Complaint.category, Complaint.district, Complaint.village)))
    .execution_options(populate_existing=True)
)
_LOCKED = _ONE.with_for_update(of=Complaint, key_share=True)
_LOCKED_AT_ONCE = _ONE.with_for_update(of=Complaint, key_share=True, skip_locked=True)


def get_for_update(complaint_id: int, unscoped: bool = False) -> Complaint | None:
    """Return the case with its row locked until the transaction ends; None when it does not exist or, unless
    `unscoped`, is not visible to the requesting person.

    The lock (FOR NO KEY UPDATE) lets others add rows that only point at the case. A transaction that locks several
    cases calls `lock_in_order` first. Raises LockBusy where too many requests of this server wait already.
    """
    asked, options = {"complaint_id": complaint_id}, {"unscoped": unscoped}
    at_once = db.session.scalars(_LOCKED_AT_ONCE, asked, execution_options=options).first()
    if at_once is not None:
        return at_once
    # There is no such case, or another transaction has locked it.
    with waiting_place():
        return db.session.scalars(_LOCKED, asked, execution_options=options).first()


_OPEN_TASKS = (
    select(StepTask)
    .where(StepTask.complaint_id == bindparam("complaint_id"), StepTask.closed_at.is_(None))
    .options(joinedload(StepTask.pauses))
    .order_by(StepTask.id)
    .execution_options(populate_existing=True)
)


def open_tasks_of(complaint: Complaint) -> list[StepTask]:
    return list(db.session.scalars(_OPEN_TASKS, {"complaint_id": complaint.id}).unique())


_TRACKS = (
    select(AgencyTrackRow)
    .where(AgencyTrackRow.complaint_id == bindparam("complaint_id"))
    .order_by(AgencyTrackRow.cycle, AgencyTrackRow.position)
)


def reporter_facts(reporter: Reporter | None) -> ReporterFacts:
    """Return as `ReporterFacts` which parts of a stored identity exist; for None, no part exists."""
    names = ("name", "address", "phone", "email", "nik")
    return facts_of_identity({name: getattr(reporter, name) for name in names} if reporter is not None else {})


def facts_of_identity(identity: Mapping[str, str | None]) -> ReporterFacts:
    """Return as `ReporterFacts` which parts of an identity exist, given as a mapping from part to text; a missing part,
    None and "" do not exist.
    """
    return ReporterFacts(
        has_name=bool(identity.get("name")),
        has_address=bool(identity.get("address")),
        has_phone=bool(identity.get("phone")),
        has_email=bool(identity.get("email")),
        has_nik=bool(identity.get("nik")),
        gets_messages=gets_messages(bool(identity.get("phone"))),
    )


def gets_messages(has_phone: bool) -> bool:
    """Return whether messages reach a reporter's phone: a channel to it is on, and a phone number is stored."""
    return has_phone and any(one.reporter_column == "phone" and one.takes_messages() for one in CHANNELS.values())


@dataclass(frozen=True)
class CaseRows:
    """A value object with the rows of a case: its tracks of every cycle, and its open steps. Read once; `project_facts`
    keeps both lists current when it changes a locked case.
    """

    tracks: list[AgencyTrackRow]
    tasks: list[StepTask]
    """The open steps."""


def rows_of(complaint: Complaint) -> CaseRows:
    return CaseRows(list(db.session.scalars(_TRACKS, {"complaint_id": complaint.id})), open_tasks_of(complaint))


def rows_of_each(complaints: Sequence[Complaint]) -> list[CaseRows]:
    """Return the rows of several cases in their order, read by one statement each for steps (without pauses) and
    tracks.
    """
    found = {complaint.id: CaseRows([], []) for complaint in complaints}
    opened = select(StepTask).where(StepTask.complaint_id.in_(list(found)), StepTask.closed_at.is_(None))
    for task in db.session.scalars(opened.order_by(StepTask.id)):
        found[task.complaint_id].tasks.append(task)
    tracks = select(AgencyTrackRow).where(AgencyTrackRow.complaint_id.in_(list(found)))
    for track in db.session.scalars(tracks.order_by(AgencyTrackRow.cycle, AgencyTrackRow.position)):
        found[track.complaint_id].tracks.append(track)
    return [found[complaint.id] for complaint in complaints]


def facts_of(complaint: Complaint, rows: CaseRows | None = None) -> ComplaintFacts:
    """Return the `ComplaintFacts` of one case from its rows, which are read from the database unless given."""
    rows = rows or rows_of(complaint)
    reporter = reporter_facts(db.session.get(Reporter, complaint.id))
    return facts_from(complaint, reporter, rows.tracks, rows.tasks)


def facts_from(
    complaint: Complaint, reporter: ReporterFacts, tracks: Sequence[AgencyTrackRow], tasks: Iterable[StepTask]
) -> ComplaintFacts:
    """Return the `ComplaintFacts` of a case from rows that have been read: the tracks of every cycle in their order,
    and its steps, of which closed ones are ignored.
    """
    status = CaseStatus(complaint.status)
    return ComplaintFacts(
        number=complaint.number,
        channel=complaint.channel,
        confidentiality=Confidentiality(complaint.confidentiality),
        classification=Classification(complaint.classification),
        reporter=reporter,
        in_sp4n=complaint.sp4n_tracking_id is not None,
        version=complaint.version,
        cycle=complaint.cycle,
        route=Route(complaint.route) if complaint.route else None,
        open_steps=tuple(as_open_step(task) for task in tasks if task.closed_at is None),
        tracks=tuple(_track(row) for row in tracks if row.cycle == complaint.cycle),
        seen_by=frozenset(row.agency_code for row in tracks if row.sent_at is not None and not row.sight_ended),
        ended=status if status in ENDED else None,
        answered_at=complaint.answered_at,
        rated=complaint.rated,
        anonymity_confirmed=complaint.anonymity_confirmed,
    )


def as_open_step(task: StepTask) -> OpenStep:
    """Return the row of an open step as an `OpenStep` of workflow_rules, with its finished pauses."""
    status, pauses = CaseStatus(task.status) if task.status else None, ended_pauses(task)
    start = (task.agency_code, task.opened_at, task.clock_from)
    return OpenStep(task.step, kind_of(task.step), status, *start, pauses, task.paused_at)


def ended_pauses(task: StepTask) -> tuple[Pause, ...]:
    """Return a tuple with (start, end) of each pause of a step that has ended."""
    return tuple((p.began_at, p.ended_at) for p in task.pauses if p.ended_at is not None)


def _track(row: AgencyTrackRow) -> AgencyTrack:
    return AgencyTrack(
        row.agency_code,
        row.lead,
        TrackState(row.state),
        row.sent_at,
        row.replaces,
        row.field_visit,
        row.cross_agency,
        tuple(actor for actor in row.awaits),
        row.more_days,
        row.release_asked,
    )

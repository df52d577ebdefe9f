"""Import of complaints from the records that the office had before: one event each, silent, with a number of their own.

The event is dated when it is written, so that no event is ever older than the log says; the times of the old record are
in its data. A case that had ended is ended from the beginning. Any other begins at registration, where its clock starts
with the import.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.casefile.facts import facts_of_identity
from app.cases.change import Change, begin_case, write_changes
from app.cases.project_facts import first_tracks
from app.cases.receive_complaint import AFTER_A_CHANGE_OF_CALENDAR, KEYED, may_receive
from app.cases.report_input import Report
from app.core.bulk_insert import as_row, attach_inserted
from app.core.clock import office_time
from app.core.extensions import db
from app.core.transaction import one_transaction
from app.models import Complaint, Reporter, SopVersion
from app.notices.notify import Notifier
from app.papers.number_series import Drawn, draw
from app.reference.calendar import ACTIVE, active_sop_and_calendar
from app.reference.sop import pinned_sop
from workflow_rules.process.actors import Capacity, Person
from workflow_rules.process.complaint_number import IMPORTED, format_complaint_number
from workflow_rules.process.events import Event, SystemEvent
from workflow_rules.process.identity import Confidentiality
from workflow_rules.process.sop import Sop
from workflow_rules.process.steps import CaseStatus

SERIES = "imported"
"""The number series of imported complaints, by year of receipt; that of received ones is not disturbed."""


@dataclass(frozen=True)
class OldCase:
    """A value object: a complaint of the older records. `key` identifies it in them, `source` says where it was found.

    `ended` is how it ended (closed or archived), None for one that goes on; `ended_at` and `answered_at` are aware.
    `agencies` are codes, the leading one first.
    """

    report: Report
    received_at: datetime
    key: str
    old_number: str | None
    source: dict[str, Any]
    ended: CaseStatus | None = None
    ended_at: datetime | None = None
    answered_at: datetime | None = None
    answer: str = ""
    agencies: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Import:
    """A value object with what all complaints of one call share."""

    at: datetime
    capacity: Capacity
    by: Person
    version: SopVersion
    sop: Sop
    pinned: dict[str, str]
    notifier: Notifier


def known_keys(keys: Sequence[str]) -> dict[str, str]:
    """Return {key (`OldCase.key`): number of the case} for those of the keys that have been imported already."""
    known = select(Complaint.imported_key, Complaint.number).where(Complaint.imported_key.in_(keys))
    return {key: number for key, number in db.session.execute(known.execution_options(unscoped=True)) if key}


def import_complaints(old: Sequence[OldCase], by: Person, now: datetime) -> list[Complaint]:
    """Store old complaints as cases under the active SOP, in the caller's transaction or one of its own, and return
    their rows in the same order. Nobody is notified, and nothing enters the change feed.

    Raises ActionRefused(not_your_step), and IntegrityError when one of them has been imported before.
    """
    capacity = may_receive(by)
    with one_transaction():
        db.session.execute(AFTER_A_CHANGE_OF_CALENDAR)
        version, sop, calendar = active_sop_and_calendar(*db.session.execute(ACTIVE).one())
        common = _Import(now, capacity, by, version, sop, pinned_sop(sop), Notifier(calendar, now))
        numbers = _numbers(old)
        new = [_new_case(one, *number, common) for one, number in zip(old, numbers, strict=True)]
        changes = [change for change, _ in new]
        complaints = [change.complaint for change in changes]
        reporters = [reporter for _, reporter in new if reporter is not None]
        write_changes(
            changes,
            by,
            (Complaint.__table__, [as_row(complaint) for complaint in complaints]),
            (Reporter.__table__, [as_row(reporter) for reporter in reporters]),
            silent=True,
        )
        attach_inserted([*complaints, *reporters, *(task for change in changes for task in change.opened)])
        db.session.add_all(track for c in changes for track in first_tracks(c.complaint, c.after))
        db.session.flush()
        return complaints


def _numbers(old: Sequence[OldCase]) -> list[tuple[str, Drawn]]:
    """Return for each old complaint (its new number, Drawn with its keys), from the series of its year of receipt."""
    places: dict[int, list[int]] = defaultdict(list)
    for place, one in enumerate(old):
        places[office_time(one.received_at).year].append(place)
    found: dict[int, tuple[str, Drawn]] = {}
    for year in sorted(places):
        _, drawn = draw(SERIES, year, len(places[year]), KEYED)
        for place, number in zip(places[year], drawn, strict=True):
            found[place] = format_complaint_number(year, number.number, IMPORTED), number
    return [found[place] for place in range(len(old))]


def _new_case(old: OldCase, number: str, drawn: Drawn, common: _Import) -> tuple[Change, Reporter | None]:
    key, *keys = drawn.keys
    complaint = Complaint(
        id=key,
        number=number,
        status="registering",
        version=1,
        cycle=1,
        sop_version_id=common.version.id,
        sop_version=common.version,
        received_at=old.received_at,
        ended_at=old.ended_at,
        imported_at=common.at,
        imported_key=old.key,
        old_number=old.old_number,
        field_values=old.report.fields.values,
        **old.report.values,
    )
    identity = old.report.reporter
    reporter = Reporter(complaint_id=key, **identity) if identity else None
    event = Event(SystemEvent.IMPORTED, common.at, common.capacity, None, None, _imported_data(complaint, old, common))
    change = begin_case(complaint, event, common.by, common.sop, common.notifier, (keys[0], keys[1]))
    return change, reporter


def _imported_data(complaint: Complaint, old: OldCase, common: _Import) -> dict[str, Any]:
    """Return the data of the event `imported` as a dict: what `received` records, and what the old record says about
    receipt, answer and end (ISO 8601, office zone). `seen_by` are the agencies that may see the case from now on: none
    of one whose reporter is protected, since nobody has checked its text for that.
    """
    shown = old.ended is not None and complaint.confidentiality == Confidentiality.OPEN
    return {
        "channel": complaint.channel,
        "classification": complaint.classification,
        "confidentiality": complaint.confidentiality,
        "in_sp4n": False,
        "reporter": vars(facts_of_identity(old.report.reporter)),
        "sop": common.pinned,
        "received_at": office_time(old.received_at).isoformat(),
        "answered_at": office_time(old.answered_at).isoformat() if old.answered_at else None,
        "ended_at": office_time(old.ended_at).isoformat() if old.ended_at else None,
        "ended": old.ended.value if old.ended else None,
        "agencies": list(old.agencies),
        "seen_by": sorted(old.agencies) if shown else [],
        "old_number": old.old_number,
        "source": old.source,
        **({"text": old.answer} if old.answer else {}),
        **old.report.fields.as_facts().recorded,
    }

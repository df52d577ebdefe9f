"""Import of several SP4N reports in one request.

Each report succeeds or fails on its own; reports that are new to us are inserted together.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.exc import DataError, IntegrityError

from app.cases.receive_complaint import receive_complaints
from app.core.extensions import db
from app.core.transaction import one_transaction
from app.models import Complaint, InboundHold
from app.reference.named_rows import cached_names
from app.sp4n.inbound.apply_revision import Applied, StaleRevision, apply_revision
from app.sp4n.inbound.read_revision import Revision, lock_reports, read_revision
from workflow_rules.process.actors import SYSTEM
from workflow_rules.process.refusals import ActionRefused, FieldError, FieldFault, RefusalReason

log = structlog.get_logger()

MOST_REPORTS = 1000
AT_ONCE = 100
"""Reports per transaction: the yearly case counter stays locked until commit, and officers wait for it."""


@dataclass(frozen=True)
class Item:
    """A value object: the result of one SP4N report of a batch. `outcome` is an outcome of `Applied`, or
    `stale_revision` (an older revision) or `refused`; `faults` are the faulty fields; `tracking_id` is as the sender
    wrote it, shortened.
    """

    tracking_id: str
    outcome: str
    faults: tuple[FieldError, ...] = ()


def apply_batch(payloads: Sequence[Any], *, now: datetime | None = None, address: str | None = None) -> list[Item]:
    """Apply SP4N reports, commit after every `AT_ONCE` of them, and return a list with one `Item` per report, in the
    same order. A faulty report raises nothing and does not undo the others: its `Item` holds the faults. `now` is
    aware, None for the current time.
    """
    done: list[Item] = []
    with cached_names():
        for first in range(0, len(payloads), AT_ONCE):
            read = [_read(payload) for payload in payloads[first : first + AT_ONCE]]
            readable = [one for one in read if isinstance(one, Revision)]
            with one_transaction():
                lock_reports([revision.tracking_id for revision in readable])
                new = _create(list(_to_create(readable)), now, address)
                done += [
                    one if isinstance(one, Item) else new.get(id(one)) or _apply(one, now, address) for one in read
                ]
    return done


def _read(payload: Any) -> Revision | Item:
    if not isinstance(payload, dict):
        return Item("", "refused", (FieldError("reports", FieldFault.WRONG_TYPE),))
    tracking_id = payload.get("tracking_id")
    shown = tracking_id[:80] if isinstance(tracking_id, str) else ""
    body = {name: value for name, value in payload.items() if name != "tracking_id"}
    try:
        return read_revision(tracking_id if isinstance(tracking_id, str) else "", body)
    except ActionRefused as refused:
        return Item(shown, "refused", refused.errors)


def _to_create(readable: Sequence[Revision]) -> Iterator[Revision]:
    """Yield those revisions (Revision) that have no faults and belong to a report with neither a case nor an entry that
    waits for the Admin; only the first revision of each report.

    Locks the existing cases of the other reports in the order of their ids, as all writers do, to avoid deadlocks.
    """
    ids = {revision.tracking_id for revision in readable}
    cases = select(Complaint.sp4n_tracking_id).where(Complaint.sp4n_tracking_id.in_(ids)).order_by(Complaint.id)
    known = set(db.session.scalars(cases.with_for_update(key_share=True)))
    held = select(InboundHold.tracking_id).where(InboundHold.tracking_id.in_(ids), InboundHold.state == "waiting")
    known |= set(db.session.scalars(held))
    for revision in readable:
        if revision.tracking_id not in known and not revision.faults:
            yield revision
        known.add(revision.tracking_id)


def _create(revisions: list[Revision], now: datetime | None, address: str | None) -> dict[int, Item]:
    """Create the cases of all these revisions under one savepoint and return a dict of `id(revision)` to its Item.

    Returns an empty dict when the database rejects any of them; the caller then applies each one separately.
    """
    if not revisions:
        return {}
    reports = [(revision.report, revision.link) for revision in revisions]
    try:
        with db.session.begin_nested():
            receive_complaints(reports, SYSTEM, now=now, address=address)
    except (DataError, IntegrityError):
        log.warning("batch_not_created", reports=len(reports), exc_info=True)
        return {}
    return {id(revision): Item(revision.tracking_id, "created") for revision in revisions}


def _apply(revision: Revision, now: datetime | None, address: str | None) -> Item:
    try:
        with db.session.begin_nested():
            applied: Applied = apply_revision(revision, now=now, address=address)
    except StaleRevision:
        return Item(revision.tracking_id, "stale_revision")
    except ActionRefused as refused:
        return Item(revision.tracking_id, "refused", refused.errors)
    except (DataError, IntegrityError):
        log.exception("report_not_taken")
        return Item(revision.tracking_id, "refused", (FieldError("reports", FieldFault.NOT_ALLOWED),))
    return Item(revision.tracking_id, applied.outcome, applied.faults)


def reports_of(payload: dict[str, Any]) -> list[Any]:
    """Return the list under `reports` of the JSON body of a batch. Raises ActionRefused(missing_input) if `reports` is
    missing or no list, or if the body has other fields.
    """
    unknown = tuple(FieldError(name[:80], FieldFault.UNKNOWN_FIELD) for name in payload if name != "reports")
    reports = payload.get("reports")
    if not isinstance(reports, list):
        fault = FieldFault.REQUIRED if reports is None else FieldFault.WRONG_TYPE
        unknown = (*unknown, FieldError("reports", fault))
    if unknown or not isinstance(reports, list):
        raise ActionRefused(RefusalReason.MISSING_INPUT, errors=unknown)
    return reports

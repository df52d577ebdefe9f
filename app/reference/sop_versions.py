"""Life cycle of SOP versions: drafted as a copy, activated by decree; running cases stay with their version."""

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import inspect, select
from sqlalchemy.orm import selectinload

from app.core.clock import office_today
from app.core.extensions import db
from app.core.identifiers import LARGEST_ID
from app.core.transaction import one_transaction
from app.models import JournalEntry, SopStepRow, SopVersion
from app.reference.sop import load_sop


class SopFault(StrEnum):
    """An enum of the reasons why an SOP version cannot be activated; each value is the key of an error message."""

    NOT_A_DRAFT = "is_draft_no_more"
    NO_DECREE = "no_decree"
    DECREE_IN_FUTURE = "decree_in_future"
    NOT_AN_SOP = "not_an_sop"


class SopRefused(Exception):
    """Raised when an SOP version cannot be activated; `fault` says why.

    `field` is the faulty form field, "" for the version as a whole.
    """

    def __init__(self, fault: SopFault, field: str = "") -> None:
        super().__init__(fault.value)
        self.fault = fault
        self.field = field


_OF_ITS_OWN_DECREE = ("decree_number", "decided_on", "activated_at", "revised_on", "ratified_on")
"""Columns that a copied draft does not take over, since they belong to the decree of its source."""


def sop_versions() -> Sequence[SopVersion]:
    """Return a sequence of all SopVersion rows with their steps, newest first."""
    statement = select(SopVersion).options(selectinload(SopVersion.steps)).order_by(SopVersion.id.desc())
    return db.session.scalars(statement).all()


def find_sop_version(version_id: int) -> SopVersion | None:
    """Return the SopVersion row with this id, or None if there is none."""
    return db.session.get(SopVersion, min(version_id, LARGEST_ID))


def copy_as_draft(version_id: int) -> SopVersion:
    """Store and return a new SopVersion row, a draft with the steps and settings of an SOP version, the next free
    number and no decree. All versions are locked meanwhile. Raises StopIteration when there is no such version.
    """
    with one_transaction():
        versions = lock_versions()
        source = next(version for version in versions if version.id == version_id)
        draft = SopVersion(
            **_values(source, "id", "number", "status", *_OF_ITS_OWN_DECREE),
            number=next_number(versions),
            status="draft",
            steps=[SopStepRow(**_values(row, "id", "sop_version_id")) for row in source.steps],
        )
        db.session.add(draft)
        db.session.flush()
        return draft


def activate_sop(
    version_id: int,
    decree_number: str,
    decided_on: date | None,
    now: datetime,
    officer_id: int | None = None,
    reason: str = "",
) -> SopVersion:
    """Activate a draft, retire the active SOP version and add a journal entry, in one transaction; return the activated
    SopVersion row.

    Raises SopRefused (NOT_A_DRAFT, NO_DECREE, DECREE_IN_FUTURE also without a date, NOT_AN_SOP), and StopIteration when
    there is no such version. `decided_on` is an office date, `now` an aware UTC datetime.
    """
    with one_transaction():
        versions = lock_versions()
        draft = next(version for version in versions if version.id == version_id)
        _refuse(draft, decree_number, decided_on, now)
        draft.decree_number, draft.decided_on = decree_number.strip(), decided_on
        draft.ratified_on = draft.ratified_on or decided_on
        put_in_force(draft, versions, now, officer_id, reason)
        return draft


def put_in_force(
    draft: SopVersion, versions: Sequence[SopVersion], now: datetime, officer_id: int | None, reason: str
) -> None:
    """Make a draft the active one of the locked `versions`, retire its predecessor and add a journal entry, in the
    caller's transaction.
    """
    before = [version for version in versions if version.status == "active"]
    for version in before:
        version.status = "retired"
    # A unique index allows one active version, so the old one must be retired first.
    db.session.flush()
    draft.status, draft.activated_at = "active", now
    data = {"number": draft.number, "before": [v.number for v in before], "decree_number": draft.decree_number}
    db.session.add(JournalEntry(kind="sop_activated", at=now, officer_id=officer_id, reason=reason, data=data))
    db.session.flush()


def next_number(versions: Sequence[SopVersion]) -> str:
    """Return the number of the next version."""
    taken = [int(version.number) for version in versions if version.number.isascii() and version.number.isdigit()]
    return str(max(taken, default=0) + 1)


def lock_versions() -> list[SopVersion]:
    """Return all versions in the order of their ids, locked until the transaction ends."""
    statement = select(SopVersion).order_by(SopVersion.id).with_for_update()
    return list(db.session.scalars(statement.execution_options(populate_existing=True)))


def _refuse(draft: SopVersion, decree_number: str, decided_on: date | None, now: datetime) -> None:
    if draft.status != "draft":
        raise SopRefused(SopFault.NOT_A_DRAFT)
    if not decree_number.strip():
        raise SopRefused(SopFault.NO_DECREE, "decree_number")
    if decided_on is None or decided_on > office_today(now):
        raise SopRefused(SopFault.DECREE_IN_FUTURE, "decided_on")
    try:
        load_sop(draft)
    except ValueError as fault:
        raise SopRefused(SopFault.NOT_AN_SOP) from fault


def _values(row: SopVersion | SopStepRow, *without: str) -> dict[str, object]:
    """Return a dict of the row's column values by name, except the columns in `without`."""
    names = (column.key for column in inspect(type(row)).column_attrs)
    return {name: getattr(row, name) for name in names if name not in without}

"""Room for files: of one case, and of the whole store; an office's disk is not filled by one sender."""

from flask import current_app
from sqlalchemy import func, select

from app.core.extensions import db
from app.models import Attachment, Complaint, StoreSweep
from workflow_rules.process.refusals import ActionRefused, FieldError, FieldFault, RefusalReason

MEGABYTE = 1_000_000
GIGABYTE = 1_000 * MEGABYTE


def refuse_without_room(complaint: Complaint, size: int, field: str) -> None:
    """Raises ActionRefused(missing_input) where one more file of this size does not fit.

    A case that is only being taken in holds no more than its report brings. The store is as full as the last sweep saw
    it (hours ago at most): a count of every file would cost each upload more than it is worth.
    """
    with db.session.no_autoflush:
        if complaint not in db.session.new:
            _refuse_full_case(complaint.id, size, field)
        _refuse_full_store(field)


def _refuse_full_case(complaint_id: int, size: int, field: str) -> None:
    held = select(func.count(Attachment.id), func.coalesce(func.sum(Attachment.size), 0))
    held = held.where(Attachment.complaint_id == complaint_id).execution_options(unscoped=True)
    count, stored = db.session.execute(held).one()
    most, megabytes = current_app.config["UPLOAD_FILES_PER_CASE"], current_app.config["UPLOAD_CASE_MB"]
    if count >= most:
        raise _refused(FieldError(field, FieldFault.CASE_FULL, str(most)))
    if stored + size > megabytes * MEGABYTE:
        raise _refused(FieldError(field, FieldFault.CASE_FULL, f"{megabytes} MB"))


def _refuse_full_store(field: str) -> None:
    seen = db.session.scalars(select(StoreSweep.stored_bytes)).first() or 0
    if seen >= current_app.config["UPLOAD_STORE_GB"] * GIGABYTE:
        raise _refused(FieldError(field, FieldFault.STORE_FULL))


def _refused(error: FieldError) -> ActionRefused:
    return ActionRefused(RefusalReason.MISSING_INPUT, errors=(error,))

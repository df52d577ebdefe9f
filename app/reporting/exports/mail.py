"""Attaches the file of a scheduled export report to its message at the moment of sending."""

from datetime import datetime

from app.core.storage import read_file
from app.models import Delivery, ReportJob
from app.models.messages import AttachedFile
from app.outbound.gateway import Refused
from app.reporting.exports.file_formats import MEDIA_TYPES
from app.reporting.exports.run import ReportRefused, asking_person

MOST_BYTES = 5 * 1024 * 1024
"""Most bytes of an attachment, since mail servers reject larger messages; the message then says where the file is."""


def prepare_report(message: Delivery, now: datetime) -> None:
    """Attach the file of a scheduled export report to the message that announces it.

    Does nothing when the message is about no report or the file is over 5 MiB. Raises Refused when the user account is
    closed, its rights have changed, or the file no longer exists.
    """
    job = message.report_job
    if job is None:
        return
    try:
        asking_person(job, now)
    except ReportRefused as refused:
        raise Refused(f"the report is not sent: {refused}") from refused
    if job.state != "done" or job.path is None:
        raise Refused("the report is no longer there")
    if (job.size or 0) > MOST_BYTES:
        return
    try:
        content = read_file(job.path)
    except FileNotFoundError as gone:
        raise Refused("the file of the report is gone") from gone
    media_type = MEDIA_TYPES[job.format].partition(";")[0]
    message.report_file = AttachedFile(file_name(job), media_type, content)  # type: ignore[misc]


def file_name(job: ReportJob) -> str:
    """Return the file name of the job's attached file, for example `laporan-aduan-12.xlsx`."""
    return f"laporan-aduan-{job.id}.{job.format}"

"""The file of a report by plan goes into its message, if its officer may still have it at that moment."""

from datetime import datetime

from app.core.storage import read_file
from app.models import Delivery, ReportJob
from app.models.messages import AttachedFile
from app.notices.outbox import Refused
from app.reporting.exports.files import MEDIA_TYPES
from app.reporting.exports.run import ReportRefused, asking_person

MOST_BYTES = 5 * 1024 * 1024
"""Beyond this many mail servers refuse a message; the officer is told where the file can be fetched."""


def prepare_report(message: Delivery, now: datetime) -> None:
    """Raises Refused where the account is closed, its rights have changed, or the file is gone."""
    job = message.report_job
    if job is None:
        return
    try:
        asking_person(job, now)
    except ReportRefused as refused:
        raise Refused(f"the report is not sent: {refused}") from refused
    if job.state != "done" or job.path is None:
        raise Refused("the report is no longer there")
    if (job.size or 0) <= MOST_BYTES:
        message.report_file = _file(job, job.path)  # type: ignore[misc]


def _file(job: ReportJob, path: str) -> AttachedFile:
    try:
        content = read_file(path)
    except FileNotFoundError as gone:
        raise Refused("the file of the report is gone") from gone
    return AttachedFile(file_name(job), MEDIA_TYPES[job.format].partition(";")[0], content)


def file_name(job: ReportJob) -> str:
    """A name of our own: what was asked for stands inside."""
    return f"laporan-aduan-{job.id}.{job.format}"

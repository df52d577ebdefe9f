"""Names of background jobs and their queues: strings, so that `app` never imports `jobs`."""

from enum import StrEnum

SCHEDULER_HEARTBEAT = "lapor:scheduler:heartbeat"
"""Where the scheduler leaves its sign of life, and where the health page looks for it."""


class QueueName(StrEnum):
    """One queue a kind of work, in the order in which workers prefer them."""

    ALARMS = "alarms"
    NOTICES = "notices"
    DOCUMENTS = "documents"
    SYNC = "sync"
    REPORTS = "reports"


class JobName(StrEnum):
    """Every function a worker may run; anything else in Redis is refused."""

    SWEEP_ALARMS = "jobs.alarm_jobs.sweep_alarms"
    SWEEP_TIMED_ACTS = "jobs.alarm_jobs.sweep_timed_acts"
    DELIVER = "jobs.notice_jobs.deliver"
    RELAY_DELIVERIES = "jobs.notice_jobs.relay_deliveries"
    MAKE_DIGESTS = "jobs.notice_jobs.make_digests"
    RENDER_LETTER = "jobs.document_jobs.render_letter"
    RELAY_DOCUMENTS = "jobs.document_jobs.relay_documents"


QUEUE_OF = {
    JobName.SWEEP_ALARMS: QueueName.ALARMS,
    JobName.SWEEP_TIMED_ACTS: QueueName.ALARMS,
    JobName.DELIVER: QueueName.NOTICES,
    JobName.RELAY_DELIVERIES: QueueName.NOTICES,
    JobName.MAKE_DIGESTS: QueueName.NOTICES,
    JobName.RENDER_LETTER: QueueName.DOCUMENTS,
    JobName.RELAY_DOCUMENTS: QueueName.DOCUMENTS,
}

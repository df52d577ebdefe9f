"""Names of the background jobs and their queues: strings, so that `app` never imports `jobs`."""

from enum import StrEnum

SCHEDULER_HEARTBEAT = "lapor:scheduler:heartbeat"
"""Redis key of the scheduler's heartbeat, read by the health page."""


def scheduler_heartbeat_of(host: str) -> str:
    """Return the Redis key of the heartbeat of the scheduler on the host (or in the container) of this name."""
    return f"{SCHEDULER_HEARTBEAT}:{host}"


class QueueName(StrEnum):
    """An enum of the names of the queues of background jobs, one for each kind of work. Workers serve the queues in
    turn, so that a long one does not block the others.
    """

    ALARMS = "alarms"
    NOTICES = "notices"
    DOCUMENTS = "documents"
    SYNC = "sync"
    WEBHOOKS = "webhooks"
    REPORTS = "reports"


WAITING_OUTSIDE = frozenset({QueueName.NOTICES, QueueName.WEBHOOKS})
"""Queues whose jobs wait for external servers. Of several workers, one does not serve them."""


class JobName(StrEnum):
    """An enum of the functions (import paths) that a worker may run as background jobs; a worker rejects any other name
    found in Redis.
    """

    SWEEP_ALARMS = "jobs.tasks.sweep_alarms"
    SWEEP_TIMED_ACTS = "jobs.tasks.sweep_timed_acts"
    DELIVER = "jobs.tasks.deliver"
    RELAY_DELIVERIES = "jobs.tasks.relay_deliveries"
    MAKE_DIGESTS = "jobs.tasks.make_digests"
    DRAW_PAPER = "jobs.tasks.draw_paper"
    RELAY_PAPERS = "jobs.tasks.relay_papers"
    CHECK_PAPERS = "jobs.tasks.check_papers"
    REHEARSE = "jobs.tasks.run_rehearsal"
    RELAY_REHEARSALS = "jobs.tasks.relay_rehearsals"
    MAKE_REGISTERS = "jobs.tasks.make_registers"
    RUN_REPORT = "jobs.tasks.run_report"
    RELAY_REPORTS = "jobs.tasks.relay_reports"
    SWEEP_REPORTS = "jobs.tasks.sweep_reports"
    FORGET_CHANGES = "jobs.tasks.forget_changes"
    POLL_PEER = "jobs.tasks.poll_peer"
    PUSH_PEER = "jobs.tasks.push_peer"
    COMPARE_PEER = "jobs.tasks.compare_peer"
    WORK_ON_IMPORT = "jobs.tasks.work_on_import"
    RELAY_IMPORTS = "jobs.tasks.relay_imports"
    WORK_ON_MOVE_IN = "jobs.tasks.work_on_move_in"
    RELAY_MOVE_IN = "jobs.tasks.relay_move_in"
    DELIVER_WEBHOOK = "jobs.tasks.deliver_webhook"
    RELAY_WEBHOOKS = "jobs.tasks.relay_webhooks"
    FORGET_ANSWERS = "jobs.tasks.forget_answers"
    REMOVE_IDENTITIES = "jobs.tasks.remove_identities"
    CHECK_FILES = "jobs.tasks.check_files"
    SWEEP_FILES = "jobs.tasks.sweep_files"
    SWEEP_STORE = "jobs.tasks.sweep_store"
    CHECK_INVARIANTS = "jobs.tasks.check_invariants"
    CHECK_CERTIFICATE = "jobs.tasks.check_certificate"
    HAND_OUT_BACKUP = "jobs.tasks.hand_out_backup"
    WRITE_BACKUP = "jobs.tasks.write_backup"


QUEUE_OF = {
    JobName.SWEEP_ALARMS: QueueName.ALARMS,
    JobName.SWEEP_TIMED_ACTS: QueueName.ALARMS,
    JobName.DELIVER: QueueName.NOTICES,
    JobName.RELAY_DELIVERIES: QueueName.ALARMS,
    JobName.MAKE_DIGESTS: QueueName.ALARMS,
    JobName.DRAW_PAPER: QueueName.DOCUMENTS,
    JobName.RELAY_PAPERS: QueueName.DOCUMENTS,
    JobName.CHECK_PAPERS: QueueName.DOCUMENTS,
    JobName.REHEARSE: QueueName.REPORTS,
    JobName.RELAY_REHEARSALS: QueueName.REPORTS,
    JobName.MAKE_REGISTERS: QueueName.REPORTS,
    JobName.RUN_REPORT: QueueName.REPORTS,
    JobName.RELAY_REPORTS: QueueName.ALARMS,
    JobName.SWEEP_REPORTS: QueueName.ALARMS,
    JobName.FORGET_CHANGES: QueueName.SYNC,
    JobName.POLL_PEER: QueueName.SYNC,
    JobName.PUSH_PEER: QueueName.SYNC,
    JobName.COMPARE_PEER: QueueName.SYNC,
    JobName.WORK_ON_IMPORT: QueueName.SYNC,
    JobName.RELAY_IMPORTS: QueueName.SYNC,
    JobName.WORK_ON_MOVE_IN: QueueName.REPORTS,
    JobName.RELAY_MOVE_IN: QueueName.SYNC,
    JobName.DELIVER_WEBHOOK: QueueName.WEBHOOKS,
    JobName.RELAY_WEBHOOKS: QueueName.SYNC,
    JobName.FORGET_ANSWERS: QueueName.SYNC,
    JobName.REMOVE_IDENTITIES: QueueName.SYNC,
    JobName.CHECK_FILES: QueueName.DOCUMENTS,
    JobName.SWEEP_FILES: QueueName.DOCUMENTS,
    JobName.SWEEP_STORE: QueueName.SYNC,
    JobName.CHECK_INVARIANTS: QueueName.REPORTS,
    JobName.CHECK_CERTIFICATE: QueueName.SYNC,
    JobName.HAND_OUT_BACKUP: QueueName.REPORTS,
    JobName.WRITE_BACKUP: QueueName.REPORTS,
}

LONG_JOBS = {
    JobName.RUN_REPORT: 30 * 60,
    JobName.WORK_ON_IMPORT: 30 * 60,
    JobName.WORK_ON_MOVE_IN: 30 * 60,
    JobName.CHECK_INVARIANTS: 60 * 60,
    JobName.WRITE_BACKUP: 6 * 60 * 60,
}
"""Timeouts in seconds of jobs that may run long; all others have JOB_TIMEOUT."""

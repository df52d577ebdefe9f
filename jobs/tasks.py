"""The background jobs, one function for each `app.core.jobs.JobName`.

Jobs that return an int report how many rows they handled, jobs that return a str the resulting state.
"""

from collections.abc import Callable
from datetime import datetime

from flask import current_app

from app.accounts import attempt_counts, second_step, sessions
from app.audit.invariants import run as invariants_run
from app.backup import nightly
from app.calendar import fill_holidays
from app.cases import check_attachments, raise_alarms, timed_actions
from app.core.clock import utc_now
from app.delivery import deliver as message_delivery
from app.delivery import digests
from app.feed import sequence
from app.files import sweep_store as store_sweep
from app.monitoring import machine
from app.move_in import files as move_in_files
from app.move_in import work as move_in_work
from app.papers import lost_files, papers
from app.privacy import retention
from app.reporting.exports import relay as report_relay
from app.reporting.exports import run as report_run
from app.reporting.exports import schedules
from app.reporting.registers import make as registers_make
from app.reporting.rehearsals import run as rehearsals_run
from app.sp4n.inbound import csv_import
from app.sp4n.peer import compare, poll, push
from app.web import idempotency
from app.webhooks import deliver as webhook_delivery
from app.webhooks import relay as webhook_relay
from jobs.context import in_app


@in_app
def poll_peer() -> int:
    return poll.poll_peer(utc_now())


@in_app
def push_peer() -> int:
    return push.push_peer(utc_now())


@in_app
def compare_peer() -> str:
    """Run the nightly comparison with the peer if it is due and, if it ran, poll and push at once; return "compared",
    "away", "not now" or "done already".
    """
    outcome = compare.compare_peer(utc_now())
    if outcome == "compared":
        poll.poll_peer(utc_now())
        push.push_peer(utc_now())
    return outcome


@in_app
def work_on_import(import_id: int) -> str:
    return csv_import.work_on(import_id)


@in_app
def relay_imports() -> int:
    return csv_import.relay_imports(utc_now())


@in_app
def work_on_move_in(file_id: int) -> str:
    return move_in_work.work_on(file_id, utc_now)


@in_app
def relay_move_in() -> int:
    return move_in_files.relay_files(utc_now())


@in_app
def sweep_alarms() -> int:
    """Raise all deadline alarms that are due, in small batches; return the number of cases checked."""
    return _until_done(raise_alarms.raise_due_alarms)


@in_app
def sweep_timed_acts() -> int:
    """Run all timed actions that are due, and return the number of rows handled.

    They close cases in which the reporter did not react to the answer, record ended delegations, delete old sign-ins
    and attempt counts, and warn of missing holidays.
    """
    old = (sessions.forget_old, second_step.forget_pending_sign_ins, attempt_counts.forget_counts)
    batches = (timed_actions.close_silent_cases, timed_actions.note_ended_delegations, *old)
    done = sum(_until_done(batch_of) for batch_of in batches)
    fill_holidays.warn_of_missing_year(utc_now())
    return done


def _until_done(batch_of: Callable[[datetime], int]) -> int:
    seen = 0
    while batch := batch_of(utc_now()):
        seen += batch
    return seen


@in_app
def forget_answers() -> int:
    """Delete stored responses of requests with an Idempotency-Key that are older than a week; return how many."""
    return idempotency.forget_answers(utc_now())


@in_app
def hand_out_backup() -> str:
    return nightly.hand_out_backup(utc_now())


@in_app
def write_backup(run_id: int) -> str:
    return nightly.write_backup(run_id)


@in_app
def draw_paper(paper_id: int) -> str:
    return papers.draw_paper(paper_id)


@in_app
def relay_papers() -> int:
    """Recover missing files of letters that wait to be sent, then enqueue papers that still wait to be drawn; return
    the number of papers enqueued.
    """
    lost_files.check_letters_to_send()
    return papers.relay_papers()


@in_app
def check_papers() -> int:
    """Compare every drawn paper with the file store and recover missing files; return how many files were missing."""
    return lost_files.check_every_paper()


@in_app
def check_files(complaint_id: int) -> int:
    return check_attachments.check_case(complaint_id, utc_now())


@in_app
def sweep_files() -> int:
    """Inspect attachments that still wait for it and delete files marked for removal; return the number of attachments
    settled.
    """
    settled = check_attachments.check_waiting(utc_now())
    while store_sweep.remove_marked(utc_now()):
        pass
    return settled


@in_app
def sweep_store() -> int:
    return store_sweep.sweep_store(utc_now())


@in_app
def remove_identities() -> int:
    """Remove reporters' identities from cases that ended IDENTITY_RETENTION_YEARS ago, and settled inbound content;
    return the number of identities removed.
    """
    now = utc_now()
    retention.wipe_settled_inbound(now)
    return retention.remove_identities(now, current_app.config["IDENTITY_RETENTION_YEARS"])


@in_app
def check_invariants() -> str:
    """Run the nightly invariant check if it is due; return "not_yet", "elsewhere" (done or claimed by another worker),
    "green" or "red" (an invariant is violated).
    """
    return invariants_run.run_nightly()


@in_app
def check_certificate() -> str:
    """Look at the certificate of the public address; return "fine", "none", "unreachable" or "untrusted"."""
    return machine.check_certificate(utc_now())


@in_app
def deliver(delivery_id: int) -> str:
    return message_delivery.deliver(delivery_id, utc_now())


@in_app
def relay_deliveries() -> int:
    return message_delivery.relay_deliveries(utc_now())


@in_app
def make_digests() -> int:
    return digests.make_digests(utc_now())


@in_app
def make_registers() -> int:
    """Make all daily and monthly registers that are due and missing; return how many were made."""
    return registers_make.make_due_registers(utc_now())


@in_app
def run_rehearsal(rehearsal_id: int) -> str:
    return rehearsals_run.run_rehearsal(rehearsal_id)


@in_app
def relay_rehearsals() -> int:
    return rehearsals_run.relay_rehearsals(utc_now())


@in_app
def run_report(job_id: int) -> str:
    return report_run.run_report(job_id)


@in_app
def relay_reports() -> int:
    return report_relay.relay_reports(utc_now())


@in_app
def sweep_reports() -> int:
    """Queue scheduled reports that are due and delete expired report files; return the number queued."""
    made = schedules.make_scheduled_reports(utc_now())
    while report_relay.expire_reports(utc_now()):
        pass
    return made


@in_app
def forget_changes() -> int:
    """Delete expired changes of the feed and old webhook messages in batches; return the number of changes deleted."""
    forgotten = 0
    while batch := sequence.delete_old_changes(utc_now()):
        forgotten += batch
    while webhook_relay.forget_old_messages(utc_now()):
        pass
    return forgotten


@in_app
def deliver_webhook(delivery_id: int) -> str:
    return webhook_delivery.deliver_webhook(delivery_id, utc_now())


@in_app
def relay_webhooks() -> int:
    return webhook_relay.relay_webhooks(utc_now())

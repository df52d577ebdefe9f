"""Invariants of the outbox: I6, every message is sent once or ends; I7, messages and events agree."""

from app.audit.invariants.findings import Checked, Look, Question, ago, ask
from app.core.clock import office_today

_COUNTED = "SELECT count(*) FROM delivery"
MOST_TRIES = 9
"""Most attempts that the delivery job makes for one message."""

_DELIVERED = (
    Question(
        "message_waits_unseen",
        """
        SELECT d.id::text AS subject, d.channel, d.next_try_at AS since FROM delivery d
        WHERE d.state = 'queued' AND (
            d.next_try_at < :four_hours
            OR (d.attempts = 0 AND d.digest_on IS NULL AND d.created_at < :four_hours)
            OR (d.attempts = 0 AND d.digest_on < :today)
        )
        """,
    ),
    Question(
        "message_without_end",
        """
        SELECT d.id::text AS subject, d.state, d.attempts FROM delivery d
        WHERE (d.state = 'sent') <> (d.sent_at IS NOT NULL) OR d.attempts > :most_tries
        OR (d.state = 'failed' AND coalesce(d.last_error, '') = '')
        """,
    ),
    Question(
        "told_twice",
        """
        SELECT min(n.id)::text AS subject, n.kind, count(*) AS times FROM notice n
        WHERE :whole OR n.created_at >= :since
        GROUP BY n.complaint_id, n.task_id, n.delegation_id, n.report_job_id, n.invariant_run_id, n.user_id, n.kind,
            n.level
        HAVING count(*) > 1
        UNION ALL
        SELECT min(d.id)::text, d.told, count(*) FROM delivery d
        WHERE d.complaint_id IS NOT NULL AND (:whole OR d.created_at >= :since)
        GROUP BY d.complaint_id, d.told, d.cause_seq, d.channel HAVING count(*) > 1
        UNION ALL
        SELECT min(i.notice_id)::text, i.channel, count(*) FROM delivery_item i WHERE :whole
        GROUP BY i.notice_id, i.channel HAVING count(*) > 1
        """,
    ),
)

_EVENTS_AND_OUTBOX = (
    # Only officers without a preference row are checked, since earlier preferences of others are not stored.
    Question(
        "notice_not_sent",
        """
        SELECT n.id::text AS subject, n.kind FROM notice n
        WHERE n.report_job_id IS NULL
        AND NOT EXISTS (SELECT 1 FROM delivery_item i WHERE i.notice_id = n.id)
        AND NOT EXISTS (SELECT 1 FROM notice_preference p WHERE p.user_id = n.user_id)
        """,
    ),
    Question(
        "message_about_nothing",
        """
        SELECT d.id::text AS subject, d.channel FROM delivery d
        WHERE d.user_id IS NOT NULL AND d.digest_on IS NULL AND d.report_job_id IS NULL
        AND d.account_news IS NULL
        AND NOT EXISTS (SELECT 1 FROM delivery_item i WHERE i.delivery_id = d.id)
        """,
    ),
    Question(
        "reporter_told_of_nothing",
        """
        SELECT c.number AS subject, d.told FROM delivery d JOIN complaint c ON c.id = d.complaint_id
        WHERE NOT EXISTS (
            SELECT 1 FROM complaint_event e
            WHERE e.complaint_id IN (c.id, c.merged_into_id) AND e.seq = d.cause_seq
        )
        """,
    ),
    Question(
        "reporter_not_told",
        """
        SELECT c.number AS subject, e.kind FROM complaint_event e
        JOIN complaint c ON c.id = e.complaint_id JOIN reporter r ON r.complaint_id = c.id
        WHERE e.kind IN ('request_information', 'reply', 'archive', 'merge')
        AND r.told_by IS NOT NULL AND c.confidentiality <> 'anonymous'
        AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.complaint_id = c.id AND d.cause_seq = e.seq)
        """,
    ),
    Question(
        "alarm_without_report",
        """
        SELECT c.number AS subject, n.kind FROM notice n JOIN complaint c ON c.id = n.complaint_id
        WHERE n.kind IN ('step_near', 'step_late', 'step_overdue')
        AND NOT EXISTS (SELECT 1 FROM step_alarm a WHERE a.task_id = n.task_id AND a.level = n.level)
        """,
    ),
)


def all_delivered(look: Look) -> Checked:
    """Check invariant I6 and return the violations with the number of rows checked.

    It holds when no message waits 4 hours without an attempt, each ends in one state, and no notice is sent twice.
    """
    times = {"four_hours": ago(look, hours=4), "today": office_today(look.now), "most_tries": MOST_TRIES}
    return ask("I6", look, _COUNTED, _DELIVERED, **times)


def outbox_and_events(look: Look) -> Checked:
    """Check invariant I7 and return the violations with the number of rows checked.

    It holds when what happened was notified to those concerned, and no message lacks an event.
    """
    return ask("I7", look, "SELECT count(*) FROM notice", _EVENTS_AND_OUTBOX)

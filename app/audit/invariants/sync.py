"""Invariant I12: the change feed holds each event of a case linked to SP4N, and no reader is ahead of it."""

from datetime import timedelta

from flask import current_app

from app.audit.invariants.findings import Checked, Look, Question, ask

_COUNTED = "SELECT count(*) FROM sync_change WHERE complaint_id IN {cases}"

_QUESTIONS = (
    # Only events after linking and within the retention of the feed are expected in it; linking adds the state as it
    # was.
    Question(
        "event_not_in_feed",
        """
        SELECT c.number AS subject, e.kind, e.seq AS event FROM complaint_event e
        JOIN complaint c ON c.id = e.complaint_id
        WHERE c.sp4n_tracking_id IS NOT NULL AND c.id IN {cases} AND e.at >= :kept_since
        AND e.kind NOT IN ('linked', 'unlinked', 'code_replaced', 'file_checked', 'identity_opened', 'identity_removed')
        AND e.seq > coalesce((
            SELECT max(l.seq) FROM complaint_event l WHERE l.complaint_id = c.id AND l.kind = 'linked'
        ), 0)
        AND NOT EXISTS (SELECT 1 FROM sync_change s WHERE s.event_id = e.id)
        """,
    ),
    Question(
        "feed_without_event",
        """
        SELECT s.number AS subject, s.kind FROM sync_change s LEFT JOIN complaint_event e ON e.id = s.event_id
        WHERE s.event_id IS NOT NULL AND (e.id IS NULL OR e.complaint_id <> s.complaint_id OR e.kind <> s.kind)
        """,
    ),
    Question(
        "feed_place_twice",
        """
        SELECT s.position::text AS subject, count(*) AS times FROM sync_change s
        WHERE s.position IS NOT NULL GROUP BY s.position HAVING count(*) > 1
        """,
    ),
    Question(
        "feed_out_of_order",
        """
        SELECT told.number AS subject, told.position FROM (
            SELECT s.number, s.position, lag(s.position) OVER (PARTITION BY s.complaint_id ORDER BY s.id) AS before
            FROM sync_change s WHERE s.position IS NOT NULL AND s.complaint_id IN {cases}
        ) AS told WHERE told.position <= told.before
        """,
    ),
    Question(
        "reader_ahead",
        """
        SELECT reader.name AS subject, reader.position FROM (
            SELECT tracking_id AS name, greatest(acked_position, wanted_position) AS position FROM sync_ledger
            UNION ALL SELECT name, position FROM webhook_endpoint
        ) AS reader
        WHERE reader.position > (SELECT coalesce(max(position), 0) FROM sync_change)
        UNION ALL
        SELECT l.tracking_id, l.acked_version FROM sync_ledger l
        JOIN complaint c ON c.sp4n_tracking_id = l.tracking_id WHERE l.acked_version > c.version
        """,
    ),
    Question(
        "feed_behind_case",
        """
        SELECT c.number AS subject, c.version, told.version AS told FROM complaint c CROSS JOIN LATERAL (
            SELECT s.version, s.status FROM sync_change s WHERE s.complaint_id = c.id ORDER BY s.id DESC LIMIT 1
        ) AS told
        WHERE c.sp4n_tracking_id IS NOT NULL AND c.id IN {cases}
        AND (told.version > c.version OR (told.version = c.version AND told.status <> c.status))
        """,
    ),
)


def in_step(look: Look) -> Checked:
    """Check invariant I12 and return the violations with the number of rows checked.

    It holds when the change feed is complete and in order, and no acknowledged position or version exceeds ours.
    """
    kept = timedelta(days=current_app.config["SYNC_RETENTION_DAYS"] - 1)
    return ask("I12", look, _COUNTED, _QUESTIONS, kept_since=look.now - kept)

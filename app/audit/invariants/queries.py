"""SQL of the invariants by code (I1..); a query gives no row while its invariant holds.

Each query is named by the sentence that describes a violation (`labels.SENTENCES`). A row of it is one violation: its
column `subject`, and the other columns as values of the sentence. `{cases}` stands for the cases to check. Bind
parameters are those of `Scope.values`.
"""

from collections.abc import Mapping

Queries = Mapping[str, str]

I1: Queries = {
    "number_without_case": """
    SELECT given.number AS subject FROM (
        SELECT format('%s-%s-%s', begin.letters, lpad(n.year::text, 4, '0'), lpad(g::text, 6, '0')) AS number
        FROM (VALUES ('complaint', 'LB'), ('imported', 'LP')) AS begin (series, letters)
        JOIN number_counter n ON n.series = begin.series CROSS JOIN LATERAL generate_series(1, n.last) AS g
    ) AS given
    WHERE NOT EXISTS (SELECT 1 FROM complaint c WHERE c.number = given.number)
    """,
    "answer_without_case": r"""
    SELECT answer.number AS subject, to_char(answer.at, 'YYYY-MM-DD') AS day FROM (
        SELECT substring(body FROM '"number": ?"(LB-[0-9]{4}-[0-9]{6})"') AS number, created_at AS at
        FROM idempotency_key WHERE status BETWEEN 200 AND 299
    ) AS answer
    WHERE answer.number IS NOT NULL AND NOT EXISTS (SELECT 1 FROM complaint c WHERE c.number = answer.number)
    """,
    "report_without_case": """
    SELECT h.tracking_id AS subject FROM inbound_hold h
    WHERE h.state = 'applied' AND h.complaint_id IS NULL
    AND NOT EXISTS (SELECT 1 FROM complaint c WHERE c.sp4n_tracking_id = h.tracking_id)
    UNION
    SELECT m.tracking_id FROM inbound_message m
    WHERE NOT EXISTS (SELECT 1 FROM complaint c WHERE c.sp4n_tracking_id = m.tracking_id)
    AND NOT EXISTS (SELECT 1 FROM inbound_hold h WHERE h.tracking_id = m.tracking_id)
    AND NOT EXISTS (SELECT 1 FROM sync_change s WHERE s.tracking_id = m.tracking_id)
    UNION
    SELECT l.tracking_id FROM sync_ledger l
    WHERE l.acked_version IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM complaint c WHERE c.sp4n_tracking_id = l.tracking_id)
    AND NOT EXISTS (SELECT 1 FROM sync_change s WHERE s.tracking_id = l.tracking_id)
    """,
}
"""No acknowledged complaint is lost: every number given, and every report or message accepted, has its case."""


# Whitespace and invisible characters are removed, so that values that only look alike count as equal.
_VISIBLE = r"regexp_replace({}, '[\s\u200b-\u200f\u202a-\u202e\u2060\ufeff]', '', 'g')"


def _doubles(table: str, *columns: str) -> str:
    """Return the text of a SELECT for groups of rows of a table that are equal in all the columns: their `subject`, and
    how many rows (`times`).
    """
    subject = " || ' ' || ".join(f"max({column})" for column in columns)
    groups = ", ".join(_VISIBLE.format(column) for column in columns)
    return (
        f"SELECT {subject} AS subject, count(*) AS times FROM {table} "  # noqa: S608 (names of our own tables)
        f"WHERE num_nulls({', '.join(columns)}) = 0 GROUP BY {groups} HAVING count(*) > 1"
    )


I2: Queries = {
    "number_twice": _doubles("complaint", "number"),
    "report_twice": _doubles("complaint", "sp4n_tracking_id"),
    "answer_twice": _doubles("idempotency_key", "caller", "key"),
    "message_twice": _doubles("inbound_message", "tracking_id", "message_id"),
}
"""Nothing is recorded twice, ignoring whitespace and invisible characters."""

I4: Queries = {
    "version_differs": """
    SELECT subject, version, acts FROM (
        SELECT c.number AS subject, c.version, count(e.id) FILTER (
            WHERE e.kind NOT IN ('breached', 'code_replaced', 'file_checked', 'identity_opened', 'identity_removed')
        ) AS acts
        FROM complaint c LEFT JOIN complaint_event e ON e.complaint_id = c.id
        WHERE c.id IN {cases} GROUP BY c.id
    ) AS counted WHERE version <> acts
    """,
    "event_twice": """
    SELECT c.number AS subject, e.seq AS event FROM complaint c JOIN complaint_event e ON e.complaint_id = c.id
    WHERE c.id IN {cases} GROUP BY c.number, e.seq HAVING count(*) > 1
    """,
    "step_closed_twice": """
    SELECT c.number AS subject, t.step AS step FROM step_task t JOIN complaint c ON c.id = t.complaint_id
    WHERE c.id IN {cases} GROUP BY c.number, t.step, t.agency_code, t.opened_at HAVING count(*) > 1
    """,
    "signed_twice": """
    SELECT c.number AS subject, l.letters, s.acts FROM complaint c
    CROSS JOIN LATERAL (
        SELECT count(*) AS letters FROM letter WHERE complaint_id = c.id AND state = 'signed'
    ) AS l
    CROSS JOIN LATERAL (
        SELECT count(*) AS acts FROM complaint_event WHERE complaint_id = c.id AND kind = 'sign'
    ) AS s
    WHERE c.id IN {cases} AND l.letters <> s.acts
    """,
}
"""Each version of a case comes from exactly one action, and each action takes effect once."""

I5: Queries = {
    "allowance_differs": """
    SELECT c.number AS subject, t.step, t.allowance_value AS held, wanted.amount AS wanted
    FROM step_task t JOIN complaint c ON c.id = t.complaint_id JOIN sop_version v ON v.id = c.sop_version_id
    JOIN sop_step s ON s.sop_version_id = v.id AND s.step = t.step
    JOIN sop_step d ON d.sop_version_id = v.id AND d.step = :direct
    LEFT JOIN agency_track k
        ON k.complaint_id = c.id AND k.cycle = t.cycle AND k.agency_code = t.agency_code
    CROSS JOIN LATERAL (
        SELECT t.step = :draft AND coalesce(k.field_visit OR k.cross_agency, false) AS longer
    ) AS draft
    CROSS JOIN LATERAL (
        SELECT CASE WHEN draft.longer THEN v.extended_draft_days
            ELSE coalesce(s.allowance_value, d.allowance_value) END
            + CASE WHEN t.step = :draft THEN coalesce(k.more_days, 0) ELSE 0 END AS amount,
        CASE WHEN draft.longer THEN 'working_days' ELSE coalesce(s.allowance_unit, d.allowance_unit) END AS unit
    ) AS wanted
    WHERE t.closed_at IS NULL AND (t.allowance_value, t.allowance_unit) <> (wanted.amount, wanted.unit)
    """,
    "breach_unreported": """
    SELECT c.number AS subject, t.step, t.due_at FROM step_task t JOIN complaint c ON c.id = t.complaint_id
    WHERE t.due_at < :overdue AND t.paused_at IS NULL AND (t.closed_at IS NULL OR t.closed_at > t.due_at)
    AND (t.closed_at IS NULL OR t.closed_at > :closed_since)
    AND NOT EXISTS (SELECT 1 FROM step_alarm a WHERE a.task_id = t.id AND a.level = 1)
    AND NOT EXISTS (SELECT 1 FROM step_pause p WHERE p.task_id = t.id AND p.ended_at = t.closed_at)
    """,
    "breach_without_reason": """
    SELECT c.number AS subject, t.step, t.due_at FROM step_alarm a
    JOIN step_task t ON t.id = a.task_id JOIN complaint c ON c.id = t.complaint_id
    WHERE a.level >= 1 AND a.due_at = t.due_at AND (a.raised_at < t.due_at OR t.closed_at < t.due_at)
    """,
    "breach_not_in_log": """
    SELECT c.number AS subject, raised.reports, logged.events FROM complaint c
    JOIN (
        SELECT t.complaint_id, count(*) AS reports FROM step_alarm a JOIN step_task t ON t.id = a.task_id
        WHERE a.level = 1 GROUP BY t.complaint_id
    ) AS raised ON raised.complaint_id = c.id
    LEFT JOIN (
        SELECT complaint_id, count(*) AS events FROM complaint_event WHERE kind = 'breached' GROUP BY complaint_id
    ) AS logged ON logged.complaint_id = c.id
    WHERE raised.reports <> coalesce(logged.events, 0)
    """,
}
"""Every breach is reported: each late step has exactly one breach alarm."""

I6: Queries = {
    "message_waits_unseen": """
    SELECT d.id::text AS subject, d.channel, d.next_try_at AS since FROM delivery d
    WHERE d.state = 'queued' AND (
        d.next_try_at < :four_hours
        OR (d.attempts = 0 AND d.digest_on IS NULL AND d.created_at < :four_hours)
        OR (d.attempts = 0 AND d.digest_on < :today)
    )
    """,
    "message_without_end": """
    SELECT d.id::text AS subject, d.state, d.attempts FROM delivery d
    WHERE (d.state = 'sent') <> (d.sent_at IS NOT NULL) OR d.attempts > :most_tries
    OR (d.state = 'failed' AND coalesce(d.last_error, '') = '')
    """,
    "told_twice": """
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
}
"""Every message is sent once or ends: none waits 4 hours without an attempt, no notice is sent twice."""

I7: Queries = {
    # Only officers without a preference row are checked, since earlier preferences of others are not stored.
    "notice_not_sent": """
    SELECT n.id::text AS subject, n.kind FROM notice n
    WHERE n.report_job_id IS NULL
    AND NOT EXISTS (SELECT 1 FROM delivery_item i WHERE i.notice_id = n.id)
    AND NOT EXISTS (SELECT 1 FROM notice_preference p WHERE p.user_id = n.user_id)
    """,
    "message_about_nothing": """
    SELECT d.id::text AS subject, d.channel FROM delivery d
    WHERE d.user_id IS NOT NULL AND d.digest_on IS NULL AND d.report_job_id IS NULL
    AND d.account_news IS NULL
    AND NOT EXISTS (SELECT 1 FROM delivery_item i WHERE i.delivery_id = d.id)
    """,
    "reporter_told_of_nothing": """
    SELECT c.number AS subject, d.told FROM delivery d JOIN complaint c ON c.id = d.complaint_id
    WHERE NOT EXISTS (
        SELECT 1 FROM complaint_event e
        WHERE e.complaint_id IN (c.id, c.merged_into_id) AND e.seq = d.cause_seq
    )
    """,
    "reporter_not_told": """
    SELECT c.number AS subject, e.kind FROM complaint_event e
    JOIN complaint c ON c.id = e.complaint_id JOIN reporter r ON r.complaint_id = c.id
    WHERE e.kind IN ('request_information', 'reply', 'archive', 'merge')
    AND r.told_by IS NOT NULL AND c.confidentiality <> 'anonymous'
    AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.complaint_id = c.id AND d.cause_seq = e.seq)
    """,
    "alarm_without_report": """
    SELECT c.number AS subject, n.kind FROM notice n JOIN complaint c ON c.id = n.complaint_id
    WHERE n.kind IN ('step_near', 'step_late', 'step_overdue')
    AND NOT EXISTS (SELECT 1 FROM step_alarm a WHERE a.task_id = n.task_id AND a.level = n.level)
    """,
}
"""What happened was notified to those concerned, and no message lacks an event."""

# Cases sent to an agency: by the fast track, by a direction that was later forwarded (relay) from the same place, or by
# adding the agency, by the import of a case that it had answered; minus agencies that have left since.
SENT = """
    SELECT s.complaint_id, s.agency FROM (
        SELECT d.complaint_id, d.seq, jsonb_array_elements_text(d.data -> 'agencies') AS agency
        FROM complaint_event d
        WHERE d.kind = 'direct' AND (d.data ->> 'route' = 'fast' OR EXISTS (
            SELECT 1 FROM complaint_event r WHERE r.complaint_id = d.complaint_id AND r.kind = 'relay'
            AND r.seq > d.seq AND r.agency_code IS NOT DISTINCT FROM d.agency_code
        ))
        UNION ALL
        SELECT a.complaint_id, a.seq, a.agency_code FROM complaint_event a WHERE a.kind = 'add_agency'
        UNION ALL
        SELECT i.complaint_id, i.seq, jsonb_array_elements_text(i.data -> 'seen_by')
        FROM complaint_event i WHERE i.kind = 'imported'
    ) AS s
    WHERE NOT EXISTS (
        SELECT 1 FROM complaint_event l
        WHERE l.complaint_id = s.complaint_id AND l.agency_code = s.agency AND l.seq > s.seq
        AND (l.kind IN ('decline', 'recall', 'drop_agency') OR (l.kind = 'release' AND l.data -> 'accept' = 'true'))
    )
"""
_SEEN = "SELECT complaint_id, agency_code AS agency FROM agency_track WHERE sent_at IS NOT NULL AND NOT sight_ended"
I10: Queries = {
    "seen_but_not_sent": """
    SELECT c.number AS subject, seen.agency FROM (
        {seen} EXCEPT {sent}
    ) AS seen JOIN complaint c ON c.id = seen.complaint_id
    """.replace("{sent}", SENT).replace("{seen}", _SEEN),
    "sent_but_not_seen": """
    SELECT c.number AS subject, sent.agency FROM (
        {sent} EXCEPT {seen}
    ) AS sent JOIN complaint c ON c.id = sent.complaint_id
    """.replace("{sent}", SENT).replace("{seen}", _SEEN),
    "searched_elsewhere": """
    SELECT c.number AS subject, array_to_string(c.sent_to, ', ') AS agency FROM complaint c
    LEFT JOIN (
        SELECT complaint_id, array_agg(DISTINCT agency_code::text ORDER BY agency_code::text) AS codes
        FROM agency_track WHERE sent_at IS NOT NULL AND NOT sight_ended GROUP BY complaint_id
    ) AS seen ON seen.complaint_id = c.id
    WHERE c.sent_to IS DISTINCT FROM coalesce(seen.codes, '{}')
    """,
    # Officers who acted for others may have been notified in their place, and officers who changed agency were notified
    # at the former one; so delegates are skipped and only the last day is checked.
    "told_beyond_the_wall": """
    SELECT DISTINCT c.number AS subject, p.agency_code AS agency FROM notice n
    JOIN complaint c ON c.id = n.complaint_id JOIN officer_profile p ON p.user_id = n.user_id
    WHERE p.agency_code IS NOT NULL AND n.created_at >= :yesterday
    AND NOT EXISTS (SELECT 1 FROM delegation g WHERE g.holder_id = n.user_id)
    AND NOT EXISTS (
        SELECT 1 FROM ab_user_role ur JOIN ab_role r ON r.id = ur.role_id
        WHERE ur.user_id = n.user_id AND r.name NOT LIKE 'agency\\_%'
    )
    AND NOT EXISTS (
        SELECT 1 FROM agency_track k
        WHERE k.complaint_id = c.id AND k.agency_code = p.agency_code AND k.sent_at IS NOT NULL
    )
    """,
}
"""Agency isolation: each agency sees exactly the cases that the event log sent to it."""

I11: Queries = {
    "anonymous_with_identity": """
    SELECT c.number AS subject FROM complaint c JOIN reporter r ON r.complaint_id = c.id
    WHERE c.confidentiality = 'anonymous'
    """,
    "identity_left_behind": """
    SELECT h.id::text AS subject, h.state FROM inbound_hold h
    WHERE h.state <> 'waiting' AND h.content IS NOT NULL
    UNION ALL
    SELECT i.id::text, i.state FROM sync_import i WHERE i.state IN ('done', 'dropped') AND i.content IS NOT NULL
    UNION ALL
    SELECT f.id::text, f.state FROM move_in_file f WHERE f.state = 'done' AND f.content IS NOT NULL
    """,
    "code_left_behind": """
    SELECT id::text AS subject FROM delivery WHERE sealed_code IS NOT NULL AND state NOT IN ('queued', 'failed')
    """,
}
"""Anonymous reporters have no identity, and processed messages and imports keep none."""

I12: Queries = {
    # Only events after linking and within the retention of the feed are expected in it; linking adds the state as it
    # was.
    "event_not_in_feed": """
    SELECT c.number AS subject, e.kind, e.seq AS event FROM complaint_event e
    JOIN complaint c ON c.id = e.complaint_id
    WHERE c.sp4n_tracking_id IS NOT NULL AND c.id IN {cases} AND e.at >= :kept_since
    AND e.kind NOT IN ('linked', 'unlinked', 'code_replaced', 'file_checked', 'identity_opened', 'identity_removed')
    AND e.seq > coalesce((
        SELECT max(l.seq) FROM complaint_event l WHERE l.complaint_id = c.id AND l.kind = 'linked'
    ), 0)
    AND NOT EXISTS (SELECT 1 FROM sync_change s WHERE s.event_id = e.id)
    """,
    "feed_without_event": """
    SELECT s.number AS subject, s.kind FROM sync_change s LEFT JOIN complaint_event e ON e.id = s.event_id
    WHERE s.event_id IS NOT NULL AND (e.id IS NULL OR e.complaint_id <> s.complaint_id OR e.kind <> s.kind)
    """,
    "feed_place_twice": """
    SELECT s.position::text AS subject, count(*) AS times FROM sync_change s
    WHERE s.position IS NOT NULL GROUP BY s.position HAVING count(*) > 1
    """,
    "feed_out_of_order": """
    SELECT change.number AS subject, change.position FROM (
        SELECT s.number, s.position, lag(s.position) OVER (PARTITION BY s.complaint_id ORDER BY s.id) AS before
        FROM sync_change s WHERE s.position IS NOT NULL AND s.complaint_id IN {cases}
    ) AS change WHERE change.position <= change.before
    """,
    "reader_ahead": """
    SELECT reader.name AS subject, reader.position FROM (
        SELECT tracking_id AS name, greatest(acked_position, wanted_position) AS position FROM sync_ledger
        UNION ALL SELECT name, position FROM webhook_endpoint
    ) AS reader
    WHERE reader.position > (SELECT coalesce(max(position), 0) FROM sync_change)
    UNION ALL
    SELECT l.tracking_id, l.acked_version FROM sync_ledger l
    JOIN complaint c ON c.sp4n_tracking_id = l.tracking_id WHERE l.acked_version > c.version
    """,
    "feed_behind_case": """
    SELECT c.number AS subject, c.version, newest.version AS told FROM complaint c CROSS JOIN LATERAL (
        SELECT s.version, s.status FROM sync_change s WHERE s.complaint_id = c.id ORDER BY s.id DESC LIMIT 1
    ) AS newest
    WHERE c.sp4n_tracking_id IS NOT NULL AND c.id IN {cases}
    AND (newest.version > c.version OR (newest.version = c.version AND newest.status <> c.status))
    """,
}
"""The change feed holds each event of a case linked to SP4N, in order, and no reader is ahead of it."""

I13: Queries = {
    "letter_number_twice": """
    SELECT agency_code || ' ' || number AS subject, count(*) AS times FROM issued_number
    GROUP BY agency_code, number HAVING count(*) > 1
    """,
    "number_book_gap": """
    SELECT split_part(n.series, ':', 2) || ' ' || n.year AS subject, n.last, count(i.running) AS entered
    FROM number_counter n LEFT JOIN issued_number i
        ON i.agency_code = split_part(n.series, ':', 2) AND i.year = n.year
    WHERE n.series LIKE 'letter:%'
    GROUP BY n.series, n.year, n.last HAVING count(i.running) <> n.last OR coalesce(max(i.running), 0) <> n.last
    """,
    "letter_not_in_book": """
    SELECT l.agency_code || ' ' || coalesce(l.number, '?') AS subject FROM letter l
    LEFT JOIN issued_number i ON i.paper_id = l.paper_id LEFT JOIN paper p ON p.id = l.paper_id
    WHERE l.state = 'signed' AND (
        i.number IS DISTINCT FROM l.number OR p.frozen ->> 'number' IS DISTINCT FROM l.number
    )
    """,
}
"""Number books have no duplicates and no gaps, and each signed letter is in its book."""

I14: Queries = {
    "log_runs_backwards": """
    SELECT c.number AS subject, event.seq AS event, event.at FROM (
        SELECT complaint_id, seq, at, lag(at) OVER (PARTITION BY complaint_id ORDER BY seq) AS before
        FROM complaint_event WHERE complaint_id IN {cases}
    ) AS event JOIN complaint c ON c.id = event.complaint_id WHERE event.at < event.before - :skew
    """,
    "negative_time": """
    SELECT c.number AS subject, t.step FROM step_task t JOIN complaint c ON c.id = t.complaint_id
    WHERE c.id IN {cases} AND (
        t.closed_at < t.opened_at OR t.opened_at < t.clock_from OR t.due_at < t.clock_from
        OR t.warn_at > t.due_at OR t.opened_at < c.received_at OR c.ended_at < c.received_at
    )
    UNION
    SELECT c.number, t.step FROM step_pause p
    JOIN step_task t ON t.id = p.task_id JOIN complaint c ON c.id = t.complaint_id
    WHERE p.ended_at < p.began_at OR p.began_at < t.opened_at
    """,
    "ahead_of_the_clock": """
    SELECT c.number AS subject, e.at FROM complaint_event e JOIN complaint c ON c.id = e.complaint_id
    WHERE e.at > :soon
    UNION ALL SELECT c.number, c.received_at FROM complaint c WHERE c.received_at > :soon
    UNION ALL SELECT 'delivery ' || d.id, d.sent_at FROM delivery d WHERE d.sent_at > :soon
    UNION ALL SELECT 'paper ' || p.id, p.made_at FROM paper p WHERE p.made_at > :soon
    UNION ALL SELECT 'register ' || r.number, r.made_at FROM register r WHERE r.made_at > :soon
    """,
    "instant_without_zone": """
    SELECT table_name || '.' || column_name AS subject FROM information_schema.columns
    WHERE table_schema = 'public' AND data_type = 'timestamp without time zone' AND table_name NOT LIKE 'ab\\_%'
    """,
}
"""Instants are in order, not in the future, and with time zone."""

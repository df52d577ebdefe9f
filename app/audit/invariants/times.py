"""Invariant I14: instants are in order, not in the future, and with time zone."""

from datetime import timedelta

from app.audit.invariants.findings import Checked, Look, Question, ask

CLOCKS_DIFFER = timedelta(minutes=5)
CLOCKS_STAGGER = timedelta(minutes=1)
"""Tolerance for two application hosts that write to one log with slightly different clocks."""

_COUNTED = "SELECT count(*) FROM complaint WHERE id IN {cases}"
_QUESTIONS = (
    Question(
        "log_runs_backwards",
        """
        SELECT c.number AS subject, told.seq AS event, told.at FROM (
            SELECT complaint_id, seq, at, lag(at) OVER (PARTITION BY complaint_id ORDER BY seq) AS before
            FROM complaint_event WHERE complaint_id IN {cases}
        ) AS told JOIN complaint c ON c.id = told.complaint_id WHERE told.at < told.before - :skew
        """,
    ),
    Question(
        "negative_time",
        """
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
    ),
    Question(
        "ahead_of_the_clock",
        """
        SELECT c.number AS subject, e.at FROM complaint_event e JOIN complaint c ON c.id = e.complaint_id
        WHERE e.at > :soon
        UNION ALL SELECT c.number, c.received_at FROM complaint c WHERE c.received_at > :soon
        UNION ALL SELECT 'delivery ' || d.id, d.sent_at FROM delivery d WHERE d.sent_at > :soon
        UNION ALL SELECT 'paper ' || p.id, p.made_at FROM paper p WHERE p.made_at > :soon
        UNION ALL SELECT 'register ' || r.number, r.made_at FROM register r WHERE r.made_at > :soon
        """,
    ),
    Question(
        "instant_without_zone",
        """
        SELECT table_name || '.' || column_name AS subject FROM information_schema.columns
        WHERE table_schema = 'public' AND data_type = 'timestamp without time zone' AND table_name NOT LIKE 'ab\\_%'
        """,
    ),
)


def sound_time(look: Look) -> Checked:
    """Check invariant I14 and return the violations with the number of rows checked.

    It holds when each log is in time order, each step ends after it began, and no instant is in the future.
    """
    return ask("I14", look, _COUNTED, _QUESTIONS, soon=look.now + CLOCKS_DIFFER, skew=CLOCKS_STAGGER)

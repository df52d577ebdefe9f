"""Invariants of completeness: I1, no acknowledged complaint is lost; I2, none is recorded twice."""

from app.audit.invariants.findings import Checked, Look, Question, ask

_COUNTED = "SELECT count(*) FROM complaint"

_LOST = (
    Question(
        "number_without_case",
        """
        SELECT given.number AS subject FROM (
            SELECT format('LB-%s-%s', lpad(n.year::text, 4, '0'), lpad(g::text, 6, '0')) AS number
            FROM number_counter n CROSS JOIN LATERAL generate_series(1, n.last) AS g WHERE n.series = 'complaint'
        ) AS given
        WHERE NOT EXISTS (SELECT 1 FROM complaint c WHERE c.number = given.number)
        """,
    ),
    Question(
        "answer_without_case",
        r"""
        SELECT told.number AS subject, to_char(told.at, 'YYYY-MM-DD') AS day FROM (
            SELECT substring(body FROM '"number": ?"(LB-[0-9]{4}-[0-9]{6})"') AS number, created_at AS at
            FROM idempotency_key WHERE status BETWEEN 200 AND 299
        ) AS told
        WHERE told.number IS NOT NULL AND NOT EXISTS (SELECT 1 FROM complaint c WHERE c.number = told.number)
        """,
    ),
    Question(
        "report_without_case",
        """
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
    ),
)

# Whitespace and invisible characters are removed, so that values that only look alike count as equal.
_READ = r"regexp_replace({}, '[\s\u200b-\u200f\u202a-\u202e\u2060\ufeff]', '', 'g')"


def _doubles(table: str, *columns: str) -> str:
    """Return SQL for groups of rows that are equal in all the columns."""
    same = ", ".join(columns)
    read = [_READ.format(column) for column in columns]
    told = " || ' ' || ".join(f"max({column})" for column in columns)
    return (
        f"SELECT {told} AS subject, count(*) AS times FROM {table} "  # noqa: S608 (names of our own tables)
        f"WHERE num_nulls({same}) = 0 GROUP BY {', '.join(read)} HAVING count(*) > 1"
    )


_TWICE = (
    Question("number_twice", _doubles("complaint", "number")),
    Question("report_twice", _doubles("complaint", "sp4n_tracking_id")),
    Question("answer_twice", _doubles("idempotency_key", "caller", "key")),
    Question("message_twice", _doubles("inbound_message", "tracking_id", "message_id")),
)


def none_lost(look: Look) -> Checked:
    """Check invariant I1 and return the violations with the number of rows checked.

    It holds when every number given, and every report or message accepted, has its case.
    """
    return ask("I1", look, _COUNTED, _LOST)


def none_twice(look: Look) -> Checked:
    """Check invariant I2 and return the violations with the number of rows checked.

    It holds when no number, report, request or message exists twice, ignoring whitespace and invisible characters.
    """
    return ask("I2", look, _COUNTED, _TWICE)

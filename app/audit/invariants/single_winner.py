"""Invariant I4: each version of a case comes from exactly one action, and each action takes effect once."""

from app.audit.invariants.findings import Checked, Look, Question, ask

_COUNTED = "SELECT count(*) FROM complaint WHERE id IN {cases}"

_QUESTIONS = (
    Question(
        "version_differs",
        """
        SELECT subject, version, acts FROM (
            SELECT c.number AS subject, c.version, count(e.id) FILTER (
                WHERE e.kind NOT IN ('breached', 'code_replaced', 'file_checked', 'identity_opened', 'identity_removed')
            ) AS acts
            FROM complaint c LEFT JOIN complaint_event e ON e.complaint_id = c.id
            WHERE c.id IN {cases} GROUP BY c.id
        ) AS counted WHERE version <> acts
        """,
    ),
    Question(
        "event_twice",
        """
        SELECT c.number AS subject, e.seq AS event FROM complaint c JOIN complaint_event e ON e.complaint_id = c.id
        WHERE c.id IN {cases} GROUP BY c.number, e.seq HAVING count(*) > 1
        """,
    ),
    Question(
        "step_closed_twice",
        """
        SELECT c.number AS subject, t.step AS step FROM step_task t JOIN complaint c ON c.id = t.complaint_id
        WHERE c.id IN {cases} GROUP BY c.number, t.step, t.agency_code, t.opened_at HAVING count(*) > 1
        """,
    ),
    Question(
        "signed_twice",
        """
        SELECT c.number AS subject, l.letters, s.acts FROM complaint c
        CROSS JOIN LATERAL (
            SELECT count(*) AS letters FROM letter WHERE complaint_id = c.id AND state = 'signed'
        ) AS l
        CROSS JOIN LATERAL (
            SELECT count(*) AS acts FROM complaint_event WHERE complaint_id = c.id AND kind = 'sign'
        ) AS s
        WHERE c.id IN {cases} AND l.letters <> s.acts
        """,
    ),
)


def one_winner(look: Look) -> Checked:
    """Check invariant I4 and return the violations with the number of rows checked.

    It holds when there are as many actions as versions, unique event numbers, no step closed twice, one letter per
    signature.
    """
    return ask("I4", look, _COUNTED, _QUESTIONS)

"""Invariant I10: agency isolation, that each agency's officers see exactly the cases sent to it by the event log."""

from collections.abc import Iterator

from sqlalchemy import func, select, text

from app.access.visibility import visible_to
from app.audit.invariants.findings import MOST, Checked, Finding, Look, Question, ago, ask
from app.core.extensions import db
from app.models import Agency, Complaint
from workflow_rules.process.actors import Actor, Capacity, Person

# Cases sent to an agency: by the fast track, by a direction that was later forwarded (relay) from the same place, or by
# adding the agency; minus agencies that have left since.
_SENT = """
    SELECT s.complaint_id, s.agency FROM (
        SELECT d.complaint_id, d.seq, jsonb_array_elements_text(d.data -> 'agencies') AS agency
        FROM complaint_event d
        WHERE d.kind = 'direct' AND (d.data ->> 'route' = 'fast' OR EXISTS (
            SELECT 1 FROM complaint_event r WHERE r.complaint_id = d.complaint_id AND r.kind = 'relay'
            AND r.seq > d.seq AND r.agency_code IS NOT DISTINCT FROM d.agency_code
        ))
        UNION ALL
        SELECT a.complaint_id, a.seq, a.agency_code FROM complaint_event a WHERE a.kind = 'add_agency'
    ) AS s
    WHERE NOT EXISTS (
        SELECT 1 FROM complaint_event l
        WHERE l.complaint_id = s.complaint_id AND l.agency_code = s.agency AND l.seq > s.seq
        AND (l.kind IN ('decline', 'recall', 'drop_agency') OR (l.kind = 'release' AND l.data -> 'accept' = 'true'))
    )
"""
_SEEN = "SELECT complaint_id, agency_code AS agency FROM agency_track WHERE sent_at IS NOT NULL AND NOT sight_ended"
_QUESTIONS = (
    Question(
        "seen_but_not_sent",
        """
        SELECT c.number AS subject, seen.agency FROM (
            {seen} EXCEPT {sent}
        ) AS seen JOIN complaint c ON c.id = seen.complaint_id
        """.replace("{sent}", _SENT).replace("{seen}", _SEEN),
    ),
    Question(
        "sent_but_not_seen",
        """
        SELECT c.number AS subject, sent.agency FROM (
            {sent} EXCEPT {seen}
        ) AS sent JOIN complaint c ON c.id = sent.complaint_id
        """.replace("{sent}", _SENT).replace("{seen}", _SEEN),
    ),
    Question(
        "searched_elsewhere",
        """
        SELECT c.number AS subject, array_to_string(c.sent_to, ', ') AS agency FROM complaint c
        LEFT JOIN (
            SELECT complaint_id, array_agg(DISTINCT agency_code::text ORDER BY agency_code::text) AS codes
            FROM agency_track WHERE sent_at IS NOT NULL AND NOT sight_ended GROUP BY complaint_id
        ) AS seen ON seen.complaint_id = c.id
        WHERE c.sent_to IS DISTINCT FROM coalesce(seen.codes, '{}')
        """,
    ),
    # Officers who acted for others may have been notified in their place, and officers who changed agency were notified
    # at the former one; so delegates are skipped and only the last day is checked.
    Question(
        "told_beyond_the_wall",
        """
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
    ),
)
_SENT_TO_EACH = "SELECT agency, count(DISTINCT complaint_id) FROM ({sent}) AS sent GROUP BY agency".replace(
    "{sent}", _SENT
)


def agency_wall(look: Look) -> Checked:
    """Check invariant I10 and return the violations with the number of rows checked.

    It holds when rows and notices match what was sent, and the visibility predicate counts as many cases per agency.
    """
    asked = ask("I10", look, "SELECT count(*) FROM agency", _QUESTIONS, yesterday=ago(look, days=1))
    return Checked(asked.looked_at, (*asked.findings, *list(_counts_that_differ())[:MOST]))


def _counts_that_differ() -> Iterator[Finding]:
    sent = {row[0]: row[1] for row in db.session.execute(text(_SENT_TO_EACH))}
    for code in db.session.scalars(select(Agency.code).order_by(Agency.code)):
        head = Person(None, code, (Capacity(Actor.AGENCY_HEAD, code),))
        seen = select(func.count(Complaint.id)).where(visible_to(head)).execution_options(unscoped=True)
        count = db.session.execute(seen).scalar_one()
        if count != sent.get(code, 0):
            yield Finding("I10", code, "counts_differ", {"seen": count, "sent": sent.get(code, 0)})

"""Invariant I13: letter numbers without duplicates and gaps, and stored letters unchanged since signing."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.audit.invariants.findings import Checked, Finding, Look, Question, ago, ask, bound, few
from app.core.extensions import db
from app.models import Letter
from app.papers.verification import check_stored

AT_ONCE = 100

_COUNTED = "SELECT count(*) FROM issued_number"
_QUESTIONS = (
    Question(
        "letter_number_twice",
        """
        SELECT agency_code || ' ' || number AS subject, count(*) AS times FROM issued_number
        GROUP BY agency_code, number HAVING count(*) > 1
        """,
    ),
    Question(
        "number_book_gap",
        """
        SELECT split_part(n.series, ':', 2) || ' ' || n.year AS subject, n.last, count(i.running) AS entered
        FROM number_counter n LEFT JOIN issued_number i
            ON i.agency_code = split_part(n.series, ':', 2) AND i.year = n.year
        WHERE n.series LIKE 'letter:%'
        GROUP BY n.series, n.year, n.last HAVING count(i.running) <> n.last OR coalesce(max(i.running), 0) <> n.last
        """,
    ),
    Question(
        "letter_not_in_book",
        """
        SELECT l.agency_code || ' ' || coalesce(l.number, '?') AS subject FROM letter l
        LEFT JOIN issued_number i ON i.paper_id = l.paper_id LEFT JOIN paper p ON p.id = l.paper_id
        WHERE l.state = 'signed' AND (
            i.number IS DISTINCT FROM l.number OR p.frozen ->> 'number' IS DISTINCT FROM l.number
        )
        """,
    ),
)
_OF_THE_LOOK = (
    "letter.state = 'signed' AND (:whole OR letter.signed_at >= :yesterday OR letter.signed_at >= :since"
    " OR letter.id % :slices = :slice)"
)


def letters_hold(look: Look) -> Checked:
    """Check invariant I13 and return the violations with the number of rows checked.

    It holds when each agency's number book is complete, and the checked letters are as they were signed. Frozen
    content, file digest and electronic signature are verified.
    """
    asked = ask("I13", look, _COUNTED, _QUESTIONS)
    found = [finding for letter in _letters(look) for finding in _faults(letter)]
    return Checked(asked.looked_at, (*asked.findings, *few(found)))


def _letters(look: Look) -> Iterator[Letter]:
    wanted = bound(_OF_THE_LOOK, look.values | {"yesterday": ago(look, days=1)})
    last = 0
    while True:
        statement = select(Letter).where(wanted, Letter.id > last).order_by(Letter.id).limit(AT_ONCE)
        statement = statement.options(joinedload(Letter.paper))
        piece = db.session.scalars(statement.execution_options(unscoped=True, populate_existing=True)).all()
        if not piece:
            return
        last = piece[-1].id
        yield from piece


def _faults(letter: Letter) -> Iterator[Finding]:
    subject, check = f"{letter.agency_code} {letter.number}", check_stored(letter)
    if not check.content_sound:
        yield Finding("I13", subject, "letter_content_changed")
    elif check.file is not None and not check.file_sound:
        yield Finding("I13", subject, "letter_file_changed")
    elif check.file is not None and check.electronic and not (check.signature and check.signature.sound):
        yield Finding("I13", subject, "letter_signature_unsound")

"""Invariant I11: identities exist only in their own table, and anonymous reporters have none."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from app.access.visibility import about_reporter
from app.audit.invariants.findings import Checked, Finding, Look, Question, ask, few
from app.core.extensions import db
from app.models import Complaint, ComplaintEvent, Letter, Paper, Reporter

AT_ONCE = 200
SHORTEST_NAME = 5
"""Shorter names are not searched, since they would match ordinary words."""
SHORTEST_NUMBER = 8

_QUESTIONS = (
    Question(
        "anonymous_with_identity",
        """
        SELECT c.number AS subject FROM complaint c JOIN reporter r ON r.complaint_id = c.id
        WHERE c.confidentiality = 'anonymous'
        """,
    ),
    Question(
        "identity_left_behind",
        """
        SELECT h.id::text AS subject, h.state FROM inbound_hold h
        WHERE h.state <> 'waiting' AND h.content IS NOT NULL
        UNION ALL
        SELECT i.id::text, i.state FROM sync_import i WHERE i.state IN ('done', 'dropped') AND i.content IS NOT NULL
        """,
    ),
    Question(
        "code_left_behind",
        "SELECT id::text AS subject FROM delivery WHERE sealed_code IS NOT NULL AND state NOT IN ('queued', 'failed')",
    ),
)
_COUNTED = "SELECT count(*) FROM complaint WHERE confidentiality <> 'open'"

# Fields that hold officers' names, or the reporter's own text that every reader of the case gets, are not searched.
_NOT_SEARCHED = frozenset({"signatory", "initials", "agency", "addressee", "title", "complaint_title"})


def anonymity(look: Look) -> Checked:
    """Check invariant I11 and return the violations with the number of rows checked.

    It holds when anonymous cases have no identity, and processed messages and imports keep none. In open cases of
    secret reporters it also searches what agencies can read for the reporter's identity.
    """
    asked = ask("I11", look, _COUNTED, _QUESTIONS)
    found = [finding for piece in _secret_cases() for finding in _named_in(piece)]
    return Checked(asked.looked_at, (*asked.findings, *few(found)))


def _secret_cases() -> Iterator[dict[int, tuple[str, Reporter]]]:
    """Yield batches of open secret cases as {complaint id: (number, reporter)}."""
    last = 0
    while True:
        statement = select(Complaint.id, Complaint.number, Reporter).join(
            Reporter, Reporter.complaint_id == Complaint.id
        )
        statement = statement.where(Complaint.confidentiality == "secret", Complaint.ended_at.is_(None))
        statement = statement.where(Complaint.id > last).order_by(Complaint.id).limit(AT_ONCE)
        rows = db.session.execute(statement.execution_options(unscoped=True, populate_existing=True)).all()
        if not rows:
            return
        last = rows[-1][0]
        yield {row[0]: (row[1], row[2]) for row in rows}


def _named_in(cases: Mapping[int, tuple[str, Reporter]]) -> Iterator[Finding]:
    marks = {case: marks_of(reporter) for case, (_, reporter) in cases.items()}
    for case, place, words in _texts(list(cases)):
        told = marks[case].among(words)
        if told:
            yield Finding("I11", cases[case][0], "secret_named", {"where": place, "what": ", ".join(told)})


def _texts(cases: Sequence[int]) -> Iterator[tuple[int, str, str]]:
    """Yield (complaint id, place, text) of what agencies can read of the cases: letters, papers, event data."""
    unscoped = {"unscoped": True, "populate_existing": True}
    letters = select(Letter).where(Letter.complaint_id.in_(cases)).execution_options(**unscoped)
    for letter in db.session.scalars(letters):
        yield letter.complaint_id, "letter", f"{letter.subject}\n{letter.body}"
    papers = select(Paper).where(Paper.complaint_id.in_(cases)).execution_options(**unscoped)
    for paper in db.session.scalars(papers):
        own = _NOT_SEARCHED | ({"body"} if paper.kind == "receipt" else frozenset())
        yield paper.complaint_id or 0, "paper", "\n".join(_words(paper.frozen, own))
    events = select(ComplaintEvent).where(ComplaintEvent.complaint_id.in_(cases)).execution_options(**unscoped)
    for event in db.session.scalars(events):
        yield event.complaint_id, "event", "\n".join(_words(event.data, about_reporter(event)))


def _words(content: Any, hidden: Iterable[str]) -> Iterator[str]:
    """Yield every text in the JSON content except under the hidden names."""
    if isinstance(content, str):
        yield content
    elif isinstance(content, Mapping):
        for name, value in content.items():
            if name not in hidden:
                yield from _words(value, hidden)
    elif isinstance(content, Sequence):
        for value in content:
            yield from _words(value, hidden)


class Marks:
    """Patterns that identify a reporter in a text: full name, e-mail, and numbers ignoring separators."""

    def __init__(self, words: Mapping[str, str], numbers: Mapping[str, str]) -> None:
        self._words = {kind: re.compile(rf"(?<!\w){re.escape(word)}(?!\w)") for kind, word in words.items()}
        self._numbers = numbers

    def among(self, text: str) -> list[str]:
        """Return the kinds of identity ("name", "email", "phone", "nik") found in the text."""
        read = _read(text)
        digits = re.sub(r"(?<=\d)[ .()-]+(?=\d)", "", read)
        named = [kind for kind, word in self._words.items() if word.search(read)]
        return [*named, *(kind for kind, number in self._numbers.items() if number in digits)]


def marks_of(reporter: Reporter) -> Marks:
    """Return the reporter's search patterns, without names and numbers that are too short to be distinctive."""
    words = {"name": _read(reporter.name or ""), "email": _read(reporter.email or "")}
    numbers = {"phone": re.sub(r"\D", "", reporter.phone or ""), "nik": re.sub(r"\D", "", reporter.nik or "")}
    return Marks(
        {kind: word for kind, word in words.items() if len(word) >= SHORTEST_NAME},
        {kind: number for kind, number in numbers.items() if len(number) >= SHORTEST_NUMBER},
    )


def _read(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())

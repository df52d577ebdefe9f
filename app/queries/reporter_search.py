"""Cases by the reporter's name: the one place that says who may search for it, and how it is found in sealed rows."""

from sqlalchemy import ColumnElement, ScalarSelect, false, func, literal, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Text

from app.models import Complaint, Reporter
from app.models.sealed import marks_under_each_key, words_under_each_key
from app.queries.complaints import visible_ids
from workflow_rules.actors import Person

MOST_CASES = 200


def may_search_reporters(person: Person) -> bool:
    """Dinas Kominfo and supervisors; an agency sees initials at most, and a search would tell it the name."""
    return person.sees_every_case


def cases_of_reporter(words: tuple[str, ...], person: Person) -> ScalarSelect[list[int]]:
    """Ids of the newest cases whose reporter's name holds all these words, as an array; none for who may not search."""
    # Found by the name first: by the order first, a rare name would be looked for in every row.
    named = select(Reporter.complaint_id).where(_named(words, person)).offset(0).subquery("named")
    ids = select(named.c.complaint_id).order_by(named.c.complaint_id.desc()).limit(MOST_CASES)
    seen = visible_ids(person)
    if seen is not None:
        ids = ids.where(named.c.complaint_id.in_(seen))
    return select(func.array(ids.scalar_subquery())).scalar_subquery()


def _named(words: tuple[str, ...], person: Person) -> ColumnElement[bool]:
    hashed = [hashes for hashes in words_under_each_key(" ".join(words)) if hashes]
    if not (may_search_reporters(person) and hashed):
        return false()
    return or_(*(Reporter.name_words.contains(literal(hashes, ARRAY(Text))) for hashes in hashed))


def marked_cases(kind: str, text: str) -> ColumnElement[bool]:
    """The criterion on Complaint for cases whose reporter has this whole number or address, under whichever key."""
    column = {"phone": Reporter.phone_mark, "email": Reporter.email_mark, "nik": Reporter.nik_mark}[kind]
    hashes = [mark for mark in marks_under_each_key(kind, text) if mark]
    return Complaint.id.in_(select(Reporter.complaint_id).where(column.in_(hashes))) if hashes else false()

"""Cases by the reporter's name: the one place that says who may search for it, and how it is found in sealed rows."""

from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, bindparam, false, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Text

from app.access.visibility import visible_ids
from app.core.encrypted_columns import marks_under_each_key, words_under_each_key
from app.models import Complaint, Reporter
from workflow_rules.process.actors import Person

MOST_CASES = 200
_HASHES = "name_hashes_"


def may_search_reporters(person: Person) -> bool:
    """Dinas Kominfo and supervisors; an agency sees initials at most, and a search would tell it the name."""
    return person.sees_every_case


def cases_of_reporter(person: Person, keys: int) -> ScalarSelect[list[int]]:
    """Ids of the newest cases whose reporter's name holds all the words of `name_hashes`, which are as many as there
    are keys; as an array, and none for who may not search.
    """
    # Found by the name first: by the order first, a rare name would be looked for in every row.
    named = select(Reporter.complaint_id).where(_named(person, keys)).offset(0).subquery("named")
    ids = select(named.c.complaint_id).order_by(named.c.complaint_id.desc()).limit(MOST_CASES)
    seen = visible_ids(person)
    if seen is not None:
        ids = ids.where(named.c.complaint_id.in_(seen))
    return select(func.array(ids.scalar_subquery())).scalar_subquery()


def name_hashes(words: tuple[str, ...]) -> dict[str, list[str] | None]:
    """What these words of a name are in sealed rows, under each key; None, which nothing holds, where they are none."""
    hashed = words_under_each_key(" ".join(words))
    return {f"{_HASHES}{place}": hashes or None for place, hashes in enumerate(hashed)}


def _named(person: Person, keys: int) -> ColumnElement[bool]:
    if not may_search_reporters(person):
        return false()
    hashes: list[Any] = [bindparam(f"{_HASHES}{place}", type_=ARRAY(Text)) for place in range(keys)]
    return or_(false(), *(Reporter.name_words.contains(each) for each in hashes))


def marked_cases(kind: str, text: str) -> ColumnElement[bool]:
    """The criterion on Complaint for cases whose reporter has this whole number or address, under whichever key."""
    column = {"phone": Reporter.phone_mark, "email": Reporter.email_mark, "nik": Reporter.nik_mark}[kind]
    hashes = [mark for mark in marks_under_each_key(kind, text) if mark]
    return Complaint.id.in_(select(Reporter.complaint_id).where(column.in_(hashes))) if hashes else false()

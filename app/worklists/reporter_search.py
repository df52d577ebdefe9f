"""Search for cases by the reporter's name, over encrypted rows."""

from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, bindparam, false, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Text

from app.access.visibility import visible_ids
from app.core.encrypted_columns import identifier_digests_by_key, name_digests_by_key
from app.models import Complaint, Reporter
from workflow_rules.process.actors import Person

MOST_CASES = 200
_HASHES = "name_hashes_"


def cases_of_reporter(person: Person, keys: int) -> ScalarSelect[list[int]]:
    """Return a scalar subquery for an array of the ids of the newest 200 visible cases with a reporter's name that
    holds all searched words; their hashes are bind parameters (see `name_hashes`).

    `keys` is the number of entries of `name_hashes`. Finds nothing for officers of agencies, who see initials at most:
    a search would reveal the name.
    """
    matches: ColumnElement[bool] = false()
    if person.sees_every_case:
        hashes: list[Any] = [bindparam(f"{_HASHES}{place}", type_=ARRAY(Text)) for place in range(keys)]
        matches = or_(false(), *(Reporter.name_words.contains(each) for each in hashes))
    # Filter by name before ordering; otherwise a rare name would be searched through every row.
    named = select(Reporter.complaint_id).where(matches).offset(0).subquery("named")
    ids = select(named.c.complaint_id).order_by(named.c.complaint_id.desc()).limit(MOST_CASES)
    seen = visible_ids(person)
    if seen is not None:
        ids = ids.where(named.c.complaint_id.in_(seen))
    return select(func.array(ids.scalar_subquery())).scalar_subquery()


def name_hashes(words: tuple[str, ...]) -> dict[str, list[str] | None]:
    """Return a dict of the bind values for the statement of `cases_of_reporter`: for each key of the keyring the hashes
    of the words; None, which matches nothing, if there are no words.
    """
    hashed = name_digests_by_key(" ".join(words))
    return {f"{_HASHES}{place}": hashes or None for place, hashes in enumerate(hashed)}


def cases_with_identifier(kind: str, text: str) -> ColumnElement[bool]:
    """Return an SQL condition on Complaint for cases of a reporter with this whole phone number, e-mail address or NIK.

    Compared by digest under every key; `kind` is phone, email or nik. The condition is false if the text holds no such
    identifier.
    """
    column = {"phone": Reporter.phone_mark, "email": Reporter.email_mark, "nik": Reporter.nik_mark}[kind]
    hashes = [mark for mark in identifier_digests_by_key(kind, text) if mark]
    return Complaint.id.in_(select(Reporter.complaint_id).where(column.in_(hashes))) if hashes else false()

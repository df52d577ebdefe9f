"""Ids of the cases that a prepared search finds."""

from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Float,
    FromClause,
    Select,
    Text,
    any_,
    cast,
    func,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import array

from app.access.visibility import visible_ids
from app.core.extensions import db
from app.core.statement_cache import as_agency, kept, kind_of, values_of, written
from app.models import Complaint
from app.worklists.search import USUAL, USUAL_WITH_FIELDS, Search, case_words
from workflow_rules.process.actors import Person

_cases = Complaint.__table__
# Only the newest hits are counted and ranked; nobody reads further.
MOST_RANKED = 1000
# Up to this many hits are read from the word index; more are found sooner by scanning cases from the newest.
FEW = 5000
# A word in a tenth of the latest cases is too frequent for the index alone.
LAST_CASES, OFTEN = 1000, 100

Criteria = tuple[ColumnElement[bool], ...]


def find_hits(search: Search, person: Person, *criteria: ColumnElement[bool]) -> tuple[int, ...]:
    """Run a prepared search and return a tuple of the ids of its newest hits that the person may see and that meet the
    criteria, at most MOST_RANKED (1,000), best match first.
    """
    if not search.queries:
        return ()
    usual = not (search.near or criteria)
    in_fields = bool(search.field_queries)
    statement = _usual_hits_statement(kind_of(person), in_fields) if usual else _best_hits(search, person, criteria)
    return tuple(db.session.scalars(statement, {**search.values, **values_of(person)}))


@kept
def _usual_hits_statement(kind: Person, in_fields: bool) -> Select[tuple[int]]:
    return _best_hits(USUAL_WITH_FIELDS if in_fields else USUAL, kind, ())


def _best_hits(search: Search, person: Person, criteria: Criteria) -> Select[tuple[int]]:
    """Return a statement for ids of the newest 1,000 hits, best first; visibility is checked only for these."""
    if not person.sees_every_case:
        # One index covers the words and the agencies that a case was sent to.
        agencies: Any = array(as_agency(code) for code in sorted(person.agencies))
        own = case_words.c.sent_to.overlap(cast(agencies, ARRAY(Text)))
        found: FromClause = _hits(search.criterion(case_words), own, criteria=criteria).subquery("found")
    elif search.near:
        found = _hits(search.criterion(case_words), criteria=criteria).subquery("found")
    else:
        found = _of_all(search, criteria)
    newest = select(found.c.id).order_by(found.c.id.desc()).limit(written(MOST_RANKED))
    # As an array: for a join with so many rows the planner would scan the table.
    ranked = select(case_words.c.id).where(case_words.c.id == any_(func.array(newest.scalar_subquery())))
    statement = ranked.order_by(cast(search.rank(), Float).desc(), case_words.c.id.desc())
    seen = visible_ids(person)
    return statement if seen is None else statement.where(case_words.c.id.in_(seen))


def _of_all(search: Search, criteria: Criteria) -> FromClause:
    """Return a subquery for the ids of the hits among all cases, by the word index or, for frequent words, by scanning
    from the newest case.
    """
    by_index, met = search.criterion(case_words), search.criterion(case_words, by_index=False)
    backwards = case_words.c.id.desc()
    last = select(case_words).order_by(backwards).limit(written(LAST_CASES)).subquery("last")
    often = _hits(search.criterion(last, by_index=False), criteria=criteria, among=last).subquery("often")
    asked = select((func.count() >= OFTEN).label("is_frequent")).select_from(often).cte("asked")
    is_frequent = select(asked.c.is_frequent).scalar_subquery()
    few = _hits(by_index, ~is_frequent, criteria=criteria).limit(written(FEW + 1)).cte("few")
    are_many = is_frequent | (select(func.count()).select_from(few).scalar_subquery() > FEW)
    many = _hits(met, are_many, criteria=criteria).order_by(backwards).limit(written(MOST_RANKED))
    return union_all(select(few.c.id).where(~are_many), select(many.subquery("met"))).subquery("found")


def _hits(*found: ColumnElement[bool], criteria: Criteria, among: FromClause = case_words) -> Select[tuple[int]]:
    hits = select(among.c.id).where(*found)
    return hits.join(_cases, _cases.c.id == among.c.id).where(*criteria) if criteria else hits

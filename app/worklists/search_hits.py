"""Which cases a prepared search finds: the newest of them, the best first, read by whichever way is short."""

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
from app.worklists.search import USUAL, Search, case_words
from workflow_rules.process.actors import Person

_cases = Complaint.__table__
# Only so many hits, the newest, are counted and put in order: beyond that nobody reads on.
MOST_RANKED = 1000
# Up to here all hits are read from the index of words; of more, the newest are met soon where cases are read backwards.
FEW = 5000
# Of a word that a tenth of the last cases hold, the index alone has too much to say.
LAST_CASES, OFTEN = 1000, 100

Criteria = tuple[ColumnElement[bool], ...]


def find_hits(search: Search, person: Person, *criteria: ColumnElement[bool]) -> tuple[int, ...]:
    """Ids of the newest hits, not more than MOST_RANKED, the best match first."""
    if not search.queries:
        return ()
    usual = not (search.near or criteria)
    statement = _usual_hits(kind_of(person)) if usual else _best_hits(search, person, criteria)
    return tuple(db.session.scalars(statement, {**search.values, **values_of(person)}))


@kept
def _usual_hits(kind: Person) -> Select[tuple[int]]:
    return _best_hits(USUAL, kind, ())


def _best_hits(search: Search, person: Person, criteria: Criteria) -> Select[tuple[int]]:
    """Only the newest hits are ranked, and of these alone it is asked whether the person may see them."""
    found = _found(search, person, criteria)
    newest = select(found.c.id).order_by(found.c.id.desc()).limit(written(MOST_RANKED))
    # As one value: joined with so many rows, the planner would rather read the table.
    ranked = select(case_words.c.id).where(case_words.c.id == any_(func.array(newest.scalar_subquery())))
    statement = ranked.order_by(cast(search.rank(), Float).desc(), case_words.c.id.desc())
    seen = visible_ids(person)
    return statement if seen is None else statement.where(case_words.c.id.in_(seen))


def _found(search: Search, person: Person, criteria: Criteria) -> FromClause:
    if not person.sees_every_case:
        return _of_agencies(search, person, criteria)
    if search.near:
        return _hits(search.criterion(case_words), criteria=criteria).subquery("found")
    return _of_all(search, criteria)


def _of_agencies(search: Search, person: Person, criteria: Criteria) -> FromClause:
    """One index knows the words and to whom a case was sent."""
    agencies: Any = array(as_agency(code) for code in sorted(person.agencies))
    own = case_words.c.sent_to.overlap(cast(agencies, ARRAY(Text)))
    return _hits(search.criterion(case_words), own, criteria=criteria).subquery("found")


def _of_all(search: Search, criteria: Criteria) -> FromClause:
    """By the index, or where that finds many, backwards from the newest case."""
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

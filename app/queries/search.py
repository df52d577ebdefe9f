"""The one search over complaints: Indonesian words with their stems, half-typed words, numbers, places, reporters.

A search is prepared once a request, in one statement that lets the database stem the words and look up the places;
lists and counts then use it as a criterion beside `visible_to`, so that neither finds nor counts a foreign case.
"""

from dataclasses import dataclass
from functools import reduce
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Float,
    Select,
    Text,
    and_,
    case,
    cast,
    false,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import TSQUERY

from app.extensions import db
from app.models import Complaint, District, Village
from app.queries.reporter_search import cases_of_reporter
from app.queries.search_words import is_half_typed, is_number, number_lexemes, words_of
from workflow_rules.actors import Person

_cases = Complaint.__table__
# Only so many hits, the newest, are counted and put in order: beyond that nobody reads on.
MOST_RANKED = 1000
# Up to here all hits are read from the index of words; of more, the newest are met soon where cases are read backwards.
FEW = 5000
NEAR_SHOWN = 10
# Likeness is looked at letter by letter, so that of all cases only the newest can be asked for it.
NEAR_AMONG = 20_000
# How alike a mistyped word must be: "jlan" and "jalan" are 0.4, "sekloah" and "sekolah" 0.375.
ALIKE = 0.35
ALIKE_PLACE = 0.5
SHORTEST_MISTYPED = 4
MANY_WORDS = 3


@dataclass(frozen=True)
class Search:
    """A prepared search; `queries` holds one tsquery a word, as PostgreSQL writes it, `newer_than` an id, `hits` the
    ids of what it finds, the best first, once that was looked up.
    """

    words: tuple[str, ...] = ()
    queries: tuple[str, ...] = ()
    numeric: bool = False
    reporter_ids: tuple[int, ...] = ()
    near: bool = False
    newer_than: int = 0
    hits: tuple[int, ...] | None = None

    def criterion(self, *, by_index: bool = True) -> ColumnElement[bool]:
        """Cases that hold every word, or whose reporter is called so; in a near search words may be mistyped. What many
        hold is found sooner not `by_index`.
        """
        if not self.queries:
            return false()
        if self.near:
            return self._nearly() & (_cases.c.id > self.newer_than)
        words = cast(_all_of(self.queries), TSQUERY)
        said = _in_index(words) if by_index else func.ts_match_vq(_cases.c.search_words, words)
        return or_(said, _cases.c.id.in_(self.reporter_ids)) if self.reporter_ids else said

    def _nearly(self) -> ColumnElement[bool]:
        """Every word as it was meant, or of many words most."""
        meant = and_(*(_meant(word, query) for word, query in self._pairs()))
        if len(self.words) < MANY_WORDS:
            return meant
        most = _sum([case((_matches(query), 1), else_=0) for query in self.queries]) * 2 > len(self.words)
        return or_(meant, _matches(_any_of(self.queries)) & most)

    def rank(self) -> ColumnElement[Any]:
        """The higher, the better: the number itself, then the reporter, then the words by weight or by likeness."""
        if not self.queries:
            return literal(0.0)
        if self.near:
            return _sum([_likeness(word, query) for word, query in self._pairs()])
        weight = func.ts_rank(_cases.c.search_words, cast(_any_of(self.queries), TSQUERY), 1)
        best = [(_cases.c.id.in_(self.reporter_ids), literal(2.0))] if self.reporter_ids else []
        return case((self._is_the_number(), literal(3.0)), *best, else_=weight)

    def _is_the_number(self) -> ColumnElement[bool]:
        values = [word.lstrip("0") for word in self.words if word != "lb"] if self.numeric else []
        return _matches(_any_of([f"no{value}" for value in values if value][-1:])) if any(values) else false()

    def _pairs(self) -> list[tuple[str, str]]:
        return list(zip(self.words, self.queries, strict=True))


def prepare_search(typed: str, person: Person) -> Search | None:
    """The search for what was typed; None where nothing was. Punctuation alone is a search that finds nothing."""
    if not typed.strip():
        return None
    words = words_of(typed)
    if not words:
        return Search()
    wanted = [_as_text(_word_query(word, is_half_typed(typed, word))) for word in words]
    reporters = cases_of_reporter(words, person)
    *queries, ids = db.session.execute(select(*wanted, reporters)).one()
    return Search(*_known(words, queries), numeric=is_number(words), reporter_ids=tuple(ids or ()))


def prepare_near_search(typed: str, person: Person) -> Search | None:
    """The same with words mistyped, for when nothing was found; a number that is not there is near to nothing."""
    words = words_of(typed)
    if not words or is_number(words):
        return None
    threshold = func.set_config("pg_trgm.word_similarity_threshold", str(ALIKE), True)
    newest = select(func.max(_cases.c.id)).scalar_subquery() if person.sees_every_case else literal(0)
    wanted = [_as_text(_word_query(word, is_half_typed(typed, word), mistyped=True)) for word in words]
    _, last, *queries = db.session.execute(select(threshold, newest, *wanted)).one()
    return Search(*_known(words, queries), near=True, newer_than=max(0, (last or 0) - NEAR_AMONG))


def _known(words: tuple[str, ...], queries: list[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Without the words that the database knows no letter of."""
    pairs = [(word, query) for word, query in zip(words, queries, strict=True) if query]
    return tuple(word for word, _ in pairs), tuple(query for _, query in pairs)


def _as_text(query: ColumnElement[Any]) -> ColumnElement[str]:
    return cast(query, Text)


def _sum(parts: list[Any]) -> ColumnElement[Any]:
    return reduce(lambda left, right: left + right, parts)


def _all_of(queries: tuple[str, ...]) -> str:
    return " & ".join(f"({query})" for query in queries)


def _any_of(queries: tuple[str, ...] | list[str]) -> str:
    return " | ".join(f"({query})" for query in queries)


def _matches(query: str) -> ColumnElement[bool]:
    return _cases.c.search_words.bool_op("@@")(cast(query, TSQUERY))


def _in_index(words: ColumnElement[Any]) -> ColumnElement[bool]:
    """Behind a SELECT the planner does not know the words: for one that many hold it would rather read the table."""
    return _cases.c.search_words.bool_op("@@")(select(words).scalar_subquery())


def _word_query(word: str, half_typed: bool, mistyped: bool = False) -> ColumnElement[Any]:
    """Everything that one word may stand for, as one tsquery."""
    parts: list[Any] = [func.plainto_tsquery("indonesian", word), func.plainto_tsquery("simple", word)]
    if half_typed:
        parts.append(func.to_tsquery("simple", f"'{word}':*"))
    parts += [cast(lexeme, TSQUERY) for lexeme in number_lexemes(word)]
    parts += [
        _places(kind, prefix, word, half_typed, mistyped) for kind, prefix in ((Village, "desa"), (District, "kec"))
    ]
    return reduce(lambda left, right: left.op("||")(right), parts)


def _places(kind: Any, prefix: str, word: str, half_typed: bool, mistyped: bool) -> ColumnElement[Any]:
    """Villages or districts with such a name, as the lexemes that migration 0005 gave them; there are few of them."""
    name = func.to_tsvector("simple", kind.name)
    found: ColumnElement[bool] = name.bool_op("@@")(
        func.to_tsquery("simple", f"'{word}':*" if half_typed else f"'{word}'")
    )
    if mistyped and len(word) >= SHORTEST_MISTYPED:
        found = or_(found, func.word_similarity(word, kind.name) >= ALIKE_PLACE)
    ids = select(func.string_agg(literal(prefix) + cast(kind.id, Text), " | ")).where(found).scalar_subquery()
    return cast(func.coalesce(ids, ""), TSQUERY)


def _meant(word: str, query: str) -> ColumnElement[bool]:
    """Cases whose title or place holds the word or one much like it."""
    if len(word) < SHORTEST_MISTYPED:
        return _matches(query)
    alike = [literal(word).bool_op("<%")(column) for column in (_cases.c.title, _cases.c.location_text)]
    return or_(_matches(query), *alike)


def _likeness(word: str, query: str) -> ColumnElement[float]:
    in_words = case((_matches(query), 1.0), else_=0.0)
    columns = (_cases.c.title, _cases.c.location_text)
    return func.greatest(in_words, *(func.word_similarity(word, column) for column in columns))


def best_hits(search: Search, *criteria: ColumnElement[bool]) -> Select[tuple[int]]:
    """Ids of the newest hits, not more than MOST_RANKED, the best match first."""
    few = _hits(search, search.criterion(), *criteria).limit(_written(FEW + 1)).cte("few")
    are_many = select(func.count()).select_from(few).scalar_subquery() > FEW
    met = _hits(search, search.criterion(by_index=False), *criteria, are_many)
    newest = met.order_by(_cases.c.id.desc()).limit(_written(MOST_RANKED)).subquery("met")
    found = union_all(select(few).where(~are_many), select(newest)).subquery("found")
    ranked = select(found).order_by(found.c.id.desc()).limit(_written(MOST_RANKED)).subquery("ranked")
    return select(ranked.c.id).order_by(ranked.c.rank.desc(), ranked.c.id.desc())


def _hits(search: Search, *criteria: ColumnElement[bool]) -> Select[tuple[int, float]]:
    return select(_cases.c.id, cast(search.rank(), Float).label("rank")).where(*criteria)


def _written(number: int) -> ColumnElement[int]:
    """Not a value beside the statement: a kept plan would reckon with a tenth of all there are."""
    return literal(number, literal_execute=True)

"""The one search over complaints: Indonesian words with their stems, half-typed words, numbers, places, reporters.

A search is prepared once a request, in one statement that lets the database stem the words and look up the places;
lists and counts then use it as a criterion beside `visible_to`, so that neither finds nor counts a foreign case.
"""

from dataclasses import dataclass
from functools import reduce
from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    FromClause,
    Select,
    Text,
    and_,
    any_,
    bindparam,
    case,
    cast,
    column,
    false,
    func,
    literal,
    or_,
    select,
    table,
)
from sqlalchemy.dialects.postgresql import ARRAY, TSQUERY, TSVECTOR

from app.access.visibility import visible_ids
from app.core.extensions import db
from app.core.statement_cache import kept, kind_of, values_of
from app.models import Complaint, District, Village
from app.worklists.reporter_search import cases_of_reporter, name_hashes
from app.worklists.search_words import is_half_typed, is_number, number_lexemes, words_of
from workflow_rules.process.actors import Person
from workflow_rules.process.complaint_number import visible

_cases = Complaint.__table__
case_words = table(
    "case_words",
    column("id", BigInteger),
    column("search_words", TSVECTOR),
    column("sent_to", ARRAY(Text)),
    column("title", Text),
    column("location_text", Text),
)
"""What is searched of a case: behind the database's own wall too an index finds it (migration 0026), so this is where
hits are looked for. Whoever reads it names the agencies to which they were sent.
"""
EVERY_WORD: BindParameter[str] = bindparam("every_word", type_=Text)
ANY_WORD: BindParameter[str] = bindparam("any_word", type_=Text)
THE_NUMBER: BindParameter[str] = bindparam("the_number", type_=Text)
OF_REPORTERS: BindParameter[Any] = bindparam("of_reporters", type_=ARRAY(BigInteger))
NEAR_SHOWN = 10
# Likeness is looked at letter by letter, so that only the newest cases can be asked for it: of all, or of an agency's.
NEAR_AMONG, NEAR_AMONG_OWN = 20_000, 5_000
# How alike a mistyped word must be: "jlan" and "jalan" are 0.4, "sekloah" and "sekolah" 0.375.
ALIKE = 0.35
ALIKE_PLACE = 0.5
SHORTEST_MISTYPED = 4
MANY_WORDS = 3


@dataclass(frozen=True)
class Search:
    """A prepared search; `queries` holds one tsquery a word, as PostgreSQL writes it, `newer_than` an id, `hits` the
    ids of what it finds, the best first, once that was looked up. Its criteria are the same statement for whatever
    words: these are its `values`, told when the statement is sent.
    """

    words: tuple[str, ...] = ()
    queries: tuple[str, ...] = ()
    numeric: bool = False
    reporter_ids: tuple[int, ...] = ()
    near: bool = False
    newer_than: int = 0
    hits: tuple[int, ...] | None = None

    @property
    def values(self) -> dict[str, Any]:
        """What the names in its criteria stand for."""
        every, some = (sign.join(f"({query})" for query in self.queries) for sign in (" & ", " | "))
        number = [word.lstrip("0") for word in self.words if word != "lb"] if self.numeric else []
        last = [f"no{value}" for value in number if value][-1:]
        return {
            EVERY_WORD.key: every,
            ANY_WORD.key: some,
            THE_NUMBER.key: "".join(last),
            OF_REPORTERS.key: list(self.reporter_ids),
        }

    def criterion(self, on: FromClause = _cases, *, by_index: bool = True) -> ColumnElement[bool]:
        """Cases that hold every word, or whose reporter is called so; in a near search words may be mistyped. What many
        hold is found sooner not `by_index`.
        """
        if not self.queries:
            return false()
        if self.near:
            return self._nearly(on) & (on.c.id > self.newer_than)
        words = cast(EVERY_WORD, TSQUERY)
        said = _in_index(on, words) if by_index else func.ts_match_vq(on.c.search_words, words)
        return or_(said, on.c.id == any_(OF_REPORTERS))

    def _nearly(self, on: FromClause) -> ColumnElement[bool]:
        """Every word as it was meant, or of many words most."""
        meant = and_(*(_meant(on, word, query) for word, query in self._pairs()))
        if len(self.words) < MANY_WORDS:
            return meant
        most = _sum([case((_matches(on, query), 1), else_=0) for query in self.queries]) * 2 > len(self.words)
        return or_(meant, _in_index(on, cast(ANY_WORD, TSQUERY)) & most)

    def rank(self) -> ColumnElement[Any]:
        """The higher, the better: the number itself, then the reporter, then the words by weight or by likeness."""
        if self.near:
            return _sum([_likeness(word, query) for word, query in self._pairs()])
        weight = func.ts_rank(case_words.c.search_words, cast(ANY_WORD, TSQUERY), 1)
        is_the_number = case_words.c.search_words.bool_op("@@")(cast(THE_NUMBER, TSQUERY))
        return case((is_the_number, literal(3.0)), (case_words.c.id == any_(OF_REPORTERS), literal(2.0)), else_=weight)

    def _pairs(self) -> list[tuple[str, str]]:
        return list(zip(self.words, self.queries, strict=True))


USUAL = Search(queries=("",))
"""A search that is not near, of whatever words: its criteria say what they stand for only by its `values`."""


def prepare_search(typed: str, person: Person) -> Search | None:
    """The search for what was typed; None where nothing was. Punctuation alone is a search that finds nothing."""
    typed = visible(typed)
    if not typed.strip():
        return None
    words = words_of(typed)
    if not words:
        return Search()
    halves = tuple(is_half_typed(typed, word) for word in words)
    hashes = name_hashes(words)
    statement = _asked(kind_of(person), halves, len(hashes))
    *queries, ids = db.session.execute(statement, {**_word_values(words), **hashes, **values_of(person)}).one()
    return Search(*_known(words, queries), numeric=is_number(words), reporter_ids=tuple(ids or ()))


@kept
def _asked(kind: Person, halves: tuple[bool, ...], keys: int) -> Select[Any]:
    wanted: list[Any] = [_as_text(_word_query(place, half)) for place, half in enumerate(halves)]
    return select(*wanted, cases_of_reporter(kind, keys))


def _word_values(words: tuple[str, ...]) -> dict[str, str]:
    """What `_word_query` is told of the words at their places."""
    numbers = {f"number_{place}": " | ".join(number_lexemes(word)) for place, word in enumerate(words)}
    return numbers | {f"word_{place}": word for place, word in enumerate(words)}


def prepare_near_search(typed: str, person: Person) -> Search | None:
    """The same with words mistyped, for when nothing was found; a number that is not there is near to nothing."""
    words = words_of(typed)
    if not words or is_number(words):
        return None
    threshold = func.set_config("pg_trgm.word_similarity_threshold", str(ALIKE), True)
    wanted = [
        _as_text(_word_query(place, is_half_typed(typed, word), mistyped=len(word) >= SHORTEST_MISTYPED))
        for place, word in enumerate(words)
    ]
    asked = select(threshold, _before_near(person), *wanted)
    _, before, *queries = db.session.execute(asked, _word_values(words)).one()
    return Search(*_known(words, queries), near=True, newer_than=before)


def _before_near(person: Person) -> ColumnElement[int]:
    """The key of the last case that is too old to be asked for likeness; 0 where there is none so old."""
    own = visible_ids(person)
    if own is None:
        return func.greatest(0, select(func.max(_cases.c.id)).scalar_subquery() - NEAR_AMONG)
    newest = own.order_by(own.selected_columns[0].desc()).offset(NEAR_AMONG_OWN).limit(1)
    return func.coalesce(newest.scalar_subquery(), 0)


def _known(words: tuple[str, ...], queries: list[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Without the words that the database knows no letter of."""
    pairs = [(word, query) for word, query in zip(words, queries, strict=True) if query]
    return tuple(word for word, _ in pairs), tuple(query for _, query in pairs)


def _as_text(query: ColumnElement[Any]) -> ColumnElement[str]:
    return cast(query, Text)


def _sum(parts: list[Any]) -> ColumnElement[Any]:
    return reduce(lambda left, right: left + right, parts)


def _matches(on: FromClause, query: str) -> ColumnElement[bool]:
    return on.c.search_words.bool_op("@@")(cast(query, TSQUERY))


def _in_index(on: FromClause, words: ColumnElement[Any]) -> ColumnElement[bool]:
    """Behind a SELECT the planner does not know the words: for one that many hold it would rather read the table."""
    return on.c.search_words.bool_op("@@")(select(words).scalar_subquery())


def _word_query(place: int, half_typed: bool, mistyped: bool = False) -> ColumnElement[Any]:
    """Everything that the word at a place may stand for, as one tsquery."""
    word = bindparam(f"word_{place}", type_=Text)
    itself = func.to_tsquery(
        "simple", func.quote_literal(word).concat(":*") if half_typed else func.quote_literal(word)
    )
    parts: list[Any] = [
        func.plainto_tsquery("indonesian", word),
        func.plainto_tsquery("simple", word),
        *([itself] if half_typed else []),
        cast(bindparam(f"number_{place}", type_=Text), TSQUERY),
    ]
    parts += [_places(kind, prefix, word, itself, mistyped) for kind, prefix in ((Village, "desa"), (District, "kec"))]
    return reduce(lambda left, right: left.op("||")(right), parts)


def _places(
    kind: Any, prefix: str, word: BindParameter[str], itself: ColumnElement[Any], mistyped: bool
) -> ColumnElement[Any]:
    """Villages or districts with such a name, as the lexemes that migration 0005 gave them; there are few of them."""
    found: ColumnElement[bool] = func.to_tsvector("simple", kind.name).bool_op("@@")(itself)
    if mistyped:
        found = or_(found, func.word_similarity(word, kind.name) >= ALIKE_PLACE)
    ids = select(func.string_agg(literal(prefix) + cast(kind.id, Text), " | ")).where(found).scalar_subquery()
    return cast(func.coalesce(ids, ""), TSQUERY)


def _meant(on: FromClause, word: str, query: str) -> ColumnElement[bool]:
    """Cases whose title or place holds the word or one much like it."""
    if len(word) < SHORTEST_MISTYPED:
        return _matches(on, query)
    alike = [literal(word).bool_op("<%")(text) for text in (on.c.title, on.c.location_text)]
    return or_(_matches(on, query), *alike)


def _likeness(word: str, query: str) -> ColumnElement[float]:
    in_words = case((_matches(case_words, query), 1.0), else_=0.0)
    texts = (case_words.c.title, case_words.c.location_text)
    return func.greatest(in_words, *(func.word_similarity(word, text) for text in texts))

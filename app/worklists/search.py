"""Full-text search over complaints: Indonesian stems, prefixes, numbers, places, reporters, and values of fields.

A search is prepared once a request, in one statement in which the database stems the words and looks up places. Lists
and counts add its condition to `visible_to`, so that they neither find nor count a case the person may not see.
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
from app.fields.filters import searched_codes
from app.fields.values import audience_of
from app.models import Complaint, District, Village
from app.worklists.reporter_search import cases_of_reporter, name_hashes
from app.worklists.search_words import field_lexemes, is_half_typed, is_number, number_lexemes, words_of
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
    column("field_words", TSVECTOR),
)
"""The searched columns of a case, in a view of the database owner: behind row-level security
PostgreSQL would not use the word index. Statements on it must therefore restrict `sent_to` to the person's agencies.
"""
EVERY_WORD: BindParameter[str] = bindparam("every_word", type_=Text)
ANY_WORD: BindParameter[str] = bindparam("any_word", type_=Text)
THE_NUMBER: BindParameter[str] = bindparam("the_number", type_=Text)
ALL_IN_FIELDS: BindParameter[str] = bindparam("all_in_fields", type_=Text)
EVERY_WORD_ANYWHERE: BindParameter[str] = bindparam("every_word_anywhere", type_=Text)
OF_REPORTERS: BindParameter[Any] = bindparam("of_reporters", type_=ARRAY(BigInteger))
NEAR_SHOWN = 10
# Trigram similarity is slow, so only the newest cases are compared: of all, or of an agency's.
NEAR_AMONG, NEAR_AMONG_OWN = 20_000, 5_000
# Required similarity of a mistyped word: "jlan" to "jalan" is 0.4, "sekloah" to "sekolah" 0.375.
ALIKE = 0.35
ALIKE_PLACE = 0.5
SHORTEST_MISTYPED = 4
MANY_WORDS = 3


@dataclass(frozen=True)
class Search:
    """A value object: a prepared search. `queries` holds a tsquery text for each word, `hits` the ids found, best
    first; None until the search is run. `near` allows typos; `newer_than` is a complaint id, and only newer complaints
    are searched then.

    `fields` are the codes of the fields of the office in whose values the words are sought too, and `field_queries`
    hold a tsquery text for each word; both are empty if there is no such field. `halves` are the half-typed words.

    The conditions contain bind parameters, so that statements can be cached: send `values` with the statement.
    """

    words: tuple[str, ...] = ()
    queries: tuple[str, ...] = ()
    numeric: bool = False
    reporter_ids: tuple[int, ...] = ()
    near: bool = False
    newer_than: int = 0
    hits: tuple[int, ...] | None = None
    fields: tuple[str, ...] = ()
    field_queries: tuple[str, ...] = ()
    halves: frozenset[str] = frozenset()

    @property
    def values(self) -> dict[str, Any]:
        """A dict of the names and values of the bind parameters in the conditions of this search."""
        every, some = (sign.join(f"({query})" for query in self.queries) for sign in (" & ", " | "))
        number = [word.lstrip("0") for word in self.words if word != "lb"] if self.numeric else []
        last = [f"no{value}" for value in number if value][-1:]
        pairs = zip(self.queries, self.field_queries, strict=False)
        return {
            ALL_IN_FIELDS.key: " & ".join(f"({query})" for query in self.field_queries),
            EVERY_WORD_ANYWHERE.key: " & ".join(f"({word} | {in_field})" for word, in_field in pairs),
            EVERY_WORD.key: every,
            ANY_WORD.key: some,
            THE_NUMBER.key: "".join(last),
            OF_REPORTERS.key: list(self.reporter_ids),
        }

    def criterion(self, on: FromClause = _cases, *, by_index: bool = True) -> ColumnElement[bool]:
        """Return an SQL condition on `on` for cases that hold every word, in their texts or in values of `fields`, or
        have a reporter of this name; a search with `near` allows typos, and of three or more words demands only most.
        Always false for a search without words.

        Pass `by_index=False` for frequent words, for which scanning is faster than the index.
        """
        if not self.queries:
            return false()
        if self.near:
            found = and_(*(_meant(on, word, query) for word, query in self._pairs()))
            if len(self.words) >= MANY_WORDS:
                matching = _sum([case((_matches(on, query), 1), else_=0) for query in self.queries])
                found = or_(found, _in_index(on, cast(ANY_WORD, TSQUERY)) & (matching * 2 > len(self.words)))
            return found & (on.c.id > self.newer_than)
        words = cast(EVERY_WORD, TSQUERY)
        said = _in_index(on, words) if by_index else func.ts_match_vq(on.c.search_words, words)
        found = or_(said, on.c.id == any_(OF_REPORTERS))
        return or_(found, _with_fields(on, by_index)) if self.field_queries else found

    def rank(self) -> ColumnElement[Any]:
        """Return an SQL expression for the rank of a hit, higher is better: exact number, then reporter, then values of
        fields, then words by weight or likeness.
        """
        if self.near:
            texts = (case_words.c.title, case_words.c.location_text)
            best = []
            for word, query in self._pairs():
                in_words = case((_matches(case_words, query), 1.0), else_=0.0)
                best.append(func.greatest(in_words, *(func.word_similarity(word, text) for text in texts)))
            return _sum(best)
        weight = func.ts_rank(case_words.c.search_words, cast(ANY_WORD, TSQUERY), 1)
        is_the_number = case_words.c.search_words.bool_op("@@")(cast(THE_NUMBER, TSQUERY))
        ranks: list[Any] = [(is_the_number, literal(3.0)), (case_words.c.id == any_(OF_REPORTERS), literal(2.0))]
        if self.field_queries:
            all_in_fields = case_words.c.field_words.bool_op("@@")(cast(ALL_IN_FIELDS, TSQUERY))
            ranks.append((all_in_fields, literal(1.0)))
        return case(*ranks, else_=weight)

    def _pairs(self) -> list[tuple[str, str]]:
        return list(zip(self.words, self.queries, strict=True))


USUAL = Search(queries=("",))
USUAL_WITH_FIELDS = Search(queries=("",), field_queries=("",))
"""Searches without typos whose conditions fit any words; the words are given only in `values`."""


def prepare_search(typed: str, person: Person) -> Search | None:
    """Return a Search for the typed text, prepared by one query but not run; None for blank input. Input of punctuation
    alone gives a search that finds nothing.
    """
    typed = visible(typed)
    if not typed.strip():
        return None
    words = words_of(typed)
    if not words:
        return Search()
    halves = tuple(is_half_typed(typed, word) for word in words)
    hashes = name_hashes(words)
    statement = _search_statement(kind_of(person), halves, len(hashes))
    *queries, ids = db.session.execute(statement, {**_word_values(words), **hashes, **values_of(person)}).one()
    known, found = _known(words, queries)
    typed_halves = frozenset(word for word, half in zip(words, halves, strict=True) if half)
    codes = searched_codes(audience_of(person))
    in_fields = tuple(field_lexemes(codes, word, word in typed_halves) for word in known) if codes else ()
    return Search(
        words=known,
        queries=found,
        numeric=is_number(words),
        reporter_ids=tuple(ids or ()),
        fields=codes,
        field_queries=in_fields,
        halves=typed_halves,
    )


@kept
def _search_statement(kind: Person, halves: tuple[bool, ...], keys: int) -> Select[Any]:
    wanted: list[Any] = [cast(_word_query(place, half), Text) for place, half in enumerate(halves)]
    return select(*wanted, cases_of_reporter(kind, keys))


def _word_values(words: tuple[str, ...]) -> dict[str, str]:
    """Return a dict of the bind parameters in `_word_query` to their values, for the words of a search."""
    numbers = {f"number_{place}": " | ".join(number_lexemes(word)) for place, word in enumerate(words)}
    return numbers | {f"word_{place}": word for place, word in enumerate(words)}


def prepare_near_search(typed: str, person: Person) -> Search | None:
    """Return a Search that allows typos, prepared by one query but not run, for when the exact search found nothing;
    None for numbers or input without words.
    """
    words = words_of(typed)
    if not words or is_number(words):
        return None
    threshold = func.set_config("pg_trgm.word_similarity_threshold", str(ALIKE), True)
    wanted = [
        cast(_word_query(place, is_half_typed(typed, word), mistyped=len(word) >= SHORTEST_MISTYPED), Text)
        for place, word in enumerate(words)
    ]
    own = visible_ids(person)
    if own is None:
        oldest = func.greatest(0, select(func.max(_cases.c.id)).scalar_subquery() - NEAR_AMONG)
    else:
        newest = own.order_by(own.selected_columns[0].desc()).offset(NEAR_AMONG_OWN).limit(1)
        oldest = func.coalesce(newest.scalar_subquery(), 0)
    asked = select(threshold, oldest, *wanted)
    _, newer_than, *queries = db.session.execute(asked, _word_values(words)).one()
    return Search(*_known(words, queries), near=True, newer_than=newer_than)


def _known(words: tuple[str, ...], queries: list[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return (tuple of words, tuple of queries) without the words that the database reduced to nothing."""
    pairs = [(word, query) for word, query in zip(words, queries, strict=True) if query]
    return tuple(word for word, _ in pairs), tuple(query for _, query in pairs)


def _sum(parts: list[Any]) -> ColumnElement[Any]:
    return reduce(lambda left, right: left + right, parts)


def _matches(on: FromClause, query: str) -> ColumnElement[bool]:
    return on.c.search_words.bool_op("@@")(cast(query, TSQUERY))


def _in_index(on: FromClause, words: ColumnElement[Any]) -> ColumnElement[bool]:
    """Return an SQL condition for rows that match a tsquery, by the word index.

    The words are in a subquery, so that the planner does not estimate them: for frequent words it would scan the table.
    """
    return on.c.search_words.bool_op("@@")(select(words).scalar_subquery())


def _with_fields(on: FromClause, by_index: bool) -> ColumnElement[bool]:
    """Return an SQL condition for rows that hold every word in their texts or in values of searched fields; rows
    without values never match, and are not in the index.
    """
    wanted: ColumnElement[Any] = cast(EVERY_WORD_ANYWHERE, TSQUERY)
    words = on.c.search_words.op("||")(on.c.field_words)
    return words.bool_op("@@")(select(wanted).scalar_subquery() if by_index else wanted)


def _word_query(place: int, half_typed: bool, mistyped: bool = False) -> ColumnElement[Any]:
    """Return an SQL expression for one tsquery with everything that the search word at a place may mean."""
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
    """Return an SQL expression for a tsquery of the villages or districts that the word names, as lexemes of
    `complaint_words`.
    """
    found: ColumnElement[bool] = func.to_tsvector("simple", kind.name).bool_op("@@")(itself)
    if mistyped:
        found = or_(found, func.word_similarity(word, kind.name) >= ALIKE_PLACE)
    ids = select(func.string_agg(literal(prefix) + cast(kind.id, Text), " | ")).where(found).scalar_subquery()
    return cast(func.coalesce(ids, ""), TSQUERY)


def _meant(on: FromClause, word: str, query: str) -> ColumnElement[bool]:
    """Return an SQL condition for cases that hold the word, or whose title or location holds a similar one."""
    if len(word) < SHORTEST_MISTYPED:
        return _matches(on, query)
    alike = [literal(word).bool_op("<%")(text) for text in (on.c.title, on.c.location_text)]
    return or_(_matches(on, query), *alike)

"""Highlighting of search hits in plain text."""

from typing import Any

from sqlalchemy import ColumnElement, Text, cast, func, literal, null, or_, select
from sqlalchemy.dialects.postgresql import ARRAY, TSQUERY

from app.models import Complaint, District, Village
from app.worklists.search import ALIKE, ANY_WORD, SHORTEST_MISTYPED, Search
from app.worklists.search_words import WORD

Part = tuple[str, bool]

READ_OF_A_BODY = 4000
BEFORE_THE_HIT, LONGEST_EXCERPT = 60, 180
_cases = Complaint.__table__


def hit_words(search: Search | None) -> ColumnElement[Any]:
    """Return an SQL expression for an array of the lower-case words of a case that the search matches, by the stemming
    of the index; NULL without a search. Send the search's `values` with the statement.
    """
    if search is None or not search.queries:
        return cast(null(), ARRAY(Text))
    village = select(Village.name).where(Village.id == _cases.c.village_id).correlate(_cases).scalar_subquery()
    district = select(District.name).where(District.id == _cases.c.district_id).correlate(_cases).scalar_subquery()
    body = func.left(_cases.c.body, READ_OF_A_BODY)
    read = func.concat_ws(" ", _cases.c.title, _cases.c.location_text, village, district, body)
    word = func.regexp_split_to_table(func.lower(read), "[^[:alnum:]]+").column_valued("word")
    vector = func.to_tsvector("indonesian", word).op("||")(func.to_tsvector("simple", word))
    meant: list[ColumnElement[bool]] = [vector.bool_op("@@")(cast(ANY_WORD, TSQUERY))]
    if search.near:
        meant += [func.word_similarity(literal(w), word) >= ALIKE for w in search.words if len(w) >= SHORTEST_MISTYPED]
    hits = select(word).where(or_(*meant)).distinct().correlate(_cases).scalar_subquery()
    return func.array(hits, type_=ARRAY(Text))


def marked(text: str, hits: frozenset[str]) -> tuple[Part, ...]:
    """Return the text as a tuple of (part of the text, whether it is a search hit), in order; empty for an
    empty text.
    """
    parts: list[Part] = []
    end = 0
    for match in WORD.finditer(text):
        if match[0].lower() in hits:
            parts += [(text[end : match.start()], False), (match[0], True)]
            end = match.end()
    parts.append((text[end:], False))
    return tuple(part for part in parts if part[0])


def excerpt(text: str, hits: frozenset[str]) -> tuple[Part, ...]:
    """Return an excerpt of the text around its first search hit, as a tuple of (part, whether it is a hit).

    Empty if no hit lies in the first READ_OF_A_BODY (4,000) characters.
    """
    text = " ".join(text[:READ_OF_A_BODY].split())
    first = next((match for match in WORD.finditer(text) if match[0].lower() in hits), None)
    if first is None:
        return ()
    start = max(0, first.start() - BEFORE_THE_HIT)
    start = text.find(" ", start) + 1 if start else 0
    end = start + LONGEST_EXCERPT
    end = max(text.rfind(" ", start, end), first.end()) if end < len(text) else len(text)
    parts = marked(text[start:end], hits)
    before, after = (("… ", False),) if start else (), ((" …", False),) if end < len(text) else ()
    return (*before, *parts, *after)

"""Similarity of two reports by the share of significant word stems in common."""

from typing import Any

from sqlalchemy import ColumnElement, Float, Text, case, cast, false, func, select
from sqlalchemy.dialects.postgresql import ARRAY, TSQUERY

from app.models import Complaint
from app.worklists.search_words import words_of

# Similarity from which two reports count as alike; equal categories add to it.
ALIKE = 0.5
SAME_CATEGORY = 0.2
NEARLY_THE_SAME = 0.8
READ_OF_A_BODY = 2000


def likeness(title: str, body: str, category: Any) -> ColumnElement[float]:
    """Return an SQL expression for the similarity of a Complaint row to the report with this title and body, from 0 to
    1, plus 0.2 for an equal category.

    `category` is the report's category as an id or an SQL expression.
    """
    own_title, own_words = _stems(" ".join(words_of(title))), _stems(f"{title} {body[:READ_OF_A_BODY]}")
    other_title = _array(func.tsvector_to_array(func.to_tsvector("indonesian", Complaint.title)))
    there = _share(own_title, _array(func.tsvector_to_array(Complaint.search_words)))
    back = _share(other_title, own_words)
    same_category = case((same(Complaint.category_id, category), SAME_CATEGORY), else_=0.0)
    return func.greatest((there + back) / 2, func.similarity(title, Complaint.title)) + same_category


def same(column: Any, value: Any) -> ColumnElement[bool]:
    """Return an SQL condition that the column equals the value; an SQL condition that is always false if the value is
    None.
    """
    return false() if value is None else column == value


def any_word_of(title: str) -> ColumnElement[bool]:
    """Return an SQL condition on Complaint for cases with at least one significant word of the title, found by the
    index.
    """
    every = func.plainto_tsquery("indonesian", " ".join(words_of(title)))
    return Complaint.search_words.bool_op("@@")(cast(func.replace(cast(every, Text), "&", "|"), TSQUERY))


def _stems(text: str) -> ColumnElement[Any]:
    """Return a scalar subquery for an array of the word stems of a text; it depends on no row, so it is computed once a
    query.
    """
    return select(_array(func.tsvector_to_array(func.to_tsvector("indonesian", text)))).scalar_subquery()


def _array(expression: Any) -> ColumnElement[Any]:
    return cast(expression, ARRAY(Text))


def _share(stems: ColumnElement[Any], among: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return an SQL expression for the share (0 to 1) of the stems that occur in `among`."""
    return cast(func.shared_words(stems, among), Float) / func.greatest(func.cardinality(stems), 1)

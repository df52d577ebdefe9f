"""Suggested agencies for a direction, from the complaint's category and from similar answered cases."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from app.access.visibility import visible_to
from app.core.extensions import db
from app.models import AgencyTrackRow, Complaint
from app.worklists.likeness import ALIKE, any_word_of, likeness
from app.worklists.search_words import words_of
from workflow_rules.process.actors import Person
from workflow_rules.process.steps import LEFT, CaseStatus

WITHIN = timedelta(days=730)
MOST_CANDIDATES = 500
MOST_CASES = 40
MOST_SHOWN = 4
_tracks = AgencyTrackRow.__table__


@dataclass(frozen=True)
class SettledCase:
    """A value object: an answered case that is similar to the complaint for which agencies are suggested."""

    id: int
    number: str
    title: str


@dataclass(frozen=True)
class Suggestion:
    """A value object: an agency (its code) suggested for a complaint. `by_category` says that the complaint's category
    names it; `cases` are the similar answered cases on which it worked to the end.
    """

    agency: str
    by_category: bool
    cases: tuple[SettledCase, ...] = ()


def suggest_agencies(complaint: Complaint, person: Person, now: datetime) -> list[Suggestion]:
    """Return a list of at most four Suggestions for a complaint: first the agency that its category names, then those
    with the most similar cases received in the last two years and answered. Empty if there are none.
    """
    settled: dict[str, list[SettledCase]] = {}
    for case, agencies in _like_cases(complaint, person, now):
        for code in agencies:
            settled.setdefault(code, []).append(case)
    category = complaint.category
    if category is not None and not category.default_agency_code:
        category = category.parent
    mapped = category.default_agency_code if category is not None else None
    order = sorted(settled, key=lambda code: -len(settled[code]))
    codes = dict.fromkeys([mapped, *order] if mapped else order)
    return [Suggestion(code, code == mapped, tuple(settled.get(code, ()))) for code in codes][:MOST_SHOWN]


def _like_cases(complaint: Complaint, person: Person, now: datetime) -> Iterable[tuple[SettledCase, list[str]]]:
    """Yield (SettledCase, list of agency codes) for at most 40 answered cases that this person may see, the most
    similar to the complaint first; nothing if its title has no words. The agencies are those that stayed on the case to
    the end.
    """
    if not words_of(complaint.title):
        return
    alike = likeness(complaint.title, complaint.body, complaint.category_id)
    stayed = (
        _tracks.c.complaint_id == Complaint.id,
        _tracks.c.cycle == Complaint.cycle,
        _tracks.c.state.not_in(sorted(LEFT)),
    )
    codes = select(func.array_agg(aggregate_order_by(_tracks.c.agency_code, _tracks.c.position))).where(*stayed)
    agencies = codes.correlate(Complaint.__table__).scalar_subquery()
    statement = (
        select(Complaint.id, Complaint.number, Complaint.title, agencies.label("agencies"))
        .where(Complaint.id.in_(_candidates(complaint, person, now)), alike >= ALIKE)
        .order_by(alike.desc(), Complaint.id.desc())
        .limit(MOST_CASES)
    )
    for row in db.session.execute(statement):
        yield SettledCase(row.id, row.number, row.title), row.agencies or []


def _candidates(complaint: Complaint, person: Person, now: datetime) -> Any:
    """Return a statement for the ids of the newest 500 answered cases of two years, visible to the person, that share a
    word with the complaint's title.
    """
    return (
        select(Complaint.id)
        .where(
            visible_to(person),
            Complaint.status.in_([CaseStatus.ANSWERED.value, CaseStatus.CLOSED.value]),
            Complaint.received_at >= now - WITHIN,
            Complaint.id != complaint.id,
            any_word_of(complaint.title),
        )
        .order_by(Complaint.id.desc())
        .limit(MOST_CANDIDATES)
    )

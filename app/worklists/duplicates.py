"""Likely duplicates of a complaint: nearby, in similar words, within thirty days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import joinedload

from app.access.visibility import visible_to
from app.core.extensions import db
from app.models import Category, Complaint, District, Village
from app.worklists.likeness import ALIKE, any_word_of, likeness, same
from app.worklists.search_words import words_of
from workflow_rules.process.actors import Person
from workflow_rules.process.steps import CaseStatus

WITHIN = timedelta(days=30)
# About 300 metres at the equator.
NEAR_DEGREES = Decimal("0.0027")
MOST_CANDIDATES = 500
MOST_SHOWN = 5
# Required similarity if the report names no place.
ALIKE_ANYWHERE = 0.65


class SamePlace(StrEnum):
    """An enum of how close the places of two reports are, nearest first: near (about 300 metres), same village, same
    district; UNKNOWN if the report to compare names no place.
    """

    NEAR = "near"
    VILLAGE = "village"
    DISTRICT = "district"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Report:
    """A value object: the report that is compared with stored complaints. `at` is its time of receipt (aware). Places
    and category are ids or SQL expressions; `complaint_id` is 0 for a new report.
    """

    title: str
    body: str
    at: datetime
    place_known: bool
    village: Any = None
    district: Any = None
    category: Any = None
    latitude: Decimal | None = None
    longitude: Decimal | None = None
    complaint_id: int = 0


class Likely(NamedTuple):
    """A named tuple: a stored complaint that may be a duplicate, with the closeness of its place and the similarity of
    its words (`alike`, from 0 to about 1).
    """

    complaint: Complaint
    place: SamePlace
    alike: float


def report_of(row: Complaint) -> Report:
    """Return a stored complaint as the Report that `likely_duplicates` compares with other complaints."""
    places = (row.village_id, row.district_id, row.latitude)
    return Report(
        title=row.title,
        body=row.body,
        at=row.received_at,
        place_known=any(place is not None for place in places),
        village=row.village_id,
        district=row.district_id,
        category=row.category_id,
        latitude=row.latitude,
        longitude=row.longitude,
        complaint_id=row.id,
    )


def report_in_writing(title: str, body: str, at: datetime, village: str, district: str, category: str) -> Report:
    """Return a report that is still being typed as the Report that `likely_duplicates` compares. Places and category
    are codes; unknown codes are ignored.
    """
    title, body, village, district, category = (
        part.replace("\0", "") for part in (title, body, village, district, category)
    )
    in_village = select(Village.district_id).where(Village.code == village).scalar_subquery()
    in_district = select(District.id).where(District.code == district).scalar_subquery()
    return Report(
        title=title,
        body=body,
        at=at,
        place_known=bool(village or district),
        village=select(Village.id).where(Village.code == village).scalar_subquery(),
        district=func.coalesce(in_village, in_district),
        category=select(Category.id).where(Category.code == category).scalar_subquery(),
    )


def likely_duplicates(report: Report, person: Person) -> Sequence[Likely]:
    """Return a sequence of the likeliest duplicates (Likely) of a report that this person may see, at most five,
    nearest place first; merged cases are left out. Empty for a title without words.
    """
    if not words_of(report.title):
        return ()
    near = _near(report)
    nearby = [] if near is None else [(near, SamePlace.NEAR.value)]
    village = (same(Complaint.village_id, report.village), SamePlace.VILLAGE.value)
    district = (same(Complaint.district_id, report.district), SamePlace.DISTRICT.value)
    place: ColumnElement[str] = case(*nearby, village, district, else_=SamePlace.UNKNOWN.value)
    nearest_first = case({kind.value: n for n, kind in enumerate(SamePlace)}, value=place)
    alike = likeness(report.title, report.body, report.category)
    statement = (
        select(Complaint, place, alike.label("alike"))
        .where(
            Complaint.id.in_(_candidates(report, person)), alike >= (ALIKE if report.place_known else ALIKE_ANYWHERE)
        )
        .options(joinedload(Complaint.district), joinedload(Complaint.village))
        .order_by(nearest_first, alike.desc(), Complaint.id.desc())
        .limit(MOST_SHOWN)
    )
    return [Likely(row, SamePlace(where), float(how)) for row, where, how in db.session.execute(statement)]


def _candidates(report: Report, person: Person) -> Any:
    """Return a statement for the ids of the newest 500 cases to compare, received within 30 days of the report: cases
    nearby or, if no place is known, cases that share a word.
    """
    if report.place_known:
        near = _near(report)
        there = [same(Complaint.village_id, report.village), same(Complaint.district_id, report.district)]
        related = or_(*there) if near is None else or_(*there, near)
    else:
        related = any_word_of(report.title)
    return (
        select(Complaint.id)
        .where(
            visible_to(person),
            Complaint.received_at.between(report.at - WITHIN, report.at + WITHIN),
            Complaint.id != report.complaint_id,
            Complaint.status != CaseStatus.MERGED.value,
            related,
        )
        .order_by(Complaint.received_at.desc())
        .limit(MOST_CANDIDATES)
    )


def _near(report: Report) -> ColumnElement[bool] | None:
    """Return an SQL condition on Complaint for cases within about 300 metres of the report; None if the report has no
    coordinates.
    """
    if report.latitude is None or report.longitude is None:
        return None
    around = [(Complaint.latitude, report.latitude), (Complaint.longitude, report.longitude)]
    return and_(*(column.between(at - NEAR_DEGREES, at + NEAR_DEGREES) for column, at in around))

"""Demo accounts and fictional complaints, read from JSON into frozen rows with all references checked."""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from app.profile.seed import PROFILES
from app.profile.yaml_text import read_yaml
from workflow_rules.process.identity import Channel, Classification, Confidentiality

HERE = Path(__file__).parent
OFFICE = "balangan"
"""The profile of the office of the demonstration."""
Row = TypeVar("Row")
OFFICE_ROLES = ("complaint_admin", "section_head", "division_head", "office_head", "supervisor", "administrator")
AGENCY_ROLES = ("agency_admin", "agency_secretary", "agency_head")
ROUTES = (None, "fast", "via_admin")
DEMO_AGENCIES = ("dpuprperkim", "dishub", "dplh", "disdukcapil", "dinkes")
TARGETS = (
    *("registering", "checking", "checking_after_send_back", "waiting_for_reporter", "archived", "merged"),
    *("reporting", "directing", "directing_redirect", "relaying", "agency_receive", "agency_dispose"),
    *("draft_answer", "draft_answer_returned", "draft_paused", "sign_answer", "send_answer"),
    *("disposing_answer", "disposing_answer_sent_back", "replying", "answered", "rated", "closed"),
    *("reopened", "withdrawn"),
)


class ReferenceDataError(ValueError):
    """Raised when a file of the demonstration lacks a value, contradicts itself or names what its office lacks; the
    text names the faulty row.
    """


@dataclass(frozen=True)
class PersonRow:
    """A value object: a demo user account as read from people.json; its NIP ends in serial 000, which is never
    issued.
    """

    username: str
    actor: str
    agency: str
    first_name: str
    last_name: str
    position: str
    nip: str
    rank: str
    email: str


@dataclass(frozen=True)
class LocationRow:
    """A value object: the place of the event, with its text, and codes of district and village (None: unknown)."""

    text: str
    district: str | None
    village: str | None


@dataclass(frozen=True)
class ReporterRow:
    """A value object: a fictional reporter; no number can belong to a real person."""

    name: str | None
    phone: str | None
    email: str | None
    address: str | None
    nik: str | None


@dataclass(frozen=True)
class LetterText:
    """A value object: subject and body of an answer letter; an empty line separates paragraphs."""

    subject: str
    body: str


@dataclass(frozen=True)
class PlanRow:
    """A value object: the plan of a demo complaint, with the state to reach (`target`) and the texts on the way.
    `received_days_ago` is in working days; None means a default text or no such act.
    """

    target: str
    route: str | None
    agencies: tuple[str, ...]
    field_visit: bool
    received_days_ago: int
    overdue: bool
    urgency: str
    notes: tuple[str, ...]
    instruction: str | None = None
    disposition: str | None = None
    field_visit_reason: str | None = None
    answer: LetterText | None = None
    other_answers: dict[str, LetterText] = field(default_factory=dict)
    answer_disposition: str | None = None
    reply: str | None = None
    question: str | None = None
    send_back_note: str | None = None
    declined_by: str | None = None
    decline_note: str | None = None
    archive_reason: str | None = None
    archive_note: str | None = None
    merge_into: str | None = None
    incomplete_reason: str | None = None
    rating: int | None = None
    rating_comment: str | None = None
    reopen_reason: str | None = None
    withdraw_reason: str | None = None


@dataclass(frozen=True)
class ComplaintRow:
    """A value object: a fictional complaint; `reporter` is None if it is anonymous. `occurred_days_before` is in days
    before reception.
    """

    key: str
    tracking_id: str | None
    title: str
    body: str
    classification: Classification
    category: str
    confidentiality: Confidentiality
    channel: Channel
    location: LocationRow
    occurred_days_before: int
    reporter: ReporterRow | None
    plan: PlanRow


def load_people(path: Path = HERE / "people.json") -> tuple[PersonRow, ...]:
    """Return a tuple of the demo accounts (PersonRow) of the office and the demo agencies; raises ReferenceDataError
    for a duplicate or unknown value.
    """
    rows = tuple(row_of(PersonRow, raw) for raw in read_json(path)["people"])
    for unique in ("username", "nip", "email"):
        must_be_unique(getattr(row, unique) for row in rows)
    agencies = codes_of("agencies")
    for row in rows:
        must_be_known(row.actor, OFFICE_ROLES + AGENCY_ROLES, f"actor of {row.username}")
        must_be_known(row.agency, agencies, f"agency of {row.username}")
    return rows


def load_complaints(path: Path = HERE / "complaints.json") -> tuple[ComplaintRow, ...]:
    """Return a tuple of the fictional complaints (ComplaintRow) with their plans; raises ReferenceDataError for a
    duplicate key or an unknown reference.
    """
    rows = tuple(_complaint(raw) for raw in read_json(path)["complaints"])
    keys = must_be_unique(row.key for row in rows)
    categories = codes_of("categories")
    villages = {village["code"] for row in rows_of_office("districts") for village in row["villages"]}
    places = codes_of("districts") | villages | {None}
    for row in rows:
        must_be_known(row.category, categories, f"category of {row.key}")
        for place in (row.location.district, row.location.village):
            must_be_known(place, places, f"place of {row.key}")
        plan = row.plan
        must_be_known(plan.target, TARGETS, f"target of {row.key}")
        must_be_known(plan.route, ROUTES, f"route of {row.key}")
        for agency in plan.agencies:
            must_be_known(agency, DEMO_AGENCIES, f"agencies of {row.key}")
        for named in (*plan.other_answers, plan.declined_by):
            must_be_known(named, (*plan.agencies, None), f"agency named in the plan of {row.key}")
        must_be_known(plan.merge_into, {*(keys - {row.key}), None}, f"merge target of {row.key}")
    return rows


def _complaint(raw: dict[str, Any]) -> ComplaintRow:
    plan = raw["plan"]
    answer = plan.get("answer") and row_of(LetterText, plan["answer"])
    others = {agency: row_of(LetterText, letter) for agency, letter in plan.get("other_answers", {}).items()}
    lists = {name: tuple(plan[name]) for name in ("agencies", "notes")}
    return row_of(
        ComplaintRow,
        raw,
        classification=Classification(raw["classification"]),
        confidentiality=Confidentiality(raw["confidentiality"]),
        channel=Channel(raw["channel"]),
        location=row_of(LocationRow, raw["location"]),
        reporter=raw["reporter"] and row_of(ReporterRow, raw["reporter"]),
        plan=row_of(PlanRow, plan, answer=answer, other_answers=others, **lists),
    )


@cache
def rows_of_office(section: str) -> list[dict[str, Any]]:
    """Return the rows of a section of the demonstration's office."""
    rows: list[dict[str, Any]] = read_yaml((PROFILES / f"{OFFICE}.yaml").read_bytes()).value[section]
    return rows


def codes_of(section: str) -> set[str]:
    """Return the codes of a section of the demonstration's office."""
    return {row["code"] for row in rows_of_office(section)}


def read_json(path: Path) -> dict[str, Any]:
    """Return the parsed JSON object of a file as a dict.

    Raises OSError when the file cannot be read and json.JSONDecodeError when it is not JSON.
    """
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def row_of(kind: type[Row], raw: dict[str, Any], **made: Any) -> Row:
    """Return an instance of the row class `kind` with the raw keys, overridden by the converted values in `made`.

    Raises ReferenceDataError for a missing or unknown key.
    """
    try:
        return kind(**{**raw, **made})
    except TypeError as problem:
        raise ReferenceDataError(f"{kind.__name__} {raw.get('code') or raw.get('key')}: {problem}") from problem


def must_be_unique(values: Iterable[str]) -> set[str]:
    """Return the values as a set. Raises ReferenceDataError when a value occurs twice."""
    seen: set[str] = set()
    for value in values:
        if value in seen:
            raise ReferenceDataError(f"{value!r} stands twice")
        seen.add(value)
    return seen


def must_be_known(value: object, choices: Collection[object], what: str) -> None:
    """Raise ReferenceDataError, naming `what`, unless the value is one of the choices."""
    if value not in choices:
        raise ReferenceDataError(f"{what}: {value!r} is unknown")

"""Sections of what an office adds to complaints: entries of its lists, and fields."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import select

from app.choices.check import MAY_BE_EMPTY, fault_of_entry
from app.core.clock import utc_now
from app.core.extensions import db
from app.fields.body import read_body
from app.fields.change import FREE_WHEN_ACTIVE, FieldRefused, activate, body_of, end, fill, save_draft
from app.fields.check import MOST_ACTIVE, faults_of_body, faults_of_names
from app.fields.definitions import as_defined
from app.fields.labels import fault_text
from app.fields.rows import field_rows
from app.models import Choice, FieldDefinition
from app.profile.row_types import Code, Label, Order, Strict, Words, one_of, row_of, typed
from app.profile.section import (
    Applying,
    Profile,
    Row,
    Section,
    changed_rows,
    dotted,
    in_order_of_identity,
    rows_of,
    unknown,
)
from app.profile.yaml_text import Fault
from app.web.form_labels import REFUSED
from workflow_rules.process.choices import SEEDED_CHOICES, ChoiceList


class EntryRow(Strict):
    """An entry of a list. The officers of a unit are not in the profile."""

    of_list: Annotated[str, one_of(ChoiceList)] = Field(alias="list")
    code: Code
    label: Label
    order: Order = 100
    active: bool = True
    flags: Words = Field(default_factory=list)
    agency: str | None = None


def _entries() -> list[Row]:
    return [
        row_of(
            EntryRow,
            row,
            label={"id": row.label_id, "en": row.label_en},
            agency=row.agency_code,
        )
        for row in db.session.scalars(select(Choice))
    ]


def _write_entries(there: list[Row], here: list[Row], _applying: Applying) -> None:
    rows = {(row.of_list, row.code): row for row in db.session.scalars(select(Choice))}
    for row in changed_rows("lists", there, here):
        entry = rows.get((row["list"], row["code"])) or Choice(of_list=row["list"], code=row["code"])
        entry.label_id, entry.label_en = row["label"]["id"], row["label"]["en"]
        entry.order, entry.active, entry.flags, entry.agency_code = (
            row[name] for name in ("order", "active", "flags", "agency")
        )
        db.session.add(entry)
    db.session.flush()


def _drop_entries(gone: list[Row], applying: Applying) -> None:
    for row in gone:
        entry = db.session.scalars(select(Choice).filter_by(of_list=row["list"], code=row["code"])).one()
        entry.active = False
        if applying.fresh and not entry.seeded:
            db.session.delete(entry)


def _faults_of_entries(profile: Profile) -> Iterator[Fault]:
    agencies = {row["code"] for row in profile["agencies"]}
    for place, row in enumerate(profile["lists"]):
        of = ChoiceList(row["list"])
        seeded = SEEDED_CHOICES.entry(of, row["code"])
        if fault := fault_of_entry(of, row["flags"], seeded.flags if seeded else (), row["agency"]):
            yield Fault((place, fault[1]), f"is refused: {REFUSED[fault[0]]}")
        yield from unknown((place, "agency"), row["agency"], agencies, "agencies")
    active = {row["list"] for row in profile["lists"] if row["active"]}
    for of in sorted(set(ChoiceList) - MAY_BE_EMPTY - active):
        yield Fault((), f"have no active entry of the list {of.value}; it needs one")


def _fields() -> list[Row]:
    rows = db.session.scalars(field_rows(state="active", now=utc_now()))
    return [_sorted_words(read_body(body_of(row))[0]) for row in rows]


def _sorted_words(body: Row) -> Row:
    """Return the body of a field with those lists sorted whose order means nothing."""
    return {**body, **{name: sorted(body[name]) for name in _WORDS}}


_WORDS = ("categories", "classifications", "moments", "visible_to")
_OF_DATES = ("active_from", "active_until")


def _read_field(raw: Any) -> tuple[Row, list[Fault]]:
    """Return the body of a field as the API takes it, without dates, with its faults by itself."""
    if not isinstance(raw, dict):
        return {}, [Fault((), "must have members, each with a value")]
    if dated := [
        Fault((name,), "is unknown here: the profile holds what is active") for name in _OF_DATES if name in raw
    ]:
        return {}, dated
    body, faults = read_body(raw)
    wrong = faults or faults_of_body(body)
    found = [Fault(dotted(fault.path), f"is refused: {fault_text(fault)}") for fault in wrong]
    return ({}, found) if found else (_sorted_words(body), [])


def _write_fields(there: list[Row], here: list[Row], applying: Applying) -> None:
    """Write the fields, first those on which no condition of another depends; what may not change of an active one
    becomes a new version.
    """
    places = {row["code"]: place for place, row in enumerate(there)}
    for row in sorted(changed_rows("fields", there, here), key=lambda row: row["only_if"] is not None):
        active = select(FieldDefinition).where(FieldDefinition.code == row["code"])
        known = db.session.scalars(active.where(FieldDefinition.active_from.is_not(None), _NOT_ENDED)).one_or_none()
        before = body_of(known) if known else {}
        try:
            if known and all(before[name] == row[name] for name in before.keys() - set(FREE_WHEN_ACTIVE)):
                save_draft(known, row)
                continue
            draft = FieldDefinition()
            save_draft(draft, row)
            activate(draft, applying.reason, applying.now, applying.by)
        except FieldRefused as refused:
            fault = refused.faults[0]
            applying.refuse((places[row["code"]], *dotted(fault.path)), f"is refused: {fault_text(fault)}")


_NOT_ENDED = FieldDefinition.active_until.is_(None)


def _drop_fields(gone: list[Row], applying: Applying) -> None:
    codes = [row["code"] for row in gone]
    active = select(FieldDefinition).where(FieldDefinition.code.in_(codes), _NOT_ENDED)
    for row in db.session.scalars(active.where(FieldDefinition.active_from.is_not(None))).all():
        end(row, applying.now)


def _faults_of_fields(profile: Profile) -> Iterator[Fault]:
    rows, categories = profile["fields"], {row["code"] for row in profile["categories"]}
    definitions = [_definition(row) for row in rows]
    fields = {definition.code: as_defined(definition) for definition in definitions}
    for place, definition in enumerate(definitions):
        for fault in faults_of_names(definition, categories, fields):
            yield Fault((place, *dotted(fault.path)), f"is refused: {fault_text(fault)}")


def _definition(row: Row) -> FieldDefinition:
    """Return a field of a file as an active definition outside the session."""
    definition = FieldDefinition(active_from=datetime(2000, 1, 1, tzinfo=UTC))
    fill(definition, row)
    return definition


LISTS = Section(
    name="lists",
    tables=("choice",),
    of_office=_entries,
    read=rows_of(typed(EntryRow)),
    check=_faults_of_entries,
    write=_write_entries,
    drop=_drop_entries,
    arranged=in_order_of_identity("lists"),
    absent="would end",
)
FIELDS = Section(
    name="fields",
    tables=("field_definition",),
    of_office=_fields,
    read=rows_of(_read_field, MOST_ACTIVE),
    check=_faults_of_fields,
    write=_write_fields,
    drop=_drop_fields,
    arranged=in_order_of_identity("fields"),
    absent="would end",
)

"""The fields that the office has added to complaints, as they are now."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.core.clock import utc_now
from app.core.definitions import per_version
from app.core.extensions import db
from app.models import FieldDefinition
from app.web.language import language_code


@dataclass(frozen=True)
class DefinedField:
    """A value object: one version of a field. `options` maps codes to (Indonesian, English) labels. Empty `categories`
    and `classifications` mean all; `only_if` is (field, value) of the field on which it depends, or None.
    """

    id: int
    code: str
    labels: tuple[str, str]
    hints: tuple[str, str]
    type: str
    options: Mapping[str, tuple[str, str]]
    bounds: Mapping[str, Any]
    pattern: str
    categories: frozenset[str]
    classifications: frozenset[str]
    moments: frozenset[str]
    required: bool
    only_if: tuple[str, Any] | None
    visible_to: frozenset[str]
    personal: bool
    order: int
    active_from: datetime
    active_until: datetime | None

    @property
    def label(self) -> str:
        """The label in the current locale."""
        return _in_locale(self.labels)

    @property
    def hint(self) -> str:
        """The hint in the current locale."""
        return _in_locale(self.hints)

    def option(self, code: str) -> str:
        """Return the label of an option in the current locale; an unknown code is returned unchanged."""
        return _in_locale(self.options.get(code, (code, "")))

    def is_active(self, now: datetime) -> bool:
        return self.active_from <= now and (self.active_until is None or now < self.active_until)

    def applies_to(self, categories: Collection[str], classification: str) -> bool:
        """Return whether a complaint of this classification, its category and the one above, has the field."""
        fits = not self.categories or not self.categories.isdisjoint(categories)
        return fits and (not self.classifications or classification in self.classifications)


def _in_locale(texts: tuple[str, str]) -> str:
    return (texts[1] if language_code() == "en" else "") or texts[0]


def as_defined(row: FieldDefinition) -> DefinedField:
    """Return the row of an activated field as a value object."""
    assert row.active_from is not None
    options = {o["code"]: (o["label"]["id"], o["label"].get("en") or "") for o in row.options}
    return DefinedField(
        row.id,
        row.code,
        (row.label_id, row.label_en),
        (row.hint_id, row.hint_en),
        row.type,
        options,
        row.bounds,
        row.pattern,
        frozenset(row.categories),
        frozenset(row.classifications),
        frozenset(row.moments),
        row.required,
        (row.only_if["field"], row.only_if["is"]) if row.only_if else None,
        frozenset(row.visible_to),
        row.personal,
        row.order,
        row.active_from,
        row.active_until,
    )


@per_version
def _activated() -> tuple[DefinedField, ...]:
    rows = select(FieldDefinition).where(FieldDefinition.active_from.is_not(None))
    ordered = rows.order_by(FieldDefinition.order, FieldDefinition.code, FieldDefinition.active_from)
    return tuple(as_defined(row) for row in db.session.scalars(ordered))


def active_fields() -> list[DefinedField]:
    """Return the fields that may be filled in now, in their order; one version of each code."""
    now = utc_now()
    return [field for field in _activated() if field.is_active(now)]


@per_version
def known_fields() -> Mapping[str, DefinedField]:
    """Return the newest version of every field that was ever active, by code in their order; for showing values, of
    which some were given while an older version was active.
    """
    newest = {field.code: field for field in sorted(_activated(), key=lambda field: field.active_from)}
    return dict(sorted(newest.items(), key=lambda item: (item[1].order, item[0])))


def asked_at(moment: str, categories: Collection[str], classification: str) -> list[DefinedField]:
    """Return the fields that a form asks for at a moment (see `MOMENTS`) for such a complaint, in their order."""
    return [f for f in active_fields() if moment in f.moments and f.applies_to(categories, classification)]

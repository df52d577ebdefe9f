"""Values of the office's fields: validated, written to the case and its personal part, and shown."""

import hashlib
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import delete, select

from app.core.extensions import db
from app.core.identifiers import COVER
from app.fields.definitions import DefinedField, active_fields, asked_at, known_fields
from app.fields.types import parameter_of, text_of
from app.files.attachments import FILE_FIELDS, decode_file, file_facts
from app.models import Category, Complaint, PersonalValue
from workflow_rules.process.actions import Action, ActionRequest, FieldValues
from workflow_rules.process.actors import Person
from workflow_rules.process.identity import Confidentiality
from workflow_rules.process.parameters import check_fields
from workflow_rules.process.refusals import ActionRefused, FieldError, FieldFault

MOMENT_OF = {
    Action.REGISTER: "register",
    Action.APPROVE_CHECK: "check",
    Action.DISPOSE: "dispose",
    Action.SUBMIT_DRAFT: "draft",
    Action.REPLY: "reply",
}


@dataclass(frozen=True)
class Personal:
    """A value object: a personal value with the salt of its commitment; the value None removes what is stored."""

    value: str | None
    salt: str

    @property
    def commitment(self) -> str | None:
        """The SHA-256 (hex) of salt and value, which proves the value while the salt is stored; None for a removal."""
        return None if self.value is None else hashlib.sha256(f"{self.salt}:{self.value}".encode()).hexdigest()


@dataclass(frozen=True)
class FieldInput:
    """A value object: validated values ready to be written, where None removes a value. `files` are (name, bytes) of
    values of the type file. `errors` have fields that begin with `fields.`.
    """

    values: dict[str, Any] = field(default_factory=dict)
    personal: dict[str, Personal] = field(default_factory=dict)
    definitions: dict[str, int] = field(default_factory=dict)
    files: list[tuple[str, bytes]] = field(default_factory=list)
    errors: tuple[FieldError, ...] = ()

    def as_facts(self, before: Mapping[str, Any] | None = None) -> FieldValues:
        """Return what the rules record of it: of personal values only the commitments. `before` are the values of the
        case until now.
        """
        commitments = {code: one.commitment for code, one in self.personal.items()}
        old = {code: (before or {}).get(code) for code in self.values}
        return FieldValues(self.values, old, commitments, self.definitions, self.errors)


NOTHING = FieldInput()


def categories_of(category: Category | None) -> tuple[str, ...]:
    """Return the codes of a category and of the one above it; () for None."""
    if category is None:
        return ()
    return (category.code, category.parent.code) if category.parent is not None else (category.code,)


def read_fields(
    given: Any, asked: Collection[DefinedField], stored: Mapping[str, Any], anonymous: bool, complete: bool = True
) -> FieldInput:
    """Return the members of `fields` in a body as FieldInput, with an error for each that is unknown, not asked for or
    invalid and, if `complete`, for each required field without a value. `stored` are the values of the case, with
    personal ones as True; a value that is stored already is left out.
    """
    if given is None:
        given = {}
    if not isinstance(given, Mapping):
        return FieldInput(errors=(FieldError("fields", FieldFault.WRONG_TYPE),))
    found, by_code = FieldInput(), {one.code: one for one in asked}
    errors = [FieldError(f"fields.{code}", FieldFault.UNKNOWN_FIELD) for code in given if code not in by_code]
    after = {**stored, **given}
    for code, one in by_code.items():
        wanted = one.only_if is None or after.get(one.only_if[0]) == one.only_if[1]
        if given.get(code) is None:
            if complete and wanted and one.required and after.get(code) is None:
                errors.append(FieldError(f"fields.{code}", FieldFault.REQUIRED))
            elif code in given and stored.get(code) is not None:
                _take(found, one, None)
        elif not wanted:
            errors.append(FieldError(f"fields.{code}", FieldFault.UNKNOWN_FIELD))
        elif one.personal and anonymous:
            errors.append(FieldError(f"fields.{code}", FieldFault.ANONYMOUS_REPORTER))
        else:
            errors += _clean(found, one, given[code])
            if not one.personal and found.values.get(code) == stored.get(code):
                found.values.pop(code, None)
                found.definitions.pop(code, None)
    return FieldInput(found.values, found.personal, found.definitions, found.files, tuple(errors))


def _clean(found: FieldInput, one: DefinedField, given: Any) -> list[FieldError]:
    """Add a validated value to `found`, or return its errors."""
    name = f"fields.{one.code}"
    value, error = parameter_of(one).clean(name, given)
    if error is not None:
        named = error.fault is FieldFault.NOT_ALLOWED
        return [FieldError(name, error.fault, ", ".join(map(one.option, one.options)))] if named else [error]
    if one.type == "file":
        try:
            cleaned, faults = check_fields(FILE_FIELDS, value)
            if faults:
                return [FieldError(f"{name}.{fault.field}", fault.fault, fault.limit) for fault in faults]
            filename, content = decode_file(cleaned)
            value = {"filename": filename, "sha256": file_facts(filename, content)["sha256"]}
        except ActionRefused as refused:
            return [FieldError(name, fault.fault, fault.limit) for fault in refused.errors]
        found.files.append((filename, content))
    _take(found, one, value)
    return []


def _take(found: FieldInput, one: DefinedField, value: Any) -> None:
    found.definitions[one.code] = one.id
    if one.personal:
        found.personal[one.code] = Personal(None if value is None else str(value), secrets.token_hex(16))
    else:
        found.values[one.code] = value


def stored_values(complaint: Complaint) -> dict[str, Any]:
    """Return the values of a case by code, with True for each personal one."""
    codes = select(PersonalValue.code).where(PersonalValue.complaint_id == complaint.id)
    has_personal = any(one.personal for one in known_fields().values())
    return {**complaint.field_values, **dict.fromkeys(db.session.scalars(codes) if has_personal else (), True)}


def fields_asked(complaint: Complaint, action: Action) -> list[DefinedField]:
    """Return the fields that an action on a case asks for; a correction may change every active one."""
    if not active_fields():
        return []
    categories = categories_of(complaint.category)
    if action is Action.CORRECT:
        return [one for one in active_fields() if one.applies_to(categories, complaint.classification)]
    moment = MOMENT_OF.get(action)
    return asked_at(moment, categories, complaint.classification) if moment else []


def read_action_fields(complaint: Complaint, request: ActionRequest) -> FieldInput:
    """Return the parameter `fields` of an action as FieldInput; a correction needs no field to be complete."""
    params: Mapping[str, Any] = request.params if isinstance(request.params, Mapping) else {}
    given = params.get("fields")
    asked = fields_asked(complaint, request.action)
    wrong_type = given is not None and not isinstance(given, Mapping)  # the rules refuse it
    if wrong_type or (not asked and given is None):
        return NOTHING
    anonymous = Confidentiality.ANONYMOUS in (complaint.confidentiality, params.get("confidentiality"))
    complete = request.action is not Action.CORRECT
    return read_fields(given, asked, stored_values(complaint), anonymous, complete)


def write_fields(complaint: Complaint, filled: FieldInput) -> None:
    """Write validated values to the case and its personal part, and flush; does not commit."""
    if filled.values:
        merged = {**complaint.field_values, **filled.values}
        complaint.field_values = {code: value for code, value in merged.items() if value is not None}
    if filled.personal:
        mine = PersonalValue.complaint_id == complaint.id, PersonalValue.code.in_(filled.personal)
        for row in db.session.scalars(select(PersonalValue).where(*mine)):
            db.session.delete(row)
        db.session.flush()
        db.session.add_all(personal_rows(complaint.id, filled))
    db.session.flush()


def changed_fields(complaint: Complaint, filled: FieldInput) -> FieldInput:
    """Return of validated values those that differ from what the case has."""
    if filled is NOTHING:
        return filled
    values = {code: value for code, value in filled.values.items() if complaint.field_values.get(code) != value}
    stored = personal_values(complaint.id) if filled.personal else {}
    personal = {c: one for c, one in filled.personal.items() if stored.get(f"fields.{c}") != one.value}
    definitions = {code: key for code, key in filled.definitions.items() if code in values or code in personal}
    return replace(filled, values=values, personal=personal, definitions=definitions)


def personal_rows(complaint_id: int, filled: FieldInput) -> list[PersonalValue]:
    """Return new rows of the personal values of a case, not yet added to the session."""
    given = ((code, one) for code, one in filled.personal.items() if one.value is not None)
    return [PersonalValue(complaint_id=complaint_id, code=c, value=one.value, salt=one.salt) for c, one in given]


def personal_values(complaint_id: int) -> dict[str, str]:
    """Return the personal values of a case in clear, by `fields.<code>`; for those who may open the identity."""
    rows = select(PersonalValue).where(PersonalValue.complaint_id == complaint_id).order_by(PersonalValue.id)
    return {f"fields.{row.code}": row.value for row in db.session.scalars(rows)}


def remove_personal_values(complaint_id: int) -> bool:
    """Delete the personal values of a case and their salts, so that no commitment can be tried; return whether there
    was one. Does not commit.
    """
    gone = delete(PersonalValue).where(PersonalValue.complaint_id == complaint_id).returning(PersonalValue.id)
    return bool(db.session.execute(gone).all())


def audience_of(person: Person) -> str:
    """Return as which audience of a field (`visible_to`) an officer or program reads cases: office or agency."""
    return "office" if person.sees_every_case else "agency"


def shown_texts(complaint: Complaint, audience: str) -> list[tuple[str, str]]:
    """Return (label, value as text) of each field with a value that an audience may see, in the current locale; the
    office gets personal ones too, covered.
    """
    known, values = known_fields(), stored_values(complaint)
    seen = [(one, values[one.code]) for one in known.values() if audience in one.visible_to and one.code in values]
    return [(one.label, COVER if one.personal else text_of(one, value)) for one, value in seen]


def shown_fields(complaint: Complaint, audience: str) -> dict[str, Any]:
    """Return the values of a case that an audience may see, by code in the order of the fields; none is personal."""
    values = complaint.field_values
    if not values:
        return {}
    visible = (code for code, one in known_fields().items() if audience in one.visible_to and not one.personal)
    return {code: values[code] for code in visible if code in values}

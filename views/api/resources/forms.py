"""Writing over the API through the forms of the screens, so that both share one set of rules.

The body schema and the form data are derived from the form fields; related rows are named by code instead of key.
"""

from collections.abc import Mapping
from operator import attrgetter
from typing import Any

from flask import current_app
from flask_appbuilder.fields import QuerySelectField, QuerySelectMultipleField
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, DateField, IntegerField, SelectField, SelectMultipleField
from wtforms.validators import Length, NumberRange, Regexp

from app.vocabulary.refusals import field_sentences
from views.api.http.contract import Schema
from views.api.http.http_rules import parameter_fault
from views.api.http.query_values import read_value
from views.api.resources.columns import nullable
from views.api.resources.resource import Resource
from views.shared.reference_screen import name_blank_choices
from workflow_rules.process.refusals import FieldError, FieldFault

NO_FIELDS = ("seen", "csrf_token")
LONGEST_REASON = 1000
Faults = list[dict[str, str]]


def screen_of(resource: Resource) -> Any:
    """Return the registered screen (FAB view) that edits the table of a resource."""
    views = current_app.appbuilder.baseviews  # type: ignore[attr-defined]
    return next(view for view in views if type(view).__name__ == resource.screen)


def blank_form(resource: Resource, item: Any = None, data: Any = None) -> Any:
    """Return the screen's WTForms form for a new row, or for `item`, with the choices that the screen offers.

    `data` is the form data to fill in, if any.
    """
    screen = screen_of(resource)
    form = (screen.add_form if item is None else screen.edit_form)(formdata=data, meta={"csrf": False})
    name_blank_choices(form)
    screen.prepare(form, item)
    return form


def body_schema(resource: Resource, new: bool) -> Schema:
    """Return the JSON Schema (dict) of the body that creates a row (`new`) or changes one.

    A new row may omit fields with a default, a change must name every field.
    """
    screen = screen_of(resource)
    form = (screen.add_form if new else screen.edit_form)(formdata=None, meta={"csrf": False})
    fields = [field for field in form if field.name not in NO_FIELDS]
    properties = {field.name: _schema_of(field) for field in fields}
    needed = [field.name for field in fields if field.flags.required and field.default is None]
    properties, needed = _as_members(resource, properties, needed)
    if resource.asks_reason:
        properties["reason"] = {"type": "string", "minLength": 1, "maxLength": LONGEST_REASON}
        needed.append("reason")
    required = needed if new else list(properties)
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _as_members(
    resource: Resource, properties: dict[str, Schema], needed: list[str]
) -> tuple[dict[str, Schema], list[str]]:
    """Return (properties, needed) of a body schema under the names that the API gives to form fields."""
    for member, means in resource.members.items():
        parts = {member: means} if isinstance(means, str) else means
        inner = {name: properties.pop(column) for name, column in parts.items() if column in properties}
        if not inner:
            continue
        required = [name for name, column in parts.items() if column in needed]
        needed = [name for name in needed if name not in parts.values()] + ([member] if required else [])
        whole: Schema = {"type": "object", "properties": inner, "required": required, "additionalProperties": False}
        properties[member] = inner[member] if isinstance(means, str) else whole
    return properties, needed


def as_columns(resource: Resource, body: Mapping[str, Any]) -> tuple[dict[str, Any], list[FieldError]]:
    """Return (body under the names of form fields, faults of members that are no objects or have unknown members)."""
    found, faults = dict(body), []
    for member, means in resource.members.items():
        if member not in body:
            continue
        value = found.pop(member)
        if isinstance(means, str):
            found[means] = value
        elif not isinstance(value, Mapping):
            faults.append(FieldError(member, FieldFault.WRONG_TYPE))
        else:
            faults += [FieldError(f"{member}.{n}", FieldFault.UNKNOWN_FIELD) for n in value if n not in means]
            found |= {column: value.get(name) for name, column in means.items()}
    return found, faults


def member_of(resource: Resource, column: str) -> str:
    """Return the name by which a body names a form field, such as `label.id` for `label_id`."""
    for member, means in resource.members.items():
        parts = {"": means} if isinstance(means, str) else means
        for name, of in parts.items():
            if of == column:
                return f"{member}.{name}" if name else member
    return column


def _schema_of(field: Any) -> Schema:
    """Return the JSON Schema of a form field, which allows null where the field may stay empty."""
    if isinstance(field, BooleanField):
        return {"type": "boolean"}
    if isinstance(field, QuerySelectMultipleField):
        return {"type": "array", "items": {"type": "string"}, "uniqueItems": True}
    if isinstance(field, SelectMultipleField):
        words = [str(value) for value, _label in field.choices if value]
        return {"type": "array", "items": {"type": "string", "enum": words}, "uniqueItems": True}
    if isinstance(field, IntegerField):
        bounds = next(check for check in field.validators if isinstance(check, NumberRange))
        schema = {"type": "integer", "minimum": bounds.min, "maximum": bounds.max}
    elif isinstance(field, DateField):
        schema = {"type": "string", "format": "date"}
    elif isinstance(field, SelectField):
        schema = {"type": "string", "enum": [str(value) for value, _label in field.choices if value]}
    else:
        schema = _text_schema(field)
    return schema if field.flags.required else nullable(schema)


def _text_schema(field: Any) -> Schema:
    """Return the JSON Schema of a text field, with length and pattern from its validators."""
    found: Schema = {"type": "string", **({"minLength": 1} if field.flags.required else {})}
    for check in field.validators:
        if isinstance(check, Length):
            found["maxLength"] = check.max
        if isinstance(check, Regexp):
            found["pattern"] = check.regex.pattern if field.flags.required else f"^$|{check.regex.pattern}"
    return found


def filled_form(resource: Resource, body: Mapping[str, Any], item: Any = None, seen: str = "") -> tuple[Any, Faults]:
    """Return (form, error entries): the screen's form filled from a JSON body, not yet validated, and the errors that
    the form cannot report itself.

    Those are unknown or missing fields, values of a wrong type, and codes of unknown related rows.
    """
    blank = blank_form(resource, item)
    fields = {field.name: field for field in blank if field.name not in NO_FIELDS}
    allowed = {*fields, "reason"} if resource.asks_reason else set(fields)
    body, faults = as_columns(resource, body)
    faults += [FieldError(str(name), FieldFault.UNKNOWN_FIELD) for name in body if name not in allowed]
    if item is not None:
        absent = (name for name in fields if name not in body)
        faults += [FieldError(member_of(resource, name), FieldFault.REQUIRED) for name in absent]
    data: MultiDict[str, str] = MultiDict([("seen", seen)])
    unknown: Faults = []
    for name, field in fields.items():
        try:
            data.setlist(name, _texts(field, body.get(name, field.default), resource))
        except TypeError:
            faults.append(FieldError(member_of(resource, name), FieldFault.WRONG_TYPE))
        except LookupError:
            unknown.append(parameter_fault(member_of(resource, name), "unknown_row"))
    return blank_form(resource, item, data), [*field_sentences(tuple(faults)), *unknown]


def _texts(field: Any, value: Any, resource: Resource) -> list[str]:
    """Return the form data (list of texts) of one field for a JSON value.

    Raises TypeError for a wrong type or a date outside 1900-2200, LookupError for an unknown related row.
    """
    if isinstance(field, BooleanField):
        return ["y"] if _is(value, bool) else []
    if isinstance(field, QuerySelectMultipleField):
        wanted = _is([] if value is None else value, list)
        return [_key_of(field, _is(code, str), resource.links[field.name]) for code in wanted]
    if isinstance(field, QuerySelectField):
        return ["__None" if value is None else _key_of(field, _is(value, str), resource.links[field.name])]
    if value is None:
        return [] if isinstance(field, SelectMultipleField) else [""]
    if isinstance(field, IntegerField):
        return [str(_is(value, int))]
    if isinstance(field, DateField):
        day = read_value({"type": "string", "format": "date"}, _is(value, str))
        if day is None or not 1900 <= day.year <= 2200:
            raise TypeError
        return [value]
    if isinstance(field, SelectMultipleField):
        return [_is(item, str) for item in _is(value, list)]
    return [_is(value, str)]


def _is(value: Any, kind: type) -> Any:
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise TypeError
    return value


def _key_of(field: Any, wanted: str, path: str) -> str:
    """Return the key, as text, of the related row with the code `wanted`. Raises LookupError if there is none."""
    code = attrgetter(path)
    found = next((row for row in field.query_func() if code(row) == wanted), None)
    if found is None:
        raise LookupError(wanted)
    return str(field.get_pk_func(found))

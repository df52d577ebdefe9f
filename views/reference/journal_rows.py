"""Changed rows of the journal as text."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any

from flask_appbuilder.security.sqla.models import Role
from flask_babel import gettext
from markupsafe import Markup

from app.access.office_roles import ROLES
from app.access.people import names_of
from app.access.process_rows import ACTORS, STEPS
from app.access.roles import OWN_ACCOUNT, RIGHTS
from app.accounts.labels import OWN_ACCOUNT_TEXT, RIGHT_TEXTS
from app.choices.labels import FLAGS, LISTS
from app.fields.labels import AUDIENCES, MOMENTS, TYPES
from app.models import Agency, Category, Choice, District, ReportSchedule, SopVersion
from app.notices.labels import PREFERENCE_LABELS
from app.reference.journal import granted_permissions, names_by_id, permission_names
from app.reference.labels import COLUMNS, LIMIT_CLASSES, NATIONAL_CLASSES, NATIONAL_STAGES
from app.texts.labels import ALL_SCOPES, STANDARD_KINDS, STATES
from app.vocabulary.actions import BUTTONS
from app.vocabulary.signing import SIGNING_METHODS
from app.vocabulary.words import AGENCY_KINDS, CLASSIFICATIONS, DELEGATION_KINDS, HOLIDAY_KINDS, STATUSES, UNITS
from app.web.formats import day, moment
from views.reference.journal_labels import ROW_ACTS, ROW_COLUMNS, ROW_TABLES

Row = Mapping[str, Any]
Names = dict[int, str]

_WORDS: dict[tuple[str, str], Mapping[str, Any]] = {
    ("actor", "superior"): ACTORS,
    ("agency", "kind"): AGENCY_KINDS,
    ("agency", "signing_method"): SIGNING_METHODS,
    ("category", "national_class"): NATIONAL_CLASSES,
    ("choice", "list"): LISTS,
    ("delegation", "kind"): DELEGATION_KINDS,
    ("field_definition", "type"): TYPES,
    ("holiday", "kind"): HOLIDAY_KINDS,
    ("national_limit", "of_class"): LIMIT_CLASSES,
    ("national_limit", "stage"): NATIONAL_STAGES,
    ("standard_text", "kind"): STANDARD_KINDS,
    ("standard_text", "scope"): ALL_SCOPES,
    ("text_version", "state"): STATES,
    ("sop_step", "actor"): ACTORS,
    ("office_role", "actor"): ACTORS,
    ("office_role", "standing"): ACTORS,
    ("sop_step", "back_to"): STEPS,
    ("sop_step", "status"): STATUSES,
    ("sop_step", "allowance_unit"): UNITS,
    ("sop_step", "step"): STEPS,
}
_ITEMS: dict[str, Mapping[str, Any]] = {
    "classifications": CLASSIFICATIONS,
    "flags": FLAGS,
    "side_actions": BUTTONS,
    "fast_track_from": STEPS,
    "moments": MOMENTS,
    "visible_to": AUDIENCES,
}
"""Labels of the values in columns that hold a list; all other lists hold actors or other codes."""

_PEOPLE = frozenset(
    {"user_id", "giver_id", "holder_id", "made_by_id", "asked_by_id", "decided_by_id", "activated_by_id", "owner_id"}
)
_LANGUAGES = ("_id", "_en")
"""Endings of columns whose texts are in that language; keys of rows also end in `_id`, but are no texts."""


@dataclass(frozen=True)
class RowInWords:
    """A value object: a changed row of the journal as text, with a sentence and (label, old text, new text) for each
    value.

    The old text is None if it is not shown.
    """

    sentence: str
    values: tuple[tuple[str, str | None, str], ...]


def rows_in_words(rows: list[dict[str, Any]]) -> Callable[[Row], RowInWords]:
    """Return a function that takes one of these changed rows (dict) and returns it as `RowInWords`.

    The names of all referenced rows are loaded once, beforehand.
    """
    names = {column: find(_keys(rows, column)) for column, find in _FINDERS.items()}
    people = names_of(key for column in _PEOPLE for key in _keys(rows, column))
    names |= dict.fromkeys(_PEOPLE, people)
    for table, model in (("agency", Agency), ("category", Category)):
        names[f"{table}.parent_id"] = names_by_id(model, _keys([r for r in rows if r["table"] == table], "parent_id"))
    names["role_grant"] = _grants({row["key"]["id"] for row in rows if row["table"] == "role_grant"})
    return partial(_row_in_words, names)


def _row_in_words(names: Mapping[str, Names], row: Row) -> RowInWords:
    table, before, after = row["table"], row["before"] or {}, row["after"] or {}
    name = row["name"] or (names[table].get(row["key"]["id"]) if table == "role_grant" else "")
    what = str(ROW_TABLES.get(table, table)) + (f" “{name}”" if name else "")
    hidden = {"id", "role", "view", "permission", "of_office"} if table == "role_grant" else {"id"}
    columns = [column for column in {**before, **after} if column not in hidden]
    shown = [(name, before.get(name), after.get(name)) for name in columns]
    if row["act"] == "delete":
        shown = [(name, None, held) for name, held, _ in shown]
    values: list[tuple[str, str | None, str]] = [
        (_label(name), _value(table, name, old, names), _value(table, name, new, names)) for name, old, new in shown
    ]
    values += [(_label(name), None, gettext("diubah")) for name in row["masked"] or ()]
    return RowInWords(str(ROW_ACTS[row["act"]]) % {"what": what}, tuple(values))


def _label(name: str) -> str:
    return str(ROW_COLUMNS.get(name) or PREFERENCE_LABELS.get(name) or COLUMNS.get(name) or name)


def _value(table: str, name: str, value: Any, names: Mapping[str, Names]) -> str:
    if value is None or value in ("", [], {}):
        return "–"
    if isinstance(value, str) and name.endswith(_LANGUAGES):
        return Markup('<span lang="{}">{}</span>').format(name[-2:], value)
    if isinstance(value, bool):
        return gettext("ya") if value else gettext("tidak")
    if isinstance(value, list):
        if isinstance(value[0], dict):
            return Markup(", ").join(_members(part) for part in value)
        labels = _ITEMS.get(name, ACTORS)
        return ", ".join(str(labels.get(str(part), part)) for part in value)
    if isinstance(value, dict):
        return _members(value)
    known = names.get(f"{table}.{name}") or names.get(name)
    if known is not None and isinstance(value, int):
        return known.get(value, f"#{value}")
    words = _WORDS.get((table, name))
    if words is not None and value in words:
        return str(words[value])
    if not isinstance(value, str):
        return str(value)
    try:
        return day(date.fromisoformat(value)) if len(value) == 10 else moment(datetime.fromisoformat(value))
    except ValueError:
        return value  # neither a date nor a time


def _members(value: Mapping[str, Any]) -> str:
    """Return an object of a definition, such as an option or the bounds of a field, as HTML: its members and values."""
    code = Markup('<code lang="zxx">{}</code>')
    return code.format(", ".join(f"{name}: {part}" for name, part in value.items()))


def _keys(rows: Iterable[Row], column: str) -> set[int]:
    sides = (side.get(column) for row in rows for side in (row["before"] or {}, row["after"] or {}))
    return {key for key in sides if isinstance(key, int)}


def _roles(keys: set[int]) -> Names:
    return {key: ROLES.get(name, name) for key, name in names_by_id(Role, keys).items()}


def _rights(keys: set[int]) -> Names:
    """Return the display names of permissions by their ids; a permission without a label gets its technical name as
    HTML.
    """
    code = Markup('<code lang="zxx">{} · {}</code>')
    found = permission_names(keys).items()
    return {key: str(_RIGHT_OF[pair]) if pair in _RIGHT_OF else code.format(*pair) for key, pair in found}


def _grants(keys: set[int]) -> Names:
    """Return what the rows of rights are called, by their ids: the role and the right to which a permission belongs."""
    found = granted_permissions(keys).items()
    return {key: f"{ROLES.get(role, role)}: {_RIGHT_OF[pair]}" for key, (role, pair) in found if pair in _RIGHT_OF}


_RIGHT_OF = {
    **dict.fromkeys(OWN_ACCOUNT.pairs, OWN_ACCOUNT_TEXT),
    **{pair: RIGHT_TEXTS[code] for code, right in reversed(RIGHTS.items()) for pair in right.pairs},
}
"""The right to which a permission belongs, the first one where several take it."""


_FINDERS: dict[str, Callable[[set[int]], Names]] = {
    "role_id": _roles,
    "permission_view_id": _rights,
    "choice_id": partial(names_by_id, Choice, column="label_id"),
    "district_id": partial(names_by_id, District),
    "sop_version_id": partial(names_by_id, SopVersion, column="number"),
    "schedule_id": partial(names_by_id, ReportSchedule),
}

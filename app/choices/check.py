"""Whether an entry of a list may be saved as it is."""

from collections.abc import Collection

from sqlalchemy import select

from app.access.people import agency_officers
from app.core.extensions import db
from app.models import Choice
from workflow_rules.process.choices import FLAGS_OF, ChoiceFlag, ChoiceList

_OF_PROGRAM = frozenset({ChoiceFlag.BY_SP4N, ChoiceFlag.BY_EMAIL, ChoiceFlag.BY_WEB})
MAY_BE_EMPTY = frozenset({ChoiceList.QUICK_PHRASE, ChoiceList.UNIT})
"""Lists that need no active entry."""


def fault_of_choice(item: Choice, flags_before: Collection[str]) -> tuple[str, str] | None:
    """Return (code of the fault, form field) of a new or changed entry, or None if it may be saved. `flags_before` are
    the flags that it has in the database. Locks the entries of its list, so that two officers cannot end the last two.
    """
    of = ChoiceList(item.of_list)
    agency = item.agency.code if item.agency is not None else None
    if fault := fault_of_entry(of, item.flags, flags_before, agency):
        return fault
    if of is not ChoiceList.UNIT:
        if item.officers:
            return "only_units", "officers"
    elif {user.id for user in item.officers} - set(db.session.scalars(agency_officers(agency))):
        return "not_of_agency", "officers"
    if not item.active and of not in MAY_BE_EMPTY and not _other_active(item):
        return "last_active", "active"
    return None


def fault_of_entry(
    of: ChoiceList, flags: Collection[str], flags_before: Collection[str], agency: str | None
) -> tuple[str, str] | None:
    """Return (code of the fault, form field) of an entry by itself, without its officers; None if it has none."""
    if frozenset(flags) - frozenset(FLAGS_OF.get(of, ())):
        return "flag_of_other_list", "flags"
    if (frozenset(flags) ^ frozenset(flags_before)) & _OF_PROGRAM:
        return "flag_of_program", "flags"
    if of is ChoiceList.UNIT:
        return ("unit_needs_agency", "agency") if agency is None else None
    return ("only_units", "agency") if agency is not None else None


def _other_active(item: Choice) -> bool:
    rows = select(Choice.id, Choice.active).where(Choice.of_list == item.of_list).order_by(Choice.id).with_for_update()
    return any(active and key != item.id for key, active in db.session.execute(rows))

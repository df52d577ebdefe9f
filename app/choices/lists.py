"""The lists that the office maintains, as the rules take them and as labels for screens, papers and exports."""

from collections.abc import Iterator, Mapping
from typing import Any

from flask_babel import get_locale
from sqlalchemy import select

from app.core.definitions import per_version
from app.core.extensions import db
from app.models import Choice, User
from app.models.definition import choice_officer
from workflow_rules.process import parameters
from workflow_rules.process.actions import Action
from workflow_rules.process.choices import ChoiceEntry, ChoiceFlag, ChoiceList, Choices
from workflow_rules.process.parameters import Field

_COLUMNS = (
    Choice.of_list,
    Choice.code,
    Choice.active,
    Choice.flags,
    Choice.agency_code,
    Choice.label_id,
    Choice.label_en,
)


@per_version
def _read() -> tuple[Choices, dict[tuple[str, str], str]]:
    """Return (the entries of all lists, the English label by list and code where it has one)."""
    rows = db.session.execute(select(*_COLUMNS).order_by(Choice.of_list, Choice.order, Choice.id)).all()
    entries = tuple(
        ChoiceEntry(
            ChoiceList(row.of_list),
            row.code,
            row.active,
            frozenset(ChoiceFlag(flag) for flag in row.flags),
            row.agency_code,
            row.label_id,
        )
        for row in rows
    )
    return Choices(entries), {(row.of_list, row.code): row.label_en for row in rows if row.label_en}


def current_choices() -> Choices:
    """Return the entries of all lists as they are now."""
    return _read()[0]


def fields_of(action: Action, again: bool = False) -> Mapping[str, Field]:
    """Return the definitions of an action's parameters (`workflow_rules.process.parameters.fields_of`) with the lists
    as they are now.
    """
    return parameters.fields_of(action, again, current_choices())


def offered(fields: Mapping[str, Field]) -> Mapping[str, Field]:
    """Return field definitions with the lists as they are now."""
    return parameters.offered(fields, current_choices())


def json_schema(action: Action, again: bool = False) -> dict[str, Any]:
    """Return the JSON Schema of an action's parameters with the lists as they are now."""
    return parameters.json_schema(action, again, current_choices())


class ListLabels(Mapping[str, str]):
    """A read-only mapping from the codes of one list, ended ones included, to their labels in the current locale, in
    the order of the list. It reads the list at each use, so one object may be shared by all requests.
    """

    def __init__(self, of: ChoiceList) -> None:
        self._of = of

    def __getitem__(self, code: str) -> str:
        """Return the label of a code. Raises KeyError for an unknown one."""
        choices, english = _read()
        entry = choices.entry(self._of, code)
        if entry is None:
            raise KeyError(code)
        in_english = str(get_locale() or "id") == "en"
        return english.get((self._of.value, code), entry.label) if in_english else entry.label

    def __iter__(self) -> Iterator[str]:
        return (entry.code for entry in _read()[0].entries if entry.list is self._of)

    def __len__(self) -> int:
        return sum(1 for _code in self)

    def active(self) -> dict[str, str]:
        """Return the labels of the entries that may be chosen now, by code."""
        return {code: self[code] for code in _read()[0].active(self._of)}

    def offered(self, present: str | None) -> dict[str, str]:
        """Return the labels of the active entries and of the entry `present`, even if it has ended."""
        active = current_choices().active(self._of)
        return {code: label for code, label in self.items() if code in active or code == present}


CHANNELS = ListLabels(ChoiceList.CHANNEL)
ARCHIVE_REASONS = ListLabels(ChoiceList.ARCHIVE_REASON)
DECLINE_REASONS = ListLabels(ChoiceList.DECLINE_REASON)
URGENCIES = ListLabels(ChoiceList.URGENCY)
REPLY_MEDIA = ListLabels(ChoiceList.REPLY_MEDIUM)


def quick_phrases() -> list[str]:
    """Return the active quick phrases of a direction in their order; in Indonesian, the language of a disposition."""
    entries = current_choices().entries
    return [entry.label for entry in entries if entry.list is ChoiceList.QUICK_PHRASE and entry.active]


def units_of(agency: str | None) -> dict[str, str]:
    """Return the names of the active units of an agency by code, in their order."""
    entries = current_choices().entries
    return {e.code: e.label for e in entries if e.list is ChoiceList.UNIT and e.active and e.agency == agency}


def officers_of_unit(code: str) -> list[int]:
    """Return the ids of the active users who work in a unit, ordered by id."""
    found = select(User.id).join(choice_officer, choice_officer.c.user_id == User.id)
    found = found.join(Choice, Choice.id == choice_officer.c.choice_id)
    of_unit = (Choice.of_list == ChoiceList.UNIT, Choice.code == code, User.active.is_(True))
    return list(db.session.scalars(found.where(*of_unit).order_by(User.id)))


def most_urgent() -> str:
    """Return the code of the last active urgency, which lists mark most strongly."""
    return current_choices().active(ChoiceList.URGENCY)[-1]


def notifies_reporter(archive_reason: str) -> bool:
    """Return whether the reporter is sent a message when a case is archived for this reason."""
    return archive_reason in current_choices().having(ChoiceList.ARCHIVE_REASON, ChoiceFlag.TELLS_REPORTER)


def stands_out(urgency: str) -> bool:
    """Return whether cases of this urgency are marked in lists and at the top of their page."""
    return urgency in current_choices().having(ChoiceList.URGENCY, ChoiceFlag.STANDS_OUT)

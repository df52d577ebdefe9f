"""The request for an export report, as stored in its job and read again by the worker."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from app.access.process_rows import STEPS
from app.fields.definitions import known_fields
from app.fields.filters import read_filter
from app.reporting.exports.columns import COLUMNS, USUAL
from app.worklists.complaint_lists import ComplaintFilter
from workflow_rules.process.actors import Person
from workflow_rules.process.steps import CaseStatus

FILTERS = ("status", "step", "agency", "category", "channel", "district")


@dataclass(frozen=True)
class WantedReport:
    """A value object: the request for an export report, with filters, columns, and the language of the texts.

    Filters are codes; `since` and `until` are the first and last office date of receipt. None means that a filter is
    not set. `fields` are the texts of filters by fields of the office, by code.
    """

    columns: tuple[str, ...] = USUAL
    since: date | None = None
    until: date | None = None
    status: str | None = None
    step: str | None = None
    agency: str | None = None
    category: str | None = None
    channel: str | None = None
    district: str | None = None
    late: bool = False
    running: bool = False
    fields: Mapping[str, str] = field(default_factory=dict)
    language: str = "id"

    def filter(self) -> ComplaintFilter:
        """Return the ComplaintFilter of the list of complaints that selects the cases of this report. Raises ValueError
        for an unknown status or step, KeyError for an unknown field.
        """
        given = {name: getattr(self, name) for name in ("since", "until", "agency", "category", "channel", "district")}
        status = CaseStatus(self.status) if self.status else None
        if self.step and self.step not in STEPS:
            raise ValueError(self.step)
        own = tuple((code, read_filter(known_fields()[code], text)) for code, text in self.fields.items())
        return ComplaintFilter(
            status=status, step=self.step or None, late=self.late, running=self.running, fields=own, **given
        )

    def document(self) -> dict[str, Any]:
        """Return the request for an export report as a JSON-compatible dict, without unset values."""
        days = {name: day.isoformat() for name in ("since", "until") if (day := getattr(self, name)) is not None}
        return {name: value for name, value in asdict(self).items() if value} | days | {"columns": list(self.columns)}


def wanted_of(document: dict[str, Any]) -> WantedReport:
    """Return the WantedReport from the dict that `WantedReport.document` made.

    Columns that no longer exist are dropped. Raises KeyError, TypeError or ValueError for another dict.
    """
    days: dict[str, Any] = {name: date.fromisoformat(document[name]) for name in ("since", "until") if name in document}
    columns = tuple(name for name in document["columns"] if name in COLUMNS or name.startswith("field."))
    given: dict[str, Any] = {**document, **days, "columns": columns}
    return WantedReport(**given)


def scope_of(person: Person) -> str:
    """Return which cases a person may see as text: "every", "agencies:a,b" or "none".

    The text is stored with a report job and compared before its file is made or sent.
    """
    if person.sees_every_case:
        return "every"
    return "agencies:" + ",".join(sorted(person.agencies)) if person.agencies else "none"

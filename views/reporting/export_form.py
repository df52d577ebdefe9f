"""The form for an export report."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import request
from flask_babel import get_locale

from app.access.current_person import current_person
from app.access.process_rows import STEPS
from app.choices.lists import CHANNELS
from app.fields.definitions import DefinedField
from app.fields.filters import OF_FIELD
from app.fields.values import audience_of
from app.reference.choices import filter_options
from app.reporting.exports.columns import COLUMNS, USUAL, field_columns
from app.reporting.exports.labels import ASK_FAULTS, FORMATS
from app.reporting.exports.pdf_table import MOST_COLUMNS
from app.reporting.exports.request import WantedReport
from app.reporting.exports.texts import heading_of
from app.vocabulary.words import STATUSES
from app.web.fab_repairs import is_readable
from views.shared.field_filters import FieldControl, fault_of, field_controls, fields_of_reader
from views.shared.list_address import as_day
from views.shared.list_labels import EVERY, YES
from views.shared.list_labels import FILTERS as FILTER_WORDS

Choices = Mapping[str, Any]
# Name in the form and in the query string of the list of complaints: name in the report.
SELECTS = {
    "opd": "agency",
    "kategori": "category",
    "langkah": "step",
    "saluran": "channel",
    "status": "status",
    "kecamatan": "district",
}


@dataclass
class ReportForm:
    """The submitted or prefilled form of an export report: typed values and errors by field.

    `wanted` is the report definition, valid only without errors.
    """

    choices: Mapping[str, Choices]
    typed: dict[str, str] = field(default_factory=dict)
    columns: tuple[str, ...] = USUAL
    faults: dict[str, str] = field(default_factory=dict)
    format: str = "xlsx"
    wanted: WantedReport = field(default_factory=WantedReport)

    def selects(self) -> list[tuple[str, Any, Any, Choices]]:
        """Return a list of (name, label, text of the "all" option, choices) of each filter, for drop-down lists."""
        return [(name, FILTER_WORDS[name], EVERY[name], self.choices[name]) for name in SELECTS]

    def field_controls(self) -> list[FieldControl]:
        """Return the controls of the filters by fields of the office."""
        return field_controls(fields_of_reader(), self.typed)

    @property
    def column_words(self) -> list[tuple[str, Any, bool]]:
        own = [(name, one.label, name in self.columns) for name, one in _own_columns().items()]
        return [*((name, heading_of(name), name in self.columns) for name in COLUMNS), *own]


def _own_columns() -> dict[str, DefinedField]:
    return field_columns(audience_of(current_person()))


def report_choices() -> dict[str, Choices]:
    """Return a dict of each filter of an export report to its allowed values, with their labels."""
    return {"langkah": STEPS, "saluran": CHANNELS, "status": STATUSES, **filter_options(agencies=True)}


def empty_form(choices: Mapping[str, Choices] | None = None) -> ReportForm:
    """Return a new `ReportForm` of an export report, prefilled with the valid filters of the query string."""
    form = ReportForm(choices or report_choices())
    for name in SELECTS:
        if request.args.get(name) in form.choices[name]:
            form.typed[name] = request.args[name]
    for name in ("dari", "sampai"):
        if as_day(request.args.get(name, "")) is not None:
            form.typed[name] = request.args[name]
    form.typed |= {name: "1" for name in ("lewat", "berjalan") if request.args.get(name) in YES}
    form.typed |= {name: request.args[name] for name in fields_of_reader() if name in request.args}
    return form


def filled_form(wanted: WantedReport, file_format: str) -> ReportForm:
    """Return a `ReportForm` prefilled from a stored definition of an export report."""
    form = ReportForm(report_choices(), columns=wanted.columns, format=file_format)
    form.typed = {theirs: chosen for theirs, ours in SELECTS.items() if (chosen := getattr(wanted, ours))}
    form.typed |= {name: "1" for name, on in (("lewat", wanted.late), ("berjalan", wanted.running)) if on}
    form.typed |= {f"{OF_FIELD}{code}": text for code, text in wanted.fields.items()}
    _find_field_faults(form)
    return form


def read_form() -> ReportForm:
    """Return the submitted `ReportForm` of an export report; errors are collected in `faults` and nothing is raised."""
    form = ReportForm(report_choices())
    form.typed = {name: text.strip() for name, text in request.form.items() if is_readable(text)}
    form.columns = tuple(name for name in (*COLUMNS, *_own_columns()) if name in request.form.getlist("kolom"))
    form.format = form.typed.get("bentuk", "")
    if any(name.startswith(OF_FIELD) and name not in form.typed for name in request.form):
        form.faults["isian"] = str(ASK_FAULTS["unreadable"])
    _find_faults(form)
    if form.faults:
        return form
    chosen: dict[str, Any] = {ours: form.typed.get(theirs) or None for theirs, ours in SELECTS.items()}
    form.wanted = WantedReport(
        columns=form.columns,
        since=as_day(form.typed.get("dari", "")),
        until=as_day(form.typed.get("sampai", "")),
        late="lewat" in form.typed,
        running="berjalan" in form.typed,
        fields={name.removeprefix(OF_FIELD): text for name, text in _typed_fields(form).items()},
        language=str(get_locale() or "id"),
        **chosen,
    )
    return form


def _typed_fields(form: ReportForm) -> dict[str, str]:
    return {name: text for name, text in form.typed.items() if name.startswith(OF_FIELD) and text}


def _find_field_faults(form: ReportForm) -> None:
    """Note the filters by fields that this officer is not offered (any more), and values that a field cannot have."""
    offered = {control.name for control in form.field_controls()}
    own = fields_of_reader()
    for name, text in _typed_fields(form).items():
        if name not in offered:
            form.faults["isian"] = str(ASK_FAULTS["field"])
        elif fault := fault_of(own[name], text):
            form.faults[name] = fault


def _find_faults(form: ReportForm) -> None:
    _find_field_faults(form)
    if form.format not in FORMATS:
        form.faults["bentuk"] = str(ASK_FAULTS["format"])
    if not form.columns:
        form.faults["kolom"] = str(ASK_FAULTS["columns"])
    if form.format == "pdf" and len(form.columns) > MOST_COLUMNS:
        form.faults["kolom"] = str(ASK_FAULTS["pdf_columns"])
    for name in SELECTS:
        if form.typed.get(name) and form.typed[name] not in form.choices[name]:
            form.faults[name] = str(ASK_FAULTS["choice"])
    for name, word in (("dari", "since"), ("sampai", "until")):
        if form.typed.get(name) and as_day(form.typed[name]) is None:
            form.faults[name] = str(ASK_FAULTS[word])
    first, last = as_day(form.typed.get("dari", "")), as_day(form.typed.get("sampai", ""))
    if first and last and first > last:
        form.faults["dari"] = str(ASK_FAULTS["dates"])

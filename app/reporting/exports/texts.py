"""Values of export reports as officers read them: labels for codes, headings, and lines about the report."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from flask_babel import gettext

from app.access.process_rows import STEPS
from app.choices.lists import CHANNELS, URGENCIES
from app.core.clock import zone_name
from app.fields.definitions import DefinedField, known_fields
from app.fields.types import text_of
from app.reporting.exports.cells import Cell
from app.reporting.exports.labels import INSTANTS, REPORT_COLUMNS
from app.reporting.exports.pdf_table import Facts
from app.reporting.exports.request import WantedReport
from app.reporting.exports.titles import filters_text, title_of
from app.vocabulary.words import CLASSIFICATIONS, CONFIDENTIALITIES, STATUSES
from app.web.formats import amount, moment

Shape = Callable[[Any], Cell]
_LABELS: dict[str, Mapping[str, object]] = {
    "klasifikasi": CLASSIFICATIONS,
    "saluran": CHANNELS,
    "kerahasiaan": CONFIDENTIALITIES,
    "sifat": URGENCIES,
    "status": STATUSES,
    "langkah": STEPS,
}


def shapes_of(columns: Sequence[str]) -> list[Shape]:
    """Return a list with one function for each column, which converts a value of it into a cell.

    Labels are looked up once, in the current language.
    """
    return [_shape(name) for name in columns]


def _shape(column: str) -> Shape:
    if column == "opd":
        return lambda names: ", ".join(names) if names else None
    own = _own_field(column)
    if own is not None:
        return lambda value: text_of(own, value) or None
    if column not in _LABELS:
        return lambda value: value or None
    labels = {code: str(label) for code, label in _LABELS[column].items()}
    return lambda code: labels.get(code, code) if code else None


def _own_field(column: str) -> DefinedField | None:
    """Return the field of the office that a column `field.<code>` shows; None for every other column."""
    return known_fields().get(column.removeprefix("field.")) if column.startswith("field.") else None


def heading_of(column: str) -> str:
    """Return the heading of a column in the current locale; of one of the office's fields its label."""
    own = _own_field(column)
    if own is not None:
        return own.label
    return f"{REPORT_COLUMNS.get(column, column)}{f' ({zone_name()})' if column in INSTANTS else ''}"


def facts_of_report(wanted: WantedReport, columns: Sequence[str], name: str, total: int, now: datetime) -> Facts:
    """Return as Facts the texts around an export report: title, headings, and lines on how it was made.

    `columns` are those in the file, `name` is the officer's, `total` the number of cases, `now` an aware UTC datetime.
    """
    lines = [
        (gettext("Data per"), moment(now)),
        (gettext("Saringan"), filters_text(wanted) or gettext("tidak ada")),
        (gettext("Jumlah aduan"), amount(total)),
        (gettext("Dibuat untuk"), name),
        (gettext("Identitas pelapor"), gettext("tidak termuat dalam laporan")),
    ]
    left_out = [heading_of(column) for column in wanted.columns if column not in columns]
    if left_out:
        lines.append((gettext("Tidak dicetak karena PDF memuat sepuluh kolom"), ", ".join(left_out)))
    return Facts(title_of(wanted), {column: heading_of(column) for column in columns}, lines)

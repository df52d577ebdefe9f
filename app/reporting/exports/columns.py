"""Columns and rows of an export report, streamed for the officer who requested it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select, true

from app.access.visibility import visible_to
from app.core.extensions import db
from app.fields.definitions import DefinedField, known_fields
from app.models import Category, Complaint, District, Village
from app.worklists.complaint_lists import ComplaintFilter, criteria_of, names_of_agencies, nearest_step
from workflow_rules.process.actors import Person

READ_AT_ONCE = 1000
PLAIN = {
    "nomor": Complaint.number,
    "sp4n": Complaint.sp4n_tracking_id,
    "masuk": Complaint.received_at,
    "kejadian": Complaint.occurred_on,
    "judul": Complaint.title,
    "isi": Complaint.body,
    "klasifikasi": Complaint.classification,
    "kategori": Category.name,
    "kecamatan": District.name,
    "desa": Village.name,
    "tempat": Complaint.location_text,
    "saluran": Complaint.channel,
    "kerahasiaan": Complaint.confidentiality,
    "sifat": Complaint.urgency,
    "status": Complaint.status,
    "dijawab": Complaint.answered_at,
    "selesai": Complaint.ended_at,
}
OF_NEAREST = {"langkah": "step", "batas": "due_at"}
COLUMNS = (
    *("nomor", "sp4n", "masuk", "kejadian", "judul", "isi", "klasifikasi", "kategori", "kecamatan", "desa", "tempat"),
    *("saluran", "kerahasiaan", "sifat", "status", "langkah", "batas", "opd", "dijawab", "selesai"),
)
"""Available columns, in file order. None shows the reporter: an export never contains identities."""
USUAL = ("nomor", "masuk", "judul", "kategori", "saluran", "status", "langkah", "batas", "opd", "dijawab")


def field_columns(audience: str) -> dict[str, DefinedField]:
    """Return the columns of the office's fields that an audience may export, by name (`field.<code>`); never a personal
    one.
    """
    shown = (one for one in known_fields().values() if audience in one.visible_to and not one.personal)
    return {f"field.{one.code}": one for one in shown}


@contextmanager
def reading(
    person: Person, wanted: ComplaintFilter, columns: Sequence[str], now: datetime
) -> Iterator[tuple[int, Iterator[Sequence[Any]]]]:
    """Context manager: yield (number of rows, iterator over rows) for the visible cases that the filter selects, both
    from one snapshot.

    Each row holds the values of `columns` in order. A separate connection is used, so that the caller may commit
    meanwhile, and 1,000 rows are fetched at a time.
    """
    with db.session.session_factory() as session:
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        criteria = (visible_to(person), *criteria_of(wanted, now))
        total = session.scalars(select(func.count(Complaint.id)).where(*criteria)).one()
        statement = select_of(columns).where(*criteria).order_by(Complaint.id)
        with session.execute(statement, execution_options={"yield_per": READ_AT_ONCE}) as rows:
            yield total, iter(rows)


def select_of(columns: Sequence[str]) -> Select[Any]:
    """Return a SELECT statement of the chosen columns of complaints that joins only the tables they need. Raises
    KeyError for an unknown column.
    """
    nearest = nearest_step()
    found: dict[str, Any] = {**PLAIN, "opd": names_of_agencies()}
    found |= {name: nearest.c[column] for name, column in OF_NEAREST.items()}
    found |= {name: Complaint.field_values[name.partition(".")[2]] for name in columns if name.startswith("field.")}
    statement = select(*(found[name] for name in columns)).select_from(Complaint)
    for name, table in (
        ("kategori", Complaint.category),
        ("kecamatan", Complaint.district),
        ("desa", Complaint.village),
    ):
        statement = statement.outerjoin(table) if name in columns else statement
    return statement.outerjoin(nearest, true()) if OF_NEAREST.keys() & set(columns) else statement

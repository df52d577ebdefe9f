"""The marks by which the pages of the list of complaints find each other: in the address, `sesudah` and `sebelum`."""

from dataclasses import replace
from datetime import datetime

from flask import request

from app.worklists.complaint_lists import ComplaintRow
from app.worklists.complaint_order import BY_LIMIT, Cut
from views.shared.list_address import AFTER, BEFORE, Pages

LARGEST_KEY = 2**63 - 1
_BETWEEN = "~"


def read_cut(order: str) -> Cut | None:
    """Where the asked-for page begins or ends; None for the first, and for a mark that is not of this order."""
    for name in (AFTER, BEFORE):
        if name in request.args:
            return _cut(request.args[name], order, backwards=name == BEFORE)
    return None


def with_ends(pages: Pages, rows: list[ComplaintRow], order: str) -> Pages:
    """The pages with the marks of the rows that are shown."""
    return replace(pages, ends=(_mark(rows[0], order), _mark(rows[-1], order))) if rows else pages


def _mark(row: ComplaintRow, order: str) -> str:
    due = row.complaint.next_due_at
    return (
        f"{due.isoformat() if due else ''}{_BETWEEN}{row.complaint.id}" if order == BY_LIMIT else f"{row.complaint.id}"
    )


def _cut(mark: str, order: str, *, backwards: bool) -> Cut | None:
    moment, between, key = mark.rpartition(_BETWEEN)
    known = key.isascii() and key.isdigit() and len(key) < 20 and int(key) <= LARGEST_KEY
    if not known or bool(between) != (order == BY_LIMIT):
        return None
    try:
        due = datetime.fromisoformat(moment) if moment else None
    except ValueError:
        return None
    return Cut(int(key), due, backwards) if due is None or due.tzinfo else None

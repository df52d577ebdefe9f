"""List endpoint of complaints: filters as on the screen, with pages by number or by key."""

from datetime import datetime
from typing import Any

from flask import Response, request
from flask_babel import lazy_gettext as _
from sqlalchemy import ColumnElement, Select
from sqlalchemy.orm import joinedload

from app.access.current_person import current_person
from app.access.visibility import is_reading_program
from app.core.problem import Problem
from app.core.rows import Keyset
from app.fields.filters import OF_FIELD, UNSORTED, filter_schema, filterable_fields, has_value, ordered_page
from app.fields.values import audience_of
from app.models import Complaint
from app.worklists.case_counts import count_visible
from app.worklists.complaint_lists import PARTS, ComplaintFilter, select_complaints
from views.api.cases import representation as show
from views.api.http.contract import Query
from views.api.http.http_rules import parameter_fault
from views.api.http.keyset import link_next, requested_page
from views.api.http.paging import link_pages, page_of_request
from views.api.http.query_values import listed, read_value, short_text
from views.api.http.responses import answer
from workflow_rules.process.choices import ChoiceList
from workflow_rules.process.identity import Confidentiality
from workflow_rules.process.steps import CaseStatus

_CODE = short_text(80)
_DAY = {"type": "string", "format": "date"}
FILTERS = (
    Query("status", {"type": "string", "enum": [s.value for s in CaseStatus]}, _("Keadaan aduan")),
    Query("agency", _CODE, _("OPD yang sedang menangani, menurut kodenya")),
    Query("category", _CODE, _("Kategori menurut kodenya, dengan yang di bawahnya")),
    Query("channel", listed(ChoiceList.CHANNEL), _("Saluran masuk")),
    Query("received_from", _DAY, _("Diterima pada hari ini atau sesudahnya (waktu kantor)")),
    Query("received_to", _DAY, _("Diterima pada hari ini atau sebelumnya (waktu kantor)")),
    Query("late", {"type": "boolean"}, _("Ada langkah yang melewati batas, atau tidak ada")),
    Query(
        "updated_since",
        {"type": "string", "format": "date-time"},
        _("Ada kejadian sejak saat ini; tulis + sebagai %2B"),
    ),
)
_NAMES = frozenset(query.name for query in FILTERS)
NEWEST_FIRST = Keyset(Complaint.id, Complaint.id, down=True)


def field_queries() -> tuple[Query, ...]:
    """Return the filters by the office's fields, and the orders by them, as they are now."""
    own = filterable_fields()
    if not own:
        return ()
    orders = [f"{sign}{OF_FIELD}{one.code}" for one in own if one.type not in UNSORTED for sign in ("", "-")]
    sort = Query("sort", {"type": "string", "enum": orders}, _("Urutan menurut isian tambahan"))
    return (*(Query(f"{OF_FIELD}{one.code}", filter_schema(one), one.label) for one in own), sort)


def _field_criteria() -> list[ColumnElement[bool]]:
    """Return the conditions of the request's filters by fields. Raises Problem(400) for a field that the caller may not
    see, as for one that does not exist.
    """
    audience = audience_of(current_person())
    seen = {one.code: one for one in filterable_fields() if audience in one.visible_to}
    named = [name for name in request.args if name.startswith(OF_FIELD)]
    asked = [*named, *([request.args["sort"].removeprefix("-")] if "sort" in request.args else [])]
    unseen = [name for name in asked if name.removeprefix(OF_FIELD) not in seen]
    if unseen:
        raise Problem(400, errors=[parameter_fault(name, "unknown_parameter") for name in unseen])
    own = [(seen[name.removeprefix(OF_FIELD)], request.args[name]) for name in named]
    open_only = [Complaint.confidentiality == Confidentiality.OPEN] if is_reading_program(current_person()) else []
    return [*(has_value(one, read_value(filter_schema(one), text)) for one, text in own), *(open_only if asked else [])]


def wanted_complaints(now: datetime) -> Select[Any]:
    """Return a SELECT statement for the complaints the caller may see, narrowed by the request's query parameters. They
    were validated before the view (`http_rules`), so it raises nothing.
    """
    asked = {
        query.name: read_value(query.schema, request.args[query.name])
        for query in FILTERS
        if query.name in request.args
    }
    wanted = ComplaintFilter(
        status=CaseStatus(asked["status"]) if "status" in asked else None,
        agency=asked.get("agency"),
        category=asked.get("category"),
        channel=asked.get("channel"),
        since=asked.get("received_from"),
        until=asked.get("received_to"),
    )
    found = select_complaints(current_person(), wanted, now, asked.get("late"), asked.get("updated_since"))
    return found.where(*_field_criteria())


def complaint_list(wanted: Select[Any], now: datetime) -> Response:
    """Return a JSON response with one page of the complaints that the statement `wanted` selects, newest first, and the
    count of all pages. The page is chosen by number if `page` is given, else by keyset. Raises Problem(400) for an
    invalid cursor, or if `page` and `after` are both given.
    """
    if "after" in request.args and ("page" in request.args or "sort" in request.args):
        raise Problem(400, errors=[parameter_fault("after", "bad_value")])
    size, page = page_of_request()
    narrowed = any(name.startswith(OF_FIELD) or name in _NAMES for name in request.args)
    count = count_visible(current_person(), wanted if narrowed else None)
    whole = wanted.options(*PARTS, joinedload(Complaint.sop_version))
    if "page" in request.args or "sort" in request.args:
        response = answer(show.complaints(_page(whole, size, page), now), count=count)
        link_pages(response, page, size, count)
        return response
    shown, after = requested_page(NEWEST_FIRST, whole)
    response = answer(show.complaints(shown, now), count=count)
    link_next(response, after)
    return response


def _page(whole: Select[Any], size: int, page: int) -> list[Complaint]:
    """Return a page by its number, newest first or in the order of `sort`, where cases without a value come last."""
    wanted = request.args.get("sort", "")
    if not wanted:
        return NEWEST_FIRST.read(whole, size, page * size)
    by_code = {one.code: one for one in filterable_fields()}
    return ordered_page(whole, by_code[wanted.removeprefix("-").removeprefix(OF_FIELD)], wanted[0] == "-", size, page)

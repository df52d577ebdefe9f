"""List endpoint of complaints: filters as on the screen, with pages by number or by key."""

from datetime import datetime
from typing import Any

from flask import Response, request
from flask_babel import lazy_gettext as _
from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from app.access.current_person import current_person
from app.access.visibility import visible_to
from app.core.extensions import db
from app.core.problem import Problem
from app.models import Complaint, ComplaintEvent
from app.worklists.case_counts import counting_visible
from app.worklists.complaint_lists import PARTS, ComplaintFilter, criteria_of
from views.api.cases import representation as show
from views.api.http.answers import answer
from views.api.http.contract import Query
from views.api.http.http_rules import parameter_fault
from views.api.http.keyset import Keyset, link_next
from views.api.http.paging import link_pages, page_of_request
from views.api.http.query_values import read_value, short_text
from workflow_rules.process.identity import Channel
from workflow_rules.process.steps import CaseStatus

_CODE = short_text(80)
_DAY = {"type": "string", "format": "date"}
FILTERS = (
    Query("status", {"type": "string", "enum": [s.value for s in CaseStatus]}, _("Keadaan aduan")),
    Query("agency", _CODE, _("OPD yang sedang menangani, menurut kodenya")),
    Query("category", _CODE, _("Kategori menurut kodenya, dengan yang di bawahnya")),
    Query("channel", {"type": "string", "enum": [c.value for c in Channel]}, _("Saluran masuk")),
    Query("received_from", _DAY, _("Diterima pada hari ini atau sesudahnya (WITA)")),
    Query("received_to", _DAY, _("Diterima pada hari ini atau sebelumnya (WITA)")),
    Query("late", {"type": "boolean"}, _("Ada langkah yang melewati batas, atau tidak ada")),
    Query(
        "updated_since",
        {"type": "string", "format": "date-time"},
        _("Ada kejadian sejak saat ini; tulis + sebagai %2B"),
    ),
)
_events = ComplaintEvent.__table__


def wanted_complaints(now: datetime) -> Select[Any]:
    """Return a SELECT statement for the complaints the caller may see, narrowed by the request's query parameters.

    The parameters were validated before the view (`http_rules`), so it raises nothing.
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
    found = select(Complaint).where(visible_to(current_person()), *criteria_of(wanted, now))
    if "late" in asked:
        found = found.where(func.coalesce(Complaint.next_due_at < now, False) == asked["late"])
    if "updated_since" in asked:
        since = select(_events.c.complaint_id).where(_events.c.at >= asked["updated_since"])
        found = found.where(Complaint.id.in_(since))
    return found


def complaint_list(wanted: Select[Any], now: datetime) -> Response:
    """Return a JSON response with one page of the complaints that the statement `wanted` selects, newest first, and the
    count of all pages.

    The page is chosen by number if `page` is given, else by keyset. Raises Problem(400) for an invalid cursor, or if
    `page` and `after` are both given.
    """
    if "page" in request.args and "after" in request.args:
        raise Problem(400, errors=[parameter_fault("after", "bad_value")])
    size, page = page_of_request()
    counting = select(counting_visible(current_person()))
    if any(query.name in request.args for query in FILTERS):
        counting = select(func.count()).select_from(wanted.with_only_columns(Complaint.id).subquery())
    count = db.session.execute(counting).scalar_one()
    whole = wanted.options(*PARTS, joinedload(Complaint.sop_version))
    if "page" in request.args:
        rows = list(db.session.scalars(whole.order_by(Complaint.id.desc()).limit(size).offset(page * size)))
        response = answer(show.complaints(rows, now), count=count)
        link_pages(response, page, size, count)
        return response
    rows = list(db.session.scalars(Keyset(Complaint.id, Complaint.id, down=True).page(whole)))
    shown, after = Keyset(Complaint.id, Complaint.id, down=True).cut(rows, [[row.id] for row in rows])
    response = answer(show.complaints(shown, now), count=count)
    link_next(response, after)
    return response

"""The list of all complaints that a person may see."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    ScalarSelect,
    Select,
    Subquery,
    and_,
    bindparam,
    func,
    literal,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by
from sqlalchemy.orm import aliased, joinedload
from sqlalchemy.sql.selectable import LateralFromClause

from app.access.visibility import visible_ids, visible_to
from app.core.clock import midnight
from app.core.extensions import db
from app.core.statement_cache import NOW, Moment, kept, kind_of, values_of, written
from app.fields.definitions import known_fields
from app.fields.filters import has_value
from app.models import (
    Agency,
    AgencyTrackRow,
    Category,
    Complaint,
    ComplaintEvent,
    District,
    SopStepRow,
    StepTask,
)
from app.worklists.case_counts import counting_late, counting_visible
from app.worklists.complaint_order import BY_LIMIT, OLDEST, Cut, in_places, is_by_field, order_by
from app.worklists.highlight_hits import hit_words
from app.worklists.search import USUAL, Search
from app.worklists.search_hits import find_hits
from workflow_rules.process.actors import Person
from workflow_rules.process.steps import LEFT, OPEN, CaseStatus

_agencies = Agency.__table__
_cases = Complaint.__table__
_events = ComplaintEvent.__table__
_tracks = AgencyTrackRow.__table__
_tasks = StepTask.__table__
_sop_steps = SopStepRow.__table__


PARTS = (joinedload(Complaint.district), joinedload(Complaint.village), joinedload(Complaint.category))
"""Loader options for the related rows that a line of the list shows."""


@dataclass(frozen=True)
class ComplaintFilter:
    """A value object: a filter of the complaint list; an empty filter matches every complaint. Reference rows are named
    by code.

    `late` means that a deadline has passed, `running` a case neither answered nor ended, `imported` one of older
    records, `agency` one that works on the case. `since` and `until` are the first and last office date of receipt.
    `fields` are (code, value as `has_value` takes it) of fields of the office; the caller has checked that the person
    may see them.
    """

    search: Search | None = None
    status: CaseStatus | None = None
    late: bool = False
    running: bool = False
    imported: bool = False
    step: str | None = None
    agency: str | None = None
    category: str | None = None
    channel: str | None = None
    district: str | None = None
    since: date | None = None
    until: date | None = None
    fields: tuple[tuple[str, Any], ...] = ()


class ComplaintRow(NamedTuple):
    """A named tuple: a line of the complaint list. `agencies` are short names; step, number on the SOP sheet, deadline,
    warning and pause (aware datetimes) are those of the nearest open step, None if none is open.

    `hits` are the lower-case words found by a search.
    """

    complaint: Complaint
    agencies: tuple[str, ...]
    step: str | None
    number: int | None
    due_at: datetime | None
    warn_at: datetime | None
    paused_at: datetime | None
    hits: frozenset[str] = frozenset()


OFTEN_LISTED = (None, ComplaintFilter(), ComplaintFilter(late=True))
"""The common filters (no list, everything, late cases), whose statements are cached."""


def about(category: str | None, district: str | None) -> list[ColumnElement[bool]]:
    """Return a list of SQL conditions on Complaint for cases of a category (or its subcategories) and of a district,
    both given by code; None or "" gives no condition.
    """
    found: list[ColumnElement[bool]] = []
    if category:
        parent = aliased(Category)
        inside = (Category.code == category) | (parent.code == category)
        ids = select(Category.id).outerjoin(parent, parent.id == Category.parent_id).where(inside)
        found.append(_cases.c.category_id.in_(ids))
    if district:
        found.append(_cases.c.district_id.in_(select(District.id).where(District.code == district)))
    return found


def names_of_agencies() -> ScalarSelect[Any]:
    """Return a scalar subquery for an array of the short names of the agencies on a case in its present cycle, in track
    order; NULL if there are none.
    """
    names = func.array_agg(aggregate_order_by(_agencies.c.short_name, _tracks.c.position))
    on_case = and_(
        _tracks.c.complaint_id == Complaint.id,
        _tracks.c.cycle == Complaint.cycle,
        _tracks.c.state.not_in(sorted(LEFT)),
    )
    joined = _tracks.join(_agencies, _agencies.c.code == _tracks.c.agency_code)
    return select(names).select_from(joined).where(on_case).correlate(Complaint.__table__).scalar_subquery()


def counting(person: Person, wanted: ComplaintFilter, now: Moment) -> ScalarSelect[int]:
    """Return a scalar subquery that counts the complaints visible to the person that match a filter. A search in the
    filter is run at once, and its hits are counted up to MOST_RANKED (1,000).
    """
    search = look_up(person, wanted, now).search
    if search is not None:
        return select(literal(len(search.hits or ()))).scalar_subquery()
    if wanted == ComplaintFilter():
        return counting_visible(person)
    if wanted == ComplaintFilter(late=True):
        return counting_late(person, now)
    statement = select(func.count()).select_from(_cases).where(visible_to(person), *criteria_of(wanted, now))
    return statement.scalar_subquery()


def count_each(person: Person, now: datetime, *wanted: ComplaintFilter) -> tuple[int, ...]:
    """Return a tuple with the number of complaints visible to the person that match each filter, in the order of the
    filters, by one query.
    """
    return tuple(db.session.execute(select(*(counting(person, part, now) for part in wanted))).one())


def look_up(person: Person, wanted: ComplaintFilter, now: Moment) -> ComplaintFilter:
    """Run the search of a filter and return a copy of the filter with the ids found (`search.hits`), so that count and
    page share one search. A filter without a search, or with hits, is returned unchanged.
    """
    if wanted.search is None or wanted.search.hits is not None:
        return wanted
    hits = find_hits(wanted.search, person, *criteria_of(wanted, now))
    return replace(wanted, search=replace(wanted.search, hits=hits))


def complaint_page(
    person: Person,
    wanted: ComplaintFilter,
    now: datetime,
    limit: int,
    offset: int = 0,
    order: str = "",
    cut: Cut | None = None,
) -> list[ComplaintRow]:
    """Return one page of the complaint list as a list of ComplaintRows, best match first for a search, otherwise in the
    given `order` (see `order_by`).

    The page starts after the case `cut` if given (or ends before it if `cut` runs backwards), otherwise after `offset`
    cases.
    """
    search = look_up(person, wanted, now).search
    if search is not None:
        return _page_of_hits(search, order, now, limit, offset)
    if wanted in OFTEN_LISTED and not (offset or cut or is_by_field(order)):
        statement = _page_statement(kind_of(person), wanted, limit, order)
    else:
        places = _places(person, wanted, limit, order, cut)
        statement = _rows_of(one_page(places, limit, 0 if cut else offset).subquery("page"))
    rows = [_row(*found) for found in db.session.execute(statement, {"now": now, **values_of(person)})]
    return rows[::-1] if cut and cut.backwards else rows


def _page_of_hits(search: Search, order: str, now: datetime, limit: int, offset: int) -> list[ComplaintRow]:
    hits = search.hits or ()
    if order == BY_LIMIT or is_by_field(order):
        found, by = _hits_as_found(), order_by(order, _cases.c.id)
        place = func.row_number().over(order_by=by).label("place")
        due = select(_cases.c.id, place).join(found, found.c.id == _cases.c.id).order_by(*by)
        statement = _rows_of(one_page(due, limit, offset).subquery("page"), search)
    else:
        hits = tuple(sorted(hits) if order == OLDEST else hits)[offset : offset + limit]
        statement = _rows_of(_hits_as_found(), search) if search.near else _hits_statement()
    return [_row(*found) for found in db.session.execute(statement, {"now": now, "hits": list(hits), **search.values})]


@kept
def _hits_statement() -> Select[Any]:
    return _rows_of(_hits_as_found(), USUAL)


@kept
def _page_statement(kind: Person, wanted: ComplaintFilter, limit: int, order: str) -> Select[Any]:
    return _rows_of(one_page(_places(kind, wanted, limit, order), limit, 0).subquery("page"))


def _rows_of(page: Subquery, search: Search | None = None) -> Select[Any]:
    """Return a statement that reads the columns of a ComplaintRow for a page of ids, in the page's order; rows outside
    the page are never read.
    """
    nearest = nearest_step()
    statement: Select[Any] = (
        select(Complaint, names_of_agencies(), hit_words(search), *nearest.c)
        .join(page, page.c.id == Complaint.id)
        .outerjoin(nearest, true())
        .options(*PARTS)
    )
    return statement.order_by(page.c.place)


def one_page(keys: Select[Any], limit: int, offset: int) -> Select[Any]:
    """Return the statement `keys` with LIMIT and OFFSET of one page added."""
    page = keys.limit(written(limit))
    return page.offset(offset) if offset else page


def _places(person: Person, wanted: ComplaintFilter, limit: int, order: str, cut: Cut | None = None) -> Select[Any]:
    """Return a statement for (id, place in the list) of the cases that match the filter, to be limited by the
    caller.
    """
    key, ids = _cases.c.id, visible_ids(person)
    criteria = [visible_to(person), *criteria_of(wanted, NOW)]
    if ids is not None and wanted == ComplaintFilter() and order in ("", OLDEST):
        # The index of cases sent to an agency already has the order of the list.
        backwards = cut is not None and cut.backwards
        sent = ids.distinct().order_by(*order_by(order, ids.selected_columns[0], backwards=backwards)).subquery("sent")
        key, criteria = sent.c.complaint_id, []
    return in_places(key, criteria, order, cut, limit)


def _row(case: Complaint, names: list[str] | None, hits: list[str] | None, *step: Any) -> ComplaintRow:
    return ComplaintRow(case, tuple(names or ()), *step)._replace(hits=frozenset(hits or ()))


_HITS: BindParameter[Any] = bindparam("hits", type_=ARRAY(BigInteger))


def _hits_as_found() -> Subquery:
    """Return a subquery of (id, place) for the ids bound to the parameter `hits`, in their order."""
    found = func.unnest(_HITS).table_valued("id", with_ordinality="place")
    return select(found.render_derived(name="page")).subquery("page")


def nearest_step() -> LateralFromClause:
    """Return a lateral subquery for the open step of a case with the earliest deadline, with the columns step, number,
    due_at, warn_at and paused_at; no row if no step is open.

    A step that waits for the reporter comes after all running ones.
    """
    same_step = and_(_sop_steps.c.step == _tasks.c.step, _sop_steps.c.sop_version_id == Complaint.sop_version_id)
    columns = (_tasks.c.step, _sop_steps.c.number, _tasks.c.due_at, _tasks.c.warn_at, _tasks.c.paused_at)
    statement = (
        select(*columns)
        .select_from(_tasks.join(_sop_steps, same_step))
        .where(_tasks.c.complaint_id == Complaint.id, _tasks.c.closed_at.is_(None))
        .order_by(_tasks.c.paused_at.is_not(None), _tasks.c.due_at, _tasks.c.id)
        .limit(1)
    )
    return statement.correlate(Complaint.__table__).lateral("nearest")


def select_complaints(
    person: Person, wanted: ComplaintFilter, now: datetime, late: bool | None, changed_since: datetime | None
) -> Select[tuple[Complaint]]:
    """Return a select of the complaints that the person may see and the filter finds, without its search.

    `late` limits it to cases with a deadline before `now`, or (False) to the others, `changed_since` to cases with an
    event at this time or later.
    """
    found = select(Complaint).where(visible_to(person), *criteria_of(wanted, now))
    if late is not None:
        found = found.where(func.coalesce(Complaint.next_due_at < now, False) == late)
    if changed_since is not None:
        found = found.where(Complaint.id.in_(select(_events.c.complaint_id).where(_events.c.at >= changed_since)))
    return found


def criteria_of(wanted: ComplaintFilter, now: Moment) -> list[ColumnElement[bool]]:
    """Return a list of the filter's SQL conditions on Complaint, without its search; empty for an empty filter."""
    found = about(wanted.category, wanted.district)
    if wanted.since is not None:
        found.append(_cases.c.received_at >= midnight(wanted.since))
    if wanted.until is not None and wanted.until < date.max:
        found.append(_cases.c.received_at < midnight(wanted.until + timedelta(days=1)))
    if wanted.status is not None:
        found.append(_cases.c.status == wanted.status.value)
    if wanted.running:
        found.append(_cases.c.status.in_(sorted(OPEN)))
    if wanted.imported:
        found.append(_cases.c.imported_key.is_not(None))
    if wanted.late:
        found.append(_cases.c.next_due_at < now)
    if wanted.channel:
        found.append(_cases.c.channel == wanted.channel)
    found += [has_value(known_fields()[code], value) for code, value in wanted.fields]
    return [*found, *_at(wanted)]


def _at(wanted: ComplaintFilter) -> list[ColumnElement[bool]]:
    """Return a list of the filter's SQL conditions on Complaint for cases at an open step and with an agency; empty if
    the filter names neither.
    """
    found: list[ColumnElement[bool]] = []
    if wanted.step is not None:
        at_step = select(_tasks.c.complaint_id).where(_tasks.c.closed_at.is_(None), _tasks.c.step == wanted.step)
        found.append(_cases.c.id.in_(at_step))
    if wanted.agency:
        with_agency = select(_tracks.c.complaint_id).where(
            _tracks.c.agency_code == wanted.agency,
            _tracks.c.complaint_id == _cases.c.id,
            _tracks.c.cycle == _cases.c.cycle,
            _tracks.c.state.not_in(sorted(LEFT)),
        )
        found.append(with_agency.correlate(_cases).exists())
    return found

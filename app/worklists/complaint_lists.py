"""The list of all complaints a person may see: filters, order, pages, and the choices the filters offer."""

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
from app.models import (
    Agency,
    AgencyTrackRow,
    Category,
    Complaint,
    District,
    SopStepRow,
    StepTask,
)
from app.worklists.case_counts import counting_late, counting_visible
from app.worklists.complaint_order import BY_LIMIT, OLDEST, Cut, in_places, order_by
from app.worklists.search import USUAL, Search
from app.worklists.search_hits import find_hits
from app.worklists.search_marks import hit_words
from workflow_rules.process.actors import Person
from workflow_rules.process.steps import LEFT, OPEN, CaseStatus, Step

_agencies = Agency.__table__
_cases = Complaint.__table__
_tracks = AgencyTrackRow.__table__
_tasks = StepTask.__table__
_sop_steps = SopStepRow.__table__


PARTS = (joinedload(Complaint.district), joinedload(Complaint.village), joinedload(Complaint.category))
"""What a line of a list may show of a case beside its own columns."""


@dataclass(frozen=True)
class ComplaintFilter:
    """What is wanted of the list, reference rows by their codes; every part empty means every complaint.

    `since` and `until` are the first and the last day of receipt, on the office's clock.
    """

    search: Search | None = None
    status: CaseStatus | None = None
    late: bool = False
    running: bool = False
    step: Step | None = None
    agency: str | None = None
    category: str | None = None
    channel: str | None = None
    district: str | None = None
    since: date | None = None
    until: date | None = None


class ComplaintRow(NamedTuple):
    """One line: the case, its agencies, the step, number, limit and warning of its nearest open step, and the words
    that a search has hit.
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
"""Of all that can be wanted, what is mostly wanted: everything, or what is late; or no list at all."""


def about(category: str | None, district: str | None) -> list[ColumnElement[bool]]:
    """Cases of a category (or of one below it) and of a district."""
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
    """Short names of the agencies on a case in its present cycle, in the order they were named."""
    names = func.array_agg(aggregate_order_by(_agencies.c.short_name, _tracks.c.position))
    on_case = and_(
        _tracks.c.complaint_id == Complaint.id,
        _tracks.c.cycle == Complaint.cycle,
        _tracks.c.state.not_in(sorted(LEFT)),
    )
    joined = _tracks.join(_agencies, _agencies.c.code == _tracks.c.agency_code)
    return select(names).select_from(joined).where(on_case).correlate(Complaint.__table__).scalar_subquery()


def counting(person: Person, wanted: ComplaintFilter, now: Moment) -> ScalarSelect[int]:
    """How many complaints the filter finds, as part of another query; of a search not beyond MOST_RANKED."""
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
    """How many complaints each filter finds, in one query."""
    return tuple(db.session.execute(select(*(counting(person, part, now) for part in wanted))).one())


def look_up(person: Person, wanted: ComplaintFilter, now: Moment) -> ComplaintFilter:
    """The filter with what its search finds, so that count and page need not search again each."""
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
    """One page of the list: the best match first where words are searched, else as `order_by` says; from a cut on where
    one is given, else after so many cases.
    """
    search = look_up(person, wanted, now).search
    if search is not None:
        return _lines_of_hits(search, order, now, limit, offset)
    if wanted in OFTEN_LISTED and not (offset or cut):
        statement = _page_asked(kind_of(person), wanted, limit, order)
    else:
        places = _places(person, wanted, limit, order, cut)
        statement = _rows_of(one_page(places, limit, 0 if cut else offset).subquery("page"))
    rows = [_row(*found) for found in db.session.execute(statement, {"now": now, **values_of(person)})]
    return rows[::-1] if cut and cut.backwards else rows


def _lines_of_hits(search: Search, order: str, now: datetime, limit: int, offset: int) -> list[ComplaintRow]:
    hits = search.hits or ()
    if order == BY_LIMIT:
        statement = _rows_of(_hits_by_limit(limit, offset), search)
    else:
        hits = tuple(sorted(hits) if order == OLDEST else hits)[offset : offset + limit]
        statement = _rows_of(_hits_as_found(), search) if search.near else _hits_asked()
    return [_row(*found) for found in db.session.execute(statement, {"now": now, "hits": list(hits), **search.values})]


@kept
def _hits_asked() -> Select[Any]:
    return _rows_of(_hits_as_found(), USUAL)


@kept
def _page_asked(kind: Person, wanted: ComplaintFilter, limit: int, order: str) -> Select[Any]:
    return _rows_of(one_page(_places(kind, wanted, limit, order), limit, 0).subquery("page"))


def _rows_of(page: Subquery, search: Search | None = None) -> Select[Any]:
    """The page was found by keys alone: what a line shows is read for its own rows, not for those that are passed
    over.
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
    """Some of the keys."""
    page = keys.limit(written(limit))
    return page.offset(offset) if offset else page


def _places(person: Person, wanted: ComplaintFilter, limit: int, order: str, cut: Cut | None = None) -> Select[Any]:
    """Ids of what the filter finds with their places in the list."""
    key, ids = _cases.c.id, visible_ids(person)
    criteria = [visible_to(person), *criteria_of(wanted, NOW)]
    if ids is not None and wanted == ComplaintFilter() and order != BY_LIMIT:
        # All that was sent to an agency stands in its own index, in the order of the list.
        backwards = cut is not None and cut.backwards
        sent = ids.distinct().order_by(*order_by(order, ids.selected_columns[0], backwards=backwards)).subquery("sent")
        key, criteria = sent.c.complaint_id, []
    return in_places(key, criteria, order, cut, limit)


def _row(case: Complaint, names: list[str] | None, hits: list[str] | None, *step: Any) -> ComplaintRow:
    return ComplaintRow(case, tuple(names or ()), *step)._replace(hits=frozenset(hits or ()))


_HITS: BindParameter[Any] = bindparam("hits", type_=ARRAY(BigInteger))


def _hits_as_found() -> Subquery:
    """Ids of some hits with their places in the list."""
    found = func.unnest(_HITS).table_valued("id", with_ordinality="place")
    return select(found.render_derived(name="page")).subquery("page")


def _hits_by_limit(limit: int, offset: int) -> Subquery:
    found = _hits_as_found()
    by = order_by(BY_LIMIT, _cases.c.id)
    due = select(_cases.c.id, func.row_number().over(order_by=by).label("place")).join(found, found.c.id == _cases.c.id)
    return one_page(due.order_by(*by), limit, offset).subquery("page")


def nearest_step() -> LateralFromClause:
    """The open step of a case whose limit comes first; one that waits for the reporter only when no other is open."""
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


def criteria_of(wanted: ComplaintFilter, now: Moment) -> list[ColumnElement[bool]]:
    """The filter as conditions on Complaint; the words of a search are not among them."""
    found = [*about(wanted.category, wanted.district), *_received(wanted)]
    if wanted.status is not None:
        found.append(_cases.c.status == wanted.status.value)
    if wanted.running:
        found.append(_cases.c.status.in_(sorted(OPEN)))
    if wanted.late:
        found.append(_cases.c.next_due_at < now)
    if wanted.channel:
        found.append(_cases.c.channel == wanted.channel)
    return [*found, *_at(wanted)]


def _received(wanted: ComplaintFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.since is not None:
        found.append(_cases.c.received_at >= midnight(wanted.since))
    if wanted.until is not None and wanted.until < date.max:
        found.append(_cases.c.received_at < midnight(wanted.until + timedelta(days=1)))
    return found


def _at(wanted: ComplaintFilter) -> list[ColumnElement[bool]]:
    """Where the case is: at an open step, with an agency."""
    found: list[ColumnElement[bool]] = []
    if wanted.step is not None:
        at_step = select(_tasks.c.complaint_id).where(_tasks.c.closed_at.is_(None), _tasks.c.step == wanted.step.value)
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

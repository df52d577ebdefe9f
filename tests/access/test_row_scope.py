"""Agency isolation in the session: no query of a request can bypass it."""

import gc
from collections.abc import Callable

import pytest
from flask import Flask, g
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import func, select

from app.access import row_level_security, session_filter
from app.access.current_person import current_person
from app.access.people import person_of
from app.access.session_filter import as_person
from app.core.clock import utc_now
from app.core.extensions import db
from app.core.request_context import request_context
from app.demo.accounts import demo_person
from app.models import AgencyTrackRow, Complaint, ComplaintEvent, LedgerRow, Letter, Notice, Reporter, StepTask
from app.worklists.complaint_lists import ComplaintFilter, complaint_page
from tests.factories import a_complaint
from tests.scenes import Scene

OF_A_CASE = (AgencyTrackRow, Complaint, ComplaintEvent, LedgerRow, Letter, Notice, Reporter, StepTask)


def own_and_foreign() -> tuple[int, int]:
    own = a_complaint(at="sign_answer", agencies=("dishub",)).id
    return own, a_complaint(at="sign_answer", agencies=("dplh",)).id


@pytest.fixture(autouse=True)
def only_the_first_wall(monkeypatch: pytest.MonkeyPatch) -> None:
    """Row-level security would hide every gap of the session's filter."""
    monkeypatch.setattr(row_level_security, "required_isolation", lambda: row_level_security.NO_ISOLATION)


@pytest.fixture
def two_cases(scene: Scene[tuple[int, int]]) -> tuple[int, int]:
    return scene(own_and_foreign)


@pytest.fixture
def asking_as(app: Flask) -> Callable[[str], object]:
    def ask(username: str) -> object:
        context = app.test_request_context("/")
        context.push()
        user = db.session.scalars(select(User).where(User.username == username)).one()
        g.user = user
        request_context().person = None
        return context

    return ask


@pytest.mark.parametrize("model", OF_A_CASE, ids=lambda m: m.__name__)
def test_an_agency_reads_counts_and_joins_only_its_own(
    two_cases: tuple[int, int], asking_as: Callable[[str], object], model: type
) -> None:
    own, _foreign = two_cases
    context = asking_as("kepala.dishub")
    column = model.id if model is Complaint else model.complaint_id
    assert set(db.session.scalars(select(column))) == {own}
    assert db.session.query(model).count() == len(db.session.scalars(select(model)).all())
    assert db.session.execute(select(func.count(func.distinct(column)))).scalar_one() == 1
    joined = select(column) if model is Complaint else select(column).join(Complaint, Complaint.id == column)
    assert set(db.session.scalars(joined)) == {own}
    context.pop()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("username", "seen"),
    [("kadis", 2), ("pengawas", 2), ("admin.aduan", 2), ("admin.dishub", 1), ("admin.dinkes", 0), ("administrator", 0)],
)
def test_who_sees_how_many_cases(
    two_cases: tuple[int, int], asking_as: Callable[[str], object], username: str, seen: int
) -> None:
    context = asking_as(username)
    assert db.session.execute(select(func.count()).select_from(Complaint)).scalar_one() == seen
    context.pop()  # type: ignore[attr-defined]


def test_a_case_is_seen_only_once_it_was_sent(app: Flask, asking_as: Callable[[str], object]) -> None:
    with app.app_context():
        a_complaint(at="relay", agencies=("dishub",), route="via_admin")
    context = asking_as("admin.dishub")
    assert db.session.scalars(select(Complaint)).all() == []
    context.pop()  # type: ignore[attr-defined]


KEPT = select(Complaint.id)


def test_a_statement_that_is_kept_shows_each_agency_its_own(
    two_cases: tuple[int, int], asking_as: Callable[[str], object]
) -> None:
    for username, own in zip(("kepala.dishub", "admin.dplh", "kepala.dishub"), (*two_cases, two_cases[0]), strict=True):
        context = asking_as(username)
        assert list(db.session.scalars(KEPT)) == list(db.session.scalars(KEPT, {"more": 1})) == [own]
        context.pop()  # type: ignore[attr-defined]
    assert len(session_filter._LIMITED[KEPT]) == 2


def test_what_is_asked_for_another_agency_is_not_answered_for_ones_own(
    two_cases: tuple[int, int], asking_as: Callable[[str], object]
) -> None:
    context = asking_as("kepala.dishub")
    for of, found in (("kepala.dishub", [two_cases[0]]), ("admin.dplh", [])):
        rows = complaint_page(demo_person(of), ComplaintFilter(), utc_now(), 25)
        assert [row.complaint.id for row in rows] == found
    context.pop()  # type: ignore[attr-defined]


def test_a_statement_built_for_one_request_is_not_kept(asking_as: Callable[[str], object]) -> None:
    context = asking_as("kepala.dishub")
    gc.collect()
    before = len(session_filter._LIMITED)
    for number in range(50):
        db.session.scalars(select(Complaint.id).where(Complaint.id == number)).all()
    gc.collect()
    assert len(session_filter._LIMITED) <= before + 1
    context.pop()  # type: ignore[attr-defined]


def test_nobody_is_answered_while_the_visitor_is_being_made_out_but_not_remembered(app: Flask) -> None:
    with app.test_request_context("/"):
        assert current_person().capacities == ()
        g.user = db.session.scalars(select(User).where(User.username == "kadis")).one()
        assert [c.actor for c in current_person().capacities] == ["office_head"]


def test_a_background_job_reads_as_the_person_who_asked_and_everything_again_afterwards(
    app: Flask, two_cases: tuple[int, int]
) -> None:
    with app.app_context():
        user = db.session.scalars(select(User).where(User.username == "kepala.dishub")).one()
        assert set(db.session.scalars(select(Complaint.id))) == set(two_cases)
        with as_person(person_of(user, utc_now())):
            assert set(db.session.scalars(select(Complaint.id))) == {two_cases[0]}
            assert set(db.session.scalars(select(Letter.complaint_id))) == {two_cases[0]}
        assert set(db.session.scalars(select(Complaint.id))) == set(two_cases)
        assert request_context().acting is None

"""Row-level security: with the session's filter switched off, no statement of a request finds another agency's row."""
# ruff: noqa: S608 - the names in the statements are those of tables, written down here

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import pytest
from flask import Flask, g
from flask.testing import FlaskClient
from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import Table, event, func, select, text
from sqlalchemy.exc import DataError, DBAPIError

from app.access import session_filter
from app.access.current_person import current_person
from app.access.people import person_of
from app.access.session_filter import as_person, only_case, only_public
from app.core.clock import utc_now
from app.core.extensions import db
from app.models import Complaint, ComplaintEvent, Notice, SyncChange
from tests.access.isolated_rows import CASE_OF, SHUT, a_full_case, key_of, papers_of_no_case, rows_by_case, tables
from tests.factories import a_complaint, store_letters
from workflow_rules.process.actors import SYSTEM, Person


@pytest.fixture
def filter_off(app: Flask) -> Iterator[None]:
    """The session's filter is off, as if a statement bypassed it."""
    factory = db.session.session_factory
    event.remove(factory, "do_orm_execute", session_filter._limit)
    yield
    event.listen(factory, "do_orm_execute", session_filter._limit)


@pytest.fixture
def two_cases(app: Flask) -> tuple[int, int]:
    """One of dishub, which anybody may know of, and a secret one of dplh."""
    with app.app_context():
        papers_of_no_case()
        return a_full_case("dishub", "900001"), a_full_case("dplh", "900002", confidentiality="secret")


@contextmanager
def asked_by(app: Flask, username: str | None) -> Iterator[None]:
    """A request in which it is known who asks."""
    with app.test_request_context("/"):
        if username:
            g.user = db.session.scalars(select(User).where(User.username == username)).one()
        current_person()
        yield
        db.session.rollback()


def visitors(own: int, foreign: int) -> dict[str, tuple[str | None, AbstractContextManager[None], int | None]]:
    """Who asks, let in by what, and whose case that is."""
    return {
        "an officer": ("kepala.dishub", nullcontext(), own),
        "an officer of the other agency": ("admin.dplh", nullcontext(), foreign),
        "an officer of a third": ("admin.dinkes", nullcontext(), None),
        "a reporter": (None, only_case(own), own),
        "a reporter of the other case": (None, only_case(foreign), foreign),
        "a reporter with an officer's cookie": ("kadis", only_case(own), own),
        "the public": (None, only_public(), own),
        "the public with an officer's cookie": ("kadis", only_public(), own),
        "nobody": (None, nullcontext(), None),
        "a job for an officer": (None, as_person(_person("kepala.dishub")), own),
    }


def _person(username: str) -> Person:
    return person_of(db.session.scalars(select(User).where(User.username == username)).one(), utc_now())


def seen_in(table: Table) -> dict[str, set[str]]:
    """The keys of all rows, read in every way that bypasses the session's filter."""
    key = f"ROW({key_of(table)})::text"
    case = CASE_OF[table.name]
    ways: dict[str, Any] = {
        "raw": text(f"SELECT {key} FROM {table.name}"),
        "joined": text(f"SELECT {key} FROM {table.name} WHERE {case} IN (SELECT id FROM complaint)"),
        "by its columns": select(func.cast(func.row(*table.primary_key), db.Text)),
        "locked": text(f"SELECT {key} FROM {table.name} FOR UPDATE"),
    }
    found = {way: set(db.session.scalars(statement)) for way, statement in ways.items()}
    straight = text(f"SELECT {key} FROM {table.name}")
    found["on the connection"] = set(db.session.connection().execute(straight).scalars())
    mapped = next((m.class_ for m in Model.registry.mappers if m.local_table is table), None)
    if mapped is not None:
        whole = db.session.scalars(select(mapped).execution_options(unscoped=True)).all()
        assert len(whole) == db.session.scalars(select(func.count()).select_from(mapped)).one() == len(found["raw"])
    return found


def expected(table: str, case: int | None, visitor: str, rows: dict[str, dict[int, set[str]]]) -> set[str]:
    hidden = {"the public": {"reporter", "personal_value", "issued_number"}, "a reporter": {"issued_number"}}
    if any(visitor.startswith(who) and table in names for who, names in hidden.items()):
        return set()
    return rows[table].get(case, set()) if case is not None else set()


@pytest.mark.usefixtures("filter_off")
def test_whatever_is_asked_and_however_only_rows_of_ones_own_case_are_found(
    app: Flask, two_cases: tuple[int, int]
) -> None:
    own, foreign = two_cases
    with app.app_context():
        rows = rows_by_case()
        assert {name: set(two_cases) - set(rows[name]) for name in CASE_OF} == {name: set() for name in CASE_OF}
        of_nobody = {"delivery": rows["delivery"].get(None, set())}
        who = visitors(own, foreign)
    wrong = {}
    for visitor, (username, let_in, case) in who.items():
        with asked_by(app, username), let_in:
            for name in CASE_OF:
                for way, keys in seen_in(tables[name]).items():
                    right = expected(name, case, visitor, rows)
                    free = of_nobody.get(name, set()) if way != "joined" else set()
                    sheets = {p for p in keys if name == "paper"} & _sheet(rows) if "officer" in visitor else set()
                    if keys - free - sheets != right:
                        wrong[visitor, name, way] = (sorted(keys - free), sorted(right))
            shut = {name: db.session.scalar(text(f"SELECT count(*) FROM {name}")) for name in SHUT}
            assert set(shut.values()) == {0}
    assert wrong == {}


@pytest.mark.usefixtures("filter_off")
def test_of_the_words_that_are_searched_only_those_of_an_agencys_own_cases_are_shown(
    app: Flask, two_cases: tuple[int, int]
) -> None:
    own, foreign = two_cases
    with app.app_context():
        assert {own, foreign} <= set(db.session.scalars(WORDS))
        who = visitors(own, foreign)
    shown = {}
    for visitor, (username, let_in, _) in who.items():
        with asked_by(app, username), let_in:
            shown[visitor] = list(db.session.scalars(WORDS))
    of_agencies = {"an officer": [own], "an officer of the other agency": [foreign], "a job for an officer": [own]}
    assert shown == {visitor: of_agencies.get(visitor, []) for visitor in who}


@pytest.mark.usefixtures("filter_off")
@pytest.mark.parametrize("track", ["sent_at = NULL", "sight_ended = true"])
def test_of_a_case_that_was_not_sent_or_was_taken_back_an_agency_finds_no_row(
    app: Flask, two_cases: tuple[int, int], track: str
) -> None:
    own, _ = two_cases
    with app.app_context():
        rows = rows_by_case()
        db.session.execute(text(f"UPDATE agency_track SET {track} WHERE complaint_id = :own"), {"own": own})
        db.session.commit()
    found = {}
    with asked_by(app, "kepala.dishub"):
        for name in CASE_OF.keys() - {"issued_number"}:
            for way, keys in seen_in(tables[name]).items():
                found[name, way] = keys & rows[name][own]
    assert {place: keys for place, keys in found.items() if keys} == {}


WORDS = text("SELECT id FROM case_words")


def _sheet(rows: dict[str, dict[int, set[str]]]) -> set[str]:
    """The sheet of the SOP, the later one of the papers of no case."""
    return {max(rows["paper"][None], key=lambda key: int(key.strip("()")))}  # type: ignore[index]


@pytest.mark.usefixtures("filter_off")
def test_another_cases_rows_are_neither_changed_nor_deleted(app: Flask, two_cases: tuple[int, int]) -> None:
    with app.app_context():
        rows = rows_by_case()
        who = visitors(*two_cases)
    touched = {}
    for visitor, (username, let_in, case) in who.items():
        with asked_by(app, username), let_in:
            for name in CASE_OF:
                others = set().union(*(keys for of, keys in rows[name].items() if of not in (case, None)))
                key = tables[name].primary_key.columns.values()[0].name
                where = {"keys": sorted(others)}
                among = f"ROW({key_of(tables[name])})::text = ANY(:keys)"
                for order in (f"UPDATE {name} SET {key} = {key} WHERE {among}", f"DELETE FROM {name} WHERE {among}"):
                    count = db.session.execute(text(order), where).rowcount  # type: ignore[attr-defined]
                    touched[visitor, order] = count
    assert {order: count for order, count in touched.items() if count} == {}


REFUSALS = r"row-level security|permission denied|must be owner|cannot (delete from|update) view"
FORBIDDEN = {
    "an event added": (
        "INSERT INTO complaint_event (complaint_id, seq, kind, actor, at, data, previous_hash, hash)"
        " VALUES (:foreign, 99, 'note', 'agency_head', now(), '{}', '', '')"
    ),
    "a notice handed over": "UPDATE notice SET complaint_id = :foreign WHERE complaint_id = :own",
    "a case sent to oneself": (
        "INSERT INTO agency_track (complaint_id, cycle, position, agency_code, lead, state, sent_at, field_visit,"
        " cross_agency, awaits) VALUES (:foreign, 9, 1, 'dishub', false, 'directed', now(), false, false, '[]')"
    ),
    "a number of another agency's": (
        "INSERT INTO issued_number (agency_code, year, running, number, reason, issued_at)"
        " VALUES ('dplh', 2026, 9, '9', '', now())"
    ),
    "a change for SP4N's ledger": "INSERT INTO inbound_message SELECT 1, '1', '1', 'note', '', '{}', now()",
    "everything emptied": "TRUNCATE notice",
    "a case taken out of sight through a view": "DELETE FROM case_of_agency",
    "a case changed through a view": "UPDATE case_in_public SET complaint_id = :foreign",
    "words of a case changed through a view": "UPDATE case_words SET title = ''",
    "a table of its own": "CREATE TABLE public.mine (id bigint)",
    "a policy taken away": "DROP POLICY walled ON complaint",
    "row-level security switched off": "ALTER TABLE complaint DISABLE ROW LEVEL SECURITY",
    "the migrations rewritten": "UPDATE alembic_version SET version_num = '0001'",
}


@pytest.mark.usefixtures("filter_off")
def test_the_database_refuses_what_would_reach_into_another_case(app: Flask, two_cases: tuple[int, int]) -> None:
    own, foreign = two_cases
    with asked_by(app, "kepala.dishub"):
        refused = {}
        for name, order in FORBIDDEN.items():
            values = {"own": own, "foreign": foreign} if ":foreign" in order else {}
            refused[name] = _refusal(text(order), values)
    assert {name: why for name, why in refused.items() if not re.search(REFUSALS, why)} == {}


def _refusal(statement: Any, values: dict[str, int]) -> str:
    try:
        db.session.execute(statement, values)
    except DBAPIError as refused:
        return str(refused)
    finally:
        db.session.rollback()
    return "done"


def _role() -> str:
    """Who reads, and for which agencies."""
    return str(db.session.scalar(text("SELECT concat(current_user, ' ', current_setting('lapor.agency', true))")))


@pytest.mark.parametrize(
    ("username", "role"),
    [
        ("kepala.dishub", "lapor_walled dishub"),
        (None, "lapor_walled"),
        ("kadis", "postgres"),
        ("pengawas", "postgres"),
        ("administrator", "postgres"),
    ],
)
def test_as_whom_a_request_reads(app: Flask, username: str | None, role: str) -> None:
    with asked_by(app, username):
        assert _role().strip() == role


def test_isolation_ends_with_its_transaction_and_the_connection_comes_back_clean(app: Flask) -> None:
    server = text("SELECT pg_backend_pid()")
    with app.app_context():
        db.engine.dispose()  # so that there is only one to come back
    with asked_by(app, "kepala.dishub"):
        assert _role() == "lapor_walled dishub"
        db.session.commit()
        assert _role() == "lapor_walled dishub"
        walled = db.session.scalar(server)
    with app.app_context(), db.engine.connect() as connection:
        clean = text("SELECT pg_backend_pid(), current_user, current_setting('lapor.agency', true)")
        assert connection.execute(clean).one() == (walled, "postgres", "")


def test_within_one_transaction_isolation_lasts_exactly_as_long_as_somebody_is_read_for(
    app: Flask, two_cases: tuple[int, int]
) -> None:
    own, foreign = two_cases
    cases = text("SELECT id FROM complaint ORDER BY id")
    with app.app_context():
        person = _person("kepala.dishub")
        assert list(db.session.scalars(cases)) == [own, foreign]
        with as_person(person):
            assert list(db.session.scalars(cases)) == [own]
            savepoint = db.session.begin_nested()
            with as_person(SYSTEM):
                assert list(db.session.scalars(cases)) == [own, foreign]
                savepoint.rollback()
                assert list(db.session.scalars(cases)) == [own, foreign]
            assert list(db.session.scalars(cases)) == [own]
        assert list(db.session.scalars(cases)) == [own, foreign]


ACTS = (
    ("admin.dishub", "accept", {}),
    ("kepala.dishub", "dispose", {"instruction": "Siapkan tanggapan."}),
    ("sekretaris.dishub", "submit_draft", {"subject": "Tanggapan", "body": "Sudah ditangani."}),
    ("kepala.dishub", "sign", {}),
    ("admin.dishub", "send", {"without_scan_reason": "Asli dikirim dengan kurir"}),
)


def test_a_rollback_to_a_savepoint_restores_the_isolation(app: Flask, two_cases: tuple[int, int]) -> None:
    """Nothing may be asked of a broken transaction before it is set back, not even for the isolation."""
    seen = text("SELECT id FROM complaint ORDER BY id")
    with asked_by(app, "kepala.dishub"):
        assert list(db.session.scalars(seen)) == [two_cases[0]]
        for outside in (True, False):
            savepoint = db.session.begin_nested()
            if not outside:
                assert list(db.session.scalars(seen)) == [two_cases[0]]
            with pytest.raises(DataError):
                db.session.execute(text("SELECT 1 / 0"))
            savepoint.rollback()
            assert list(db.session.scalars(seen)) == [two_cases[0]]


def test_an_agency_does_its_whole_part_under_row_level_security(
    app: Flask, client: FlaskClient, bearer: Callable[[str], dict[str, str]]
) -> None:
    """What an act writes for others (their notices, the history, SP4N's feed) passes, since it is of the same case."""
    with app.app_context():
        case = a_complaint(at="agency_receive", agencies=("dishub", "dplh"))
        case.complaint.sp4n_tracking_id = "900001"
        db.session.commit()
        case_id = case.id
    tokens = {name: bearer(name) for name, _, _ in ACTS}
    for number, (name, action, params) in enumerate(ACTS):
        if action == "send":
            with app.app_context():
                store_letters()
        body = {"action": action, "params": params, "expected_version": _version(app, case_id)}
        address, headers = f"/api/v1/complaint/{case_id}/actions", {**tokens[name], "Idempotency-Key": f"k{number}"}
        for _ in ("the first time", "again"):
            answer = client.post(address, json=body, headers=headers)
            assert answer.status_code == 200, (action, answer.text)
    with app.app_context():
        acts = [action for _, action, _ in ACTS]
        assert list(db.session.scalars(select(SyncChange.kind).order_by(SyncChange.id))) == acts
        kinds = select(ComplaintEvent.kind).order_by(ComplaintEvent.seq.desc()).limit(len(acts))
        assert list(db.session.scalars(kinds))[::-1] == acts
        told = select(User.username).join(Notice, Notice.user_id == User.id).where(Notice.complaint_id == case_id)
        assert {"admin.dishub", "kepala.dishub", "sekretaris.dishub"} <= set(db.session.scalars(told))


def _version(app: Flask, case_id: int) -> int:
    with app.app_context():
        return db.session.get_one(Complaint, case_id).version

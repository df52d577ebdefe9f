"""The change feed: every committed change, in order, on from any cursor, whoever commits when."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, text

from app.cases.perform_action import perform_action
from app.cases.raise_alarms import raise_due_alarms
from app.core.clock import utc_now
from app.core.extensions import db
from app.core.locks import NUMBERING_LOCK, WAITING_LOCK
from app.core.transaction import one_transaction
from app.demo.accounts import demo_person, make_key
from app.feed.append_changes import note_linked, note_removed
from app.feed.read import CursorTooOld, FeedPage, read_changes
from app.feed.sequence import NUMBER, delete_old_changes, number_changes
from app.models import ComplaintEvent, Letter, SyncChange
from app.papers.papers import draw_paper
from tests.factories import a_complaint, move_on
from tests.sp4n.reports import a_linked_case, a_revision
from workflow_rules.process.actions import Action, ActionRequest

URL = "/api/v1/sp4n/changes"


@pytest.fixture
def key(context: Flask) -> dict[str, str]:
    return {"Authorization": f"Bearer {make_key()}"}


def numbered(after: str = "", limit: int = 100) -> FeedPage:
    number_changes()
    return read_changes(after, limit)


def kinds(page: FeedPage) -> list[str]:
    return [row.kind for row in page.changes]


def test_every_event_of_a_linked_case_is_one_change_and_no_other_case_is_told(context: Flask) -> None:
    a_complaint(at="answered")
    case = a_linked_case()
    case.act("complaint_admin", "register")
    case.act("section_head", "approve_check")
    page = numbered()
    assert kinds(page) == ["received", "register", "approve_check"]
    assert [row.status for row in page.changes] == ["registering", "checking", "reporting"]
    assert [row.version for row in page.changes] == sorted({row.version for row in page.changes})
    assert [row.origin for row in page.changes] == ["sp4n", "office", "office"]
    assert not page.more


def test_changes_are_numbered_in_order_although_the_table_holds_them_in_another(context: Flask) -> None:
    """With statistics of an empty table PostgreSQL read the ordered rows again for each row of the table."""
    db.session.execute(text("ANALYZE sync_change"))
    db.session.commit()
    case = a_linked_case()
    case.act("complaint_admin", "register")
    with one_transaction():
        db.session.execute(text("UPDATE sync_change SET at = at WHERE kind = 'received'"))
    assert kinds(numbered()) == ["received", "register"]


def test_a_passed_limit_is_a_change_too(context: Flask) -> None:
    case = a_linked_case()
    assert raise_due_alarms(utc_now() + timedelta(days=30)) > 0
    told = kinds(numbered())
    events = select(func.count()).where(ComplaintEvent.complaint_id == case.id)
    assert "breached" in told
    assert len(told) == db.session.execute(events).scalar_one()


def test_a_change_that_commits_late_is_not_skipped(context: Flask, another: ThreadPoolExecutor) -> None:
    """What was written first commits after what was written later has been read: it gets the later place."""
    first, second = a_linked_case("9165816"), a_linked_case("9165817")
    cursor, written, read = numbered().next, Event(), Event()
    slow = another.submit(_note_slowly, context, first.id, written, read)
    assert written.wait(20)
    second.act("complaint_admin", "note", text="Ditulis kemudian.")
    page = numbered(cursor)
    read.set()
    slow.result(timeout=20)
    later = numbered(page.next)
    assert [(row.tracking_id, row.kind) for row in page.changes] == [("9165817", "note")]
    assert [(row.tracking_id, row.kind) for row in later.changes] == [("9165816", "note")]
    assert [row.tracking_id for row in numbered(cursor).changes] == ["9165817", "9165816"]
    assert later.changes[0].id < page.changes[0].id


def _note_slowly(app: Flask, case: int, written: Event, read: Event) -> None:
    note = ActionRequest(Action.NOTE, None, {"text": "Ditulis lebih dahulu."})
    with app.app_context(), one_transaction():
        perform_action(case, note, demo_person("admin.aduan"), None)
        written.set()
        assert read.wait(20)


def test_nobody_numbers_while_another_ones_numbers_are_not_visible(context: Flask, another: ThreadPoolExecutor) -> None:
    """The second would give the later change a number that is read before the first one's lower numbers appear."""
    case = a_linked_case()
    cursor = numbered().next
    _copy(case.id, "first")
    with db.engine.connect() as slow:
        slow.execute(select(func.pg_advisory_xact_lock(NUMBERING_LOCK)))
        slow.execute(NUMBER)
        place = slow.execute(select(func.max(SyncChange.position))).scalar_one()
        _copy(case.id, "second")
        reading = another.submit(_read_elsewhere, context, cursor)
        _until(lambda: reading.done() or _somebody_waits_for_a_lock())
        slow.commit()
    seen, last = reading.result(timeout=20)
    assert seen + kinds(numbered(last)) == ["first", "second"]
    assert db.session.scalars(select(SyncChange.position).where(SyncChange.kind == "first")).one() == place


def _copy(case: int, kind: str) -> None:
    with one_transaction():
        db.session.execute(text(_COPY), {"case": case, "kind": kind})


def _read_elsewhere(app: Flask, cursor: str) -> tuple[list[str], str]:
    with app.app_context():
        page = numbered(cursor)
        return kinds(page), page.next


def _somebody_waits_for_a_lock() -> bool:
    with db.engine.connect() as connection:
        return bool(connection.execute(text("SELECT count(*) FROM pg_locks WHERE NOT granted")).scalar_one())


def _until(happens: Callable[[], bool]) -> None:
    end = utc_now() + timedelta(seconds=20)
    while not happens():
        assert utc_now() < end


_COPY = """
    INSERT INTO sync_change (complaint_id, tracking_id, number, revision, version, kind, status, at, origin,
                             tombstone, mark)
    SELECT id, sp4n_tracking_id, number, sp4n_revision, version, :kind, status, now(), 'office', false, 'aa'
    FROM complaint WHERE id = :case
"""


def test_pages_go_on_where_the_last_one_ended(context: Flask) -> None:
    case = a_linked_case()
    for _ in range(6):
        case.act("complaint_admin", "note", text="Uji.")
    seen: list[str] = []
    page = numbered(limit=3)
    while page.changes:
        seen += kinds(page)
        assert page.more == (len(seen) < 7)
        page = numbered(page.next, 3)
    assert seen == ["received", *["note"] * 6]


def test_a_cursor_past_retention_or_of_another_history_is_refused(context: Flask) -> None:
    case = a_linked_case()
    for _ in range(3):
        case.act("complaint_admin", "note", text="Uji.")
    first = numbered(limit=1).next
    third = numbered(limit=3).next
    last = numbered().next
    assert delete_old_changes(utc_now() + timedelta(days=1000)) == 3
    with pytest.raises(CursorTooOld):
        read_changes(first, 10)
    assert len(numbered(third).changes) == 1
    assert numbered(last).changes == []
    db.session.execute(text("UPDATE sync_change SET mark = 'other'"))
    with pytest.raises(CursorTooOld):
        read_changes(last, 10)


def test_a_database_set_back_below_the_cursor_is_noticed(context: Flask) -> None:
    a_linked_case()
    cursor = numbered().next
    db.session.execute(text("DELETE FROM sync_change"))
    with pytest.raises(CursorTooOld):
        read_changes(cursor, 10)


def test_linking_begins_the_feed_and_a_tombstone_ends_it(context: Flask) -> None:
    case = a_complaint(at="check")
    with one_transaction():
        case.complaint.sp4n_tracking_id = "9165816"
        note_linked(case.complaint, utc_now())
        note_removed(case.complaint, utc_now())
        case.complaint.sp4n_tracking_id = None
    case.act("section_head", "approve_check")
    changes = numbered().changes
    assert [(c.kind, c.status, c.tombstone) for c in changes] == [
        ("linked", "checking", False),
        ("removed", "checking", True),
    ]


def test_over_http_the_feed_is_paged_and_refuses_what_is_no_cursor(client: FlaskClient, key: dict[str, str]) -> None:
    case = a_linked_case()
    case.act("complaint_admin", "register")
    first = client.get(f"{URL}?limit=1", headers=key).get_json()["result"]
    change = first["changes"][0]
    assert (change["tracking_id"], change["revision"], change["kind"]) == ("9165816", 1, "received")
    assert (change["status"], change["tombstone"], first["more"]) == ("registering", False, True)
    rest = client.get(URL, query_string={"after": first["next"]}, headers=key).get_json()["result"]
    assert ([c["kind"] for c in rest["changes"]], rest["more"]) == (["register"], False)
    again = client.get(URL, query_string={"after": rest["next"]}, headers=key).get_json()["result"]
    assert again == {"changes": [], "next": rest["next"], "more": False}
    wrong = [{"after": "x"}, {"after": "=="}, {"after": "é"}, {"limit": "0"}, {"limit": "1001"}, {"wait": "-1"}]
    wrong += [{"wait": "31"}, {"limit": "1e3"}, {"after": "OTk5OTk5OTk5OTk5OTk5OTk5OTkuYQ"}]
    answers = [client.get(URL, query_string=query, headers=key).status_code for query in wrong]
    assert answers == [400] * len(wrong)


def test_an_expired_cursor_is_gone_with_its_name(client: FlaskClient, key: dict[str, str]) -> None:
    a_linked_case()
    cursor = client.get(URL, headers=key).get_json()["result"]["next"]
    db.session.execute(text("DELETE FROM sync_change"))
    db.session.commit()
    answer = client.get(URL, query_string={"after": cursor}, headers=key)
    assert (answer.status_code, answer.get_json()["type"].rsplit("/", 1)[1]) == (410, "cursor_expired")


@pytest.fixture
def another(app: Flask) -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as pool:
        yield pool


def _waiting_poll(app: Flask, client: FlaskClient, key: dict[str, str], another: ThreadPoolExecutor) -> Any:
    """A case, and what a long poll answers that has begun to wait for its next change."""
    case = a_linked_case()
    cursor = client.get(URL, headers=key).get_json()["result"]["next"]

    def poll() -> Any:
        return app.test_client().get(URL, query_string={"after": cursor, "wait": 30}, headers=key).get_json()

    waiting = another.submit(poll)
    _until_somebody_waits()
    return case, waiting


def test_a_long_poll_answers_with_the_change_that_comes(
    app: Flask, client: FlaskClient, key: dict[str, str], another: ThreadPoolExecutor
) -> None:
    case, waiting = _waiting_poll(app, client, key, another)
    case.act("complaint_admin", "register")
    assert [c["kind"] for c in waiting.result(timeout=20)["result"]["changes"]] == ["register"]


def test_a_long_poll_hears_of_a_change_that_somebody_else_has_numbered(
    app: Flask, client: FlaskClient, key: dict[str, str], another: ThreadPoolExecutor
) -> None:
    """Another reader, or a job that tells others, may be quicker between two looks of the one who waits."""
    case, waiting = _waiting_poll(app, client, key, another)
    with one_transaction():
        case.act("complaint_admin", "register")
        number_changes()
    assert [c["kind"] for c in waiting.result(timeout=20)["result"]["changes"]] == ["register"]


def test_a_second_long_poll_finds_no_place_and_is_answered_at_once(
    app: Flask, client: FlaskClient, key: dict[str, str]
) -> None:
    a_linked_case()
    cursor = client.get(URL, headers=key).get_json()["result"]["next"]
    with db.engine.connect() as somebody:
        somebody.execute(select(func.pg_advisory_xact_lock(WAITING_LOCK, 0)))
        began = utc_now()
        answer = client.get(URL, query_string={"after": cursor, "wait": 30}, headers=key).get_json()
        assert answer["result"]["changes"] == []
        assert utc_now() - began < timedelta(seconds=15)


def _until_somebody_waits() -> None:
    _until(_somebody_waits)


def _somebody_waits() -> bool:
    held = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = :class AND granted")
    with db.engine.connect() as connection:
        return bool(connection.execute(held, {"class": WAITING_LOCK}).scalar_one())


def test_reconciliation_lists_what_we_hold_by_tracking_id(client: FlaskClient, key: dict[str, str]) -> None:
    for tracking_id, revision in (("9165818", 4), ("9165816", 1), ("9165817", 9)):
        client.put(f"/api/v1/sp4n/reports/{tracking_id}", json=a_revision(revision), headers=key)
    a_complaint()
    url = "/api/v1/sp4n/reconciliation"
    first = client.get(f"{url}?limit=2", headers=key)
    rows = first.get_json()["result"]
    assert [(r["tracking_id"], r["revision"], r["status"]) for r in rows] == [
        ("9165816", 1, "registering"),
        ("9165817", 9, "registering"),
    ]
    rest = client.get(first.headers["Link"].split(">")[0].lstrip("<"), headers=key)
    assert [r["tracking_id"] for r in rest.get_json()["result"]] == ["9165818"]
    assert "Link" not in rest.headers
    state = client.get("/api/v1/sp4n/reports/9165818", headers=key).get_json()["result"]
    assert state["state_hash"] == rest.get_json()["result"][0]["state_hash"]
    hashes = {r["state_hash"] for r in [*rows, *rest.get_json()["result"]]}
    assert len(hashes) == 3


def test_the_answer_and_its_letter_are_there_once_it_is_answered(client: FlaskClient, key: dict[str, str]) -> None:
    case = a_linked_case()
    url = "/api/v1/sp4n/reports/9165816"
    assert client.get(url, headers=key).get_json()["result"]["answer"] is None
    assert client.get(f"{url}/answer.pdf", headers=key).status_code == 404
    move_on(case)
    result = client.get(url, headers=key).get_json()["result"]
    assert (result["status"], result["stage"], result["answer"]["text"]) == ("answered", "answered", "Sudah ditangani.")
    assert result["answer"]["letter"]["agency"] == "dishub"
    early = client.get(f"{url}/answer.pdf", headers=key)
    assert (early.status_code, early.get_json()["type"].rsplit("/", 1)[1]) == (409, "not_ready")
    assert int(early.headers["Retry-After"]) <= 60
    draw_paper(db.session.scalars(select(Letter.paper_id)).one())
    letter = client.get(f"{url}/answer.pdf", headers=key)
    assert (letter.status_code, letter.mimetype, letter.data[:5]) == (200, "application/pdf", b"%PDF-")
    assert client.get("/api/v1/sp4n/reports/9999999/answer.pdf", headers=key).status_code == 404

"""The bell shows an officer's own notices only, and an officer says how to be told of the next ones."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import ColumnElement, event, select

from app.core.clock import utc_now
from app.core.extensions import db, redis_client
from app.core.jobs import QUEUE_OF, JobName
from app.models import Delivery, Notice, NoticePreference
from tests.factories import a_complaint

SignIn = Callable[[str], FlaskClient]
ON = "1"


class Office:
    """What stands in the tables, each look in a context of its own, so that no request meets another's visitor."""

    def __init__(self, app: Flask) -> None:
        self.app = app

    def case(self) -> tuple[int, str]:
        """A case that waits for the head of the section, who has been told."""
        with self.app.app_context():
            case = a_complaint(at="check")
            return case.id, case.complaint.number

    def notice(self, username: str) -> Notice:
        with self.app.app_context():
            return db.session.scalars(select(Notice).join(User, Notice.user_id == User.id).where(_is(username))).one()

    def preference(self, username: str) -> NoticePreference | None:
        with self.app.app_context():
            return db.session.scalars(select(NoticePreference).join(NoticePreference.user).where(_is(username))).first()

    def prefer(self, username: str, **wishes: Any) -> None:
        with self.app.app_context():
            user = db.session.scalars(select(User.id).where(_is(username))).one()
            db.session.add(NoticePreference(user_id=user, **wishes))
            db.session.commit()

    def message(self, username: str, **more: Any) -> int:
        """A message to that officer; its id."""
        with self.app.app_context():
            user = db.session.scalars(select(User.id).where(_is(username))).one()
            values = {"channel": "email", "created_at": utc_now(), "next_try_at": utc_now(), **more}
            message = Delivery(user_id=user, **values)
            db.session.add(message)
            db.session.commit()
            return message.id

    def state(self, message: int) -> tuple[str, int]:
        with self.app.app_context():
            row = db.session.get_one(Delivery, message)
            return row.state, row.attempts

    def jobs(self) -> int:
        """How many jobs wait that send messages, one by one or all that are due."""
        queues = {QUEUE_OF[name] for name in (JobName.DELIVER, JobName.RELAY_DELIVERIES)}
        with self.app.app_context():
            return sum(redis_client().llen(f"rq:queue:{queue}") for queue in queues)


def _is(username: str) -> ColumnElement[bool]:
    return User.username == username


@pytest.fixture
def office(app: Flask) -> Office:
    return Office(app)


@pytest.fixture
def case(office: Office) -> tuple[int, str]:
    """Its id and number."""
    return office.case()


@pytest.fixture
def gateway(app: Flask) -> Iterator[None]:
    app.config["GATEWAY_URL"] = "json://localhost/{to}"
    yield
    app.config["GATEWAY_URL"] = None


def test_the_bell_counts_and_the_page_tells(case: tuple[int, str], office: Office, as_user: SignIn) -> None:
    client = as_user("kasi")
    assert "1 belum dibaca" in client.get("/aduan/").text
    page = client.get("/pemberitahuan/").text
    assert f"Aduan {case[1]} menunggu Anda" in page
    assert "WITA" in page
    assert 'class="baru"' in page


def test_opening_a_notice_marks_it_once_and_leads_to_the_case(
    case: tuple[int, str], office: Office, as_user: SignIn
) -> None:
    client, notice = as_user("kasi"), office.notice("kasi")
    answer = client.post(f"/pemberitahuan/{notice.id}")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/aduan/{case[0]}")
    first = office.notice("kasi").read_at
    assert first is not None
    client.post(f"/pemberitahuan/{notice.id}")
    assert office.notice("kasi").read_at == first
    assert "belum dibaca" not in client.get("/pemberitahuan/").text
    assert client.get(f"/pemberitahuan/{notice.id}").status_code == 405


@pytest.mark.parametrize("other", ["kabid", "admin.dinkes", "pengawas", "administrator"])
def test_another_officers_notice_is_not_there(
    case: tuple[int, str], office: Office, as_user: SignIn, other: str
) -> None:
    client, notice = as_user(other), office.notice("kasi")
    assert client.post(f"/pemberitahuan/{notice.id}").status_code == 404
    assert case[1] not in client.get("/pemberitahuan/").text
    client.post("/pemberitahuan/dibaca")
    assert office.notice("kasi").read_at is None


@pytest.mark.parametrize("number", ["0", "99999", str(2**70)])
def test_a_notice_that_is_not_there_is_not_found(
    case: tuple[int, str], office: Office, as_user: SignIn, number: str
) -> None:
    assert as_user("kasi").post(f"/pemberitahuan/{number}").status_code == 404


def test_all_are_marked_at_once(case: tuple[int, str], office: Office, as_user: SignIn) -> None:
    client = as_user("kasi")
    answer = client.post("/pemberitahuan/dibaca", follow_redirects=True)
    assert "1 pemberitahuan ditandai sudah dibaca" in answer.text
    assert "Semua sudah dibaca" in answer.text
    assert office.notice("kasi").read_at is not None


def test_the_bell_asks_the_database_once_a_page(case: tuple[int, str], office: Office, as_user: SignIn) -> None:
    client, asked = as_user("kasi"), []

    def note(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if "FROM notice" in statement and "count(" in statement:
            asked.append(statement)

    with office.app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        for path in ("/pemberitahuan/", "/aduan/"):
            asked.clear()
            client.get(path)
            assert len(asked) == 1, path
    finally:
        event.remove(engine, "before_cursor_execute", note)


def test_an_empty_bell_says_what_will_come(as_user: SignIn) -> None:
    page = as_user("kadis").get("/pemberitahuan/").text
    assert "Belum ada pemberitahuan" in page
    assert "Tandai semua" not in page


def test_wishes_are_kept(office: Office, gateway: None, as_user: SignIn) -> None:
    client = as_user("kasi")
    form = {"limit_at_any_hour": ON, "only_digest": ON, "gateway_to": " 0812 3456-7890 "}
    answer = client.post("/pemberitahuan/cara", data=form, follow_redirects=True)
    assert "Cara pemberitahuan disimpan" in answer.text
    assert 'value="081234567890"' in answer.text
    kept = office.preference("kasi")
    assert kept is not None
    assert (kept.by_email, kept.quiet, kept.morning_digest) == (False, False, False)
    assert (kept.limit_at_any_hour, kept.only_digest, kept.gateway_to) == (True, True, "081234567890")


@pytest.mark.parametrize("typed", ["0812", "bukan nomor!", "a" * 65, "0812\x003456789", "@x", "++6281234567"])
def test_a_useless_number_comes_back_as_it_was_typed(
    office: Office, gateway: None, as_user: SignIn, typed: str
) -> None:
    client = as_user("kasi")
    answer = client.post("/pemberitahuan/cara", data={"quiet": ON, "gateway_to": typed})
    assert answer.status_code == 422
    assert f'value="{typed}"' in answer.text
    assert 'aria-describedby="gateway_to-petunjuk gateway_to-galat" aria-invalid="true"' in answer.text
    assert 'name="quiet" value="1" checked' in answer.text
    assert 'name="by_email" value="1" checked' not in answer.text
    assert office.preference("kasi") is None


@pytest.mark.parametrize("typed", ["+6281234567890", "@petugas_contoh", "-1001234567890", ""])
def test_numbers_names_and_nothing_are_taken(office: Office, gateway: None, as_user: SignIn, typed: str) -> None:
    answer = as_user("kasi").post("/pemberitahuan/cara", data={"gateway_to": typed})
    assert answer.status_code == 303
    kept = office.preference("kasi")
    assert kept is not None
    assert kept.gateway_to == (typed or None)


def test_a_number_is_asked_for_only_where_a_message_service_is_set_up(office: Office, as_user: SignIn) -> None:
    office.prefer("kasi", gateway_to="081234567890")
    client = as_user("kasi")
    assert "gateway_to" not in client.get("/pemberitahuan/cara").text
    client.post("/pemberitahuan/cara", data={"by_email": ON, "gateway_to": "!"})
    kept = office.preference("kasi")
    assert kept is not None
    assert (kept.by_email, kept.gateway_to) == (True, "081234567890")


def test_the_account_page_leads_to_the_wishes(as_user: SignIn) -> None:
    assert 'href="/pemberitahuan/cara"' in as_user("kasi").get("/users/userinfo/").text


def test_a_failed_message_is_shown_and_sent_again(office: Office, as_user: SignIn) -> None:
    message, client = (
        office.message("kasi", state="failed", last_error="550 <b>tidak ada</b>", attempts=9),
        as_user("administrator"),
    )
    page = client.get("/pesan-gagal/").text
    assert "kasi@balangan.example" in page
    assert "550 &lt;b&gt;tidak ada&lt;/b&gt;" in page
    answer = client.post(f"/pesan-gagal/{message}/kirim-lagi", follow_redirects=True)
    assert "Pesan dikirim lagi" in answer.text
    assert "Tidak ada pesan gagal" in answer.text
    assert office.state(message) == ("queued", 0)
    assert office.jobs() == 1
    again = client.post(f"/pesan-gagal/{message}/kirim-lagi", follow_redirects=True)
    assert "tidak gagal lagi" in again.text
    assert office.jobs() == 1


def test_only_the_administrator_sees_failed_messages(office: Office, as_user: SignIn) -> None:
    message = office.message("kasi", state="failed")
    for name in ("kasi", "kadis", "pengawas", "admin.aduan"):
        assert as_user(name).get("/pesan-gagal/").status_code == 403
        assert as_user(name).post(f"/pesan-gagal/{message}/kirim-lagi").status_code == 403
    assert office.state(message)[0] == "failed"

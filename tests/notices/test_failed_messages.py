"""All failed messages are sent again at once: after a question with their number, and pressed twice only once."""

import threading
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.core.clock import utc_now
from app.core.extensions import db
from app.delivery import deliver
from app.delivery.deliver import relay_deliveries, send_all_again
from app.models import Delivery
from tests.notices.test_notice_screens import Office

SignIn = Callable[[str], FlaskClient]
ALL = "/pesan-gagal/kirim-lagi"


@pytest.fixture
def office(app: Flask) -> Office:
    return Office(app)


def failed(office: Office, count: int) -> list[int]:
    return [office.message("kasi", state="failed", attempts=9, last_error="550") for _ in range(count)]


def test_the_question_names_how_many_and_changes_nothing(office: Office, as_user: SignIn) -> None:
    messages, client = failed(office, 3), as_user("administrator")
    assert f'href="{ALL}"' in client.get("/pesan-gagal/").text
    assert "Kirim lagi 3 pesan gagal?" in client.get(ALL).text
    assert [office.state(message) for message in messages] == [("failed", 9)] * 3


def test_all_are_sent_again_and_a_second_press_finds_none(office: Office, as_user: SignIn) -> None:
    messages, sent, client = failed(office, 3), office.message("kasi", state="sent"), as_user("administrator")
    assert "3 pesan dikirim lagi" in client.post(ALL, follow_redirects=True).text
    assert [office.state(message) for message in messages] == [("queued", 0)] * 3
    assert office.state(sent)[0] == "sent"
    assert office.jobs() == 1
    for answer in (client.post(ALL, follow_redirects=True), client.get(ALL, follow_redirects=True)):
        assert "Tidak ada pesan gagal" in answer.text
    assert office.jobs() == 1
    with office.app.app_context():
        assert relay_deliveries(utc_now()) == 3


def test_one_failed_message_alone_has_just_its_own_button(office: Office, as_user: SignIn) -> None:
    failed(office, 1)
    assert "Kirim lagi semua" not in as_user("administrator").get("/pesan-gagal/").text


def test_all_are_queued_again_or_none(app: Flask, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    messages = failed(office, 5)

    def fails(*_: object) -> None:
        raise RuntimeError("the database is gone")

    with app.app_context():
        monkeypatch.setattr(deliver, "enqueue_after_commit", fails)
        with pytest.raises(RuntimeError):
            send_all_again(utc_now())
        assert {office.state(message) for message in messages} == {("failed", 9)}
        assert office.jobs() == 0
        monkeypatch.undo()
        assert send_all_again(utc_now()) == 5


def test_two_who_press_at_once_send_each_message_once(app: Flask, office: Office) -> None:
    failed(office, 40)
    barrier, counts = threading.Barrier(2), []

    def press() -> None:
        with app.app_context():
            barrier.wait(timeout=30)
            counts.append(send_all_again(utc_now()))

    both = [threading.Thread(target=press) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join(timeout=60)
    assert sum(counts) == 40
    with app.app_context():
        assert set(db.session.scalars(select(Delivery.state))) == {"queued"}

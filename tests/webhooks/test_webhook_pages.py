"""The pages of webhooks: who may what, a secret that is shown once, a log that is safe to read, replay by button."""

import re
from collections.abc import Callable, Iterator
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text

from app.core.clock import utc_now
from app.core.extensions import db
from app.models import JournalEntry, WebhookDelivery, WebhookEndpoint
from app.outbound import allowed_target
from app.webhooks.payload import EVENT_TYPES
from tests.sp4n.reports import a_linked_case
from tests.statements import statements
from tests.webhooks.receiver import Receiver, a_receiver, an_endpoint, status, work

SignIn = Callable[[str], FlaskClient]
PATH = "/sp4n/webhook"
FORM = {"nama": "Uji", "url": "https://penerima.example/hook?key=kunci-penerima", "lingkup": "semua", "versi": "0"}
SECRET = re.compile(r"whsec_[A-Za-z0-9+/]{43}=")


@pytest.fixture(autouse=True)
def names(monkeypatch: pytest.MonkeyPatch) -> None:
    found = {"penerima.example": ["93.184.216.34"], "dalam.example": ["10.0.0.5"]}
    monkeypatch.setattr(allowed_target, "look_up", lambda host, port: found.get(host, []))


@pytest.fixture
def administrator(context: Flask, as_user: SignIn) -> FlaskClient:
    return as_user("administrator")


@pytest.fixture
def receiver(context: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    monkeypatch.setitem(context.config, "WEBHOOK_ALLOW_PRIVATE", True)
    with a_receiver() as server:
        yield server


def endpoint() -> WebhookEndpoint:
    db.session.expire_all()
    return db.session.scalars(select(WebhookEndpoint)).one()


def acts() -> list[str]:
    entries = (
        select(JournalEntry)
        .where(JournalEntry.kind != "row_changed")
        .where(JournalEntry.kind == "webhook_changed")
        .order_by(JournalEntry.id)
    )
    return [entry.data["act"] for entry in db.session.scalars(entries)]


def test_a_receiver_is_added_and_its_secret_is_shown_once_and_kept_sealed(administrator: FlaskClient) -> None:
    answer = administrator.post(f"{PATH}/baru", data=FORM)
    shown = SECRET.findall(answer.text)
    made = endpoint()
    assert (answer.status_code, shown) == (200, [made.secret])
    assert answer.headers["Cache-Control"] == "no-store"
    kept = db.session.execute(text("SELECT secret FROM webhook_endpoint")).scalar_one()
    assert "whsec" not in kept
    for path in (f"{PATH}/", f"{PATH}/{made.id}", f"{PATH}/{made.id}/ubah", f"{PATH}/{made.id}/rahasia", "/jurnal/"):
        page = administrator.get(path).text
        assert "Uji" in page
        assert not SECRET.search(page)
    assert "kunci-penerima" not in administrator.get("/jurnal/").text
    again = administrator.post(f"{PATH}/baru", data=FORM)
    assert (again.status_code, "sudah dipakai" in again.text) == (422, True)
    assert acts() == ["added"]


def test_others_read_without_the_query_of_the_address_and_without_buttons(
    administrator: FlaskClient, as_user: SignIn
) -> None:
    administrator.post(f"{PATH}/baru", data=FORM)
    for name in ("admin.aduan", "pengawas"):
        for path in (f"{PATH}/", f"{PATH}/{endpoint().id}"):
            page = as_user(name).get(path).text
            assert "penerima.example/hook?…" in page
            assert "kunci-penerima" not in page
            assert f'action="{PATH}' not in page
            assert f"{PATH}/baru" not in page
    assert "kunci-penerima" in administrator.get(f"{PATH}/").text


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"nama": " "}, "Isi nama"),
        ({"nama": "x" * 101}, "Isi nama"),
        ({"nama": "a\x00b"}, "Isi nama"),
        ({"url": "http://penerima.example/"}, "harus diawali https://"),
        ({"url": "https://dalam.example/"}, "mesin atau jaringan dalam"),
        ({"url": "https://localhost/"}, "mesin atau jaringan dalam"),
        ({"url": "https://169.254.169.254/"}, "mesin atau jaringan dalam"),
        ({"url": "https://a:b@penerima.example/"}, "Hapus nama pengguna"),
        ({"url": "https://penerima.example:6379/"}, "Gunakan port"),
        ({"url": "https://tiada.example/"}, "tidak ditemukan"),
        ({"url": "https://2130706433/"}, "Tulis nama server lengkap"),
        ({"url": ""}, "Tulis alamat lengkap"),
        ({"url": "https://penerima.example/" + "x" * 1000}, "Tulis alamat lengkap"),
        ({"lingkup": "pilihan"}, "Pilih sedikitnya satu"),
        ({"lingkup": "pilihan", "jenis": "complaint.explode"}, "Pilih sedikitnya satu"),
    ],
)
def test_a_form_with_a_fault_comes_back_with_what_was_typed(
    administrator: FlaskClient, wrong: dict[str, str], sentence: str
) -> None:
    answer = administrator.post(f"{PATH}/baru", data={**FORM, **wrong})
    assert (answer.status_code, answer.text.count(sentence) >= 2) == (422, True)
    assert "err-ringkas" in answer.text
    assert db.session.query(WebhookEndpoint).count() == 0


def test_a_change_is_judged_too_kept_in_the_journal_and_refused_from_an_old_form(administrator: FlaskClient) -> None:
    administrator.post(f"{PATH}/baru", data=FORM)
    edit = f"{PATH}/{endpoint().id}/ubah"
    inside = administrator.post(edit, data={**FORM, "url": "https://dalam.example/", "versi": "1"})
    assert inside.status_code == 422
    wish = {**FORM, "lingkup": "pilihan", "jenis": ["complaint.reply", "complaint.send"], "versi": "1"}
    assert administrator.post(edit, data=wish).status_code == 303
    made = endpoint()
    assert (made.version, set(made.event_types)) == (2, {"complaint.reply", "complaint.send"})
    old = administrator.post(edit, data={**wish, "nama": "Lain"}, follow_redirects=True)
    assert "sudah berubah" in old.text
    assert endpoint().name == "Uji"
    assert acts() == ["added", "changed"]
    journal = administrator.get("/jurnal/").text
    assert "Menjadi: Uji, https://penerima.example/hook, complaint.send, complaint.reply" in journal


def test_a_new_secret_leaves_the_old_one_for_a_day_and_the_form_pressed_twice_makes_one(
    administrator: FlaskClient,
) -> None:
    administrator.post(f"{PATH}/baru", data=FORM)
    old, path = endpoint().secret, f"{PATH}/{endpoint().id}/rahasia"
    assert administrator.post(path, data={"versi": "1", "jam": "5"}).status_code == 400
    new = SECRET.findall(administrator.post(path, data={"versi": "1", "jam": "24"}).text)
    assert "sudah berubah" in administrator.post(path, data={"versi": "1"}, follow_redirects=True).text
    kept = endpoint()
    assert (new, kept.previous_secret) == ([kept.secret], old)
    assert old != kept.secret
    administrator.post(path, data={"versi": "2", "jam": "0"})
    assert (endpoint().previous_secret, endpoint().previous_until) == (None, None)
    assert acts() == ["added", "rotated", "rotated"]


def test_off_and_on_and_pressed_twice(administrator: FlaskClient) -> None:
    administrator.post(f"{PATH}/baru", data=FORM)
    path = f"{PATH}/{endpoint().id}/aktif"
    for wish in ("0", "0"):
        assert administrator.post(path, data={"aktif": wish}).status_code == 303
    assert (endpoint().active, endpoint().disabled_for) == (False, "by_hand")
    for wish in ("1", "1"):
        administrator.post(path, data={"aktif": wish})
    assert endpoint().active
    assert acts() == ["added", "disabled_by_hand", "enabled"]


def test_the_log_shows_what_came_back_as_text_and_sends_again_by_button(
    administrator: FlaskClient, receiver: Receiver
) -> None:
    receiver.answers = [status(410, b"<script>alert(1)</script>"), status(200)]
    made = an_endpoint(receiver.url, utc_now(), name="Uji")
    case = a_linked_case()
    work(utc_now())
    assert "menjawab 410" in administrator.get(f"{PATH}/").text
    assert "menjawab 410" in administrator.get(f"{PATH}/{made.id}").text
    message = db.session.scalars(select(WebhookDelivery)).one()
    page = administrator.get(f"{PATH}/{made.id}/kiriman/{message.id}").text
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page
    assert message.body in unescape(page)
    assert case.complaint.number in page
    db.session.execute(text("UPDATE webhook_delivery SET state = 'parked'"))
    db.session.commit()
    administrator.post(f"{PATH}/{made.id}/aktif", data={"aktif": "1"})
    again = f"{PATH}/{made.id}/kiriman/{message.id}/kirim-lagi"
    assert "tanda pengenal yang sama" in administrator.post(again, follow_redirects=True).text
    assert "sudah menunggu" in administrator.post(again, follow_redirects=True).text
    work(utc_now())
    assert (len(receiver.got), endpoint().failing_since) == (2, None)
    since = f"{PATH}/{made.id}/kirim-lagi"
    assert "Pilih tanggal" in administrator.post(since, data={"sejak": "kemarin"}, follow_redirects=True).text
    assert "0 kiriman" in administrator.post(since, data={"sejak": "2026-01-01"}, follow_redirects=True).text
    wish = {"sejak": "2026-01-01", "semua": "1"}
    assert "1 kiriman" in administrator.post(since, data=wish, follow_redirects=True).text
    work(utc_now())
    assert len(receiver.got) == 3


def test_a_trial_is_seen_in_the_log(administrator: FlaskClient, receiver: Receiver) -> None:
    made = an_endpoint(receiver.url, utc_now())
    answer = administrator.post(f"{PATH}/{made.id}/percobaan")
    work(utc_now())
    page = administrator.get(answer.headers["Location"]).text
    assert "webhook.test" in page
    assert "Diterima" in page


def test_pages_of_the_log_stay_within_the_query_budget_and_read_any_address(
    app: Flask, administrator: FlaskClient, receiver: Receiver
) -> None:
    made = an_endpoint(receiver.url, utc_now())
    case = a_linked_case()
    for _ in range(60):
        case.act("complaint_admin", "note", text="Uji.")
    work(utc_now())
    for path in (f"{PATH}/", f"{PATH}/{made.id}", f"{PATH}/{made.id}?hal=3&status=delivered"):
        with statements(app) as asked:
            assert administrator.get(path).status_code == 200
        assert len(asked) <= 12, asked
    assert "51–61" in administrator.get(f"{PATH}/{made.id}?hal=999").text
    for odd in ("hal=x", "hal=0", "hal=-1", "hal=" + "9" * 40, "status=x", "hal=\u0663"):
        assert administrator.get(f"{PATH}/{made.id}?{odd}").status_code == 200
    for path in (f"{PATH}/{2**70}", f"{PATH}/{made.id}/kiriman/{2**70}", f"{PATH}/{made.id + 1}"):
        assert administrator.get(path).status_code == 404
    for path in (f"{PATH}/{made.id + 1}/aktif", f"{PATH}/{made.id}/kiriman/{2**70}/kirim-lagi"):
        assert administrator.post(path).status_code == 404


def test_every_kind_of_change_can_be_chosen(administrator: FlaskClient) -> None:
    page = administrator.get(f"{PATH}/baru").text
    assert re.findall(r'name="jenis" value="(.+?)"', page) == list(EVENT_TYPES)
    assert {"complaint.received", "complaint.register", "complaint.linked", "complaint.removed"} < set(EVENT_TYPES)


def test_no_one_else_may_manage(as_user: SignIn, administrator: FlaskClient) -> None:
    administrator.post(f"{PATH}/baru", data=FORM)
    made: Any = endpoint().id
    for name in ("admin.aduan", "pengawas"):
        for path in ("baru", f"{made}/aktif", f"{made}/rahasia", f"{made}/percobaan", f"{made}/kirim-lagi"):
            assert as_user(name).post(f"{PATH}/{path}").status_code == 403

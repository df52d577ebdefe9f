"""Links that set a password: the officer alone chooses it, each link works once, and nobody learns of accounts."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_appbuilder.security.sqla.models import Role, User
from sqlalchemy import select

from app.accounts.password_links import ask_link
from app.core.clock import utc_now
from app.core.extensions import db
from app.delivery.deliver import deliver
from app.demo.accounts import PASSWORD
from app.models import Delivery, DeliveryItem, JournalEntry, PasswordLink
from tests.delivery.mail_sink import Sink, mail_sink
from tests.factories import a_complaint
from tests.statements import statements

As = Callable[[str], FlaskClient]
NEW = "Kuda-Lari-7-Kali"
ASK = "/login/lupa"
LINK = re.compile(r"/sandi-baru/([\w-]{43})")


@pytest.fixture
def sink(app: Flask) -> Iterator[Sink]:
    with mail_sink() as kept:
        app.config["SMTP_URL"] = kept.url
        yield kept
        app.config["SMTP_URL"] = None


@pytest.fixture(autouse=True)
def uncounted(app: Flask) -> Iterator[None]:
    limiter = app.appbuilder.sm.limiter  # type: ignore[attr-defined]
    limiter.reset()
    yield
    limiter.reset()


def number_of(app: Flask, name: str = "kasi") -> int:
    with app.app_context():
        return db.session.scalars(select(User.id).where(User.username == name)).one()


def reset(app: Flask, admin: FlaskClient, way: str = "show", name: str = "kasi") -> Any:
    return admin.post(f"/resetpassword/form?pk={number_of(app, name)}", data={"cara": way})


def shown_link(app: Flask, admin: FlaskClient, name: str = "kasi") -> str:
    answer = reset(app, admin, name=name)
    assert answer.status_code == 201, answer.text
    found = LINK.search(answer.text)
    assert found is not None
    return found[1]


def follow(app: Flask, token: str) -> FlaskClient:
    browser = app.test_client()
    answer = browser.get(f"/sandi-baru/{token}")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/sandi-baru/")
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    return browser


def choose(browser: FlaskClient, new: str = NEW, again: str = "") -> Any:
    return browser.post("/sandi-baru/", data={"sandi": new, "ulang": again or new})


def opens(app: Flask, password: str, name: str = "kasi") -> bool:
    body = {"username": name, "password": password, "provider": "db"}
    return app.test_client().post("/api/v1/security/login", json=body).status_code == 200


def send_all(app: Flask) -> None:
    with app.app_context():
        for number in db.session.scalars(select(Delivery.id).where(Delivery.state == "queued")).all():
            assert deliver(number, utc_now()) == "sent"


def test_a_reset_ends_the_old_password_and_its_link_sets_one_once(app: Flask, as_user: As) -> None:
    token = shown_link(app, as_user("administrator"))
    assert not opens(app, PASSWORD)
    browser, second = follow(app, token), follow(app, token)
    page = browser.get("/sandi-baru/")
    assert (page.status_code, page.headers["Cache-Control"]) == (200, "no-store")
    assert 'value="kasi"' in page.text
    assert token not in page.text
    assert choose(browser).headers["Location"] == "/login/"
    assert opens(app, NEW)
    for late in (second, follow(app, token)):
        assert choose(late, "Ikan-Timpakul-6!").headers["Location"] == ASK
    assert opens(app, NEW)


def test_the_token_of_a_link_is_stored_nowhere_and_leaves_no_trace_in_the_log(
    app: Flask, as_user: As, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    token = shown_link(app, as_user("administrator"))
    monkeypatch.setattr("views.accounts.password_links.hash_of_token", lambda _token: 1 / 0)
    monkeypatch.setitem(app.config, "TESTING", False)
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    assert app.test_client().get(f"/sandi-baru/{token}").status_code == 500
    logged = "".join(capsys.readouterr())
    assert "unexpected_failure" in logged
    assert token not in logged
    with app.app_context():
        rows = (PasswordLink, JournalEntry, Delivery)
        kept = " ".join(str(vars(row)) for table in rows for row in db.session.scalars(select(table)))
    assert token not in kept
    assert token not in as_user("administrator").get("/jurnal/").text


@pytest.mark.parametrize("hours", [23, 24])
def test_a_link_lives_a_day(app: Flask, as_user: As, freeze: Callable[[str], Any], hours: int) -> None:
    freeze("2026-11-24 10:00")
    token = shown_link(app, as_user("administrator"))
    freeze("2026-11-25 09:59" if hours == 23 else "2026-11-25 10:00")
    assert (choose(follow(app, token)).headers["Location"] == "/login/") == (hours == 23)


def test_a_newer_link_and_an_inactive_account_end_a_link(app: Flask, as_user: As) -> None:
    admin = as_user("administrator")
    first, second = shown_link(app, admin), shown_link(app, admin)
    assert follow(app, first).get("/sandi-baru/").headers["Location"] == ASK
    browser = follow(app, second)
    with app.app_context():
        db.session.get_one(User, number_of(app)).active = False
        db.session.commit()
    assert choose(browser).headers["Location"] == ASK
    answer = reset(app, admin)
    assert (answer.status_code, "Akun ini tidak aktif" in answer.text) == (422, True)


@pytest.mark.parametrize(
    ("new", "again", "field"),
    [("", "x", "sandi"), (NEW, "lain", "ulang"), ("pendek", "", "sandi"), ("Kasi-Bayu-Kenanga-7", "", "sandi")],
)
def test_a_fault_uses_up_nothing(app: Flask, as_user: As, new: str, again: str, field: str) -> None:
    browser = follow(app, shown_link(app, as_user("administrator")))
    answer = choose(browser, new, again)
    assert answer.status_code == 422
    assert f'id="{field}-galat"' in answer.text
    assert not new or f'value="{new}"' not in answer.text
    assert choose(browser).headers["Location"] == "/login/"


def test_no_endpoint_lets_anybody_choose_a_password_for_somebody_else(app: Flask, as_user: As) -> None:
    admin, key = as_user("administrator"), number_of(app)
    for address in ("/users/add", f"/users/edit/{key}", f"/resetpassword/form?pk={key}"):
        assert 'type="password"' not in admin.get(address).text, address
    chosen = {"password": NEW, "conf_password": NEW}
    assert admin.post(f"/resetpassword/form?pk={key}", data=chosen).status_code == 422
    form = {
        "first_name": "Bayu",
        "last_name": "Kenanga",
        "username": "kasi",
        "active": "y",
        "email": "k@kantor.example",
    }
    with app.app_context():
        form["roles"] = str(db.session.scalars(select(Role.id).where(Role.name == "section_head")).one())
    assert admin.post(f"/users/edit/{key}", data={**form, **chosen}).status_code == 302
    assert opens(app, PASSWORD)
    new = {**form, **chosen, "username": "baru", "email": "baru@kantor.example"}
    assert admin.post("/users/add", data=new).status_code == 302
    assert not opens(app, NEW, "baru")


def test_an_administrator_is_led_to_the_own_form_for_the_own_account(app: Flask, as_user: As) -> None:
    answer = reset(app, as_user("administrator"), name="administrator")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/resetmypassword/form")
    assert opens(app, PASSWORD, "administrator")


def test_a_new_officer_is_invited_by_mail_and_chooses_alone(app: Flask, sink: Sink, as_user: As) -> None:
    admin = as_user("administrator")
    with app.app_context():
        role = str(db.session.scalars(select(Role.id).where(Role.name == "section_head")).one())
    form = {"first_name": "Uji", "last_name": "Coba", "username": "uji.coba", "active": "y", "roles": role}
    assert admin.post("/users/add", data={**form, "email": "uji@kantor.example"}).status_code == 302
    send_all(app)
    mail = sink.mails[0]
    assert (mail["To"], mail["Subject"]) == ("uji@kantor.example", "Akun Anda di layanan aduan")
    found = LINK.search(mail.get_content())
    assert found is not None
    with app.app_context():
        assert db.session.scalars(select(Delivery.sealed_code)).one() is None
    assert choose(follow(app, found[1])).headers["Location"] == "/login/"
    assert opens(app, NEW, "uji.coba")
    send_all(app)
    assert [m["Subject"] for m in sink.mails[1:]] == ["Kata sandi Anda sudah diganti"]
    with app.app_context():
        told = [
            (entry.kind, entry.data)
            for entry in db.session.scalars(
                select(JournalEntry).where(JournalEntry.kind != "row_changed").order_by(JournalEntry.id)
            )
        ]
    assert told == [
        ("password_link_made", {"account": "uji.coba", "kind": "invitation", "by_mail": True}),
        ("password_changed", {"account": "uji.coba", "how": "link"}),
    ]
    page = admin.get("/jurnal/").text
    assert "Akun “uji.coba”, undangan akun baru" in page
    assert "Akun “uji.coba”, lewat tautan sekali pakai" in page


def test_a_link_that_ended_before_its_mail_left_does_not_leave(app: Flask, sink: Sink, as_user: As) -> None:
    admin = as_user("administrator")
    assert reset(app, admin, "email").status_code == 302
    shown_link(app, admin)
    with app.app_context():
        message = db.session.scalars(select(Delivery).where(Delivery.account_news == "password_link")).one()
        assert (message.state, message.sealed_code, deliver(message.id, utc_now())) == ("skipped", None, "elsewhere")
    assert sink.mails == []


def test_without_mail_an_administrator_is_asked_to_hand_the_link_over(app: Flask, as_user: As) -> None:
    answer = reset(app, as_user("administrator"), "email")
    assert (answer.status_code, "Surel belum disetel" in answer.text) == (422, True)
    assert opens(app, PASSWORD)


@pytest.mark.parametrize("typed", ["kasi", " KASI ", "Kasi@Balangan.example"])
def test_a_forgotten_password_comes_to_the_stored_address_alone(app: Flask, sink: Sink, typed: str) -> None:
    assert app.test_client().post(ASK, data={"nama": typed}).headers["Location"] == "/login/"
    assert opens(app, PASSWORD)
    send_all(app)
    assert [mail["To"] for mail in sink.mails] == ["kasi@balangan.example"]
    found = LINK.search(sink.mails[0].get_content())
    assert found is not None
    assert choose(follow(app, found[1])).headers["Location"] == "/login/"
    assert opens(app, NEW)


def test_whatever_is_asked_for_gets_the_same_answer_after_the_same_work(app: Flask) -> None:
    with app.app_context():
        db.session.get_one(User, number_of(app, "kabid")).active = False
        db.session.commit()
    seen = []
    for typed in ("yang.pertama", "kasi", "kabid", "tidak.ada", "kasi@tidak.ada", "a\u200b", "a' or '1'='1"):
        browser = app.test_client()
        with statements(app) as asked:
            answer = browser.post(ASK, data={"nama": typed})
        sql = [str(statement) for statement in asked]
        seen.append(
            (answer.status_code, answer.headers["Location"], browser.get("/login/").text.count("Bila akun"), sql)
        )
    seen = seen[1:]  # the first request of a process reads the office once
    assert all(one == seen[0] for one in seen)
    assert seen[0][:3] == (303, "/login/", 1)
    with app.app_context():
        assert db.session.scalars(select(Delivery.user_id)).all() == [number_of(app)]


def test_asking_again_within_a_quarter_of_an_hour_makes_and_ends_nothing(
    context: Flask, freeze: Callable[[str], Any]
) -> None:
    made = []
    for at in ("10:00", "10:14", "10:15"):
        freeze(f"2026-11-24 {at}")
        ask_link("kasi", utc_now())
        living = select(PasswordLink.id).where(PasswordLink.ended_at.is_(None))
        made.append(db.session.scalars(living).all())
    assert made[0] == made[1] != made[2]
    assert [len(one) for one in made] == [1, 1, 1]


def test_asking_at_the_login_does_not_end_the_administrators_link(app: Flask, as_user: As) -> None:
    token = shown_link(app, as_user("administrator"))
    app.test_client().post(ASK, data={"nama": "kasi"})
    assert choose(follow(app, token)).headers["Location"] == "/login/"
    with app.app_context():
        assert db.session.scalars(select(PasswordLink).where(PasswordLink.ended_at.is_(None))).all() == []


def test_asking_is_limited_and_keeps_what_was_typed(app: Flask) -> None:
    answers = [app.test_client().post(ASK, data={"nama": "tidak.ada"}) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [303] * 5 + [429]
    assert 'value="tidak.ada"' in answers[-1].text
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert app.test_client().post(ASK, data={"nama": ""}).status_code == 422


def test_a_notice_never_rides_on_the_message_of_a_link(context: Flask, freeze: Callable[[str], Any]) -> None:
    freeze("2026-11-24 10:00")  # out of office hours it would wait for the morning, in a message of its own
    ask_link("kasi", utc_now())
    link = db.session.scalars(select(Delivery)).one()
    a_complaint(at="check")
    carried = db.session.execute(select(DeliveryItem.delivery_id, Delivery.user_id).join(DeliveryItem.delivery)).all()
    assert [number for number, user_id in carried if user_id == link.user_id]
    assert link.id not in [number for number, _ in carried]

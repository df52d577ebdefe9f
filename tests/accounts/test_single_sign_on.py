"""Signing in at a provider that really speaks OpenID Connect: who is let in, and every token that is refused."""

import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit
from urllib.request import HTTPRedirectHandler, build_opener

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select

from app.core.extensions import db
from app.demo.accounts import PASSWORD
from app.models import Delivery, JournalEntry, LinkedSubject, SignIn
from tests.accounts.oidc_provider import (
    CLIENT,
    SECRET,
    Provider,
    provider,
    signed_by_a_stranger,
    signed_with_the_public_key,
    unsigned,
)

BACK = "/masuk/sso/kembali"


class _Stay(HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


@pytest.fixture(scope="module")
def running() -> Iterator[Provider]:
    with provider() as it:
        yield it


@pytest.fixture
def office(app: Flask, running: Provider, monkeypatch: pytest.MonkeyPatch) -> Provider:
    """A provider as it was at first, known to the program."""
    port = urlsplit(running.issuer).port
    assert port is not None
    running.__init__(port)  # type: ignore[misc]
    settings = {"OIDC_ISSUER": running.issuer, "OIDC_CLIENT_ID": CLIENT, "OIDC_CLIENT_SECRET": SECRET}
    for name, value in {**settings, "OIDC_LABEL": "SSO Kantor"}.items():
        monkeypatch.setitem(app.config, name, value)
    app.appbuilder.sm.limiter.reset()  # type: ignore[attr-defined]
    return running


def there(browser: FlaskClient, next_page: str = "") -> str:
    """To the provider, where the person signs in; the address to which it sends back."""
    sent = browser.get(f"/masuk/sso?next={next_page}")
    assert sent.status_code == 302, sent.text
    try:
        build_opener(_Stay).open(sent.headers["Location"])
    except Exception as answer:
        return str(answer.headers["Location"])  # type: ignore[attr-defined]
    raise AssertionError("the provider did not send back")


def back(browser: FlaskClient, address: str) -> Any:
    parts = urlsplit(address)
    return browser.get(f"{parts.path}?{parts.query}")


def sign_in(app: Flask) -> tuple[FlaskClient, Any]:
    browser = app.test_client()
    return browser, back(browser, there(browser))


def is_in(browser: FlaskClient) -> bool:
    return browser.get("/aduan/").status_code == 200


def said(browser: FlaskClient) -> str:
    return browser.get("/login/").text


def user(name: str = "kasi") -> User:
    return db.session.scalars(select(User).where(User.username == name)).one()


def test_an_officer_signs_in_at_the_provider_and_comes_to_the_page_that_was_asked_for(
    app: Flask, office: Provider
) -> None:
    browser = app.test_client()
    assert "Masuk dengan SSO Kantor" in browser.get("/login/").text
    answer = back(browser, there(browser, "/aduan/?lewat=1"))
    assert (answer.status_code, answer.headers["Location"]) == (302, "/aduan/?lewat=1")
    assert is_in(browser)
    with app.app_context():
        link = db.session.scalars(select(LinkedSubject)).one()
        assert (link.user_id, link.issuer, link.subject) == (user().id, office.issuer, "b7c1")
        assert db.session.scalars(select(SignIn)).one().user_id == user().id
        entry = db.session.scalars(select(JournalEntry).where(JournalEntry.kind != "row_changed")).one()
        assert (entry.kind, entry.data) == ("sign_on_linked", {"account": "kasi", "issuer": office.issuer})
        assert db.session.scalars(select(Delivery.account_news)).one() == "sign_on_linked"
    browser.post("/logout/")
    assert not is_in(browser)


def test_a_linked_officer_is_known_by_the_subject_and_no_name_any_more(app: Flask, office: Provider) -> None:
    assert is_in(sign_in(app)[0])
    office.person = {"sub": "b7c1", "email": "kadis@balangan.example", "email_verified": True}
    browser, _ = sign_in(app)
    assert "Kepala Seksi" in browser.get("/akun/").text
    office.person = {"sub": "lain", "email": "kasi@balangan.example", "email_verified": True}
    browser, _ = sign_in(app)
    assert not is_in(browser)
    assert "tidak terhubung" in said(browser)
    with app.app_context():
        assert len(db.session.scalars(select(LinkedSubject)).all()) == 1


LIES: dict[str, dict[str, Any]] = {
    "another nonce": {"claims": {"nonce": "lain"}},
    "no nonce": {"claims": {"nonce": None}},
    "another audience": {"claims": {"aud": "program-lain"}},
    "another party": {"claims": {"aud": [CLIENT, "program-lain"], "azp": "program-lain"}},
    "expired": {"claims": {"exp": int(time.time()) - 120}},
    "another issuer": {"claims": {"iss": "http://127.0.0.1/lain"}},
    "no subject": {"claims": {"sub": None}},
    "a subject that is a number": {"claims": {"sub": 7}},
    "alg none": {"sign": unsigned},
    "HS256 with the public key": {"sign": signed_with_the_public_key},
    "the key of a stranger": {"sign": signed_by_a_stranger},
    "no token at all": {"sign": lambda _claims: ""},
}


@pytest.mark.parametrize("lie", LIES)
def test_a_token_that_proves_nothing_lets_nobody_in(app: Flask, office: Provider, lie: str) -> None:
    for name, value in LIES[lie].items():
        setattr(office, name, value)
    browser, answer = sign_in(app)
    assert (answer.status_code, urlsplit(answer.headers["Location"]).path) == (302, "/login/")
    assert not is_in(browser)
    assert "SSO Kantor tidak memberi izin masuk" in said(browser)
    with app.app_context():
        assert db.session.scalars(select(LinkedSubject)).all() == []


@pytest.mark.parametrize(
    "person",
    [
        {"sub": "x", "email": "orang@lain.example", "email_verified": True},
        {"sub": "x", "email": "kasi@balangan.example", "email_verified": False},
        {"sub": "x", "email": "kasi@balangan.example"},
        {"sub": "x", "preferred_username": "kasi"},
        {"sub": "x" * 256, "email": "kasi@balangan.example", "email_verified": True},
    ],
    ids=["unknown", "unverified", "unsaid", "only a name", "long subject"],
)
def test_who_is_no_officer_here_is_not_made_one(app: Flask, office: Provider, person: dict[str, Any]) -> None:
    office.person = person
    browser, _ = sign_in(app)
    assert not is_in(browser)
    assert "tidak terhubung" in said(browser)


def test_an_inactive_officer_is_not_let_in_linked_or_not(app: Flask, office: Provider) -> None:
    assert is_in(sign_in(app)[0])
    office.person = {"sub": "lain", "email": "kadis@balangan.example", "email_verified": True}
    with app.app_context():
        user().active = user("kadis").active = False
        db.session.commit()
    assert not is_in(sign_in(app)[0])
    office.person = {"sub": "b7c1"}
    assert not is_in(sign_in(app)[0])


@pytest.mark.parametrize(("how", "let_in"), [("username", True), ("email", False), ("none", False)])
def test_the_first_link_follows_the_offices_rule(
    app: Flask, office: Provider, monkeypatch: pytest.MonkeyPatch, how: str, let_in: bool
) -> None:
    monkeypatch.setitem(app.config, "OIDC_LINK_BY", how)
    office.person = {"sub": "x", "preferred_username": "Kasi"}
    assert is_in(sign_in(app)[0]) == let_in


def test_claims_that_the_token_leaves_out_come_from_the_userinfo_endpoint(app: Flask, office: Provider) -> None:
    office.in_token = False
    assert is_in(sign_in(app)[0])


def test_a_state_is_good_for_one_return_in_the_browser_that_began_it(app: Flask, office: Provider) -> None:
    browser, thief = app.test_client(), app.test_client()
    address = there(browser)
    back(thief, address)
    assert not is_in(thief)
    assert "sudah dipakai atau terlalu lama" in said(thief)
    wrong = address.replace(parse_qs(urlsplit(address).query)["state"][0], "lain")
    back(browser, wrong)
    back(browser, address)
    assert not is_in(browser)
    good, _ = sign_in(app)
    assert is_in(good)


def test_an_attempt_is_over_after_ten_minutes(app: Flask, office: Provider, freeze: Callable[[str], Any]) -> None:
    freeze("2026-11-24 10:00")
    browser = app.test_client()
    address = there(browser)
    freeze("2026-11-24 10:10")
    back(browser, address)
    assert not is_in(browser)


def test_a_refusal_of_the_provider_is_reported_and_its_own_text_is_not_shown(app: Flask, office: Provider) -> None:
    browser = app.test_client()
    state = parse_qs(urlsplit(there(browser)).query)["state"][0]
    browser.get(f"{BACK}?error=access_denied&error_description=KENARI&state={state}")
    page = said(browser)
    assert "tidak memberi izin masuk" in page
    assert "KENARI" not in page


@pytest.mark.parametrize(
    "metadata", [{"issuer": "http://127.0.0.1/lain"}, {"token_endpoint": None}, {"jwks_uri": "file:///etc/passwd"}]
)
def test_a_description_that_is_not_the_issuers_sends_nobody_away(
    app: Flask, office: Provider, metadata: dict[str, Any]
) -> None:
    office.metadata = metadata
    browser = app.test_client()
    assert urlsplit(browser.get("/masuk/sso").headers["Location"]).path == "/login/"
    assert "tidak dapat dihubungi" in said(browser)


def test_in_production_every_endpoint_of_the_provider_uses_https(
    app: Flask, office: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "LAPOR_PRODUCTION", True)
    assert urlsplit(app.test_client().get("/masuk/sso").headers["Location"]).path == "/login/"


def test_while_the_provider_is_away_a_password_still_opens(
    app: Flask, office: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "OIDC_ISSUER", "http://127.0.0.1:1")
    browser = app.test_client()
    answer = browser.get("/masuk/sso?next=/aduan/")
    assert answer.headers["Location"] == "/login/?next=/aduan/"
    assert "SSO Kantor tidak dapat dihubungi" in said(browser)
    browser.post("/login/", data={"username": "kasi", "password": PASSWORD})
    assert is_in(browser)


def test_where_only_single_sign_on_counts_a_linked_officers_password_opens_nothing(
    app: Flask, office: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert is_in(sign_in(app)[0])
    office.person = {"sub": "dua", "email": "administrator@balangan.example", "email_verified": True}
    assert sign_in(app)[1].headers["Location"] == "/"
    monkeypatch.setitem(app.config, "OIDC_ONLY", True)
    for name, opens in (("kasi", False), ("kabid", True), ("administrator", True)):
        body = {"username": name, "password": PASSWORD, "provider": "db"}
        answer = app.test_client().post("/api/v1/security/login", json=body)
        assert answer.status_code == (200 if opens else 401), name
    browser = app.test_client()
    form = {"username": "kasi", "password": PASSWORD}
    assert "bukan dengan kata sandi" in browser.post("/login/", data=form, follow_redirects=True).text
    assert not is_in(browser)


def test_without_a_provider_there_is_no_button_and_no_endpoint(app: Flask) -> None:
    browser = app.test_client()
    assert "/masuk/sso" not in browser.get("/login/").text
    for address in ("/masuk/sso", BACK):
        assert browser.get(address).headers["Location"] == "/login/"

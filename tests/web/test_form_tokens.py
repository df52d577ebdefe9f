"""No form works without its token, no page changes anything by being opened, a cookie alone is no key to the API."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from app.accounts.sessions import begin
from app.core.clock import utc_now
from app.core.extensions import db
from tests.cases.case_pages import SignIn, opened, send
from tests.conftest import build_app
from tests.factories import a_complaint

SIGNED_IN_AS = ("administrator", "admin.aduan", "kadis")
CHANGING = {"POST", "PUT", "PATCH", "DELETE"}
# Endpoints that take no session: the JWT of the first is what the others ask for.
OPEN_BY_PASSWORD = ("/api/v1/security/login",)
# A citizen's form comes back with what was typed. Open311 asks for a program's key in the form, never for a cookie.
OTHERWISE = {"/lapor": (422, "Yang Anda tulis masih ada"), "/open311/v2/requests.1": (404, "")}
# The framework's own endpoint looks at the cookie, and no role has the right to it; the description is anybody's.
WITHOUT_A_TOKEN = {"/api/v1/menu/": (403,), "/api/v1/_openapi": (200,), "/api/v1/docs": (200,)}


@pytest.fixture
def guarded(app: Flask) -> Iterator[Flask]:
    """The program as it runs: with the tokens that the other tests leave out."""
    names = ("SQLALCHEMY_DATABASE_URI", "REDIS_URL", "LAPOR_HOME")
    strict = build_app(*(app.config[name] for name in names), WTF_CSRF_ENABLED=True)
    yield strict
    with strict.app_context():
        db.session.remove()
        db.engine.dispose()


def signed_in(app: Flask, username: str) -> FlaskClient:
    client = app.test_client()
    with app.app_context():
        user = app.appbuilder.sm.find_user(username=username)  # type: ignore[attr-defined]
        cookie = {"_user_id": str(user.id), "_fresh": True, **begin(user, utc_now(), None, "uji")}
    with client.session_transaction() as session:
        session.update(cookie)
    return client


def addresses(app: Flask, methods: set[str], api: bool) -> list[tuple[str, str]]:
    """Every route that takes one of the methods, with something that could be there in place of its parameters."""
    found = []
    for rule in app.url_map.iter_rules():
        path = re.sub(r"<(?:[^:<>]*:)?[^<>]+>", "1", rule.rule)
        if rule.rule.startswith("/api/") is api:
            found += [(method, path) for method in sorted((rule.methods or set()) & methods)]
    return sorted(set(found))


def contents(app: Flask) -> dict[str, str]:
    """A fingerprint of every table."""
    with app.app_context():
        digest = "SELECT count(*) || coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') FROM {} t"
        # That somebody signed in and is here is written down by every page.
        names = sorted(db.metadata.tables.keys() - {"sign_in"})
        return {n: db.session.execute(text(digest.format(f'"{n}"'))).scalar_one() for n in names}


def test_every_form_refuses_what_comes_without_its_token(app: Flask, guarded: Flask) -> None:
    with app.app_context():
        a_complaint(at="direct")
    before, forms = contents(app), addresses(guarded, CHANGING, api=False)
    assert {path for _, path in forms} >= {"/login/", "/aduan/baru", "/aduan/1/tindakan", "/opd/add", "/users/add"}
    # The token is looked at before the person's rights, so two persons are as good as all.
    tokens = {"administrator": {}, "admin.aduan": {"csrf_token": "palsu"}}
    clients = {name: signed_in(guarded, name) for name in tokens}
    for method, path in forms:
        for name, client in clients.items():
            answer = client.open(path, method=method, data={"action": "note", "name": "x", **tokens[name]})
            status, said = OTHERWISE.get(path, (400, "Kiriman Anda belum terbaca"))
            assert (answer.status_code, said in answer.text) == (status, True), (method, path, name)
    assert contents(app) == before


def test_a_form_of_the_page_carries_its_token_and_works(app: Flask, guarded: Flask) -> None:
    with app.app_context():
        case_id = a_complaint(at="check").id
    client, other = signed_in(guarded, "kasi"), signed_in(guarded, "kabid")
    form = opened(client, case_id, "approve_check")
    assert send(client, form, csrf_token=None).status_code == 400
    assert send(client, form, csrf_token=opened(other, case_id, "note").fields["csrf_token"]).status_code == 400
    assert send(client, form).status_code == 303


def test_a_cookie_alone_is_no_key_to_the_api(app: Flask, guarded: Flask) -> None:
    with app.app_context():
        a_complaint(at="direct")
    before, endpoints = contents(app), addresses(guarded, CHANGING | {"GET"}, api=True)
    assert ("POST", "/api/v1/complaint/1/actions") in endpoints
    for name in SIGNED_IN_AS:
        client = signed_in(guarded, name)
        for method, path in endpoints:
            answer = client.open(path, method=method, json={"action": "note", "params": {"text": "x"}})
            wanted = (400, 401, 422, 429) if path in OPEN_BY_PASSWORD else WITHOUT_A_TOKEN.get(path, (401,))
            assert answer.status_code in wanted, (method, path, name, answer.status_code)
    assert contents(app) == before


def test_no_address_changes_anything_by_being_opened(app: Flask, as_user: SignIn) -> None:
    with app.app_context():
        a_complaint(at="direct")
    before = contents(app)
    for name in SIGNED_IN_AS:
        client = as_user(name)
        for _, path in addresses(app, {"GET"}, api=False):
            with client.get(path) as answer:
                status = answer.status_code
            assert status < 500 or path == "/readyz", (path, name, status)
    assert contents(app) == before

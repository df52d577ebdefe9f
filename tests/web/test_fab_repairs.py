"""Repairs of the framework, each asked of the real thing: these tests fail on Flask-AppBuilder 5.3 as it comes."""

import threading
from collections.abc import Callable
from typing import Any, ClassVar
from urllib.parse import urljoin, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_appbuilder.api import ModelRestApi
from flask_appbuilder.models.sqla.filters import FilterEqual
from flask_appbuilder.models.sqla.interface import SQLAInterface
from sqlalchemy import select

from app.core.extensions import db
from app.demo.accounts import PASSWORD
from app.models import District, Village
from tests.conftest import build_app

pytestmark = [pytest.mark.filterwarnings("ignore:Yielding raw tuples:DeprecationWarning")]


class TriedVillageApi(ModelRestApi):
    """A generated resource with a foreign key, such as the data API has."""

    resource_name = "uji_desa"
    datamodel = SQLAInterface(Village)
    list_columns: ClassVar[list[str]] = ["code", "name", "district_id"]
    show_columns: ClassVar[list[str]] = list_columns
    add_columns: ClassVar[list[str]] = ["code", "name", "district_id"]
    edit_columns: ClassVar[list[str]] = ["code", "name", "district_id"]
    search_columns: ClassVar[list[str]] = ["name", "code"]
    order_columns: ClassVar[list[str]] = ["code"]


@pytest.fixture(scope="module")
def api_app(session_app: Flask) -> Flask:
    """The program with one generated resource more, on the same database."""
    config = session_app.config
    app = build_app(config["SQLALCHEMY_DATABASE_URI"], config["REDIS_URL"], str(config["LAPOR_HOME"]))
    with app.app_context():
        app.appbuilder.add_api(TriedVillageApi)  # type: ignore[attr-defined]
    return app


@pytest.fixture
def api(app: Flask, api_app: Flask) -> Any:
    """The generated resource; `app` has laid a fresh database under it."""
    with api_app.app_context():
        db.engine.dispose()
        yield next(v for v in api_app.appbuilder.baseviews if type(v) is TriedVillageApi)  # type: ignore[attr-defined]
        db.session.remove()
        db.engine.dispose()


def side_by_side(app: Flask, *works: Callable[[], Any]) -> list[Any]:
    """Each work in its own thread and request; none starts before all are there."""
    barrier, answers = threading.Barrier(len(works)), [None] * len(works)

    def run(place: int) -> None:
        with app.test_request_context("/"):
            barrier.wait(timeout=20)
            answers[place] = works[place]()
            barrier.wait(timeout=20)

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_foreign_keys_may_stand_in_a_generated_resource(api: Any) -> None:
    assert "district_id" in api.add_model_schema.fields
    assert "district_id" in api.edit_model_schema.fields


def test_one_request_never_sees_the_filter_of_another(api_app: Flask, api: Any) -> None:
    def filtered(name: str) -> Callable[[], list[str]]:
        def work() -> list[str]:
            api._filters.add_filter("name", FilterEqual, name)
            return api._filters.values

        return work

    assert side_by_side(api_app, filtered("satu"), filtered("dua")) == [["satu"], ["dua"]]
    with api_app.test_request_context("/"):
        assert api._filters.values == []


def test_one_request_never_writes_into_the_row_of_another(api_app: Flask, api: Any) -> None:
    first, second = side_by_side(api_app, lambda: api.edit_model_schema, lambda: api.edit_model_schema)
    assert first is not second
    assert first.fields.keys() == second.fields.keys()
    with api_app.test_request_context("/"):
        assert api.edit_model_schema is api.edit_model_schema


def test_lists_side_by_side_show_their_own_rows(app: Flask, as_user: Callable[[str], FlaskClient]) -> None:
    with app.app_context():
        districts = list(db.session.scalars(select(District.id).order_by(District.id).limit(3)))
        villages = {
            key: set(db.session.scalars(select(Village.code).where(Village.district_id == key))) for key in districts
        }
    wrong: list[str] = []

    def read(key: int) -> None:
        client = as_user("kasi")
        for _ in range(8):
            page = client.get(f"/desa/list/?_flt_0_district={key}").text
            others = set().union(*(codes for other, codes in villages.items() if other != key))
            wrong.extend(code for code in others if code in page)
            if not any(code in page for code in villages[key]):
                wrong.append(f"none of {key}")

    threads = [threading.Thread(target=read, args=(key,)) for key in districts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_a_duplicate_by_the_api_is_unprocessable_and_not_a_crash(api_app: Flask, api: Any) -> None:
    district = db.session.scalars(select(District.id).limit(1)).one()
    taken = db.session.scalars(select(Village.code).limit(1)).one()
    body = {"code": taken, "name": "Kembar", "district_id": district}
    with api_app.test_request_context("/", method="POST", json=body):
        assert api.post_headless().status_code == 422
    with api_app.test_request_context("/", method="POST", json={**body, "code": "63.11.01.2999"}):
        assert api.post_headless().status_code == 201


def test_a_refusal_by_the_database_tells_nothing_of_it(
    app: Flask, api_app: Flask, api: Any, bearer: Callable[[str], dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stock, the answer to a duplicate is the SQL statement with its values."""
    monkeypatch.setattr(api_app.appbuilder.sm, "has_access", lambda *_: True)  # type: ignore[attr-defined]
    first, second = db.session.scalars(select(Village).order_by(Village.id).limit(2)).all()
    url, client, headers = "/api/v1/uji_desa/", api_app.test_client(), bearer("kasi")
    changed = client.put(f"{url}{first.id}", json={"code": second.code}, headers=headers)
    added = client.post(url, json={"code": second.code, "name": "Kembar", "district_id": 1}, headers=headers)
    for answer in (changed, added):
        assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
        for secret in ("UPDATE", "INSERT", "uq_village", "psycopg", second.code):
            assert secret not in answer.text
    db.session.expire_all()
    assert first.code != second.code


ELSEWHERE = (
    *("http://evil.example/", "//evil.example", "/\\evil.example", "http:evil.example", "\t//evil.example"),
    *("http://localhost@evil.example/", "http://localhost:x@evil.example/", "javascript:alert(1)"),
)


def test_a_login_returns_to_no_other_site(app: Flask) -> None:
    for place in ELSEWHERE:
        form = {"username": "kasi", "password": PASSWORD}
        answer = app.test_client().post("/login/", query_string={"next": place}, data=form)
        host = urlsplit(urljoin("http://localhost/login/", answer.headers["Location"])).hostname
        assert (answer.status_code, host) == (302, "localhost"), place


def test_no_generic_write_reaches_a_case(session_app: Flask) -> None:
    """Stock, a PUT moves a case to any step and agency: what changes one are its actions, and reports of SP4N."""
    words = ("complaint", "aduan", "sp4n", "worklist")
    of_cases = [rule for rule in session_app.url_map.iter_rules() if any(word in rule.rule for word in words)]
    writes = {(m, rule.rule) for rule in of_cases for m in (rule.methods or set()) - {"GET", "HEAD", "OPTIONS"}}
    assert {rule for method, rule in writes if method != "POST"} == {"/api/v1/sp4n/reports/<tracking_id>"}
    assert {rule for method, rule in writes if method == "POST" and rule.startswith("/api/")} == {
        "/api/v1/complaint/",
        "/api/v1/complaint/<int:number>/actions",
        "/api/v1/complaint/<int:number>/identity",
        "/api/v1/sp4n/reports/batch",
        "/api/v1/sp4n/reports/<tracking_id>/messages",
    }

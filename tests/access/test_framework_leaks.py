"""Agency isolation against the framework's own endpoints: a generated screen and a generated API over cases,
such as nobody should build, show an officer only their own agency's.
"""

from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import pytest
from flask import Flask, redirect
from flask.testing import FlaskClient
from flask_appbuilder import action
from flask_appbuilder.api import ModelRestApi
from flask_appbuilder.models.sqla.interface import SQLAInterface
from sqlalchemy import select
from werkzeug.wrappers import Response

from app.core.extensions import db
from app.models import AgencyTrackRow, Complaint
from tests.conftest import build_app
from tests.factories import a_complaint
from views.shared.reference_screen import GuardedModelView

pytestmark = [pytest.mark.filterwarnings("ignore:Yielding raw tuples:DeprecationWarning")]
PERMISSIONS = ["can_read", "can_act", "can_receive"]
READ = dict.fromkeys(["list", "show", "get_list", "get", "info"], "read")
ACT = dict.fromkeys(["add", "edit", "delete", "confirm_delete", "post", "put", "delete", "seen"], "act")
TOUCHED: list[Any] = []


class Open:
    """Endpoints that every officer's role opens, so that only the rows decide."""

    class_permission_name = "Complaint"
    base_permissions: ClassVar[list[str]] = PERMISSIONS
    method_permission_name: ClassVar[dict[str, str]] = {**READ, **ACT}


class TrackScreen(Open, GuardedModelView):
    """Agencies' parts, with cases to pick from."""

    datamodel = SQLAInterface(AgencyTrackRow)
    route_base = "/uji-bagian"
    list_columns: ClassVar[list[str]] = ["agency_code", "state"]
    show_columns = list_columns
    add_columns: ClassVar[list[str]] = ["complaint", "agency", "cycle", "position", "state"]
    edit_columns: ClassVar[list[str]] = ["complaint"]
    search_columns: ClassVar[list[str]] = ["complaint"]
    order_columns: ClassVar[list[str]] = ["state"]


class CaseScreen(Open, GuardedModelView):
    """Cases with their parts as a related list, and an action on ticked rows."""

    datamodel = SQLAInterface(Complaint)
    route_base = "/uji-aduan"
    include_route_methods: ClassVar[set[str]] = {"list", "show", "edit", "delete", "action", "action_post"}
    related_views: ClassVar[list[Any]] = [TrackScreen]
    list_columns: ClassVar[list[str]] = ["number", "status"]
    show_columns = list_columns
    add_columns: ClassVar[list[str]] = ["title"]
    edit_columns: ClassVar[list[str]] = ["title"]
    search_columns: ClassVar[list[str]] = ["number"]
    order_columns: ClassVar[list[str]] = ["number"]

    @action("seen", "Lihat", multiple=True, single=True)
    def seen(self, items: Any) -> Response:
        """Note what the framework hands over."""
        TOUCHED.extend(items if isinstance(items, list) else [items])
        return redirect("/")


class CaseApi(Open, ModelRestApi):
    """The same as the framework's own resource, without a filter of its own."""

    resource_name = "uji_aduan"
    datamodel = SQLAInterface(Complaint)
    list_columns: ClassVar[list[str]] = ["number"]
    show_columns: ClassVar[list[str]] = ["number"]
    add_columns: ClassVar[list[str]] = ["title"]
    edit_columns: ClassVar[list[str]] = ["title"]
    search_columns: ClassVar[list[str]] = ["number"]
    order_columns: ClassVar[list[str]] = ["number"]


class TrackApi(Open, ModelRestApi):
    """Parts whose related case can be chosen."""

    resource_name = "uji_bagian"
    datamodel = SQLAInterface(AgencyTrackRow)
    list_columns: ClassVar[list[str]] = ["state", "complaint.number"]
    show_columns = list_columns
    add_columns: ClassVar[list[str]] = ["complaint", "agency", "cycle", "position", "lead", "state"]
    edit_columns: ClassVar[list[str]] = ["complaint"]
    search_columns: ClassVar[list[str]] = ["complaint"]
    order_columns: ClassVar[list[str]] = ["state"]


@pytest.fixture(scope="module")
def leaky_app(session_app: Flask) -> Flask:
    config = session_app.config
    built = build_app(config["SQLALCHEMY_DATABASE_URI"], config["REDIS_URL"], str(config["LAPOR_HOME"]))
    with built.app_context():
        for view in (TrackScreen, CaseScreen):
            built.appbuilder.add_view_no_menu(view)  # type: ignore[attr-defined]
        for api in (CaseApi, TrackApi):
            built.appbuilder.add_api(api)  # type: ignore[attr-defined]
    return built


Pair = tuple[Complaint, Complaint]


@pytest.fixture
def pair(app: Flask, leaky_app: Flask) -> Iterator[Pair]:
    """A case of one's own agency and a foreign one."""
    TOUCHED.clear()
    with leaky_app.app_context():
        db.engine.dispose()
        cases = [a_complaint(at="draft_answer", agencies=(house,)).complaint for house in ("dishub", "dplh")]
        for case in cases:
            db.session.refresh(case)
            assert case.tracks[0].id
            db.session.expunge(case)
        yield cases[0], cases[1]
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def browser(leaky_app: Flask, pair: Pair, as_user: Callable[[str], FlaskClient]) -> FlaskClient:
    """The head of the first agency on the leaky program."""
    client = leaky_app.test_client()
    with as_user("kepala.dishub").session_transaction() as signed_in:
        kept = dict(signed_in)
    with client.session_transaction() as session:
        session.update(kept)
    return client


def exists(app: Flask, case: Complaint, title: str = "") -> bool:
    with app.app_context():
        found = db.session.get(Complaint, case.id)
        return found is not None and title in ("", found.title)


def test_lists_and_counts(browser: FlaskClient, pair: Pair) -> None:
    own, foreign = pair
    page = browser.get("/uji-aduan/list/").text
    assert own.number in page
    assert foreign.number not in page
    assert "1 baris" in page
    assert "1 baris" in browser.get("/uji-bagian/list/").text


def test_pages_forms_and_deletes_by_key(app: Flask, browser: FlaskClient, pair: Pair) -> None:
    own, foreign = pair
    assert browser.get(f"/uji-aduan/show/{own.id}").status_code == 200
    assert browser.get(f"/uji-aduan/edit/{own.id}").status_code == 200
    for route in ("show", "edit", "confirm_delete"):
        assert browser.get(f"/uji-aduan/{route}/{foreign.id}").status_code == 404
    assert browser.post(f"/uji-aduan/edit/{foreign.id}", data={"title": "Diambil"}).status_code == 404
    assert browser.post(f"/uji-aduan/delete/{foreign.id}").status_code == 404
    assert exists(app, foreign, foreign.title)


def test_actions_on_posted_keys(browser: FlaskClient, pair: Pair) -> None:
    own, foreign = pair
    assert browser.post(f"/uji-aduan/action/seen/{foreign.id}").status_code == 404
    mixed = {"action": "seen", "rowid": [str(own.id), str(foreign.id)]}
    assert browser.post("/uji-aduan/action_post", data=mixed).status_code == 404
    assert browser.post("/uji-aduan/confirm_action", data=mixed).status_code == 404
    assert TOUCHED == []
    assert browser.post("/uji-aduan/action_post", data={"action": "seen", "rowid": str(own.id)}).status_code == 302
    assert [case.id for case in TOUCHED] == [own.id]


def test_related_lists_and_pick_lists(app: Flask, browser: FlaskClient, pair: Pair) -> None:
    own, foreign = pair
    assert "dishub" in browser.get(f"/uji-aduan/show/{own.id}").text
    for page in ("/uji-bagian/add", "/uji-bagian/list/", f"/uji-bagian/edit/{own.tracks[0].id}"):
        text = browser.get(page).text
        assert own.number in text
        assert foreign.number not in text
    taken = browser.post(f"/uji-bagian/edit/{own.tracks[0].id}", data={"complaint": str(foreign.id)})
    assert taken.status_code == 200
    assert browser.get(f"/uji-bagian/list/?_flt_0_complaint={foreign.id}").text.count("dplh") == 0
    with app.app_context():
        assert db.session.get(AgencyTrackRow, own.tracks[0].id).complaint_id == own.id


def test_hidden_columns_are_neither_order_nor_filter(browser: FlaskClient, pair: Pair) -> None:
    own, _ = pair
    for column in ("title", "body", "tracking_code_hash", "sop_version.number"):
        assert browser.get(f"/uji-aduan/list/?_oc_CaseScreen={column}&_od_CaseScreen=asc").status_code == 400
        assert own.number in browser.get(f"/uji-aduan/list/?_flt_0_{column}=zzz").text
    assert browser.get("/uji-aduan/download/letters.pdf").status_code == 404


def _get(leaky_app: Flask, path: str, headers: dict[str, str], method: str = "GET", **more: Any) -> Any:
    return leaky_app.test_client().open(f"/api/v1/{path}", method=method, headers=headers, **more)


def test_the_generated_api(
    app: Flask,
    leaky_app: Flask,
    pair: Pair,
    browser: FlaskClient,
    bearer: Callable[[str], dict[str, str]],
) -> None:
    own, foreign = pair
    headers = bearer("kepala.dishub")
    listed = _get(leaky_app, "uji_aduan/", headers).get_json()
    assert (listed["count"], [row["number"] for row in listed["result"]]) == (1, [own.number])
    assert _get(leaky_app, f"uji_aduan/{own.id}", headers).status_code == 200
    assert _get(leaky_app, f"uji_aduan/{foreign.id}", headers).status_code == 404
    assert _get(leaky_app, f"uji_aduan/{foreign.id}", headers, "PUT", json={"title": "Diambil"}).status_code == 404
    assert _get(leaky_app, f"uji_aduan/{foreign.id}", headers, "DELETE").status_code == 404
    with_a_cookie = browser.get("/api/v1/uji_aduan/", headers=bearer("kepala.dplh")).get_json()
    assert [row["number"] for row in with_a_cookie["result"]] == [foreign.number]
    for column in ("title", "body", "tracking_code_hash"):
        query = f"(filters:!((col:{column},opr:sw,value:J)))"
        assert _get(leaky_app, f"uji_aduan/?q={query}", headers).status_code == 400
        order = f"(order_column:{column},order_direction:asc)"
        assert _get(leaky_app, f"uji_aduan/?q={order}", headers).status_code == 400
    assert exists(app, foreign, foreign.title)


def test_related_rows_of_the_generated_api(
    app: Flask, leaky_app: Flask, pair: Pair, bearer: Callable[[str], dict[str, str]]
) -> None:
    own, foreign = pair
    headers = bearer("kepala.dishub")
    offered = _get(leaky_app, "uji_bagian/_info", headers).text
    assert own.number in offered
    assert foreign.number not in offered
    part = {"agency": 1, "cycle": 9, "position": 9, "lead": False, "state": "directed", "complaint": foreign.id}
    assert _get(leaky_app, "uji_bagian/", headers, "POST", json=part).status_code in (400, 422)
    moved = _get(leaky_app, f"uji_bagian/{own.tracks[0].id}", headers, "PUT", json={"complaint": foreign.id})
    assert moved.status_code in (400, 422)
    with app.app_context():
        cases = select(AgencyTrackRow.complaint_id).order_by(AgencyTrackRow.complaint_id)
        assert list(db.session.scalars(cases)) == [own.id, foreign.id]

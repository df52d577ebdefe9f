"""Every generated screen says for itself what it shows, and the framework's own open only to whom they are granted."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_appbuilder import ModelView
from flask_appbuilder.api import ModelRestApi
from flask_appbuilder.security.sqla.models import Role, assoc_user_role
from sqlalchemy import func, select

from app.access.roles import SEEDED_ROLES
from app.core.extensions import db

pytestmark = [pytest.mark.filterwarnings("ignore:Yielding raw tuples:DeprecationWarning")]
COLUMNS = ("list_columns", "show_columns", "add_columns", "edit_columns", "search_columns", "order_columns")
OURS = ("views.", "app.")
SECURITY_PAGES = {
    "/users/list/": 200,
    "/users/add": 200,
    "/users/edit/1": 200,
    "/users/show/1": 200,
    "/users/confirm_delete/1": 404,
    "/roles/list/": 404,
    "/roles/add": 404,
    "/roles/edit/1": 404,
    "/groups/list/": 404,
    "/permissions/list/": 404,
    "/viewmenus/list/": 404,
    "/permissionviews/list/": 404,
    "/userstatschartview/chart/": 404,
}


def generated(app: Flask) -> Iterator[Any]:
    """Every registered screen or API that the framework makes from a table."""
    for view in app.appbuilder.baseviews:  # type: ignore[attr-defined]
        if isinstance(view, ModelView | ModelRestApi):
            yield view


def says(view: Any, name: str) -> bool:
    """Whether one of our own classes names these columns (fieldsets count for what they show)."""
    own = [vars(cls) for cls in type(view).__mro__ if cls.__module__.startswith(OURS)]
    return any(names.get(name) or (name == "show_columns" and names.get("show_fieldsets")) for names in own)


def test_every_generated_screen_names_all_its_columns(session_app: Flask) -> None:
    silent = [
        (type(view).__name__, name) for view in generated(session_app) for name in COLUMNS if not says(view, name)
    ]
    assert not silent
    assert len(list(generated(session_app))) >= 12


def test_no_generated_screen_has_a_download_route(session_app: Flask) -> None:
    doors = {type(view).__name__ for view in generated(session_app)}
    routes = [rule.endpoint for rule in session_app.url_map.iter_rules()]
    assert not [route for route in routes if route.partition(".")[0] in doors and route.endswith(".download")]


@pytest.mark.parametrize(("path", "status"), SECURITY_PAGES.items())
def test_the_administrator_reaches_of_the_security_screens_only_what_is_granted(
    as_user: Callable[[str], FlaskClient], path: str, status: int
) -> None:
    assert as_user("administrator").get(path).status_code == status


@pytest.mark.parametrize("path", [path for path, status in SECURITY_PAGES.items() if status == 200])
@pytest.mark.parametrize("username", ["admin.aduan", "kadis", "kepala.dishub", "pengawas"])
def test_nobody_else_reaches_them(as_user: Callable[[str], FlaskClient], username: str, path: str) -> None:
    assert as_user(username).get(path).status_code == 403


def test_the_roles_admin_and_public_are_given_to_nobody_and_open_nothing_of_ours(context: Flask) -> None:
    for name in ("Admin", "Public"):
        role = db.session.scalars(select(Role).where(Role.name == name)).one()
        holders = select(func.count()).where(assoc_user_role.c.role_id == role.id)
        assert db.session.execute(holders).scalar_one() == 0
        assert name not in SEEDED_ROLES


def test_the_menu_of_security_shows_users_only(as_user: Callable[[str], FlaskClient]) -> None:
    page = as_user("administrator").get("/users/list/").get_data(as_text=True)
    assert 'href="/users/list/"' in page
    for foreign in ("/roles/", "/groups/", "/permissions/", "/viewmenus/", "/permissionviews/"):
        assert foreign not in page

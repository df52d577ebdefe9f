"""Who may open what is written in one table, and the database says exactly that after every migrate."""

from typing import Any

import pytest
from flask import Flask
from flask_appbuilder.security.sqla.models import Permission, PermissionView, Role, ViewMenu
from sqlalchemy import select

from app.access import roles
from app.access.roles import SEEDED_ROLES, Right, seeded_pairs
from app.access.sync_roles import sync_roles
from app.commands.maintenance import migrate_database
from app.core.extensions import db
from tests.statements import statements


def granted() -> dict[str, set[tuple[str, str]]]:
    """What each role of the database may do."""
    db.session.expire_all()
    roles = db.session.scalars(select(Role))
    return {role.name: {(pv.permission.name, pv.view_menu.name) for pv in role.permissions} for role in roles}


def written() -> dict[str, set[tuple[str, str]]]:
    """What the table says each may do."""
    return {role: set(seeded_pairs(role)) for role in SEEDED_ROLES}


def give(role: str, permission: str, view: str) -> None:
    """Put a permission into the database past the table, as a careless hand might."""
    parts = {"permission": row(Permission, permission), "view_menu": row(ViewMenu, view)}
    there = db.session.scalars(select(PermissionView).filter_by(**parts)).first()
    holder = row(Role, role)
    holder.permissions.append(there or PermissionView(**parts))
    db.session.commit()


def row(model: Any, name: str) -> Any:
    """The row of this name, made where there is none."""
    found = db.session.scalars(select(model).where(model.name == name)).first() or model(name=name)
    db.session.add(found)
    db.session.flush()
    return found


def test_after_a_migrate_the_roles_are_the_table(context: Flask) -> None:
    assert granted() == {**written(), "Admin": set(), "Public": set()}


def test_what_strayed_into_the_database_is_gone_after_the_next_migrate(context: Flask) -> None:
    give("agency_head", "can_write", "Reference")
    give("agency_head", "can_fly", "Reference")
    give("supervisor", "can_read", "ScreenOfLastYear")
    give("Public", "can_read", "Complaint")
    give("Admin", "can_write", "Reference")
    give("made_by_hand", "can_act", "Complaint")
    missing = db.session.scalars(select(Role).where(Role.name == "section_head")).one()
    missing.permissions = missing.permissions[3:]
    db.session.commit()
    assert granted() != {**written(), "Admin": set(), "Public": set()}
    migrate_database(context)
    assert granted() == {**written(), "Admin": set(), "Public": set(), "made_by_hand": set()}
    names = {(pv.permission.name, pv.view_menu.name) for pv in db.session.scalars(select(PermissionView))}
    assert not names & {("can_fly", "Reference"), ("can_read", "ScreenOfLastYear")}


def test_a_second_migrate_changes_no_role_and_writes_nothing(context: Flask, caplog: pytest.LogCaptureFixture) -> None:
    before = granted()
    with statements(context) as asked:
        assert sync_roles() == 0
    assert [said for said in asked if not said.startswith("SELECT")] == []
    assert len(asked) <= 25
    assert caplog.messages == []
    assert granted() == before


def test_a_screen_that_is_new_gets_its_permissions(context: Flask) -> None:
    gone = ("can_receive", "Complaint")
    for pv in db.session.scalars(select(PermissionView)).all():
        if (pv.permission.name, pv.view_menu.name) == gone:
            db.session.delete(pv)
    db.session.commit()
    assert gone not in granted()["complaint_admin"]
    assert sync_roles() > 0
    assert granted() == {**written(), "Admin": set(), "Public": set()}


def test_a_grant_of_what_no_screen_has_stops_the_migrate(context: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    before = granted()
    monkeypatch.setitem(roles.RIGHTS, "act", Right("cases", frozenset({("can_forget", "Complaint")})))
    with pytest.raises(LookupError, match="can_forget"):
        sync_roles()
    db.session.rollback()
    assert granted()["supervisor"] == before["supervisor"]

"""Nobody changes the own roles; a role that opens identities is given only by a second person's confirmation."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_appbuilder.security.sqla.models import Role, User
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from app.access.current_person import act_as
from app.accounts.identity_grants import GrantRefused, decide_grant, identity_roles, waiting_grants
from app.accounts.password_links import make_link
from app.commands.maintenance import make_supervisor
from app.core.clock import utc_now
from app.core.extensions import db
from app.delivery.addresses import address_of
from app.delivery.message_texts import compose
from app.demo.accounts import demo_person
from app.models import Agency, Delivery, JournalEntry, Notice, OfficerProfile
from app.outbound.notification_channels import EMAIL
from app.outbound.smtp_gateway import as_mail
from app.web.form_labels import REFUSED
from tests.factories import a_complaint
from tests.office_zone import office_today

SignIn = Callable[[str], FlaskClient]
Bearer = Callable[[str], dict[str, str]]


def user(name: str) -> User:
    db.session.expire_all()
    return db.session.scalars(select(User).where(User.username == name)).one()


def roles_of(name: str) -> set[str]:
    return {role.name for role in user(name).roles}


def form_of(name: str, *roles: str) -> dict[str, Any]:
    row = user(name)
    ids = [str(key) for key in db.session.scalars(select(Role.id).where(Role.name.in_(roles)))]
    names = {"first_name": row.first_name, "last_name": row.last_name, "username": name, "email": row.email}
    return {**names, "active": "y", "roles": ids}


def save(client: FlaskClient, name: str, *roles: str) -> Any:
    return client.post(f"/users/edit/{user(name).id}", data=form_of(name, *roles))


def kinds_for(name: str) -> list[str]:
    return list(db.session.scalars(select(Notice.kind).where(Notice.user_id == user(name).id)))


def test_the_roles_that_open_identities(context: Flask) -> None:
    assert {"complaint_admin", "section_head", "supervisor"} == identity_roles()


def test_nobody_changes_the_own_roles(context: Flask, as_user: SignIn) -> None:
    admin = as_user("administrator")
    page = save(admin, "administrator", "administrator", "office_head")
    assert (page.status_code, str(REFUSED["own_roles"]) in page.text) == (200, True)
    assert roles_of("administrator") == {"administrator"}
    assert save(admin, "administrator", "administrator").status_code == 302


def test_nobody_gives_oneself_an_agency_or_a_delegation(
    context: Flask, client: FlaskClient, as_user: SignIn, bearer: Bearer
) -> None:
    admin, me = as_user("administrator"), user("administrator").id
    agency = str(db.session.scalars(select(Agency.id).where(Agency.code == "dishub")).one())
    form = {"agency": agency, "position": "Uji", "nip": "", "rank": ""}
    row = admin.get(f"/petugas/edit/{me}").text
    seen = row.partition('name="seen"')[2].partition('value="')[2].partition('"')[0]
    changed = admin.post(f"/petugas/edit/{me}", data={**form, "seen": seen})
    assert (changed.status_code, str(REFUSED["own_membership"]) in changed.text) == (200, True)
    assert db.session.get_one(OfficerProfile, me).agency_code == "diskominfosan"
    body = {"kind": "plh", "decree_number": "1/2026", "giver": "kadis", "holder": "administrator"}
    body |= {"starts_on": str(office_today()), "ends_on": "2099-01-08"}
    refused = client.post("/api/v1/delegation/", json=body, headers=bearer("administrator"))
    assert (refused.status_code, refused.get_json()["errors"][0]["message"]) == (422, str(REFUSED["to_the_writer"]))


STATEMENTS = (
    "INSERT INTO ab_user_role (user_id, role_id) SELECT :me, id FROM ab_role WHERE name = 'office_head'",
    "DELETE FROM ab_user_role WHERE user_id = :me",
    "INSERT INTO officer_profile (user_id, agency_code, position, nip, rank) VALUES (:me, 'dishub', '', '', '')",
    "UPDATE officer_profile SET agency_code = 'dishub' WHERE user_id = :me",
    "INSERT INTO ab_user_role (user_id, role_id) SELECT 3, id FROM ab_role WHERE name = 'supervisor' AND :me > 0",
)


@pytest.mark.parametrize("statement", STATEMENTS)
def test_the_database_refuses_every_other_way(context: Flask, statement: str) -> None:
    a_complaint()
    me = demo_person("administrator")
    act_as(me)
    with pytest.raises(IntegrityError, match=r"nobody changes|needs a confirmation"):
        db.session.execute(text(statement), {"me": me.id})
    db.session.rollback()


def test_a_role_that_opens_identities_waits_for_a_supervisor(context: Flask, as_user: SignIn) -> None:
    a_complaint()
    administrator = as_user("administrator")
    assert save(administrator, "kabid", "division_head", "supervisor").status_code == 302
    assert roles_of("kabid") == {"division_head"}
    said = administrator.get("/users/list/").text
    assert "Hak membaca identitas menunggu keputusan pengawas: Pengawas." in said
    assert "confirm-supervisor" not in said, "a supervisor is there"
    (grant,) = waiting_grants()
    assert "grant_asked" in kinds_for("pengawas")
    supervisor = as_user("pengawas")
    assert "Pengawas untuk" in supervisor.get("/hak-identitas/").text
    unsaid = supervisor.post(f"/hak-identitas/{grant.id}", data={"keputusan": "setuju", "alasan": " "})
    assert (unsaid.status_code, roles_of("kabid")) == (422, {"division_head"})
    said = {"keputusan": "setuju", "alasan": "Surat tugas 7/2026"}
    assert supervisor.post(f"/hak-identitas/{grant.id}", data=said).status_code == 303
    assert roles_of("kabid") == {"division_head", "supervisor"}
    assert "grant_decided" in kinds_for("kabid")
    assert "grant_decided" in kinds_for("administrator")
    entries = select(JournalEntry).where(JournalEntry.kind.like("grant_%")).order_by(JournalEntry.id)
    assert [(entry.kind, entry.data["username"]) for entry in db.session.scalars(entries)] == [
        ("grant_asked", "kabid"),
        ("grant_decided", "kabid"),
    ]


def test_a_refused_one_is_not_given_and_only_a_second_person_decides(context: Flask, as_user: SignIn) -> None:
    a_complaint()
    save(as_user("administrator"), "kabid", "division_head", "section_head")
    (grant,) = waiting_grants()
    for name in ("administrator", "kabid"):
        with pytest.raises(GrantRefused):
            decide_grant(grant.id, True, "Uji", user(name).id, utc_now())
        db.session.rollback()
        assert as_user(name).get("/hak-identitas/").status_code == 403
    decide_grant(grant.id, False, "Tidak perlu", user("pengawas").id, utc_now())
    assert (roles_of("kabid"), list(waiting_grants())) == ({"division_head"}, [])
    with pytest.raises(GrantRefused):
        decide_grant(grant.id, True, "Lagi", user("pengawas").id, utc_now())


def test_without_a_case_and_for_other_roles_nothing_waits(context: Flask, as_user: SignIn) -> None:
    admin = as_user("administrator")
    save(admin, "kabid", "division_head", "supervisor")
    assert roles_of("kabid") == {"division_head", "supervisor"}
    a_complaint()
    save(admin, "kasi", "section_head", "office_head")
    assert (roles_of("kasi"), list(waiting_grants())) == ({"section_head", "office_head"}, [])


def test_where_no_supervisor_is_left_the_page_says_what_to_do_and_the_command_line_confirms(
    context: Flask, as_user: SignIn
) -> None:
    a_complaint()
    admin = as_user("administrator")
    save(admin, "kabid", "division_head", "supervisor")
    assert not make_supervisor(context, "kabid")
    user("pengawas").active = False
    db.session.commit()
    save(admin, "kasi", "section_head", "supervisor")
    assert "confirm-supervisor" in admin.get("/users/list/").text
    assert make_supervisor(context, "kasi")
    assert roles_of("kasi") == {"section_head", "supervisor"}
    entry = db.session.scalars(select(JournalEntry).where(JournalEntry.kind == "grant_decided")).one()
    assert (entry.officer_id, entry.data["username"]) == (None, "kasi")
    assert not make_supervisor(context, "kabid")


def test_an_account_that_is_new_waits_too(context: Flask, as_user: SignIn) -> None:
    a_complaint()
    form = form_of("kasi", "supervisor") | {"username": "pengawas.baru", "email": "baru@contoh.id"}
    assert as_user("administrator").post("/users/add", data=form).status_code == 302
    assert roles_of("pengawas.baru") == set()
    assert [grant.user.username for grant in waiting_grants()] == ["pengawas.baru"]


def test_a_delegation_is_news_to_both_and_to_the_supervisors(
    context: Flask, client: FlaskClient, bearer: Bearer
) -> None:
    """Reading identities for somebody else is never arranged unseen; a correction is no second notice."""
    headers = bearer("administrator")
    body = {"kind": "plh", "decree_number": "1/2026", "giver": "kasi", "holder": "kabid"}
    body |= {"starts_on": str(office_today()), "ends_on": "2099-01-08"}
    made = client.post("/api/v1/delegation/", json=body, headers=headers)
    assert made.status_code == 201
    change = {**body, "note": "Cuti"}
    path = f"/api/v1/delegation/{made.get_json()['id']}"
    assert client.put(path, json=change, headers={**headers, "If-Match": made.headers["ETag"]}).status_code == 200
    for name, times in {"kasi": 1, "kabid": 1, "pengawas": 1, "administrator": 0}.items():
        assert kinds_for(name).count("delegation_made") == times, name


def test_a_former_address_hears_that_it_was_replaced(context: Flask, as_user: SignIn) -> None:
    old = user("kabid").email
    form = form_of("kabid", "division_head") | {"email": "kabid.baru@contoh.id"}
    admin = as_user("administrator")
    assert admin.post(f"/users/edit/{user('kabid').id}", data=form).status_code == 302
    (message,) = db.session.scalars(select(Delivery).where(Delivery.account_news == "address_changed"))
    mail = as_mail(str(address_of(message, EMAIL)), compose(message))
    assert (mail["To"], mail["Subject"]) == (old, "Alamat surel akun Anda diganti")
    assert "kabid.baru@contoh.id" not in mail.as_string()
    assert admin.post(f"/users/edit/{user('kabid').id}", data=form).status_code == 302
    assert len(db.session.scalars(select(Delivery).where(Delivery.account_news == "address_changed")).all()) == 1


def test_whose_password_is_reset_hears_of_it(context: Flask) -> None:
    make_link(user("pengawas"), "reset", user("administrator").id, utc_now(), by_mail=False)
    assert "password_link_made" in kinds_for("pengawas")


def test_the_frameworks_own_ways_to_roles_are_not_there(context: Flask, client: FlaskClient, bearer: Bearer) -> None:
    headers = bearer("administrator")
    for name in ("users", "roles", "permissions", "groups", "permissions-resources"):
        for method in (client.get, client.post):
            assert method(f"/api/v1/security/{name}/", headers=headers).status_code == 404
    for path in ("/roles/edit/1", "/roles/add", "/groups/list/", "/permissions/list/"):
        assert client.post(path, headers=headers).status_code in (404, 405)

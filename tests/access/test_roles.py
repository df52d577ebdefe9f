"""Roles that an office makes: clerks, a second supervisor, roles with few rights; and who cannot gain a right."""

from collections.abc import Callable
from contextlib import suppress

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select

from app.access.office_roles import ROLES
from app.access.people import administrators, holders_of, person_of, supervisors
from app.access.role_rights import RightRefused, change_rights, may_have, rights_of
from app.access.roles import OWN_ACCOUNT, RIGHTS, SEEDED_ROLES
from app.access.sync_roles import sync_roles
from app.access.visibility import visible_ids
from app.accounts.first_administrator import FirstAdministratorRefused, refuse_unless_first
from app.core.clock import utc_now
from app.core.extensions import db
from app.core.transaction import one_transaction
from app.models import DelegationRow, IdentityGrant, JournalEntry, OfficeRole, Role, RoleGrant
from app.privacy.open_identity import open_identity
from app.worklists.work_counts import count_badges
from tests.access.made_roles import a_role, an_account
from tests.factories import a_complaint
from tests.office_zone import office_today
from workflow_rules.process.actors import Person
from workflow_rules.process.refusals import ActionRefused

SignIn = Callable[[str], FlaskClient]
Bearer = Callable[[str], dict[str, str]]


def user(name: str) -> User:
    db.session.expire_all()
    return db.session.scalars(select(User).where(User.username == name)).one()


def give(role: str, *rights: str, by: str = "administrator") -> None:
    row = db.session.scalars(select(OfficeRole).where(OfficeRole.name == role)).one()
    with one_transaction():
        change_rights(row, rights, user(by))


def may_open(by: Person, case: int) -> bool:
    """Whether somebody may open the reporter's identity of a case."""
    with suppress(ActionRefused):
        return bool(open_identity(case, {"reason": "Menelepon pelapor"}, by))
    return False


def test_each_seeded_role_may_have_what_it_has(context: Flask) -> None:
    for role in db.session.scalars(select(OfficeRole)):
        assert {code for code in SEEDED_ROLES[role.name] if not may_have(role, RIGHTS[code])} == set(), role.name
        assert rights_of(role.name) >= set(SEEDED_ROLES[role.name])


def test_every_permission_of_a_screen_belongs_to_a_right(context: Flask) -> None:
    known = OWN_ACCOUNT.pairs.union(*(right.pairs for right in RIGHTS.values()))
    assert {(row.permission, row.view) for row in db.session.scalars(select(RoleGrant))} <= known


def test_a_clerk_reads_what_the_role_sees_and_cannot_act(context: Flask, as_user: SignIn, bearer: Bearer) -> None:
    a_role("staf_sekretaris", "agency_secretary", acts=False)
    an_account("staf.dishub", "staf_sekretaris", agency="dishub")
    case = a_complaint("draft_answer", agencies=("dishub",))
    other = a_complaint("draft_answer", agencies=("dinkes",))
    clerk = person_of(user("staf.dishub"), utc_now())
    assert clerk.capacities == ()
    assert clerk.agencies == {"dishub"}
    assert not clerk.sees_every_case
    assert user("staf.dishub").id not in holders_of("agency_secretary", "dishub")
    screen = as_user("staf.dishub")
    assert case.complaint.number in screen.get("/").text
    inbox = screen.get("/").text
    assert "Lihat<span" in inbox
    assert "Susun tanggapan" not in inbox
    assert 'name="pilih"' not in inbox
    page = screen.get(f"/aduan/{case.id}")
    assert page.status_code == 200
    assert "Ajukan" not in page.text
    assert screen.get(f"/aduan/{other.id}").status_code == 404
    sent = {"action": "submit_draft", "params": {"subject": "a", "body": "b"}, "expected_version": 1}
    answer = screen.application.test_client().post(
        f"/api/v1/complaint/{case.id}/actions", json=sent, headers=bearer("staf.dishub")
    )
    assert answer.status_code == 403
    assert not may_open(clerk, case.id)


def test_a_clerk_of_the_office_sees_the_inbox_of_the_role(context: Flask, as_user: SignIn) -> None:
    a_role("staf_kasi", "section_head", acts=False)
    an_account("staf.kasi", "staf_kasi")
    case = a_complaint("check")
    clerk = person_of(user("staf.kasi"), utc_now())
    assert clerk.sees_every_case
    assert visible_ids(clerk) is None
    assert count_badges(clerk, utc_now()).all == 1
    assert case.complaint.number in as_user("staf.kasi").get("/").text
    assert "act" not in rights_of("staf_kasi")
    assert not {"open_identities", "search_identities"} & rights_of("staf_kasi")


def test_a_second_supervisor_is_one_everywhere(context: Flask, as_user: SignIn) -> None:
    a_role("pengawas_inspektorat", "supervisor")
    made = an_account("pengawas.dua", "pengawas_inspektorat")
    assert made.id in supervisors()
    assert made.id not in administrators()
    assert person_of(made, utc_now()).observes
    case = a_complaint("check")
    assert as_user("pengawas.dua").get(f"/aduan/{case.id}").status_code == 200
    assert as_user("pengawas.dua").get("/jadwal-laporan/").status_code == 200


def test_who_has_a_copy_of_the_administrators_role_is_the_administrator_already(context: Flask) -> None:
    a_role("admin_dua", "administrator")
    an_account("admin.dua", "admin_dua")
    user("administrator").active = False
    db.session.commit()
    with pytest.raises(FirstAdministratorRefused, match=r"already: admin\.dua"):
        refuse_unless_first("baru")


def test_a_second_role_of_an_actor_acts_and_is_told(context: Flask) -> None:
    a_role("kasi_malam", "section_head")
    made = an_account("kasi.dua", "kasi_malam")
    assert made.id in holders_of("section_head", None)
    (capacity,) = person_of(made, utc_now()).capacities
    assert (capacity.actor, capacity.held_as) == ("section_head", "kasi_malam")


def test_an_own_role_has_no_right_but_to_its_account(context: Flask, as_user: SignIn) -> None:
    a_role("tamu", None)
    an_account("tamu.satu", "tamu")
    assert rights_of("tamu") == frozenset()
    screen = as_user("tamu.satu")
    assert screen.get("/akun/").status_code == 200
    for path in ("/aduan/", "/dasbor/", "/opd/list/", "/peran/list/"):
        assert screen.get(path).status_code == 403, path


def test_a_right_that_is_taken_away_ends_at_the_next_request(context: Flask, as_user: SignIn, bearer: Bearer) -> None:
    a_role("kasi_terbatas", "section_head")
    an_account("kasi.dua", "kasi_terbatas")
    screen = as_user("kasi.dua")
    token = bearer("kasi.dua")
    assert screen.get("/dasbor/").status_code == 200
    give("kasi_terbatas", *(rights_of("kasi_terbatas") - {"dashboard", "read_cases"}))
    assert screen.get("/dasbor/").status_code == 403
    assert screen.application.test_client().get("/api/v1/complaint/", headers=token).status_code == 403


def test_migrate_keeps_what_the_office_decided(context: Flask) -> None:
    a_role("tamu", None)
    give("tamu", "look_up")
    give("division_head", *(rights_of("division_head") - {"export"}))
    assert sync_roles() == 0
    assert rights_of("tamu") == {"look_up"}
    assert "export" not in rights_of("division_head")
    assert db.session.scalars(select(Role).where(Role.name == "tamu")).one().permissions


def test_rights_on_screen(context: Flask, as_user: SignIn) -> None:
    screen = as_user("administrator")
    form = {"label_id": "Staf Kepala Bidang", "description_id": "Menyiapkan laporan", "copy_of": "division_head"}
    assert screen.post("/peran/add", data=form).status_code == 302
    made = db.session.scalars(select(OfficeRole).where(OfficeRole.name == "staf_kepala_bidang")).one()
    assert (made.actor, made.acts, made.seeded) == ("division_head", False, False)
    assert ROLES["staf_kepala_bidang"] == "Staf Kepala Bidang"
    page = screen.get(f"/peran/hak/{made.id}").text
    assert 'value="dashboard" checked' in page
    assert 'value="act"' not in page
    assert 'value="administer"' not in page
    assert screen.post(f"/peran/hak/{made.id}", data={"hak": ["read_cases"]}).status_code == 303
    assert rights_of("staf_kepala_bidang") == {"read_cases"}
    refused = screen.post(f"/peran/hak/{made.id}", data={"hak": ["read_cases", "act"]})
    assert refused.status_code == 422
    assert "tidak dapat memakai hak itu" in refused.text
    assert "Staf Kepala Bidang" in screen.get("/peran/matriks/").text
    named = select(JournalEntry.data["table"].astext).where(JournalEntry.kind == "row_changed")
    assert {"office_role", "role_grant"} <= set(db.session.scalars(named))


def test_a_role_that_somebody_has_or_that_came_with_the_program_stays(context: Flask, as_user: SignIn) -> None:
    held, free = a_role("dipegang", "division_head"), a_role("bebas", "division_head")
    an_account("uji.satu", "dipegang")
    seeded = db.session.scalars(select(OfficeRole).where(OfficeRole.name == "supervisor")).one()
    screen = as_user("administrator")
    for row in (held, seeded):
        screen.post(f"/peran/delete/{row.id}")
        assert db.session.get(OfficeRole, row.id) is not None
    gone = free.id
    screen.post(f"/peran/delete/{gone}")
    db.session.expire_all()
    assert db.session.get(OfficeRole, gone) is None
    assert db.session.scalars(select(Role).where(Role.name == "bebas")).first() is None


def test_roles_over_the_api(app: Flask, context: Flask, bearer: Bearer) -> None:
    client, headers = app.test_client(), bearer("administrator")
    body = {"code": "staf_kasi", "label": {"id": "Staf Kasi"}, "copy_of": "section_head", "acts": False}
    made = client.post("/api/v1/role/", json=body, headers=headers)
    assert made.status_code == 201, made.text
    shown = made.get_json()["result"]
    assert (shown["actor"], shown["acts"]) == ("section_head", False)
    assert "read_cases" in shown["rights"]
    assert "act" not in shown["rights"]
    path = f"/api/v1/role/{made.get_json()['id']}/rights"
    changed = client.put(path, json={"rights": ["read_cases"]}, headers=headers)
    assert changed.get_json()["result"]["rights"] == ["read_cases"]
    for wrong, field in ((["act"], "rights[0]"), (["fly"], "rights[0]"), ("act", "rights")):
        refused = client.put(path, json={"rights": wrong}, headers=headers)
        assert refused.status_code == 422
        assert refused.get_json()["errors"][0]["field"] == field
    assert client.put(path, json={"rights": []}, headers=bearer("kasi")).status_code == 403
    assert client.get("/api/v1/role/", headers=bearer("pengawas")).status_code == 403


IDENTITY = ("open_identities", "search_identities", "watch_identities")


@pytest.mark.parametrize("right", IDENTITY)
def test_an_identity_right_does_not_come_to_somebody_by_the_matrix(context: Flask, right: str) -> None:
    role = "supervisor_dua" if right == "watch_identities" else "kasi_dua"
    a_role(role, "supervisor" if right == "watch_identities" else "section_head")
    give(role, "read_cases")
    an_account("uji.satu", role)
    a_complaint()
    with pytest.raises(RightRefused, match="identity_held"):
        give(role, "read_cases", right)
    assert rights_of(role) == {"read_cases"}


def test_a_role_copied_with_identity_rights_waits_for_the_supervisor(context: Flask, as_user: SignIn) -> None:
    a_complaint()
    a_role("kasi_dua", "section_head")
    an_account("uji.satu", "division_head")
    ids = [str(key) for key in db.session.scalars(select(Role.id).where(Role.name.in_(("division_head", "kasi_dua"))))]
    row = user("uji.satu")
    form = {"first_name": row.first_name, "last_name": row.last_name, "username": row.username, "email": row.email}
    answer = as_user("administrator").post(f"/users/edit/{row.id}", data={**form, "active": "y", "roles": ids})
    assert answer.status_code == 302
    assert {role.name for role in user("uji.satu").roles} == {"division_head"}
    assert db.session.scalars(select(IdentityGrant.state)).all() == ["waiting"]
    give("kasi_dua", *(rights_of("kasi_dua") - {"open_identities"}))
    with pytest.raises(RightRefused, match="identity_held"):
        give("kasi_dua", "open_identities")


def test_nobody_changes_the_rights_of_the_own_role(context: Flask, as_user: SignIn) -> None:
    a_role("admin_dua", "administrator")
    an_account("admin.dua", "admin_dua")
    own = db.session.scalars(select(OfficeRole).where(OfficeRole.name == "admin_dua")).one()
    before = rights_of("admin_dua")
    assert as_user("admin.dua").post(f"/peran/hak/{own.id}", data={"hak": ["administer"]}).status_code == 422
    assert rights_of("admin_dua") == before


@pytest.mark.parametrize(
    ("source", "right"),
    [
        ("administrator", "open_identities"),
        ("administrator", "read_cases"),
        ("section_head", "administer"),
        ("section_head", "api_keys"),
        ("supervisor", "receive"),
        ("supervisor", "administer"),
    ],
)
def test_what_a_role_could_not_use_or_must_not_have_is_refused(context: Flask, source: str, right: str) -> None:
    a_role("peran_uji", source)
    with pytest.raises(RightRefused, match="right_not_possible"):
        give("peran_uji", *rights_of("peran_uji"), right)


def test_an_administrators_role_goes_on_administering(context: Flask) -> None:
    a_role("admin_dua", "administrator")
    with pytest.raises(RightRefused, match="administers_always"):
        give("admin_dua", "journal")


def test_a_copy_without_identity_rights_does_not_open_them_through_its_actor(context: Flask) -> None:
    a_role("kasi_tanpa_identitas", "section_head")
    give("kasi_tanpa_identitas", *(rights_of("kasi_tanpa_identitas") - set(IDENTITY)))
    an_account("kasi.dua", "kasi_tanpa_identitas")
    case = a_complaint("check")
    assert not may_open(person_of(user("kasi.dua"), utc_now()), case.id)
    assert may_open(person_of(user("kasi"), utc_now()), case.id)


def test_a_delegation_hands_on_what_the_giver_may_do_and_a_clerk_has_nothing_to_hand_on(context: Flask) -> None:
    a_role("kasi_tanpa_identitas", "section_head")
    give("kasi_tanpa_identitas", *(rights_of("kasi_tanpa_identitas") - set(IDENTITY)))
    a_role("staf_kasi", "section_head", acts=False)
    givers = [an_account("kasi.dua", "kasi_tanpa_identitas"), an_account("staf.kasi", "staf_kasi")]
    case = a_complaint("check")
    for giver in givers:
        row = DelegationRow(kind="plh", giver_id=giver.id, holder_id=user("kabid").id, decree_number="1")
        row.starts_on, row.ends_on, row.created_at = office_today(), office_today(), utc_now()
        db.session.add(row)
    db.session.commit()
    acting = person_of(user("kabid"), utc_now())
    assert [(c.actor, c.on_behalf_of) for c in acting.capacities] == [
        ("division_head", None),
        ("section_head", givers[0].id),
    ]
    assert not may_open(acting, case.id)


@pytest.mark.parametrize("name", ["kasi", "pengawas", "kepala.dishub"])
def test_only_administrators_reach_roles(context: Flask, as_user: SignIn, bearer: Bearer, name: str) -> None:
    row = db.session.scalars(select(OfficeRole).where(OfficeRole.name == "division_head")).one()
    screen, form = as_user(name), {"label_id": "Baru", "copy_of": "administrator"}
    assert screen.get("/peran/list/").status_code in (302, 403)
    assert screen.post(f"/peran/hak/{row.id}", data={"hak": []}).status_code == 403
    screen.post("/peran/add", data=form)
    assert db.session.scalars(select(OfficeRole.id).where(OfficeRole.label_id == "Baru")).first() is None

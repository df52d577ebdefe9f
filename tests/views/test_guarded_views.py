"""What FAB's generated screens would stumble over or let through, asked of every one of ours."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_appbuilder.security.sqla.models import Role, User
from sqlalchemy import func, select

from app.core.extensions import db
from app.models import Agency, Category, District, Village
from app.web.form_labels import REFUSED
from tests.statements import statements

pytestmark = [pytest.mark.filterwarnings("ignore:Yielding raw tuples:DeprecationWarning")]
SCREENS = {
    "opd": "AgencyView",
    "petugas": "OfficerView",
    "delegasi": "DelegationView",
    "kategori": "CategoryView",
    "kecamatan": "DistrictView",
    "desa": "VillageView",
    "hari-libur": "HolidayView",
    "jam-kerja": "WorkingWeekView",
    "batas-nasional": "NationalLimitView",
    "pelaksana": "ActorView",
    "kantor": "OfficeView",
    "versi-sop": "SopVersionView",
    "users": "Accounts",
    "peran": "OfficeRoleView",
}
SignIn = Callable[[str], FlaskClient]


@pytest.fixture
def administrator(as_user: SignIn) -> FlaskClient:
    return as_user("administrator")


@pytest.fixture
def page(administrator: FlaskClient) -> Callable[[str], int]:
    """The status of a page as the administrator gets it."""
    return lambda path: administrator.get(path).status_code


@pytest.mark.parametrize("base", SCREENS)
def test_every_list_opens_within_the_query_budget(app: Flask, administrator: FlaskClient, base: str) -> None:
    administrator.get("/")  # reads the definitions of the office, once for this process
    with statements(app) as asked:
        assert administrator.get(f"/{base}/list/").status_code == 200
    assert len(asked) <= 12, asked


@pytest.mark.parametrize(("base", "view"), SCREENS.items())
def test_unreadable_list_addresses_are_refused(page: Callable[[str], int], base: str, view: str) -> None:
    for bad in ("abc", "-5", "1e3", "", "9" * 30, "0" * 20 + "9" * 20, "\u0665", "1000000000"):
        assert page(f"/{base}/list/?page_{view}={bad}") == 400
        assert page(f"/{base}/list/?page_Unknown={bad}") == 400
    for bad in ("abc", "-1", "0", "100000", "1000000"):
        assert page(f"/{base}/list/?psize_{view}={bad}") == 400
    assert page(f"/{base}/list/?page_{view}=0&psize_{view}=100") == 200


@pytest.mark.parametrize(("base", "view"), SCREENS.items())
def test_a_list_is_not_ordered_by_what_it_does_not_offer(page: Callable[[str], int], base: str, view: str) -> None:
    for hidden in ("id", "password", "created_by_fk", "note", "nothing", "user.password"):
        assert page(f"/{base}/list/?_oc_{view}={hidden}&_od_{view}=asc") == 400


@pytest.mark.parametrize("base", SCREENS)
def test_unreadable_filters_are_refused(page: Callable[[str], int], base: str) -> None:
    assert page(f"/{base}/list/?_flt_0_password=x") == 200
    text = {"petugas": "position", "delegasi": "decree_number", "users": "username", "versi-sop": "title"}
    text |= {"batas-nasional": "source", "pelaksana": "label_id", "peran": "label_id"}
    column = text.get(base, "name")
    assert page(f"/{base}/list/?_flt_0_{column}=%25_%5C") == 200
    assert page(f"/{base}/list/?_flt_0_{column}=a%00b") == 400
    assert page(f"/{base}/list/?_flt_9_{column}=") in (200, 400)


@pytest.mark.parametrize(("base", "column"), [("desa", "district"), ("petugas", "agency"), ("users", "roles")])
def test_a_filter_by_a_related_row_takes_only_a_key(page: Callable[[str], int], base: str, column: str) -> None:
    for bad in ("abc", "9" * 20, "0" * 20 + "9" * 20, "1%00", "1;drop"):
        assert page(f"/{base}/list/?_flt_0_{column}={bad}") == 400
    assert page(f"/{base}/list/?_flt_0_{column}=1") == 200
    assert page(f"/{base}/list/?_flt_0_{column}=__None") == 302


@pytest.mark.parametrize("base", SCREENS)
@pytest.mark.parametrize(
    "key", ["abc", "99999999999999999999", "9223372036854775808", "0" * 20 + "9" * 20, "-1", "1%00", "\u0661"]
)
def test_a_key_that_no_row_can_have_is_not_found(page: Callable[[str], int], base: str, key: str) -> None:
    for route in ("show", "edit", "delete", "confirm_delete"):
        assert page(f"/{base}/{route}/{key}") == 404


@pytest.mark.parametrize("base", SCREENS)
def test_there_is_no_download_and_no_action_that_is_not_offered(administrator: FlaskClient, base: str) -> None:
    assert administrator.get(f"/{base}/download/secrets.json").status_code == 404
    assert administrator.post(f"/{base}/action/unknown/1").status_code == 404
    assert administrator.post(f"/{base}/action_post", data={"action": "unknown", "rowid": "1"}).status_code == 404
    assert administrator.post(f"/{base}/action_post").status_code == 404
    assert administrator.post(f"/{base}/confirm_action", data={"rowid": "1"}).status_code == 404


def test_an_action_runs_only_on_rows_that_there_are(administrator: FlaskClient) -> None:
    for key in ("999", "abc", "99999999999999999999"):
        assert administrator.post(f"/versi-sop/action/copy_draft/{key}").status_code == 404
        assert administrator.post(f"/users/action/resetpasswords/{key}").status_code == 404


def test_a_link_never_deletes(app: Flask, administrator: FlaskClient) -> None:
    with app.app_context():
        village = db.session.scalars(select(Village.id).limit(1)).one()
    assert administrator.get(f"/desa/delete/{village}").status_code == 302
    with app.app_context():
        assert db.session.get(Village, village) is not None


def test_what_is_named_elsewhere_stays_and_says_why(app: Flask, administrator: FlaskClient) -> None:
    with app.app_context():
        keys = {
            "kecamatan": db.session.scalars(select(District.id).limit(1)).one(),
            "opd": db.session.scalars(select(Agency.id).where(Agency.code == "dishub")).one(),
        }
    for base, key in keys.items():
        answer = administrator.post(f"/{base}/delete/{key}", follow_redirects=True)
        assert answer.status_code == 200
        assert str(REFUSED["still_named"]) in answer.get_data(as_text=True)
        assert administrator.get(f"/{base}/show/{key}").status_code == 200


def test_what_nobody_names_can_be_deleted(app: Flask, administrator: FlaskClient) -> None:
    with app.app_context():
        village = db.session.scalars(select(Village.id).limit(1)).one()
    assert "Data dihapus." in administrator.post(f"/desa/delete/{village}", follow_redirects=True).text
    assert administrator.get(f"/desa/show/{village}").status_code == 404


def test_a_code_that_exists_is_told_beside_its_field_and_what_was_typed_stays(administrator: FlaskClient) -> None:
    form = {"code": "63.11.01", "name": "Kecamatan kembar"}
    answer = administrator.post("/kecamatan/add", data=form)
    assert answer.status_code == 200
    assert 'id="code-galat"' in answer.text
    assert str(REFUSED["already_exists"]) in answer.text
    assert 'value="Kecamatan kembar"' in answer.text


@pytest.mark.parametrize("name", ["Kota\x00baru", "Kota\u200bbaru", "Kota\u202eurab", "Kota\x1b[31m"])
def test_characters_that_cannot_be_seen_are_refused_beside_their_field(
    app: Flask, administrator: FlaskClient, name: str
) -> None:
    answer = administrator.post("/kecamatan/add", data={"code": "63.11.99", "name": name})
    assert answer.status_code == 200
    assert str(REFUSED["unreadable_characters"]) in answer.text
    with app.app_context():
        assert db.session.scalars(select(District).where(District.code == "63.11.99")).first() is None


def test_unreadable_characters_in_the_login_form_do_not_reach_the_database(client: FlaskClient) -> None:
    answer = client.post("/login/", data={"username": "kadis\x00", "password": "x"})
    assert answer.status_code == 200


def test_a_second_save_over_a_changed_row_is_told_first(app: Flask, administrator: FlaskClient) -> None:
    with app.app_context():
        district = db.session.scalars(select(District.id).limit(1)).one()
    seen = _seen(administrator.get(f"/kecamatan/edit/{district}").text)
    first = administrator.post(f"/kecamatan/edit/{district}", data={"name": "Satu", "seen": seen})
    assert first.status_code == 302
    second = administrator.post(f"/kecamatan/edit/{district}", data={"name": "Dua", "seen": seen})
    assert second.status_code == 200
    assert str(REFUSED["changed_meanwhile"]) in second.text
    assert 'value="Dua"' in second.text
    with app.app_context():
        assert db.session.get(District, district).name == "Satu"
    again = administrator.post(f"/kecamatan/edit/{district}", data={"name": "Dua", "seen": _seen(second.text)})
    assert again.status_code == 302
    with app.app_context():
        assert db.session.get(District, district).name == "Dua"


def _seen(text: str) -> str:
    return text.partition('name="seen" type="hidden" value="')[2].partition('"')[0]


def test_a_foreign_key_that_is_not_offered_is_refused(administrator: FlaskClient, app: Flask) -> None:
    form = {"code": "63.11.01.2999", "name": "Desa baru", "district": "999999"}
    answer = administrator.post("/desa/add", data=form)
    assert answer.status_code == 200
    with app.app_context():
        assert db.session.scalars(select(Village).where(Village.code == form["code"])).first() is None


def test_officers_read_reference_data_and_change_none(app: Flask, as_user: SignIn, client: FlaskClient) -> None:
    for username in ("kasi", "admin.aduan", "kepala.dishub"):
        officer = as_user(username)
        assert officer.get("/opd/list/").status_code == 200
        for route in ("opd/add", "opd/edit/1", "kategori/edit/1", "versi-sop/aktifkan/1", "opd/confirm_delete/1"):
            assert officer.get(f"/{route}").status_code == 403
        assert officer.post("/opd/delete/1").status_code == 403
        assert officer.post("/versi-sop/action/copy_draft/1").status_code in (302, 403)
    with app.app_context():
        from app.models import SopVersion

        assert db.session.execute(select(func.count()).select_from(SopVersion)).scalar_one() == 1
    assert "/login/" in client.get("/opd/list/").headers["Location"]


def _account(**more: object) -> dict[str, object]:
    secret = "kata-sandi-uji-1"
    return {
        "first_name": "Uji",
        "last_name": "Coba",
        "username": "uji.coba",
        "active": "y",
        "email": "uji.coba@contoh.id",
        "password": secret,
        "conf_password": secret,
        **more,
    }


def _roles(app: Flask) -> dict[str, int]:
    with app.app_context():
        return {role.name: role.id for role in db.session.scalars(select(Role))}


def test_an_administrator_gives_the_roles_of_the_table_and_no_other(app: Flask, administrator: FlaskClient) -> None:
    roles = _roles(app)
    offered = administrator.get("/users/add").text
    assert f'value="{roles["section_head"]}">Kepala Seksi<' in offered
    for forbidden in ("Admin", "Public"):
        assert f'<option value="{roles[forbidden]}"' not in offered
        assert administrator.post("/users/add", data=_account(roles=str(roles[forbidden]))).status_code == 200
        both = _account(roles=[str(roles[forbidden]), str(roles["section_head"])])
        assert administrator.post("/users/add", data=both).status_code == 200
    with app.app_context():
        assert db.session.scalars(select(User).where(User.username == "uji.coba")).first() is None
    assert administrator.post("/users/add", data=_account(roles=str(roles["section_head"]))).status_code == 302
    with app.app_context():
        made = db.session.scalars(select(User).where(User.username == "uji.coba")).one()
        assert [role.name for role in made.roles] == ["section_head"]
        key = made.id
    edit = {k: v for k, v in _account(roles=str(roles["Admin"])).items() if "password" not in k}
    assert administrator.post(f"/users/edit/{key}", data=edit).status_code == 200
    with app.app_context():
        assert [role.name for role in db.session.get(User, key).roles] == ["section_head"]


def test_an_account_name_that_exists_is_told_beside_its_field(app: Flask, administrator: FlaskClient) -> None:
    answer = administrator.post("/users/add", data=_account(username="kadis", roles=str(_roles(app)["section_head"])))
    assert answer.status_code == 200
    assert 'id="username-galat"' in answer.text


def test_resetting_the_password_of_nobody_is_not_found(administrator: FlaskClient) -> None:
    for query in ("", "?pk=", "?pk=abc", "?pk=999999", "?pk=99999999999999999999", "?pk=000000000000000000015"):
        assert administrator.get(f"/resetpassword/form{query}").status_code == 404
        data = {"password": "kata-sandi-1", "conf_password": "kata-sandi-1"}
        assert administrator.post(f"/resetpassword/form{query}", data=data).status_code == 404


def test_long_addresses_do_not_burst_the_session_cookie(administrator: FlaskClient) -> None:
    for n in range(6):
        answer = administrator.get(f"/desa/list/?_flt_0_name={n}{'x' * 900}")
        assert answer.status_code == 200
        assert len(answer.headers.get("Set-Cookie", "")) < 4000


def test_a_category_named_by_a_deleted_one_stays(app: Flask, administrator: FlaskClient) -> None:
    with app.app_context():
        parent = Category(code="uji_induk", name="Induk")
        db.session.add_all([parent, Category(code="uji_anak", name="Anak", parent=parent)])
        db.session.commit()
        key = parent.id
    assert str(REFUSED["still_named"]) in administrator.post(f"/kategori/delete/{key}", follow_redirects=True).text

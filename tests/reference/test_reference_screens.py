"""Agencies, officers and categories through their screens: what each accepts, and what it says beside which field."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.core.extensions import db
from app.models import Agency, Category
from app.web.form_labels import REFUSED
from app.web.list_guards import GuardedRequests
from tests.reference.reference_forms import key_of, officer, refused, save

pytestmark = [pytest.mark.filterwarnings("ignore:Yielding raw tuples:DeprecationWarning")]


AGENCY = {"name": "Bidang Uji", "short_name": "UJI", "kind": "unit", "active": "y", "city": "Paringin"}
AGENCY |= {"classification_code": "500", "paper": "F4", "parent": "__None", "letterhead_over": "Pemerintah"}
AGENCY |= {"number_pattern": "{nomor}/{tahun}", "signing_method": "wet"}


def test_an_agency_is_added_under_its_parent_and_its_code_stays(app: Flask, screen: FlaskClient) -> None:
    parent = key_of(app, Agency, code="dishub")
    assert refused(save(screen, "/opd/add", code="Bad Code", **AGENCY), "bad_code", "code")
    assert save(screen, "/opd/add", code="uji", **{**AGENCY, "parent": str(parent)}) is None
    key = key_of(app, Agency, code="uji")
    assert "DISHUB › UJI" in screen.get("/opd/list/?_flt_3_code=uji").text
    assert save(screen, f"/opd/edit/{key}", code="lain", **{**AGENCY, "name": "Bidang Lain"}) is None
    with app.app_context():
        row = db.session.get(Agency, key)
        assert (row.code, row.name, row.parent_id) == ("uji", "Bidang Lain", None)


def test_agencies_read_as_a_tree_whatever_the_names_under_them(app: Flask, screen: FlaskClient) -> None:
    with app.app_context():
        top = Agency(code="uji_atas", name="Mm", short_name="ATAS")
        last = Agency(code="uji_z", name="Zz", short_name="AKHIR", parent=top)
        under = Agency(code="uji_bawah", name="Aa", short_name="BAWAH", parent=last)
        first = Agency(code="uji_b", name="Bb", short_name="AWAL", parent=top)
        db.session.add_all([under, first, last, top])
        db.session.commit()
    page = screen.get("/opd/list/?psize_AgencyView=100").text
    paths = ["ATAS", "ATAS › AWAL", "ATAS › AKHIR", "ATAS › AKHIR › BAWAH"]
    assert re.findall(r"(ATAS[^<]*?)\s*<", page) == paths
    assert re.findall(r"(Mm|Zz|Aa|Bb)\s*<", page) == ["Mm", "Bb", "Zz", "Aa"]


def test_an_agency_never_goes_under_itself_or_under_what_is_under_it(app: Flask, screen: FlaskClient) -> None:
    upper = key_of(app, Agency, code="dishub")
    assert save(screen, "/opd/add", code="uji", **{**AGENCY, "parent": str(upper)}) is None
    lower = key_of(app, Agency, code="uji")
    for parent in (upper, lower):
        assert save(screen, f"/opd/edit/{upper}", **{**AGENCY, "parent": str(parent)}) is not None
    assert str(REFUSED["has_units"]) in screen.post(f"/opd/delete/{upper}", follow_redirects=True).text
    assert key_of(app, Agency, code="uji", parent_id=upper) == lower


def test_an_agency_is_made_inactive(app: Flask, screen: FlaskClient) -> None:
    key = key_of(app, Agency, code="dishub")
    assert save(screen, f"/opd/edit/{key}", **{k: v for k, v in AGENCY.items() if k != "active"}) is None
    with app.app_context():
        assert db.session.get(Agency, key).active is False


def test_an_officer_has_a_nip_of_eighteen_digits(app: Flask, screen: FlaskClient) -> None:
    key = officer(app, "kasi")
    form = {"position": "Kepala Seksi", "rank": "III/d", "agency": "__None"}
    assert refused(save(screen, f"/petugas/edit/{key}", nip="123", **form), "bad_nip", "nip")
    assert save(screen, f"/petugas/edit/{key}", nip="19700101 199503 1 001", **form) is None
    page = screen.get(f"/petugas/show/{key}").text
    assert "19700101 199503 1 001" in page
    assert "Kepala Seksi" in page
    assert screen.post(f"/petugas/delete/{key}").status_code == 404


def test_categories_have_two_levels(app: Flask, screen: FlaskClient) -> None:
    form = {"name": "Uji", "national_class": "oversight", "active": "y", "default_agency": "__None"}
    assert save(screen, "/kategori/add", code="uji_atas", parent="__None", **form) is None
    upper = key_of(app, Category, code="uji_atas")
    assert save(screen, "/kategori/add", code="uji_bawah", parent=str(upper), **form) is None
    lower = key_of(app, Category, code="uji_bawah")
    other = save(screen, "/kategori/add", code="uji_lain", parent="__None", **form)
    assert other is None
    assert save(screen, "/kategori/add", code="uji_cucu", parent=str(lower), **form) is not None
    elsewhere = str(key_of(app, Category, code="uji_lain"))
    assert refused(save(screen, f"/kategori/edit/{upper}", parent=elsewhere, **form), "two_levels", "parent")


def test_every_reference_screen_leads_back_to_its_own_list_or_row(app: Flask, screen: FlaskClient) -> None:
    """Also after other screens were looked at, as in another tab, and to the list as it was filtered."""
    bases = ["opd", "petugas", "delegasi", "kategori", "kecamatan", "desa", "batas-nasional", "users", "peran"]
    views = {str(v.route_base).strip("/"): v for v in app.appbuilder.baseviews if isinstance(v, GuardedRequests)}
    lists = {base: view for base, view in views.items() if "list" in view.include_route_methods}
    assert set(bases) <= set(lists)
    for base, view in lists.items():
        listed, row = f"/{base}/list/?_oc_{type(view).__name__}=", f"/{base}/show/1"
        with app.test_request_context(f"/{base}/edit/1") as context:
            context.request.view_args = {"pk": "1"}
            other = [f"/{'opd' if base != 'opd' else 'desa'}/list/", f"/{base}/show/2"]
            for history, leads_to in [
                ([listed, *other], listed),
                ([listed, row, f"/{base}/edit/1", *other], row),
                ([row, listed, f"/{base}/edit/1"], listed),
                (other, f"/{base}/list/"),
                ([], f"/{base}/list/"),
            ]:
                context.session["page_history"] = history
                assert view.get_redirect() == leads_to, (base, history)


def test_a_save_leads_back_to_the_filtered_list_it_came_from(app: Flask, screen: FlaskClient) -> None:
    key, listed = key_of(app, Agency, code="dishub"), "/opd/list/?_flt_3_code=dishub"
    for path in ("/kategori/list/", listed):
        assert screen.get(path).status_code == 200
    seen = screen.get(f"/opd/edit/{key}").text.partition('name="seen" type="hidden" value="')[2].partition('"')[0]
    screen.get("/desa/list/")
    answer = screen.post(f"/opd/edit/{key}", data={**AGENCY, "seen": seen})
    assert (answer.status_code, answer.headers["Location"].removeprefix("http://localhost")) == (302, listed)
    screen.get("/kecamatan/list/")
    answer = screen.post("/opd/add", data={**AGENCY, "code": "uji_balik"})
    assert (answer.status_code, answer.headers["Location"].removeprefix("http://localhost")) == (302, listed)

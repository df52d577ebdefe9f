"""Fields of the type `file`: asked for on the forms of new complaints and over the API, stored as attachments."""

import io

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.core.extensions import db
from app.models import Attachment, Complaint
from tests.fields.field_bodies import activate
from tests.fields.test_field_screens import hidden
from tests.fields.test_outlets import FIELD, LABEL, AsUser, Bearer, filled_form
from tests.files.samples import png_of

PNG = png_of(8, 8)


def test_the_forms_of_new_complaints_ask_for_a_file(
    app: Flask, client: FlaskClient, bearer: Bearer, as_user: AsUser
) -> None:
    both = ["intake", "public_intake"]
    activate(
        client,
        bearer("administrator"),
        FIELD,
        type="file",
        required=True,
        moments=both,
        visible_to=["office", "reporter"],
    )
    officer = as_user("admin.aduan")
    token = officer.get("/aduan/baru").text.partition('name="form_token" value="')[2].partition('"')[0]
    office = {"form_token": token, "title": "Lampu", "body": "Padam", "channel": "walk_in", "confidentiality": "open"}
    for browser, path, typed in ((client, "/lapor", filled_form(client)), (officer, "/aduan/baru", office)):
        missed = browser.post(path, data=typed)
        assert missed.status_code == 422
        assert 'id="fields.isian_uji-galat"' in missed.text
        wrong = browser.post(path, data={**typed, "fields.isian_uji": (io.BytesIO(b"MZ"), "foto.exe")})
        assert wrong.status_code == 422
        assert 'id="fields.isian_uji-galat"' in wrong.text
        assert "Berkas harus dipilih lagi" in wrong.text
        done = browser.post(path, data={**typed, "fields.isian_uji": (io.BytesIO(PNG), "tiang.png")})
        assert done.status_code == 303, done.text
    with app.app_context():
        cases = list(db.session.scalars(select(Complaint)))
        assert [case.field_values["isian_uji"]["filename"] for case in cases] == ["tiang.png"] * 2
        assert list(db.session.scalars(select(Attachment.filename))) == ["tiang.png"] * 2
        ids = [case.id for case in cases]
    for case_id in ids:
        assert f"<dt>{LABEL}</dt><dd>tiang.png</dd>" in officer.get(f"/aduan/{case_id}").text
    form = {**hidden(officer.get(f"/aduan/{ids[1]}/data").text), "title": "Lampu jalan", "reason": "Salah tulis"}
    assert officer.post(f"/aduan/{ids[1]}/data", data=form).status_code == 303
    with app.app_context():
        assert db.session.get_one(Complaint, ids[1]).field_values["isian_uji"]["filename"] == "tiang.png"


def test_a_program_must_send_a_required_file(client: FlaskClient, bearer: Bearer) -> None:
    activate(
        client, bearer("administrator"), FIELD, type="file", required=True, moments=["intake"], visible_to=["office"]
    )
    report = {"title": "Lampu", "body": "Padam", "channel": "walk_in"}
    refused = client.post("/api/v1/complaint/", json=report, headers=bearer("admin.aduan"))
    assert [error["field"] for error in refused.json["errors"]] == ["fields.isian_uji"]

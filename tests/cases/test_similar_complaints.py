"""Likely duplicates on the screens: hints at intake with and without JavaScript, the card, suggested agencies."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.core.clock import utc_now
from app.core.extensions import db
from app.models import Complaint
from tests.cases.case_pages import form_on, forms_of, send
from tests.cases.test_intake import GOOD, fresh_token, how_many
from tests.factories import Case, a_complaint
from tests.statements import statements
from tests.worklists.test_inbox import MOST_QUERIES

SignIn = Callable[[str], FlaskClient]
PLACE = {"village": "Batu Piring"}
TITLE = "Jalan berlubang depan sekolah"


def a_case(days_ago: int = 0, at: str = "check", **more: Any) -> Case:
    received = utc_now() - timedelta(days=days_ago)
    return a_complaint(at, received=received, **{"title": TITLE, "location": PLACE, **more})


@pytest.fixture
def there(app: Flask) -> str:
    """The number of a case of three days ago, whose title is not only text."""
    with app.app_context():
        return a_case(3, title=f"{TITLE} <b>parah</b>").complaint.number


def typed(**more: str) -> dict[str, str]:
    return {"title": TITLE, "body": "Lubang dalam.", "location.village": "63.11.02.1003", **more}


@pytest.fixture
def village(app: Flask) -> str:
    with app.app_context():
        row = db.session.get_one(Complaint, a_case().id)
        assert row.village is not None
        return row.village.code


def test_the_piece_for_javascript_names_what_is_there_and_why(there: str, village: str, as_user: SignIn) -> None:
    answer = as_user("admin.aduan").post("/aduan/baru/serupa", data=typed(**{"location.village": village}))
    assert answer.status_code == 200
    assert "2 aduan mungkin sama" in answer.text
    assert f">{there}<" in answer.text
    assert "Desa sama, kata hampir sama, 3 hari lalu" in answer.text
    assert "Desa sama, kata hampir sama, hari ini" in answer.text
    assert "<html" not in answer.text
    assert "<b>parah" not in answer.text


def test_where_nothing_is_alike_that_is_said(there: str, as_user: SignIn) -> None:
    answer = as_user("admin.aduan").post("/aduan/baru/serupa", data={"title": "Antrean KTP"})
    assert "Belum ada aduan serupa" in answer.text
    for hostile in ("\x00", "jalan\x00lubang", "&|!", "x" * 9000):
        assert as_user("admin.aduan").post("/aduan/baru/serupa", data=typed(title=hostile)).status_code == 200


def test_without_javascript_a_button_of_the_form_brings_the_hints_and_keeps_what_was_typed(
    app: Flask, there: str, village: str, as_user: SignIn
) -> None:
    client = as_user("admin.aduan")
    before = how_many(app)
    fields = {**GOOD, **typed(**{"location.village": village}), "form_token": fresh_token(client), "similar": "1"}
    answer = client.post("/aduan/baru", data=fields, content_type="multipart/form-data")
    assert answer.status_code == 200
    assert f">{there}<" in answer.text
    assert f'value="{TITLE}"' in answer.text
    assert how_many(app) == before
    assert 'data-serupa="/aduan/baru/serupa"' in answer.text


def test_the_enter_key_saves_and_does_not_only_look(as_user: SignIn) -> None:
    form = as_user("admin.aduan").get("/aduan/baru").text.partition('action="/aduan/baru"')[2]
    first = re.search(r'<button[^>]*type="submit"[^>]*>', form)
    assert first is not None
    assert "name=" not in first[0]


def test_a_form_that_comes_back_with_faults_has_the_hints_within_the_budget(
    app: Flask, there: str, village: str, as_user: SignIn
) -> None:
    client = as_user("admin.aduan")
    fields = {**typed(**{"location.village": village}), "form_token": fresh_token(client)}
    with statements(app) as seen:
        answer = client.post("/aduan/baru", data=fields)
    assert answer.status_code == 422
    assert f">{there}<" in answer.text
    assert len([s for s in seen if s.startswith("SELECT")]) <= MOST_QUERIES + 4


@pytest.mark.parametrize(("username", "at"), [("admin.aduan", "register"), ("kasi", "check")])
def test_the_card_merges_in_one_step_with_the_question_before_it(
    app: Flask, there: str, as_user: SignIn, username: str, at: str
) -> None:
    with app.app_context():
        own = a_case(at=at).id
    client = as_user(username)
    shown = client.get(f"/aduan/{own}").text
    card = shown[shown.index('id="kembar"') : shown.index("</ul></section>")]
    assert "Desa sama, kata hampir sama, 3 hari sebelumnya" in card
    assert "&lt;b&gt;parah" in card
    assert 'type="submit" name="ask" value="1"' in card
    form = next(f for f in forms_of(shown) if f.action == "merge" and f.fields.get("into") == [there])
    question = send(client, form, ask="1")
    assert "ke aduan utama?" in question.text
    assert there in question.text
    with app.app_context():
        assert db.session.get_one(Complaint, own).status != "merged"
    answer = send(client, form_on(question.text, "merge"))
    assert answer.status_code == 303
    with app.app_context():
        row = db.session.get_one(Complaint, own)
        assert row.status == "merged"
        assert db.session.get_one(Complaint, row.merged_into_id).number == there


def test_an_archived_case_is_shown_but_nothing_is_merged_into_it(app: Flask, as_user: SignIn) -> None:
    with app.app_context():
        a_case(2).act("section_head", "archive", reason="spam", note="Bukan aduan.")
        own = a_case().id
    shown = as_user("kasi").get(f"/aduan/{own}").text
    assert "Kemungkinan aduan yang sama" in shown
    assert "Gabungkan ke aduan ini" not in shown


@pytest.mark.parametrize(
    ("username", "at"), [("kabid", "check"), ("kadis", "report"), ("kepala.dishub", "agency_dispose")]
)
def test_nobody_else_and_no_later_step_has_the_card(
    app: Flask, there: str, as_user: SignIn, username: str, at: str
) -> None:
    with app.app_context():
        own = a_case(at=at, agencies=("dishub",)).id
    assert "Kemungkinan aduan yang sama" not in as_user(username).get(f"/aduan/{own}").text


def test_the_card_and_the_suggestions_cost_the_page_one_statement_each(app: Flask, there: str, as_user: SignIn) -> None:
    with app.app_context():
        a_case(90, at="answered", agencies=("dishub",))
        checked, directed = a_case().id, a_case(at="direct", category="jalan_berlubang").id
    costs = (("kasi", checked, 1), ("kadis", directed, 2), ("kabid", checked, 0))
    for username, own, cost in costs:
        with statements(app) as seen:
            as_user(username).get(f"/aduan/{own}")
        assert sum("shared_words" in statement for statement in seen) == cost


def test_suggested_agencies_stand_first_with_their_cases_as_the_reason(app: Flask, as_user: SignIn) -> None:
    with app.app_context():
        numbers = [a_case(n, at="answered", agencies=("dishub",)).complaint.number for n in (90, 80, 70)]
        own = a_case(at="direct", category="jalan_berlubang").id
    client = as_user("kadis")
    shown = client.get(f"/aduan/{own}").text
    offered = re.findall(r'name="agencies" value="([^"]+)"', shown)
    assert offered[:2] == ["dpuprperkim", "dishub"]
    assert "Disarankan dari kategori" in shown
    assert f"3 aduan serupa ditangani OPD ini: {numbers[2]}, {numbers[1]}, …" in shown
    assert "Aduan serupa yang sudah selesai" in shown
    assert shown.count('target="_blank"') == 3
    searched = send(client, form_on(shown, "direct"), agency_search="kesehatan", search="1").text
    assert re.findall(r'name="agencies" value="([^"]+)"', searched)[0] in ("dpuprperkim", "dinkes")
    assert "aduan serupa ditangani" not in searched

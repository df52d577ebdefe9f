"""Where `{field.<code>}` gives a value: a table by hand of texts and audiences, tried both ways for every visibility.

A text that may not hold the field is refused by its check; one that held it before shows nothing in its place.
"""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import force_locale
from sqlalchemy import select

from app.core.clock import utc_now
from app.core.definitions import forget_version
from app.core.extensions import db
from app.delivery.message_texts import reporter_values
from app.models import Category, Complaint, Delivery, FieldDefinition, Letter, StandardText, TextVersion
from app.texts.current import originals_of
from app.texts.kinds import KINDS
from app.texts.standard import standard_faults
from app.texts.versions import TextsAtFault, activate, faults_of, save_draft
from tests.factories import Case, a_complaint
from tests.fields.field_bodies import activate as activate_field
from tests.papers.test_papers import asked, event_of

AsUser = Callable[[str], FlaskClient]
Headers = dict[str, str]
VALUE, SHOWN = "RAHASIA-TIANG-77", "[RAHASIA-TIANG-77]"
HOLE = "[{field.isian_uji}]{#if field.isian_uji}ADA{/if}"
FIELD: dict[str, Any] = {
    "code": "isian_uji",
    "label": {"id": "Kode isian uji"},
    "type": "text",
    "moments": ["intake"],
    "visible_to": ["office", "agency", "reporter"],
}

SHOWS: dict[str, set[str]] = {
    "letter": {"agency"},
    "draft letter": {"agency"},
    "direction": {"agency"},
    "disposition of an answer": {"agency"},
    "receipt": {"reporter", "public"},
    "answer to the reporter": {"reporter", "public"},
    "message to the reporter": {"reporter", "public"},
    "standard letter": {"agency"},
    "standard answer": {"reporter", "public"},
}
"""Outlet to the audiences of `visible_to`, of which it needs one."""

NEVER = ("message without details", "notice to officers", "mail about an account")
"""Texts that hold no field, whatever its visibility."""

TEXTS = {
    "letter": "paper.letter_opening",
    "draft letter": "paper.letter_closing",
    "direction": "paper.direction_asks",
    "disposition of an answer": "paper.reply_asks",
    "receipt": "paper.receipt_guide",
    "answer to the reporter": "paper.answer_closing",
    "message to the reporter": "reporter.received",
    "message without details": "reporter.news",
    "notice to officers": "notice.step_opened",
    "mail about an account": "account.invitation",
}
STANDARD = {"standard letter": "letter", "standard answer": "answer"}


@pytest.fixture
def admin(bearer: Callable[[str], Headers]) -> Headers:
    return bearer("administrator")


def reword(code: str, body: str = HOLE) -> TextVersion:
    kind = KINDS[code]
    texts = {**originals_of(kind), ("body", "id"): body, ("body", "en"): ""}
    return activate(save_draft(kind, texts, None, utc_now()).id, "Alasan", None, utc_now())


def standard(kind: str) -> None:
    db.session.add(StandardText(code=f"uji_{kind}", title=kind, body=HOLE, kind=kind, scope="office"))
    db.session.commit()


def faults(code: str, body: str = HOLE) -> list[str]:
    kind = KINDS[code]
    texts = {**originals_of(kind), ("body", "id"): body}
    return [fault.reason.value for found in faults_of(kind, texts).values() for fault in found]


def a_case(at: str, **more: Any) -> Case:
    return a_complaint(at, agencies=("dishub",), **{"fields": {"isian_uji": VALUE}, **more})


def message_of(case: Case) -> str:
    with force_locale("id"):
        return str(reporter_values(Delivery(told="received"), case.complaint)["sentence"])


def outlets(case: Case, drafted: Case, as_user: AsUser) -> dict[str, str]:
    """What each outlet says of a case that was answered, or of one whose letter is a draft."""
    letters = {letter.complaint_id: letter for letter in db.session.scalars(select(Letter))}
    signed = letters[case.id].paper
    assert signed is not None
    papers = {
        "letter": signed,
        "draft letter": asked(drafted, "draft_letter", letters[drafted.id].id, "kepala.dishub"),
        "direction": asked(case, "disposition", event_of(case, "direct")),
        "disposition of an answer": asked(case, "disposition", event_of(case, "dispose_answer")),
        "receipt": asked(case, "receipt", case.id),
        "answer to the reporter": asked(case, "reporter_answer", event_of(case, "reply")),
    }
    said = {name: str(paper.frozen.get("texts") or paper.frozen["asks"]) for name, paper in papers.items()}
    said["message to the reporter"] = message_of(case)
    writing = {"standard letter": ("draft_answer", "sekretaris.dishub"), "standard answer": ("reply", "admin.aduan")}
    for name, (at, who) in writing.items():
        said[name] = as_user(who).get(f"/aduan/{a_case(at).id}").text
    return said


def both_cases() -> tuple[Case, Case]:
    case = a_case("reply")
    case.act("complaint_admin", "reply", text="Sudah.", proof="Dicatat.")
    return case, a_case("sign_answer")


@pytest.mark.parametrize(
    "visible_to",
    [["office"], ["office", "agency"], ["office", "reporter"], ["public"], ["office", "agency", "reporter", "public"]],
    ids="+".join,
)
def test_a_value_is_printed_where_the_table_says_and_its_name_refused_elsewhere(
    app: Flask, client: FlaskClient, admin: Headers, as_user: AsUser, visible_to: list[str]
) -> None:
    activate_field(client, admin, FIELD, visible_to=visible_to)
    wanted = {name for name, audiences in SHOWS.items() if audiences & set(visible_to)}
    with app.app_context():
        for name, code in TEXTS.items():
            assert faults(code) == ([] if name in wanted else ["hidden_field"] * 2), name
            if name in wanted:
                reword(code)
        for name, kind in STANDARD.items():
            found = [fault.reason.value for fault in standard_faults(HOLE, kind)]
            assert found == ([] if name in wanted else ["hidden_field"] * 2), name
            standard(kind)
        said = outlets(*both_cases(), as_user)
        assert {name for name, text in said.items() if f"{SHOWN}ADA" in text} == wanted
        # A standard text that held the field before it was hidden is offered with nothing in its place.
        assert {name for name in STANDARD if "[]" in said[name]} == set(STANDARD) - wanted


def test_every_outlet_of_the_table_is_tried() -> None:
    assert {*TEXTS, *STANDARD} == {*SHOWS, *NEVER}
    assert {code.partition(".")[2] for code in TEXTS.values() if code.startswith("paper.")} == {
        kind.key for kind in KINDS.values() if kind.group == "paper"
    }


def test_a_text_that_held_the_field_shows_nothing_once_it_is_hidden(
    app: Flask, client: FlaskClient, admin: Headers, as_user: AsUser
) -> None:
    activate_field(client, admin, FIELD, visible_to=["office", "agency", "reporter"])
    with app.app_context():
        for name in SHOWS:
            if name in TEXTS:
                reword(TEXTS[name])
    activate_field(client, admin, FIELD, visible_to=["office"], order=1)
    with app.app_context():
        said = outlets(*both_cases(), as_user)
        assert {name for name, text in said.items() if SHOWN in text} == set()
        assert {name for name in said if "[]" in said[name]} == set(SHOWS) - set(STANDARD)


def test_a_personal_field_is_never_named(app: Flask, client: FlaskClient, admin: Headers) -> None:
    activate_field(client, admin, FIELD, visible_to=["office", "reporter"], personal=True)
    with app.app_context():
        for code in TEXTS.values():
            assert faults(code) == ["personal_field"] * 2
        for kind in STANDARD.values():
            assert [fault.reason.value for fault in standard_faults(HOLE, kind)] == ["personal_field"] * 2
        kind = KINDS["reporter.received"]
        row = save_draft(kind, {**originals_of(kind), ("body", "id"): HOLE}, None, utc_now())
        with pytest.raises(TextsAtFault):
            activate(row.id, "Alasan", None, utc_now())
    listed = client.get("/api/v1/text/", headers=admin).json["result"]
    assert not [p for line in listed for p in line["placeholders"] if p["name"].startswith("field.")]


@pytest.mark.parametrize("code", [None, "ABCD-EFGH-JKLM"])
def test_a_message_about_a_case_that_is_not_open_names_no_value(
    app: Flask, client: FlaskClient, admin: Headers, code: str | None
) -> None:
    activate_field(client, admin, FIELD)
    with app.app_context(), force_locale("id"):
        reword("reporter.received")
        case = a_case("register").complaint
        assert SHOWN in reporter_values(Delivery(told="received", sealed_code=code), case)["sentence"]
        case.confidentiality = "secret"
        assert VALUE not in reporter_values(Delivery(told="received", sealed_code=code), case)["sentence"]


def test_an_ended_field_still_gives_the_value_that_a_case_has(app: Flask, client: FlaskClient, admin: Headers) -> None:
    key = activate_field(client, admin, FIELD)
    with app.app_context():
        case = a_case("register")
        row = db.session.get_one(FieldDefinition, key)
        row.active_until = utc_now()
        db.session.commit()
        forget_version()
        assert faults("paper.receipt_guide") == []
        reword("paper.receipt_guide")
        assert asked(case, "receipt", case.id).frozen["texts"] == {"receipt_guide": f"{SHOWN}ADA"}
    listed = client.get("/api/v1/text/", headers=admin).json["result"]
    assert not [p for line in listed for p in line["placeholders"] if p["name"] == "field.isian_uji"]


def test_a_case_of_another_category_has_no_value(app: Flask, client: FlaskClient, admin: Headers) -> None:
    with app.app_context():
        mine, other = db.session.scalars(select(Category.code).order_by(Category.id).limit(2)).all()
    activate_field(client, admin, FIELD, categories=[mine])
    with app.app_context():
        reword("paper.receipt_guide", "Tiang {field.isian_uji}{#if field.isian_uji}, ada{/if}.")
        cases = [a_case("register", category=mine), a_case("register", category=other, fields={})]
        said = [asked(case, "receipt", case.id).frozen["texts"]["receipt_guide"] for case in cases]
        assert said == [f"Tiang {VALUE}, ada.", "Tiang ."]


OPTIONS = [{"code": "baik", "label": {"id": "Masih baik", "en": "Still good"}}]
TYPED: tuple[tuple[dict[str, Any], Any, str, str], ...] = (
    ({"type": "date"}, "2026-11-24", "{field.isian_uji}", "24 November 2026"),
    ({"type": "date"}, "2026-11-24", "{field.isian_uji|short}", "24 Nov 2026"),
    ({"type": "choice", "options": OPTIONS}, "baik", "{field.isian_uji}", "Masih baik"),
    ({"type": "choices", "options": OPTIONS}, ["baik"], "{field.isian_uji}", "Masih baik"),
    ({"type": "boolean"}, False, "{field.isian_uji}", "tidak"),
    ({"type": "integer"}, 7, "{field.isian_uji}", "7"),
    ({"type": "long_text"}, "a {complaint.number}\n<b>", "{field.isian_uji}", "a {complaint.number}\n<b>"),
)


@pytest.mark.parametrize(("more", "value", "hole", "said"), TYPED, ids=range(len(TYPED)))
def test_a_value_is_written_as_text_in_the_language_of_the_paper(
    app: Flask, client: FlaskClient, admin: Headers, more: dict[str, Any], value: Any, hole: str, said: str
) -> None:
    activate_field(client, admin, FIELD, **more)
    with app.app_context():
        reword("paper.receipt_guide", hole)
        case = a_case("register", fields={"isian_uji": value})
        assert asked(case, "receipt", case.id).frozen["texts"] == {"receipt_guide": said}


@pytest.mark.parametrize(
    ("body", "reason", "said"),
    [
        ("a\n b {field.isian_uj}", "unknown_placeholder", "Baris 2, kolom 4: Isian {field.isian_uj} tidak dikenal"),
        ("{field.isian_uj}", "unknown_placeholder", "Mungkin maksudnya {field.isian_uji}"),
        ("{#if field.isian_uj}a{/if}", "unknown_placeholder", "Mungkin maksudnya {#if field.isian_uji}"),
        ("{field.isian_uji|date}", "unknown_format", "Bentuk pada {field.isian_uji|date} tidak dikenal"),
        ("{field.isian_uji.__class__}", "unknown_placeholder", "Mungkin maksudnya {field.isian_uji}"),
        ("{field.}", "unknown_placeholder", "tidak dikenal"),
        ("{isian_uji}", "unknown_placeholder", "tidak dikenal"),
        ("{field.dalam}", "hidden_field", "Isian {field.dalam} tidak boleh dilihat pembaca teks ini"),
        ("a\n{#if field.dalam}a{/if}", "hidden_field", "Baris 2, kolom 1: Isian {#if field.dalam} tidak boleh"),
        ("{field.nik_kedua}", "personal_field", "Isian {field.nik_kedua} data pribadi"),
    ],
)
def test_a_wrong_name_of_a_field_is_refused_with_line_and_suggestion(
    app: Flask, client: FlaskClient, admin: Headers, screen: FlaskClient, body: str, reason: str, said: str
) -> None:
    activate_field(client, admin, FIELD)
    activate_field(client, admin, {**FIELD, "code": "dalam"}, visible_to=["office"])
    activate_field(client, admin, {**FIELD, "code": "nik_kedua"}, visible_to=["office", "reporter"], personal=True)
    made = client.post("/api/v1/text/", json={"kind": "paper.receipt_guide", "body": {"id": body}}, headers=admin)
    checked = client.post(f"/api/v1/text/{made.json['id']}/check", headers=admin).json["result"]["faults"]
    assert [fault["reason"] for fault in checked] == [reason]
    assert said in checked[0]["message"]
    refused = client.post(f"/api/v1/text/{made.json['id']}/activate", json={"reason": "a"}, headers=admin)
    assert refused.status_code == 422
    form = {"code": "x", "title": "x", "kind": "answer", "scope": "office", "agency": "__None", "order": "1"}
    page = screen.post("/teks-standar/add", data={**form, "body": body})
    assert said in page.text
    with app.app_context():
        assert db.session.scalars(select(StandardText)).all() == []
        assert db.session.scalars(select(TextVersion).where(TextVersion.state == "active")).all() == []


def test_the_published_names_grow_with_the_fields_of_each_text(
    client: FlaskClient, admin: Headers, screen: FlaskClient
) -> None:
    activate_field(client, admin, FIELD, visible_to=["office", "agency"])
    activate_field(client, admin, {**FIELD, "code": "hari", "type": "date"}, visible_to=["reporter"])
    listed = client.get("/api/v1/text/", headers=admin).json["result"]
    found = {line["kind"]: [p for p in line["placeholders"] if p["name"].startswith("field.")] for line in listed}
    own = {"name": "field.isian_uji", "type": "text", "written": ["{field.isian_uji}"], "says": "Kode isian uji"}
    assert found["paper.letter_opening"] == found["paper.direction_asks"] == [own]
    assert [p["written"] for p in found["paper.receipt_guide"]] == [
        ["{field.hari}", "{field.hari|date}", "{field.hari|short}"]
    ]
    assert found["reporter.news"] == found["notice.step_opened"] == []
    page = screen.get("/teks/paper.letter_opening").text
    assert "{field.isian_uji}" in page
    assert "Kode isian uji" in page
    assert "{field.hari}" not in page
    hint = screen.get("/teks-standar/add").text
    assert "{field.isian_uji}" in hint.partition("dalam surat tanggapan OPD:")[2]
    assert "{field.hari}" in hint.partition("dalam jawaban kepada pelapor:")[2].partition("dalam surat")[0]


def test_a_value_with_markup_stays_text_on_the_paper_and_on_the_page(
    app: Flask, client: FlaskClient, admin: Headers, as_user: AsUser
) -> None:
    activate_field(client, admin, FIELD)
    with app.app_context():
        standard("letter")
        case = a_case("draft_answer", fields={"isian_uji": "<script>{deadline}</script>"})
        page = as_user("sekretaris.dishub").get(f"/aduan/{case.id}").text
        assert "[&lt;script&gt;{deadline}&lt;/script&gt;]ADA" in page
        assert db.session.get_one(Complaint, case.id).field_values == {"isian_uji": "<script>{deadline}</script>"}

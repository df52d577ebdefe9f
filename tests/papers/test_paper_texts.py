"""The texts of papers: without new words every file stays as it was; new words are printed, as text, from then on."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import force_locale
from sqlalchemy import select

from app.access.session_filter import as_person
from app.core.clock import utc_now
from app.core.extensions import db
from app.core.resource_limits import DrawingRefused
from app.demo.accounts import demo_person
from app.models import Letter, Paper, PaperKind, TextVersion
from app.papers import previews
from app.papers.case_papers import asks_of
from app.papers.kinds import html_of
from app.papers.render import render_pdf
from app.texts.current import originals_of
from app.texts.kinds import KINDS
from app.texts.paper_texts import PAPER_TEXTS
from app.texts.versions import activate, restore_original, save_draft
from tests.factories import Case, a_complaint
from tests.papers.every_paper import LATER, Contents, contents
from tests.papers.test_papers import asked, event_of, text_of
from tests.scenes import Scene

LAYOUT_BEFORE = 2
"""The last layout whose templates held these texts themselves."""
PAGE = "/teks/paper.receipt_guide"


@pytest.fixture
def papers(scene: Scene[Contents], freeze: Any, context: Flask) -> Contents:
    freeze(LATER.strftime("%Y-%m-%d %H:%M"))
    return scene(contents)


def reworded(key: str, body: str) -> TextVersion:
    kind = KINDS[f"paper.{key}"]
    row = save_draft(kind, {**originals_of(kind), ("body", "id"): body}, None, utc_now())
    return activate(row.id, "Lebih jelas", None, utc_now())


def printed(paper: Paper) -> str:
    return text_of(render_pdf(html_of(PaperKind(paper.kind), paper.frozen)))


def test_without_new_words_a_paper_has_the_bytes_of_the_layout_before(papers: Contents) -> None:
    worded = {name for name, (_kind, frozen) in papers.items() if "texts" in frozen}
    assert worded == {"draft", "letter", "certificate", "bsre", "reply", "receipt"}
    for name in {*worded, "direct", "dispose", "dispose_answer"}:
        kind, frozen = papers[name]
        for sp4n in (None, "7654321"):
            content = {**frozen, "sp4n": sp4n}
            if sp4n and "letter_opening" in content.get("texts", {}):
                content["texts"] = {**content["texts"], "letter_opening": _with_sp4n(content, sp4n)}
            before = html_of(kind, {**content, "layout": LAYOUT_BEFORE})
            assert render_pdf(html_of(kind, content)) == render_pdf(before, layout=LAYOUT_BEFORE), name


def _with_sp4n(content: dict[str, Any], number: str) -> str:
    said: str = content["texts"]["letter_opening"]
    mine = str(content["complaint"])
    assert mine in said
    return said.replace(mine, f"{mine} (SP4N-LAPOR! nomor {number})")


def papers_of(case: Case) -> dict[str, Paper]:
    """One paper for each text, by its key."""
    letter = db.session.scalars(select(Letter).where(Letter.complaint_id == case.id)).one()
    assert letter.paper is not None
    return {
        "letter_opening": letter.paper,
        "letter_closing": letter.paper,
        "direction_asks": asked(case, "disposition", event_of(case, "direct")),
        "reply_asks": asked(case, "disposition", event_of(case, "dispose_answer")),
        "receipt_guide": asked(case, "receipt", case.id),
        "answer_closing": asked(case, "reporter_answer", event_of(case, "reply")),
    }


def answered() -> Case:
    case = a_complaint(at="reply", agencies=("dishub",))
    case.act("complaint_admin", "reply", text="Sudah ditangani.", proof="Dicatat.")
    return case


def test_every_text_is_printed_as_reworded_and_its_markup_stays_text(context: Flask, freeze: Any) -> None:
    freeze("2026-11-24 10:00")
    before = papers_of(answered())
    for key in PAPER_TEXTS:
        reworded(key, f"[x] {key[:9].upper()} <b>{{complaint.number}}</b> &")
    case = answered()
    for key, paper in papers_of(case).items():
        assert f"{key[:9].upper()} <b>{case.complaint.number}</b> &" in printed(paper), key
        assert key[:9].upper() not in printed(before[key]), key


def test_a_paper_that_was_made_keeps_its_text(context: Flask) -> None:
    case = a_complaint()
    paper = asked(case, "receipt", case.id)
    first = render_pdf(html_of(PaperKind.RECEIPT, paper.frozen))
    reworded("receipt_guide", "Kata baru")
    again = asked(case, "receipt", case.id)
    assert again.id == paper.id
    assert render_pdf(html_of(PaperKind.RECEIPT, again.frozen)) == first


def test_a_letter_is_signed_with_the_sentences_that_its_draft_showed(context: Flask) -> None:
    read, unread = (a_complaint(at="sign_answer", agencies=("dishub",)) for _ in range(2))
    letters = select(Letter).order_by(Letter.id)
    first, second = db.session.scalars(letters)
    asked(read, "draft_letter", first.id, "kepala.dishub")
    reworded("letter_closing", "Salam dari kami.")
    for case in (read, unread):
        case.act("agency_head", "sign", house="dishub")
    closings = [letter.paper.frozen["texts"]["letter_closing"] for letter in (first, second) if letter.paper]
    assert closings == [PAPER_TEXTS["letter_closing"].original, "Salam dari kami."]


def test_a_text_may_have_paragraphs_and_lines_and_none_at_all(context: Flask) -> None:
    reworded("receipt_guide", "Satu\nDua\n\nTiga: {tracking.address}{#if sp4n.number} SP4N{/if}")
    case = a_complaint()
    paper = asked(case, "receipt", case.id)
    page = html_of(PaperKind.RECEIPT, paper.frozen)
    assert "<p>Satu<br>Dua</p>\n<p>Tiga: http://localhost/lacak</p>" in page
    reworded("receipt_guide", "{#if sp4n.number}SP4N{/if}")
    other = a_complaint()
    assert 'pelacakan aduan"></div>' in html_of(PaperKind.RECEIPT, asked(other, "receipt", other.id).frozen)


@pytest.mark.parametrize(
    ("text", "asks", "ticked"),
    [
        ("A\n[x] B", ["A", "B"], ["B"]),
        ("  [x]A \n\n B[x]", ["A", "B[x]"], ["A"]),
        ("[x]\n \n[x] ", [], []),
        ("[X] A\n[ ] B", ["[X] A", "[ ] B"], []),
        ("", [], []),
    ],
)
def test_a_line_is_an_ask_and_its_box_may_be_ticked(text: str, asks: list[str], ticked: list[str]) -> None:
    assert asks_of(text) == {"asks": asks, "asked": ticked}


@pytest.mark.parametrize("key", PAPER_TEXTS)
def test_the_preview_is_the_whole_paper_with_the_words_that_are_not_in_force(
    context: Flask, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    monkeypatch.setattr(previews, "render_in_subprocess", render_pdf)
    kind, case = KINDS[f"paper.{key}"], a_complaint()
    texts = {("body", "id"): "[x] Kata baru {complaint.number}"}
    invented = text_of(previews.paper_preview(kind, texts, None))
    assert "Kata baru LB-2026-000123" in invented
    with as_person(demo_person("kasi")):
        about = text_of(previews.paper_preview(kind, texts, case.complaint))
    assert f"Kata baru {case.complaint.number}" in about
    assert case.complaint.title in about
    mark = "KONSEP" if key.startswith("letter") else "CONTOH"
    assert mark in invented
    assert mark in about
    assert db.session.scalars(select(Paper)).all() == []


def sent(screen: FlaskClient, body: str, **more: str) -> Any:
    return screen.post(PAGE, data={"versi": "0", "body_id": body, "lakukan": "pdf", **more})


def test_the_screen_gives_the_preview_as_a_file_and_stores_nothing(context: Flask, screen: FlaskClient) -> None:
    answer = sent(screen, "Datang ke kantor: {complaint.number}")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert "Datang ke kantor: LB-2026-000123" in text_of(answer.data)
    assert answer.headers["Content-Disposition"] == 'inline; filename="pratinjau-receipt-guide.pdf"'
    assert db.session.scalars(select(TextVersion)).all() == []


def test_there_is_no_preview_of_a_text_at_fault_or_of_a_hidden_case(context: Flask, screen: FlaskClient) -> None:
    faulty = sent(screen, "a\n{complaint.numbr}")
    assert faulty.status_code == 422
    assert "Baris 2, kolom 1" in faulty.text
    hidden = sent(screen, "Kata saya", nomor=a_complaint().complaint.number)
    assert hidden.status_code == 422
    assert "Anda tidak boleh melihatnya" in hidden.text
    assert "Kata saya" in hidden.text
    message = screen.post(
        "/teks/reporter.news", data={"versi": "9", "subject_id": "a", "body_id": "b", "lakukan": "pdf"}
    )
    assert message.status_code == 409


def test_a_paper_that_cannot_be_drawn_is_said_on_the_page(
    context: Flask, screen: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_html: str) -> bytes:
        raise DrawingRefused("time")

    monkeypatch.setattr(previews, "render_in_subprocess", refuse)
    page = sent(screen, "Kata saya")
    assert page.status_code == 422
    assert "Pembuatan melewati batas waktu" in page.text
    assert "Kata saya" in page.text


def test_papers_have_no_english(
    context: Flask, client: FlaskClient, screen: FlaskClient, bearer: Callable[[str], dict[str, str]]
) -> None:
    page = screen.get(PAGE).text
    assert 'name="body_id"' in page
    assert "body_en" not in page
    assert "subject_id" not in page
    admin = bearer("administrator")
    listed = client.get("/api/v1/text/", headers=admin).json["result"]
    languages = {line["kind"]: line["languages"] for line in listed}
    assert {code for code, found in languages.items() if found == ["id"]} == {f"paper.{key}" for key in PAPER_TEXTS}
    sent_english = {"kind": "paper.receipt_guide", "body": {"id": "a", "en": "b"}}
    refused = client.post("/api/v1/text/", json=sent_english, headers=admin)
    assert refused.status_code == 422
    assert [error["field"] for error in refused.json["errors"]] == ["body.en"]
    assert "Kosongkan bagian ini" in refused.json["errors"][0]["message"]


def test_the_original_comes_back(context: Flask) -> None:
    row = reworded("receipt_guide", "Kata baru")
    changed, back = a_complaint(), a_complaint()
    assert asked(changed, "receipt", changed.id).frozen["texts"] == {"receipt_guide": "Kata baru"}
    restore_original(KINDS["paper.receipt_guide"], "Kembali", None, utc_now(), row.number)
    original = "Pantau aduan Anda dengan nomor dan kode lacak di\nhttp://localhost/lacak"
    assert asked(back, "receipt", back.id).frozen["texts"] == {"receipt_guide": original}


def test_papers_are_indonesian_for_an_officer_who_reads_english(context: Flask) -> None:
    case = a_complaint()
    with force_locale("en"):
        paper = asked(case, "receipt", case.id)
    assert paper.frozen["texts"]["receipt_guide"].startswith("Pantau aduan Anda")

"""Papers whose file the store has lost, or that could not be drawn: mended without a person where that is possible,
and said where it is not.
"""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select

from app.core import storage
from app.core.extensions import db, redis_client
from app.core.jobs import QueueName
from app.core.storage import is_stored, read_file, remove_file, write_named
from app.models import Letter, Notice, Paper
from app.papers import papers
from app.papers.lost_files import check_every_paper, check_letters_to_send
from app.papers.papers import draw_again, draw_paper, relay_papers
from tests.factories import a_complaint
from tests.papers.letters import give_means, signed, signing_by
from workflow_rules.process.actors import Person


def a_letter() -> Paper:
    """A letter in ink that is drawn and waits to be sent."""
    case = a_complaint(at="send_answer", agencies=("dishub",))
    paper = letter_of(case.id)
    assert draw_paper(paper.id) == "ready"
    return paper


def letter_of(complaint_id: int) -> Paper:
    letter = db.session.scalars(select(Letter).where(Letter.complaint_id == complaint_id)).one()
    assert letter.paper is not None
    return letter.paper


def lose(path: str | None) -> None:
    assert path is not None
    remove_file(path)


def told() -> list[str]:
    rows = select(User.username).join(Notice, Notice.user_id == User.id).where(Notice.kind == "paper_failed")
    return list(db.session.scalars(rows))


def test_a_letter_whose_file_is_lost_before_it_was_sent_is_drawn_again_with_the_same_hash(context: Flask) -> None:
    paper = a_letter()
    before = paper.file_hash
    assert check_letters_to_send() == 0
    lose(paper.path)
    assert check_letters_to_send() == 1
    assert check_letters_to_send() == 0
    assert paper.state == "queued"
    assert draw_paper(paper.id) == "ready"
    assert is_stored(paper.path)
    assert paper.file_hash == before


def test_every_other_paper_is_found_by_the_walk_through_the_store(context: Flask) -> None:
    sent = a_letter()
    db.session.execute(db.text("UPDATE step_task SET closed_at = now() WHERE closed_at IS NULL"))
    db.session.commit()
    lose(sent.path)
    assert check_letters_to_send() == 0
    assert check_every_paper() == 1
    assert sent.state == "queued"


def test_where_nearly_all_files_are_missing_the_store_is_another_and_nothing_is_touched(
    context: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    paper = a_letter()
    lose(paper.path)
    monkeypatch.setattr("app.papers.lost_files.FEW", 0)
    assert check_every_paper() == 0
    assert paper.state == "ready"


@pytest.fixture
def electronic(context: Flask, person: Callable[[str], Person]) -> tuple[Paper, bytes]:
    """A letter signed by certificate, with its bytes."""
    signing_by("certificate")
    give_means(person("kepala.dishub").id)
    letter, content = signed()
    assert letter.paper is not None
    return letter.paper, content


def test_a_signed_file_is_brought_back_from_its_second_copy(electronic: tuple[Paper, bytes]) -> None:
    paper, content = electronic
    lose(paper.path)
    assert check_letters_to_send() == 1
    assert (paper.state, paper.error, read_file(paper.path or "")) == ("ready", None, content)


def test_a_signed_file_that_is_gone_with_its_copy_is_never_drawn_without_its_signature(
    electronic: tuple[Paper, bytes], as_user: Callable[[str], FlaskClient]
) -> None:
    paper, content = electronic
    path, copy = paper.path or "", f"copies/{paper.file_hash}.pdf"
    lose(path)
    write_named(copy, b"%PDF-another")
    for _ in range(3):
        check_letters_to_send()
        check_every_paper()
    draw_again(paper.id)
    assert (draw_paper(paper.id), paper.state, paper.error) == ("elsewhere", "ready", "lost")
    assert told() == ["admin.dishub"]
    page = as_user("administrator").get("/kesehatan/").text
    assert "1 surat bertanda tangan elektronik hilang dari penyimpanan" in page
    assert "tidak dapat dibuat" in as_user("admin.dishub").get("/pemberitahuan/").text
    write_named(path, content)
    check_every_paper()
    assert paper.error is None
    assert "hilang dari penyimpanan" not in as_user("administrator").get("/kesehatan/").text


def test_a_paper_that_is_lost_for_good_does_not_stop_the_recovery_of_others(
    context: Flask, person: Callable[[str], Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    other = a_letter()
    signing_by("certificate")
    give_means(person("kepala.dishub").id)
    gone = signed()[0].paper
    assert gone is not None
    lose(gone.path)
    lose(f"copies/{gone.file_hash}.pdf")
    check_letters_to_send()
    assert gone.error == "lost"
    lose(other.path)
    monkeypatch.setattr("app.papers.lost_files.FEW", 1)
    assert check_every_paper() == 2
    assert other.state == "queued"


def test_a_letter_that_cannot_be_drawn_is_on_the_health_page_and_its_admin_hears_of_it(
    context: Flask, as_user: Callable[[str], FlaskClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise ValueError("what no drawing can hold")

    paper = letter_of(a_complaint(at="send_answer", agencies=("dishub",)).id)
    with monkeypatch.context() as patched:
        patched.setattr(papers, "draw_pdf", broken)
        assert draw_paper(paper.id) == "failed"
        draw_again(paper.id)
        assert draw_paper(paper.id) == "failed"
    assert told() == ["admin.dishub"]
    assert "1 dokumen gagal dibuat" in as_user("administrator").get("/kesehatan/").text
    draw_again(paper.id)
    assert draw_paper(paper.id) == "ready"
    assert "dokumen gagal dibuat" not in as_user("administrator").get("/kesehatan/").text


def test_a_paper_that_the_queue_has_lost_is_handed_out_again(context: Flask) -> None:
    paper = letter_of(a_complaint(at="send_answer", agencies=("dishub",)).id)
    redis_client().flushdb()
    assert relay_papers() >= 1
    assert redis_client().llen(f"rq:queue:{QueueName.DOCUMENTS}") >= 1
    assert paper.state == "queued"


def test_a_store_that_does_not_take_the_second_copy_stops_no_signature(
    context: Flask, person: Callable[[str], Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: str, content: bytes) -> None:
        raise OSError("no space left")

    monkeypatch.setattr("app.papers.lost_files.write_named", full)
    signing_by("certificate")
    give_means(person("kepala.dishub").id)
    letter, content = signed()
    assert letter.state == "signed"
    assert storage.read_file(letter.paper.path if letter.paper and letter.paper.path else "") == content

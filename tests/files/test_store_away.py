"""A store that takes no file, as a full disk: who sent one may send it again, and papers wait however long it lasts."""

import base64
import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.casefile.case import load_case
from app.core.clock import utc_now
from app.core.extensions import db
from app.core.storage import StoreAway, read_file, write_file
from app.demo.accounts import demo_person
from app.models import Attachment, Complaint
from app.papers.case_papers import ask_for_paper
from app.papers.papers import draw_paper
from tests.factories import a_complaint, a_report
from tests.files.samples import photo

MEBIBYTE = 1024 * 1024


@contextmanager
def no_folder(folder: Path) -> Iterator[None]:
    """A file stands where a folder has to be, so that nothing can be kept below it."""
    aside = folder.with_name("aside")
    folder.mkdir(parents=True, exist_ok=True)
    folder.rename(aside)
    folder.touch()
    try:
        yield
    finally:
        folder.unlink()
        aside.rename(folder)


@contextmanager
def no_file_above(size: int) -> Iterator[None]:
    """Writing fails in the middle of a larger file, as it does where a disk fills up."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def store_of(app: Flask) -> Path:
    return Path(app.config["LAPOR_HOME"]) / "storage"


def test_a_paper_that_the_store_does_not_take_waits_until_it_does(context: Flask) -> None:
    """More often than a paper is tried."""
    case = a_complaint()
    paper = ask_for_paper(load_case(case.id, demo_person("admin.aduan"), utc_now()), "receipt", case.id, utc_now())
    with no_folder(store_of(context) / "papers"):
        assert [draw_paper(paper.id) for _ in range(5)] == ["queued"] * 5
        assert (paper.tries, paper.path) == (0, None)
    assert draw_paper(paper.id) == "ready"
    assert read_file(paper.path or "").startswith(b"%PDF")


def test_a_report_whose_file_is_not_taken_is_sent_again_and_made_once(
    app: Flask, client: FlaskClient, bearer: Callable[[str], dict[str, str]]
) -> None:
    sent = {"filename": "foto.png", "content_base64": base64.b64encode(photo("PNG")).decode()}
    headers = {**bearer("admin.aduan"), "Idempotency-Key": "sekali"}

    def send() -> tuple[int, str | None, tuple[int, ...]]:
        answer = client.post("/api/v1/complaint/", json=a_report(attachments=[sent]), headers=headers)
        with app.app_context():
            counts = (db.session.scalars(select(func.count(of.id))).one() for of in (Complaint, Attachment))
            return answer.status_code, answer.headers.get("Retry-After"), tuple(counts)

    with no_folder(store_of(app) / "attachments"):
        assert send() == (503, "60", (0, 0))
    assert send() == (201, None, (1, 1))


def test_nothing_is_left_of_a_file_that_did_not_fit(context: Flask) -> None:
    with no_file_above(MEBIBYTE), pytest.raises(StoreAway):
        write_file("papers/full", "pdf", bytes(2 * MEBIBYTE))
    assert list((store_of(context) / "papers" / "full").iterdir()) == []

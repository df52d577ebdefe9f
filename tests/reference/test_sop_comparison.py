"""Two versions of the SOP beside each other: only what differs, word by word."""

from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.core.extensions import db
from app.models import SopStepRow, SopVersion
from app.reference.sop_versions import copy_as_draft
from views.reference.sop_comparison import word_difference

SignIn = Callable[[str], FlaskClient]


def draft(app: Flask) -> int:
    """A draft in which three things differ from the version in force."""
    with app.app_context():
        copy = copy_as_draft(db.session.scalars(select(SopVersion.id)).one())
        own = (SopStepRow.sop_version_id == copy.id, SopStepRow.step == "check")
        check = db.session.scalars(select(SopStepRow).where(*own)).one()
        check.allowance_value, check.procedure = 90, "Memeriksa <b>ulang</b> aduan"
        copy.silence_days = 7
        db.session.commit()
        return copy.id


def test_texts_are_compared_word_by_word() -> None:
    before, after = word_difference("dalam sepuluh hari kerja", "dalam tujuh hari kerja saja")
    assert before == (("dalam", False), ("sepuluh", True), ("hari kerja", False))
    assert after == (("dalam", False), ("tujuh", True), ("hari kerja", False), ("saja", True))
    assert word_difference("", "baru") == ((), (("baru", True),))


def test_only_what_differs_stands_there_and_the_words_are_marked(app: Flask, as_user: SignIn) -> None:
    draft(app)
    page = as_user("kasi").get("/banding-sop/").text
    main = page.partition("<main")[2]
    assert "<del>60</del> menit kerja" in main
    assert "<ins>90</ins> menit kerja" in main
    assert "<del>10</del> hari kerja" in main
    assert "<ins>7</ins> hari kerja" in main
    assert "&lt;b&gt;ulang&lt;/b&gt;" in main
    assert main.count('class="table susun banding"') == 2
    assert "11 bagian lain tidak berubah." in main


def test_the_two_versions_can_be_chosen_and_turned_round(app: Flask, as_user: SignIn) -> None:
    new = draft(app)
    with app.app_context():
        old = db.session.scalars(select(SopVersion.id).where(SopVersion.status == "active")).one()
    page = as_user("administrator").get(f"/banding-sop/?lama={new}&baru={old}").text
    assert "<del>90</del> menit kerja" in page
    assert "<ins>60</ins> menit kerja" in page


def test_the_same_version_twice_or_none_that_exists_is_no_error(app: Flask, as_user: SignIn) -> None:
    for query in ("", "?lama=999&baru=x", "?lama=%00", "?baru=-1"):
        page = as_user("kasi").get(f"/banding-sop/{query}")
        assert page.status_code == 200
        assert "Tidak ada yang berbeda" in page.text


def test_a_version_leads_to_what_it_changes(app: Flask, as_user: SignIn) -> None:
    new = draft(app)
    assert f'href="/banding-sop/?baru={new}"' in as_user("administrator").get(f"/versi-sop/show/{new}").text

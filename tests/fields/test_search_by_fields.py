"""A search finds a case by the words of its fields: for those who may see the field, and for nobody else."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text, update

from app.core.clock import utc_now
from app.core.extensions import db
from app.demo.accounts import demo_person
from app.models import Complaint
from app.worklists.complaint_lists import ComplaintFilter, look_up
from app.worklists.search import prepare_search
from app.worklists.search_hits import MOST_RANKED
from tests.factories import a_complaint
from tests.fields.field_bodies import activate
from tests.fields.screens_with_fields import (
    AGENCY,
    CODE,
    FIELD,
    LABEL,
    OFFICE,
    OPTIONS,
    WITH_VALUE,
    WITHOUT,
    count_shown,
    end_field,
    page,
    sent_case,
    titles,
    two_cases,
)
from tests.statements import statements
from tests.worklists.many_cases import copy_many, explained, indexes_of, reads_whole_table
from tests.worklists.test_search_cost import read_cases

Add = Callable[..., int]
AsUser = Callable[[str], FlaskClient]
PLAIN = "Gardu PLN-0042 (Ärzte), dekat Masjid"
MANY = 20_000


@pytest.fixture
def add(client: FlaskClient, bearer: Callable[[str], dict[str, str]]) -> Add:
    return lambda **more: activate(client, bearer("administrator"), {**FIELD, **more})


FOUND = (
    *("gardu", "GARDU", "gar", "masjid gardu", "pln-0042", "0042 gardu", "ärzte", PLAIN),
    *("miring gardu", "tiang gardu paringin", "garduplN0042ärztedekatmasjid"),
)
"""Words, their beginnings, in any order, together with words of the title and the place, and the value as a whole."""

NOT_FOUND = ("ardu", "gard masjid", "gardu mampat", "gardu'", "isian_uji", "isian", ".isian_uji.gardu", "gardu zebra")


@pytest.mark.parametrize("kind", ["text", "long_text"])
def test_words_of_a_value_are_found_alone_and_with_others(app: Flask, add: Add, as_user: AsUser, kind: str) -> None:
    add(type=kind)
    two_cases(app, PLAIN)
    client = as_user(OFFICE)
    for words in FOUND:
        shown = page(client, "/aduan/", q=words)
        assert (words, titles(shown), count_shown(shown)) == (words, [WITH_VALUE], "1 aduan")
        assert f'<p class="cuplikan">{LABEL}: <span lang="id">' in shown
        assert "<mark>Gardu</mark>" in shown or "<mark>PLN</mark>" in shown or "<mark>Ärzte</mark>" in shown
    found = {words: titles(page(client, "/aduan/", q=words)) for words in NOT_FOUND}
    assert found == {words: [] for words in NOT_FOUND} | {"gardu'": [WITH_VALUE], ".isian_uji.gardu": []}


def test_a_number_is_found_as_it_is_written_and_without_its_signs(app: Flask, add: Add, as_user: AsUser) -> None:
    add(type="phone")
    two_cases(app, "(0526) 21-234")
    client = as_user(OFFICE)
    for number in ("0526 21234", "052621234", "(0526) 21-234"):
        assert titles(page(client, "/aduan/", q=number)) == ([WITH_VALUE] if number != "0526 21234" else [])


def test_an_agency_learns_nothing_by_searching_values_of_the_office(app: Flask, add: Add, as_user: AsUser) -> None:
    add(visible_to=["office"])
    add(code="isian_opd", label={"id": "Isian OPD"}, visible_to=["office", "agency"])
    with app.app_context():
        a_complaint("agency_receive", agencies=("dishub",), title=WITH_VALUE, fields={CODE: PLAIN, "isian_opd": "umum"})
        a_complaint("agency_receive", agencies=("dinkes",), title=WITHOUT, fields={"isian_opd": "umum gardu"})
    agency, office, costs = as_user(AGENCY), as_user(OFFICE), set()
    page(agency, "/aduan/?q=kata")
    for words in ("gardu", "zebra", "gardu umum", "miring gardu", "zebra umum"):
        with statements(app) as asked:
            shown = page(agency, "/aduan/", q=words)
        costs.add(len(asked))
        assert (titles(shown), count_shown(shown)) == ([], "0 aduan")
        assert LABEL not in shown
    assert len(costs) == 1
    shown = page(agency, "/aduan/?q=umum miring")
    assert titles(shown) == [WITH_VALUE]
    assert "Isian OPD: " in shown
    assert "Gardu" not in shown
    assert titles(page(office, "/aduan/?q=gardu umum")) == [WITHOUT, WITH_VALUE]


def test_neither_personal_values_nor_codes_of_options_are_searched(app: Flask, add: Add, as_user: AsUser) -> None:
    add(personal=True, visible_to=["office", "reporter"])
    add(code="lampu", label={"id": "Lampu"}, type="choice", options=OPTIONS)
    with app.app_context():
        a_complaint(title=WITH_VALUE, fields={CODE: PLAIN, "lampu": "led"})
        words = db.session.scalar(text("SELECT field_words::text FROM complaint"))
    assert words == "'.lampu.led'"
    client = as_user(OFFICE)
    assert [titles(page(client, "/aduan/", q=words)) for words in ("gardu", "led")] == [[], []]


def test_a_field_that_has_ended_or_changed_its_audience_is_searched_as_it_is_shown(
    app: Flask, add: Add, as_user: AsUser
) -> None:
    key = add(visible_to=["office", "agency"])
    two_cases(app, PLAIN)
    end_field(app, key)
    assert titles(page(as_user(AGENCY), "/aduan/?q=gardu")) == [WITH_VALUE]
    add(visible_to=["office"])
    assert titles(page(as_user(AGENCY), "/aduan/?q=gardu")) == []
    assert titles(page(as_user(OFFICE), "/aduan/?q=gardu")) == [WITH_VALUE]


def test_hits_in_fields_keep_filter_rank_and_change_with_the_value(app: Flask, add: Add, as_user: AsUser) -> None:
    add()
    with app.app_context():
        sent_case("gardu")
        sent_case(None, "Gardu")
        a_complaint(title="Lain", channel="letter", body="Di dekat gardu.")
    client = as_user(OFFICE)
    assert titles(page(client, "/aduan/?q=gardu")) == [WITH_VALUE, "Gardu", "Lain"]
    assert titles(page(client, "/aduan/?q=gardu&saluran=letter")) == ["Lain"]
    assert titles(page(client, f"/aduan/?q=gardu&field.{CODE}=gardu")) == [WITH_VALUE]
    with app.app_context():
        db.session.execute(update(Complaint).where(Complaint.title == WITH_VALUE).values(field_values={CODE: "travo"}))
        db.session.commit()
    assert titles(page(client, "/aduan/?q=gardu")) == ["Gardu", "Lain"]
    assert titles(page(client, "/aduan/?q=travo")) == [WITH_VALUE]


def test_whatever_was_typed_into_many_long_fields_is_stored(app: Flask, add: Add) -> None:
    codes = [f"isian_{'x' * 40}_{n:02}" for n in range(40)]
    words = {code: " ".join(f"{code[-2:]}{n:04}ö" for n in range(450)) for code in codes}
    with app.app_context():
        case = a_complaint()
        db.session.get_one(Complaint, case.id).field_values = words
        db.session.commit()
        stored = text("SELECT length(field_words) FROM complaint WHERE id = :id")
        assert db.session.scalar(stored, {"id": case.id}) == 3000


FOLLOWED = (
    "UPDATE complaint SET field_values = jsonb_build_object(CAST(:code AS text), 'gardu ' || id) WHERE id % 4 = 0",
    "UPDATE complaint SET sent_to = '{dishub}'",
)


@pytest.mark.parametrize("who", [OFFICE, AGENCY])
def test_a_search_in_fields_reads_its_index_and_a_bounded_part(app: Flask, add: Add, who: str) -> None:
    add(visible_to=["office", "agency"])
    with app.app_context():
        copy_many(sent_case("travo").id, MANY)
        for statement in FOLLOWED:
            db.session.execute(text(statement), {"code": CODE})
        db.session.commit()
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE complaint"))
        key = db.session.scalars(text("SELECT max(id) FROM complaint WHERE id % 4 = 0")).one()
        person = demo_person(who)
        for typed in (f"gardu {key}", "gardu dusunx", f"travo {key}"):
            with explained() as plans:
                look_up(person, ComplaintFilter(search=prepare_search(typed, person)), utc_now())
                found = plans()[-1]
            assert "ix_complaint_field_words" in indexes_of(found), typed
            assert not reads_whole_table(found), typed
            assert read_cases(found) <= 2 * MOST_RANKED, typed

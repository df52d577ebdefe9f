"""Fields in reports: the dashboard's groups, and a report that is filtered by a field."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.core.clock import utc_now
from app.core.extensions import db
from app.demo.accounts import demo_person
from app.models import ReportJob
from app.reporting.exports.queue_report import ask_report
from app.reporting.exports.request import WantedReport
from app.reporting.exports.run import run_report
from tests.conftest import time_travel
from tests.factories import a_complaint
from tests.fields.field_bodies import activate
from tests.fields.screens_with_fields import (
    AGENCY,
    CODE,
    FIELD,
    LABEL,
    OFFICE,
    OPTIONS,
    VALUE,
    WITH_VALUE,
    count_shown,
    end_field,
    page,
    titles,
    two_cases,
)
from tests.reporting.test_report_files import csv_rows
from tests.statements import statements

Add = Callable[..., int]
AsUser = Callable[[str], FlaskClient]
LAMP: dict[str, Any] = {"type": "choice", "options": OPTIONS, "visible_to": ["office", "agency"]}


@pytest.fixture
def add(client: FlaskClient, bearer: Callable[[str], dict[str, str]]) -> Add:
    return lambda **more: activate(client, bearer("administrator"), {**FIELD, **more})


def rows_of(shown: str) -> dict[str, tuple[str, list[str]]]:
    """Of the groups of the dashboard: label to (list of their cases, [received, open])."""
    body = shown.partition('id="g7"')[2].partition("<tbody>")[2].partition("</tbody>")[0]
    found = {}
    for row in body.split("</tr>")[:-1]:
        head = row.partition("</th>")[0]
        link = unescape(head.partition('href="')[2].partition('"')[0])
        found[re.sub("<[^>]+>", "", head).strip()] = (link, re.findall(r'<td class="num[^"]*">([^<]*)', row))
    return found


def cases_of_november(add: Add) -> None:
    """In November three cases with a value, of which one is answered and two are at another agency, and one without."""
    with time_travel() as travel:
        travel("2026-10-29 08:00")
        add(**LAMP)
        travel("2026-10-30 08:00")
        a_complaint("agency_receive", agencies=("dishub",), fields={CODE: "gas"})
        travel("2026-11-03 08:00")
        a_complaint("agency_receive", agencies=("dishub",), fields={CODE: "led"})
        a_complaint("answered", agencies=("dinkes",), fields={CODE: "led"})
        a_complaint("agency_receive", agencies=("dinkes",), fields={CODE: "gas"})
        a_complaint("agency_receive", agencies=("dishub",))


def test_the_dashboard_counts_the_cases_of_a_month_by_option(
    app: Flask, add: Add, as_user: AsUser, freeze: Callable[[str], Any]
) -> None:
    with app.app_context():
        cases_of_november(add)
    freeze("2026-11-24 10:00")
    counted = {
        OFFICE: {"Lampu LED": ["2", "1"], "Lampu gas": ["1", "1"], "Belum diisi": ["1", "1"]},
        AGENCY: {"Lampu LED": ["1", "1"], "Lampu gas": ["0", "0"], "Belum diisi": ["1", "1"]},
    }
    for who, wanted in counted.items():
        client = as_user(who)
        shown = page(client, f"/dasbor/?isian={CODE}")
        assert {label: cells for label, (_, cells) in rows_of(shown).items()} == wanted
        for label, (link, cells) in rows_of(shown).items():
            assert bool(link) == (label != "Belum diisi")
            assert not link or count_shown(page(client, link)) == f"{cells[0]} aduan"
    october = rows_of(page(as_user(AGENCY), f"/dasbor/?bulan=2026-10&isian={CODE}"))
    assert [cells for _, cells in october.values()] == [["0", "0"], ["1", "1"]]
    assert f'name="isian" value="{CODE}"' in page(as_user(OFFICE), f"/dasbor/?isian={CODE}")


def test_a_boolean_and_an_option_that_is_no_longer_offered_are_groups_too(
    app: Flask, add: Add, as_user: AsUser
) -> None:
    add(**LAMP)
    add(code="padam", label={"id": "Padam"}, type="boolean")
    with app.app_context():
        a_complaint(fields={CODE: "led", "padam": False})
    add(**{**LAMP, "options": [{"code": "surya", "label": "Tenaga surya <b>"}]})
    client = as_user(OFFICE)
    found = rows_of(page(client, f"/dasbor/?isian={CODE}"))
    assert {label: cells for label, (_, cells) in found.items()} == {
        "Tenaga surya &lt;b&gt;": ["0", "0"],
        "led": ["1", "1"],
    }
    assert found["led"][0] == ""
    found = rows_of(page(client, "/dasbor/?isian=padam"))
    assert [(label, cells) for label, (_, cells) in found.items()] == [("ya", ["0", "0"]), ("tidak", ["1", "1"])]
    assert titles(page(client, found["tidak"][0]))


@pytest.mark.parametrize(
    ("more", "offered_to"),
    [
        ({"visible_to": ["office"]}, {OFFICE}),
        ({"visible_to": ["agency"]}, {AGENCY}),
        ({"visible_to": ["reporter"]}, set()),
        ({"visible_to": ["office", "agency"], "type": "text", "options": []}, set()),
        ({"visible_to": ["office", "agency"], "type": "choices"}, set()),
        ({"visible_to": ["office"], "type": "text", "options": [], "personal": True}, set()),
    ],
)
def test_only_who_may_see_a_field_groups_by_it_and_others_learn_nothing(
    app: Flask, add: Add, as_user: AsUser, more: dict[str, Any], offered_to: set[str], freeze: Callable[[str], Any]
) -> None:
    freeze("2026-11-24 10:00")
    add(**{**LAMP, **more})
    for who in (OFFICE, AGENCY):
        client, told = as_user(who), []
        page(client, "/dasbor/")
        for code in (CODE, "isian_xyz"):
            with statements(app) as asked:
                shown = page(client, f"/dasbor/?isian={code}")
            told.append((len(asked), shown.replace(code, "X").partition('id="g7"')[2].partition('id="g3"')[0]))
        assert (LABEL in page(client, "/dasbor/")) == (who in offered_to)
        assert (told[0] == told[1]) == (who not in offered_to)
        assert "Isian yang diminta tidak ada" in told[1][1]


def test_an_office_without_fields_has_the_dashboard_as_before(app: Flask, add: Add, as_user: AsUser) -> None:
    client, costs = as_user(OFFICE), []
    for _ in range(2):
        page(client, "/dasbor/")
        with statements(app) as asked:
            shown = page(client, "/dasbor/")
        costs.append(len(asked))
        assert ("Aduan menurut isian tambahan" in shown) == (len(costs) == 2)
        add(**LAMP)
    assert costs[0] == costs[1]


def made(who: str, **wanted: Any) -> ReportJob:
    job = ask_report(demo_person(who), WantedReport(**wanted), "csv", utc_now())
    run_report(job.id)
    db.session.refresh(job)
    return job


def test_a_report_of_a_filtered_list_holds_the_same_cases(app: Flask, add: Add, as_user: AsUser) -> None:
    add()
    two_cases(app)
    client, form = as_user(OFFICE), {"bentuk": "csv", "kolom": ["nomor", "judul"]}
    assert f'value="{VALUE}"' in page(client, f"/ekspor/?field.{CODE}={VALUE}")
    assert client.post("/ekspor/", data={**form, f"field.{CODE}": f" {VALUE} "}).status_code == 303
    with app.app_context():
        job = db.session.query(ReportJob).one()
        run_report(job.id)
        db.session.refresh(job)
        assert [row["Judul"] for row in csv_rows(job)] == [WITH_VALUE]
        assert job.wanted["fields"] == {CODE: VALUE}


@pytest.mark.parametrize(
    ("name", "typed", "said"),
    [
        (f"field.{CODE}", VALUE, "Saringan menurut isian ini tidak ada lagi"),
        ("field.isian_xyz", VALUE, "Saringan menurut isian ini tidak ada lagi"),
        ("field.tinggi", "tinggi", "Tulis bilangan bulat"),
        ("field.tinggi", "1\x00", "karakter yang tidak terbaca"),
    ],
)
def test_a_report_is_never_wider_than_its_form_says(
    app: Flask, add: Add, as_user: AsUser, name: str, typed: str, said: str
) -> None:
    add(visible_to=["office"])
    add(code="tinggi", label={"id": "Tinggi"}, type="integer", visible_to=["office", "agency"])
    answer = as_user(AGENCY).post("/ekspor/", data={"bentuk": "csv", "kolom": "nomor", name: typed})
    assert answer.status_code == 422
    assert said in answer.text
    assert LABEL not in answer.text


def test_a_report_fails_with_a_sentence_if_its_reader_may_no_longer_see_the_field(app: Flask, add: Add) -> None:
    key = add(visible_to=["office", "agency"])
    two_cases(app)
    with app.app_context():
        assert [row["Judul"] for row in csv_rows(made(AGENCY, fields={CODE: VALUE}, columns=("judul",)))] == [
            WITH_VALUE
        ]
    end_field(app, key)
    with app.app_context():
        assert made(AGENCY, fields={CODE: VALUE}).state == "done"
    add(visible_to=["office"])
    with app.app_context():
        job = made(AGENCY, fields={CODE: VALUE})
        assert (job.state, job.error) == ("failed", "field_gone")
        assert made(OFFICE, fields={CODE: VALUE}).state == "done"
        assert made(OFFICE, fields={"isian_xyz": VALUE}).error == "field_gone"

"""Fields in lists: outlets of the screens and who sees a field there, tried both ways for every visibility."""

from collections.abc import Callable
from datetime import timedelta
from html import unescape
from itertools import chain
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.core.clock import utc_now
from app.core.extensions import db
from app.demo.accounts import demo_person
from app.models import DelegationRow, SavedList
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
    WITHOUT,
    count_shown,
    end_field,
    note_of,
    page,
    sent_case,
    titles,
    two_cases,
)
from tests.office_zone import office_today
from tests.statements import statements

Add = Callable[..., int]
AsUser = Callable[[str], FlaskClient]
NAME = f"field.{CODE}"
EACH = {OFFICE: "office", AGENCY: "agency"}
"""Reader to the audience of `visible_to` that they are."""


@pytest.fixture
def add(client: FlaskClient, bearer: Callable[[str], dict[str, str]]) -> Add:
    """Activate a field with these members in place of the usual ones; its id is returned."""
    return lambda **more: activate(client, bearer("administrator"), {**FIELD, **more})


def tab(shown: str, name: str) -> str:
    """The link of a saved list."""
    return shown.partition('<nav class="subnav"')[2].partition(name)[0].rpartition("<a ")[2]


def found_only(client: FlaskClient, address: str) -> bool:
    """Whether a list holds the case with the value alone."""
    return titles(page(client, address)) == [WITH_VALUE]


PROBES: dict[str, Callable[[FlaskClient], bool]] = {
    "filter": lambda client: found_only(client, f"/aduan/?{NAME}={VALUE}"),
    "control of the filter": lambda client: f'name="{NAME}"' in page(client, "/aduan/"),
    "choice of columns": lambda client: f'value="{NAME}"' in page(client, "/aduan/"),
    "column": lambda client: VALUE in page(client, f"/aduan/?kolom=langkah,{NAME}"),
    "order": lambda client: titles(page(client, f"/aduan/?urut={NAME}")) == [WITH_VALUE, WITHOUT],
    "search": lambda client: found_only(client, f"/aduan/?q={VALUE.lower()}"),
    "highlighted hit": lambda client: LABEL in page(client, "/aduan/?q=rahasia miring").split("<tbody>")[-1],
    "search in the inbox": lambda client: (
        found_only(client, f"/?antre=others&q={VALUE}") or found_only(client, f"/?q={VALUE}")
    ),
    "export form": lambda client: f'name="{NAME}"' in page(client, "/ekspor/"),
}
"""Outlets of the screens: whether one gives the value away to its reader."""


@pytest.mark.parametrize("personal", [False, True], ids=["plain", "personal"])
@pytest.mark.parametrize(
    "visible_to",
    [["office"], ["agency"], ["office", "agency"], ["office", "reporter"], ["office", "public"], ["reporter"]],
    ids="+".join,
)
def test_a_list_knows_a_field_for_those_who_may_see_it_and_for_nobody_else(
    app: Flask, add: Add, as_user: AsUser, visible_to: list[str], personal: bool
) -> None:
    if personal and {"agency", "public"} & set(visible_to):
        return  # such a field is refused: tests/fields/test_outlets.py
    add(visible_to=visible_to, personal=personal)
    two_cases(app)
    shown = {(outlet, who) for outlet, probe in PROBES.items() for who in EACH if probe(as_user(who))}
    readers = [who for who, audience in EACH.items() if audience in visible_to and not personal]
    assert shown == {(outlet, who) for outlet in PROBES for who in readers}


def test_whoever_stands_in_for_the_office_sees_what_the_office_sees(app: Flask, add: Add, as_user: AsUser) -> None:
    add(visible_to=["office"])
    two_cases(app)
    assert not PROBES["filter"](as_user(AGENCY))
    with app.app_context():
        row = DelegationRow(kind="plh", decree_number="1/UJI", created_at=utc_now(), starts_on=office_today())
        row.giver_id, row.holder_id = demo_person(OFFICE).id, demo_person(AGENCY).id
        row.ends_on = office_today() + timedelta(days=1)
        db.session.add(row)
        db.session.commit()
    client = as_user(AGENCY)
    assert [name for name, probe in PROBES.items() if not probe(client)] == []


@pytest.mark.parametrize("address", ["/aduan/?{}=" + VALUE, "/aduan/?urut={}", "/aduan/?kolom=opd,{}", "/aduan/?{}="])
def test_a_field_that_one_may_not_see_is_like_one_that_does_not_exist(
    app: Flask, add: Add, as_user: AsUser, freeze: Callable[[str], Any], address: str
) -> None:
    freeze("2026-11-24 10:00")
    add(visible_to=["office"])
    two_cases(app)
    client, told = as_user(AGENCY), []
    page(client, "/aduan/")
    for name in (NAME, "field.isian_xyz"):
        with statements(app) as asked:
            shown = page(client, address.format(name))
        told.append((shown.replace(name, "field.X").replace(VALUE, ""), len(asked)))
        assert (titles(shown), count_shown(shown)) == ([WITHOUT, WITH_VALUE], "2 aduan")
        assert LABEL not in shown
    assert _without_tokens(told[0][0]) == _without_tokens(told[1][0])
    assert told[0][1] == told[1][1]


def _without_tokens(shown: str) -> list[str]:
    return [line for line in shown.splitlines() if "csrf" not in line and "nonce" not in line]


VALUES: list[tuple[str, Any, str, str]] = [
    ("text", "50% \"miring\" & 'retak' <b>", "50% \"miring\" & 'retak' <b>", "50%"),
    ("text", "x" * 300, "x" * 300, "x" * 299),
    ("text", "Ärzte_1", " Ärzte_1 ", "ärzte_1"),
    ("phone", "0526-21234", "0526-21234", "052621234"),
    ("integer", -5, "-5", "5"),
    ("decimal", 2.5, "2,5", "2,51"),
    ("decimal", 2, "2.0", "20"),
    ("date", "2026-02-03", "2026-02-03", "2026-03-02"),
    ("boolean", False, "false", "true"),
    ("choice", "led", "led", "gas"),
    ("choices", ["led", "gas"], "gas", ""),
]
"""Type, value, a filter that finds it, and one that does not ("" for none)."""


@pytest.mark.parametrize(("kind", "value", "right", "wrong"), VALUES)
def test_each_type_is_found_by_its_value_and_shown_in_its_column(
    app: Flask, add: Add, as_user: AsUser, kind: str, value: Any, right: str, wrong: str
) -> None:
    add(type=kind, **({"options": OPTIONS} if kind.startswith("choice") else {}))
    two_cases(app, value)
    client = as_user(OFFICE)
    shown = page(client, "/aduan/", **{NAME: right, "kolom": NAME})
    assert (titles(shown), count_shown(shown), note_of(shown)) == ([WITH_VALUE], "1 aduan", "")
    assert "<b>" not in shown.partition("<tbody>")[2].replace("<b>LB", "")
    if wrong:
        assert titles(page(client, "/aduan/", **{NAME: wrong})) == []


FAULTS: list[tuple[str, str, str]] = [
    ("text", "x" * 301, "Tulis paling banyak 300 huruf"),
    ("text", "a\x00b", "Tulis paling banyak 300 huruf"),
    ("integer", "2,5", "Tulis bilangan bulat"),
    ("integer", "9" * 20, "Tulis bilangan bulat"),
    ("integer", "١٢", "Tulis bilangan bulat"),
    ("decimal", "nan", "Tulis bilangan, misalnya"),
    ("decimal", "1_000", "Tulis bilangan, misalnya"),
    ("date", "31-12-2026", "Tulis tanggal seperti"),
    ("date", "2026-02-30", "Tulis tanggal seperti"),
    ("boolean", "ya", "Pilih ya atau tidak"),
    ("choice", "obor", "Pilihan ini tidak ada lagi"),
    ("choices", "led,gas", "Pilihan ini tidak ada lagi"),
]


@pytest.mark.parametrize(("kind", "typed", "said"), FAULTS)
def test_a_value_that_a_field_cannot_have_is_told_beside_it_and_kept(
    app: Flask, add: Add, as_user: AsUser, kind: str, typed: str, said: str
) -> None:
    add(type=kind, **({"options": OPTIONS} if kind.startswith("choice") else {}))
    with app.app_context():
        a_complaint(title=WITHOUT)
    shown = page(as_user(OFFICE), "/aduan/", **{NAME: typed})
    control = shown.partition('<details class="isian-saring" open>')[2].partition("</details>")[0]
    assert said in control
    assert 'aria-invalid="true"' in control
    assert f'value="{typed}"' in control
    assert (titles(shown), note_of(shown)) == ([WITHOUT], f"{LABEL}.")


def test_two_fields_and_a_usual_filter_narrow_the_list_together(app: Flask, add: Add, as_user: AsUser) -> None:
    add()
    add(code="tinggi", label={"id": "Tinggi"}, type="integer")
    with app.app_context():
        for title, pole, height in (("Satu", "A", 1), ("Dua", "A", 2), ("Tiga", "B", 1)):
            a_complaint(title=title, channel="phone", fields={CODE: pole, "tinggi": height})
        a_complaint(title="Empat", channel="letter", fields={CODE: "A", "tinggi": 1})
    client = as_user(OFFICE)
    assert titles(page(client, f"/aduan/?{NAME}=A&field.tinggi=1&saluran=phone")) == ["Satu"]
    shown = page(client, f"/aduan/?{NAME}=A&field.tinggi=1")
    assert titles(shown) == ["Empat", "Satu"]
    assert f'href="/aduan/?field.tinggi=1">{LABEL}: A' in shown
    assert f'href="/ekspor/?{NAME}=A&amp;field.tinggi=1"' in shown


def test_a_text_filter_that_finds_nothing_leads_to_the_search(app: Flask, add: Add, as_user: AsUser) -> None:
    add()
    with app.app_context():
        a_complaint(title="Satu", fields={CODE: "PRG-B-0417"})
    client = as_user(OFFICE)
    shown = page(client, f"/aduan/?{NAME}=prg-b-0417")
    assert "termasuk huruf besar" in shown
    assert 'href="/aduan/?q=prg-b-0417"' in shown
    assert titles(page(client, "/aduan/?q=prg-b-0417")) == ["Satu"]
    assert "termasuk huruf besar" not in page(client, "/aduan/?saluran=letter")


def test_an_office_without_fields_sees_nothing_new_and_asks_no_more(app: Flask, add: Add, as_user: AsUser) -> None:
    with app.app_context():
        sent_case(None, WITHOUT)
    client, costs = as_user(OFFICE), []
    for _ in range(2):
        page(client, "/aduan/")
        with statements(app) as asked:
            shown = page(client, "/aduan/")
        costs.append(len(asked))
        assert ("Isian tambahan" in shown, "Kolom isian" in shown) == (len(costs) == 2, len(costs) == 2)
        add()
    assert costs[0] == costs[1]


@pytest.mark.parametrize("with_search", [False, True], ids=["list", "search"])
def test_pages_in_the_order_of_a_field_hold_every_case_once(
    app: Flask, add: Add, as_user: AsUser, with_search: bool
) -> None:
    add(type="integer", visible_to=["office", "agency"])
    with app.app_context():
        for number in range(27):
            sent_case(number % 5 or None, title=f"Uji {number:02} nilai {number % 5}")
    client, search = as_user(AGENCY), "&q=uji" if with_search else ""
    by_value = [[n for n in range(26, -1, -1) if n % 5 == value] for value in (1, 2, 3, 4)]
    empty = [n for n in range(26, -1, -1) if n % 5 == 0]
    for sign, groups in (("", by_value), ("-", by_value[::-1])):
        order = f"urut={sign}{NAME}&kolom={NAME}{search}"
        first = page(client, f"/aduan/?{order}")
        assert f'aria-sort="{"descending" if sign else "ascending"}"' in first
        whole = titles(first) + titles(page(client, f"/aduan/?{order}&hal=2"))
        assert [int(title[4:6]) for title in whole] == [*chain(*groups), *empty]
    heading = page(client, f"/aduan/?urut={NAME}&kolom={NAME}{search}").partition('aria-sort="ascending"><a href="')[2]
    assert dict(parse_qsl(urlsplit(unescape(heading.partition('"')[0])).query))["urut"] == f"-{NAME}"


def test_three_columns_of_fields_at_most_and_the_rest_is_named(app: Flask, add: Add, as_user: AsUser) -> None:
    codes = [f"isian_{letter}" for letter in "abcd"]
    for place, code in enumerate(codes):
        add(code=code, label={"id": f"Kolom {code}"}, type="long_text" if place == 0 else "text", order=place + 1)
    with app.app_context():
        a_complaint(fields={"isian_a": "kata " * 400, "isian_b": "<i>b</i>", "isian_d": "NILAI-D"})
    shown = page(as_user(OFFICE), "/aduan/?kolom=langkah&" + "&".join(f"kolom=field.{code}" for code in codes))
    rows = shown.partition("<tbody>")[2]
    assert [code for code in codes if f"Kolom {code}: </span>" in rows] == ["isian_a", "isian_b"]
    assert "&lt;i&gt;b&lt;/i&gt;" in rows
    assert "NILAI-D" not in rows
    assert rows.count("kata ") < 30
    assert note_of(shown) == "kolom isian sesudah yang ketiga."


def test_a_saved_list_says_which_part_was_left_out_once_a_field_has_ended(
    app: Flask, add: Add, as_user: AsUser
) -> None:
    key = add(visible_to=["office"])
    two_cases(app)
    client, address = as_user(OFFICE), f"kolom={NAME}&urut={NAME}&{NAME}={VALUE}"
    kept = {"tempat": "complaints", "nama": "Tiang saya", "alamat": address}
    shown = client.post("/tampilan/simpan", data=kept, follow_redirects=True).text
    assert titles(shown) == [WITH_VALUE]
    assert VALUE in shown.partition("<tbody>")[2]
    end_field(app, key)
    with app.app_context():
        row = db.session.scalars(select(SavedList)).one()
    shown = page(client, f"/aduan/?{row.address}")
    assert titles(shown) == [WITHOUT, WITH_VALUE]
    assert note_of(shown).count(f"{LABEL} (isian ini sudah berakhir)") == 2
    assert "Urutan" in note_of(shown)
    assert 'aria-current="page"' in tab(shown, "Tiang saya")
    assert client.post(f"/tampilan/{row.id}/hapus", data={"tempat": "complaints"}).status_code == 303


def test_a_shared_list_gives_away_neither_code_nor_value_of_a_field(app: Flask, add: Add, as_user: AsUser) -> None:
    add(visible_to=["office"])
    add(code="umum", label={"id": "Isian umum"}, visible_to=["office", "agency"])
    two_cases(app)
    shared = {"tempat": "complaints", "nama": "Pantauan", "bersama": "1"}
    address = f"kolom=opd%2C{NAME}&urut=-{NAME}&{NAME}={VALUE}&field.umum=x"
    as_user("pengawas").post("/tampilan/simpan", data={**shared, "alamat": address})
    shown = page(as_user(AGENCY), "/aduan/")
    link = tab(shown, "Pantauan").partition('href="')[2].partition('"')[0].replace("&amp;", "&")
    assert VALUE not in shown
    assert CODE not in shown
    shown = page(as_user(AGENCY), link)
    assert (titles(shown), VALUE in shown, CODE in shown) == ([], False, False)
    assert "isian yang tidak ada" in note_of(shown)
    shown = page(as_user(OFFICE), "/aduan/")
    assert f"{NAME}={VALUE}" in tab(shown, "Pantauan")


@pytest.mark.parametrize("text", ["١٢", "1_000", "1e999", "nan", "0x1F"])
def test_a_program_that_filters_by_what_is_no_number_finds_nothing(
    client: FlaskClient, add: Add, bearer: Callable[[str], dict[str, str]], text: str
) -> None:
    add(type="decimal")
    answer = client.get("/api/v1/complaint/", query_string={NAME: text}, headers=bearer(OFFICE))
    assert (answer.status_code, answer.get_json()["count"]) == (200, 0)

"""The search over complaints: stems, half-typed and mistyped words, numbers, places, reporters, and the wall."""

import pytest
from flask import Flask
from sqlalchemy import update

from app.core.clock import utc_now
from app.core.extensions import db
from app.demo.accounts import demo_person
from app.models import Complaint, Reporter
from app.privacy.index_reporters import index_reporters
from app.worklists.complaint_lists import ComplaintFilter, complaint_page, count_each
from app.worklists.search import Search, prepare_near_search, prepare_search
from tests.factories import REPORTER, a_complaint
from tests.scenes import Scene
from workflow_rules.process.actors import Person


def found(search: Search | None, person: Person) -> list[str]:
    """Titles in their order; the count must say the same as the list."""
    assert search is not None
    wanted = ComplaintFilter(search=search)
    titles = [row.complaint.title for row in complaint_page(person, wanted, utc_now(), 50)]
    assert count_each(person, utc_now(), wanted) == (len(titles),)
    return titles


def find(text: str, username: str = "admin.aduan") -> list[str]:
    person = demo_person(username)
    return found(prepare_search(text, person), person)


def find_near(text: str, username: str = "admin.aduan") -> list[str]:
    person = demo_person(username)
    near = prepare_near_search(text, person)
    return found(near, person) if near else []


def five_cases() -> None:
    a_complaint(title="Dinas memperbaiki jembatan", body="Pekerjaan belum selesai.", location={"text": "Desa Uren"})
    a_complaint(title="Jalan berlubang di depan sekolah", body="Dua orang jatuh.", location={"village": "Batu Piring"})
    a_complaint(title="Lampu padam", body="Lampu di jalan dekat pasar padam tiga malam.", location={"district": "Juai"})
    a_complaint(title="Sampah menumpuk", body="Sudah 42 karung.", location={"text": "Pasar Paringin"})
    a_complaint(title="KTP belum jadi", body="Antrean pelayanan lama sekali.", location={"district": "Lampihong"})


@pytest.fixture
def shelf(scene: Scene[None], context: Flask) -> None:
    """Five cases; the numbers run from LB-<year>-000001."""
    scene(five_cases)


BRIDGE, HOLES, LAMP, WASTE, CARD = (
    "Dinas memperbaiki jembatan",
    "Jalan berlubang di depan sekolah",
    "Lampu padam",
    "Sampah menumpuk",
    "KTP belum jadi",
)


@pytest.mark.usefixtures("shelf")
@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("perbaikan", [BRIDGE]),
        ("diperbaiki jembatan", [BRIDGE]),
        ("lubang", [HOLES]),
        ("melayani", [CARD]),
        ("jalan", [HOLES, LAMP]),
        ("jemb", [BRIDGE]),
        ("memperb", [BRIDGE]),
        ("jemb padam", []),
        ("di depan sekolah yang berlubang", [HOLES]),
        ("uren", [BRIDGE]),
        ("batu piring", [HOLES]),
        ("jalan Batu Piring", [HOLES]),
        ("desa batu piring", [HOLES]),
        ("kec. juai", [LAMP]),
        ("lampihong", [CARD]),
        ("lampu juai", [LAMP]),
        ("JALAN-BERLUBANG!", [HOLES]),
        ("tidakada", []),
    ],
)
def test_words_are_found_by_their_stem_their_beginning_and_their_place(text: str, titles: list[str]) -> None:
    assert find(text) == titles


@pytest.mark.usefixtures("shelf")
@pytest.mark.parametrize("text", ["2", "000002", "0002", "LB-{year}-000002", "lb {year} 2", "{year}-000002", "lb2"])
def test_a_number_is_found_by_any_part_of_its_end(text: str) -> None:
    titles = find(text.format(year=utc_now().year))
    assert titles[:1] == ([HOLES] if text != "lb2" else [])


@pytest.mark.usefixtures("shelf")
def test_the_number_itself_stands_before_a_text_with_the_figure(context: Flask) -> None:
    for n in range(6, 43):
        a_complaint(title=f"Aduan biasa {n}x")
    assert find("42") == ["Aduan biasa 42x", WASTE]


@pytest.mark.usefixtures("shelf")
def test_sp4ns_number_is_found_whole_and_by_its_end(context: Flask) -> None:
    row = db.session.get_one(Complaint, 3)
    row.sp4n_tracking_id = "8457213"
    db.session.commit()
    assert find("8457213") == find("7213") == find("8457") == find("#8457213") == [LAMP]
    assert find("457") == []


@pytest.mark.usefixtures("shelf")
@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("jlan berlubng", [HOLES]),
        ("sekloah", [HOLES]),
        ("jembtan", [BRIDGE]),
        ("smpah menumpk", [WASTE]),
        ("jalan berlubang depan kantor", [HOLES]),
        ("lampihogn", [CARD, LAMP]),
        ("xyzzy", []),
        ("000999", []),
    ],
)
def test_mistyped_words_are_near_to_what_was_meant(text: str, titles: list[str]) -> None:
    assert find(text) == []
    assert find_near(text) == titles


@pytest.mark.usefixtures("shelf")
def test_the_best_match_stands_first(context: Flask) -> None:
    a_complaint(title="Sekolah", body="Atap bocor, dan jalan ke sini rusak.")
    a_complaint(title="Jalan sekolah", body="Jalan.")
    assert find("jalan sekolah") == ["Jalan sekolah", HOLES, "Sekolah"]


HOSTILE = [
    "& | ! <->",
    "jalan & | !",
    "(((",
    "'\"\\",
    "a:*",
    ":*",
    "jalan:*A",
    "%_\\",
    "' OR 1=1 --",
    "!!!",
    "<->",
    "jalan <-> lubang",
    "\x00",
    "a\x00b",
    "½²٤",
    "中文 ไทย",
    "🙂",
    "İstanbul",
    "x" * 5000,
    "jalan " * 3000,
    "0" * 400,
    "9" * 400,
    "٣",
    "ª",
    "$$ \\x :id %(id)s %s {0}",
]


@pytest.mark.usefixtures("shelf")
@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_that_can_be_typed_is_an_error(text: str) -> None:
    find(text)
    find_near(text)


@pytest.mark.usefixtures("shelf")
def test_an_empty_box_is_no_search_and_punctuation_finds_nothing(context: Flask) -> None:
    person = demo_person("admin.aduan")
    assert prepare_search("  ", person) is None
    assert find("!!! %") == []


@pytest.fixture
def walls(context: Flask) -> None:
    """One case of dishub, one of dplh, one that no agency has."""
    a_complaint(at="agency_receive", agencies=("dishub",), title="Rambu jalan", reporter={**REPORTER, "name": "Siti"})
    a_complaint(at="agency_receive", agencies=("dplh",), title="Pohon di jalan", reporter={**REPORTER, "name": "Sitti"})
    a_complaint(title="Jalan licin", confidentiality="secret", reporter={**REPORTER, "name": "Siti Aminah"})


@pytest.mark.usefixtures("walls")
@pytest.mark.parametrize("text", ["jalan", "LB", "3", "000003", "rambu", "siti"])
def test_an_agency_neither_finds_nor_counts_a_foreign_case(text: str) -> None:
    assert set(find(text, "kepala.dishub")) <= {"Rambu jalan"}
    assert set(find_near(f"{text}x", "kepala.dishub")) <= {"Rambu jalan"}
    assert find(text, "kepala.dinkes") == find_near(text, "kepala.dinkes") == []


@pytest.mark.usefixtures("walls")
def test_an_index_that_errs_shows_nobody_a_case(context: Flask) -> None:
    assert find("pohon", "admin.dplh") == ["Pohon di jalan"]
    db.session.execute(update(Complaint).values(sent_to=["dishub", "dplh"]))
    assert find("pohon", "admin.dplh") == ["Pohon di jalan"]
    assert find("pohon", "kepala.dishub") == find_near("pohn", "kepala.dishub") == []


@pytest.mark.usefixtures("walls")
def test_the_near_search_stops_at_the_wall_too(context: Flask) -> None:
    assert find_near("jlan licn") == ["Jalan licin"]
    assert find_near("jlan licn", "kepala.dishub") == []
    assert find_near("pohn", "kepala.dishub") == []


@pytest.mark.usefixtures("walls")
@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("siti", ["Jalan licin", "Rambu jalan"]),
        ("SITI aminah", ["Jalan licin"]),
        ("aminah, siti", ["Jalan licin"]),
        ("siti bukan", []),
        ("sit", []),
    ],
)
def test_the_office_finds_a_reporter_by_the_words_of_the_name(text: str, titles: list[str]) -> None:
    assert find(text) == find(text, "pengawas") == titles


@pytest.mark.usefixtures("walls")
@pytest.mark.parametrize("name", ["siti", "aminah", "siti aminah"])
def test_an_agency_never_finds_by_a_reporters_name_not_even_its_own_case(name: str) -> None:
    assert find(name, "kepala.dishub") == find_near(name, "kepala.dishub") == []


@pytest.mark.usefixtures("walls")
def test_the_name_itself_is_nowhere_in_the_table(context: Flask) -> None:
    stored = [word for row in db.session.query(Reporter) for word in row.name_words or ()]
    assert len(stored) == len(set(stored)) + 1 == 4
    assert all(len(word) == 20 and "siti" not in word for word in stored)


@pytest.mark.usefixtures("walls")
def test_a_changed_name_is_found_anew_and_a_removed_one_no_more(context: Flask) -> None:
    row = db.session.get_one(Reporter, 1)
    row.name = "Budi"
    db.session.commit()
    assert find("budi") == ["Rambu jalan"]
    row.name = None
    db.session.commit()
    assert (find("budi"), row.name_words) == ([], None)


@pytest.mark.usefixtures("walls")
def test_names_from_before_the_index_are_filled_in(context: Flask) -> None:
    db.session.execute(update(Reporter).values(name_words=None))
    db.session.commit()
    assert find("siti") == []
    assert (index_reporters(), index_reporters()) == (3, 0)
    assert find("siti") == ["Jalan licin", "Rambu jalan"]

"""The profiles and files that come with the program: what they must hold, and that a broken one is refused by name."""

import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from app.calendar.fill_holidays import national_days
from app.demo import read as demo
from app.demo.read import ReferenceDataError, codes_of, rows_of_office
from app.profile.seed import PROFILES
from app.profile.yaml_text import read_yaml
from app.reference.calendar import parse_hours
from app.reference.regions import places_of, regencies
from workflow_rules.process.standard_sop import STANDARD_SOP

UNITS_OF_2026 = {
    *("BAKESBANGPOL", "BAPPERIDA", "BKPSDM", "BPBD", "BPKPAD", "DINKES", "DINSOS", "DISDIKBUD", "DISDUKCAPIL"),
    *("DISHUB", "DISKOMINFOSAN", "DISPERINDAG", "DISPERSIP", "DISPORAPAR", "DKPPP", "DKUKMTK", "DPLH", "DPMPTSP"),
    *("DPPPAPPKBPMD", "DPUPRPERKIM", "INSPEKTORAT DAERAH", "RSDKH", "SATPOLPP", "SEKRETARIAT DAERAH"),
    *("SEKRETARIAT DPRD", "KEC. AWAYAN", "KEC. BATUMANDI", "KEC. HALONG", "KEC. JUAI", "KEC. LAMPIHONG"),
    *("KEC. PARINGIN", "KEC. PARINGIN SELATAN", "KEC. TEBING TINGGI"),
}
VILLAGES_PER_DISTRICT = {
    "Juai": (21, 0),
    "Halong": (24, 0),
    "Awayan": (23, 0),
    "Batumandi": (18, 0),
    "Lampihong": (27, 0),
    "Paringin": (14, 2),
    "Paringin Selatan": (15, 1),
    "Tebing Tinggi": (12, 0),
}


@cache
def standard() -> dict[str, Any]:
    content: dict[str, Any] = read_yaml((PROFILES / "standard.yaml").read_bytes()).value
    return content


def test_the_units_are_those_in_official_use() -> None:
    top = [row for row in rows_of_office("agencies") if row["parent"] is None]
    assert {row["short_name"] for row in top if row["kind"] in ("opd", "kecamatan")} == UNITS_OF_2026
    assert [row["name"] for row in top if row["kind"] == "bumd"] == ["Perumda Air Minum (contoh)"]


def test_invented_units_are_marked_inactive_and_hang_below_a_real_one() -> None:
    rows = {row["code"]: row for row in rows_of_office("agencies")}
    children = [row for row in rows.values() if row["parent"] is not None]
    assert {rows[row["parent"]]["kind"] for row in children} == {"opd", "kecamatan"}
    assert all("(contoh)" in row["name"] for row in children if row["kind"] in ("unit", "desa"))
    assert Counter(row["parent"] for row in children if row["kind"] == "unit") == {"dinkes": 2, "disdikbud": 2}
    assert all(row["active"] == ("(contoh)" not in row["name"]) for row in rows.values())


def test_letters_follow_the_regency_s_pattern() -> None:
    for row in rows_of_office("agencies"):
        assert re.fullmatch(r"[A-Z0-9-]+-BLG", row["letter_suffix"])
        assert re.fullmatch(r"\d{3}(\.\d+)*", row["classification_code"])
        assert row["paper"] == "F4"


def test_only_the_sourced_address_is_more_than_neutral() -> None:
    precise = [row["code"] for row in rows_of_office("agencies") if row["phone"] or "Jl." in row["address"]]
    assert precise == ["diskominfosan"]


def test_every_village_is_there_with_a_code_that_says_its_kind() -> None:
    counted = {}
    for row in rows_of_office("districts"):
        codes = [village["code"] for village in row["villages"]]
        assert all(re.fullmatch(re.escape(row["code"]) + r"\.[12]\d{3}", code) for code in codes)
        counted[row["name"]] = tuple(sum(code[9] == kind for code in codes) for kind in "21")
    assert counted == VILLAGES_PER_DISTRICT
    assert codes_of("districts") == {f"63.11.{n:02d}" for n in range(1, 9)}


def test_places_that_the_research_names_are_found() -> None:
    names = {(row["name"], v["name"]) for row in rows_of_office("districts") for v in row["villages"]}
    assert {("Batumandi", "Riwa"), ("Batumandi", "Lok Batu"), ("Lampihong", "Lampihong Kanan")} <= names
    assert {("Tebing Tinggi", "Kambiyain"), ("Paringin Selatan", "Batu Piring")} <= names


def test_categories_have_two_levels_without_the_dead_ones() -> None:
    rows = standard()["categories"]
    assert Counter(row["parent"] is None for row in rows) == {True: 25, False: 33}
    assert not [row["name"] for row in rows if re.search("corona|mudik|pemulihan ekonomi", row["name"], re.IGNORECASE)]
    assert not [row for row in rows if row["default_agency"]]


def test_categories_of_alleged_wrongdoing_go_to_the_inspectorate() -> None:
    oversight = [row for row in rows_of_office("categories") if row["national_class"] == "oversight"]
    assert {row["code"] for row in oversight} == {"netralitas_asn", "politisasi_asn", "pungutan_liar"}
    assert {row["default_agency"] for row in oversight} == {"inspektorat"}


def weekly_hours(week: dict[str, Any]) -> timedelta:
    def at(text: str) -> timedelta:
        hours, minutes = text.split(":")
        return timedelta(hours=int(hours), minutes=int(minutes))

    days = [parse_hours(week[day]) for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun") if week[day]]
    return sum((at(b) - at(a) for periods in days for a, b in periods), timedelta())


def test_weekly_hours_add_up_to_the_regulation_and_ramadan_ends_before_the_feast() -> None:
    normal, *ramadan = standard()["working_weeks"]
    assert weekly_hours(normal) == timedelta(hours=37, minutes=30)
    assert [weekly_hours(week) for week in ramadan] == [timedelta(hours=32, minutes=30)] * 2
    assert [week["starts_on"] for week in ramadan] == ["2026-02-18", "2027-02-08"]
    feasts = [row.date for row in national_days([2026, 2027]) if row.name.startswith("Hari Raya Idul Fitri")]
    assert [date.fromisoformat(week["ends_on"]) + timedelta(days=1) for week in ramadan] == feasts


OUTPUTS = {
    **dict.fromkeys(("register", "check", "report"), "Dokumen"),
    **dict.fromkeys(("direct", "relay", "agency_receive", "agency_dispose", "draft_answer"), "Dokumen, Disposisi"),
    "sign_answer": "Surat tanggapan",
    "send_answer": "Surat Tanggapan",
    "dispose_answer": "Surat disposisi",
    "reply": "Tanggapan",
}


def test_a_new_office_has_the_process_of_the_printed_sheet() -> None:
    steps = standard()["sop"]["steps"]
    found = [(row["step"], row["actor"], row["allowance_value"], row["allowance_unit"]) for row in steps]
    assert found == [
        (row.step, row.actor, *((row.allowance.value, row.allowance.unit) if row.allowance else (None, None)))
        for row in STANDARD_SOP.steps
    ]
    assert {row["step"]: row["output"] for row in steps} == OUTPUTS
    assert all(row["procedure"] and row["inputs"] for row in steps)


def test_the_regencies_are_all_514_each_with_its_zone() -> None:
    """Keppres 41/1987, by hand: one of each province at the borders of the zones."""
    rows = regencies()
    assert len(rows) == 514
    zones = {
        rows[code].name: rows[code].zone for code in ("52.02", "32.73", "91.03", "61.01", "62.01", "63.11", "81.01")
    }
    assert zones == {
        "Kabupaten Lombok Tengah": "Asia/Makassar",
        "Kota Bandung": "Asia/Jakarta",
        "Kabupaten Jayapura": "Asia/Jayapura",
        "Kabupaten Sambas": "Asia/Jakarta",
        "Kabupaten Kotawaringin Barat": "Asia/Jakarta",
        "Kabupaten Balangan": "Asia/Makassar",
        "Kabupaten Maluku Tengah": "Asia/Jayapura",
    }


def test_the_places_of_a_regency_are_those_of_its_profile() -> None:
    codes = [village["code"] for row in rows_of_office("districts") for village in row["villages"]]
    assert [village["code"] for row in places_of("63.11") for village in row["villages"]] == codes
    assert places_of("99.99") == []


def test_holidays_of_2026_are_indonesian_in_an_english_process() -> None:
    script = (
        "import json; from app.calendar.fill_holidays import national_days; "
        "print(json.dumps([[str(r.date), r.name, r.kind] for r in national_days([2026])]))"
    )
    root = Path(demo.__file__).parents[2]
    env = {**os.environ, "LANG": "C", "LC_ALL": "C", "LANGUAGE": "en", "PYTHONPATH": str(root)}
    printed = subprocess.run([sys.executable, "-c", script], env=env, capture_output=True, text=True, check=True)
    rows = json.loads(printed.stdout)
    assert Counter(kind for _, _, kind in rows) == {"public": 17, "collective_leave": 8}
    assert ["2026-08-17", "Hari Kemerdekaan Republik Indonesia", "public"] in rows
    assert all(("Cuti Bersama" in name) == (kind == "collective_leave") for _, name, kind in rows)


def test_holidays_come_in_order_once_a_day_and_only_of_the_years_asked() -> None:
    days = [row.date for row in national_days(iter((2027, 2026)))]
    assert days == sorted(set(days))
    assert {day.year for day in days} == {2026, 2027}
    assert len(days) == 25 + 26


def broken(folder: Path, source: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    data = json.loads(source.read_text(encoding="utf-8"))
    change(data)
    target = folder / source.name
    target.write_text(json.dumps(data), encoding="utf-8")
    return target


def set_in(key: str, index: int, **values: Any) -> Callable[[dict[str, Any]], None]:
    return lambda data: data[key][index].update(values)


def repeat_first(key: str) -> Callable[[dict[str, Any]], None]:
    return lambda data: data[key].append(dict(data[key][0]))


def drop(key: str, name: str) -> Callable[[dict[str, Any]], None]:
    return lambda data: data[key][0].pop(name)


def plan_with(**values: Any) -> Callable[[dict[str, Any]], None]:
    return lambda data: data["complaints"][0]["plan"].update(values)


BROKEN_FILES = [
    ("people", repeat_first("people"), "'admin.aduan' stands twice"),
    ("people", set_in("people", 1, nip="199502022020012000"), "'199502022020012000' stands twice"),
    ("people", set_in("people", 1, actor="mayor"), "actor of kasi: 'mayor'"),
    ("people", set_in("people", 1, agency="nobody"), "agency of kasi: 'nobody'"),
    ("complaints", repeat_first("complaints"), "'aduan-01' stands twice"),
    ("complaints", set_in("complaints", 0, category="nothing"), "category of aduan-01: 'nothing'"),
    ("complaints", set_in("complaints", 0, channel="pigeon"), "'pigeon' is not a valid Channel"),
    ("complaints", lambda d: d["complaints"][0]["location"].update(village="63.11.04.9999"), "place of aduan-01"),
    ("complaints", plan_with(target="lost"), "target of aduan-01: 'lost'"),
    ("complaints", plan_with(route="slow"), "route of aduan-01: 'slow'"),
    ("complaints", plan_with(agencies=["bpbd"]), "agencies of aduan-01: 'bpbd'"),
    ("complaints", plan_with(declined_by="dplh"), "agency named in the plan of aduan-01: 'dplh'"),
    ("complaints", plan_with(merge_into="aduan-01"), "merge target of aduan-01: 'aduan-01'"),
    ("complaints", plan_with(mood="good"), "PlanRow .*mood"),
]
LOADERS: dict[str, tuple[Path, Callable[[Path], object]]] = {
    "people": (demo.HERE, demo.load_people),
    "complaints": (demo.HERE, demo.load_complaints),
}


@pytest.mark.parametrize(("name", "change", "message"), BROKEN_FILES)
def test_a_broken_file_is_refused_by_name(
    tmp_path: Path, name: str, change: Callable[[dict[str, Any]], None], message: str
) -> None:
    folder, load = LOADERS[name]
    with pytest.raises(ValueError, match=message) as refused:
        load(broken(tmp_path, folder / f"{name}.json", change))
    assert isinstance(refused.value, ReferenceDataError) or "pigeon" in message

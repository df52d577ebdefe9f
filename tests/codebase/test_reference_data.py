"""The reviewed data files: what they must hold, and that a broken one is refused by name."""

import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.demo import read as demo
from app.reference import seed_files as reference
from app.reference.seed_files import ReferenceDataError, holidays_of
from workflow_rules.time.working_calendar import WorkingCalendar

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


def test_the_units_are_those_in_official_use() -> None:
    top = [row for row in reference.load_agencies() if row.parent is None]
    assert {row.short_name for row in top if row.kind in ("opd", "kecamatan")} == UNITS_OF_2026
    assert [row.name for row in top if row.kind == "bumd"] == ["Perumda Air Minum (contoh)"]


def test_invented_units_are_marked_and_hang_below_a_real_one() -> None:
    rows = {row.code: row for row in reference.load_agencies()}
    children = [row for row in rows.values() if row.parent is not None]
    assert {rows[str(row.parent)].kind for row in children} == {"opd", "kecamatan"}
    assert all("(contoh)" in row.name for row in children if row.kind in ("unit", "desa"))
    assert Counter(row.parent for row in children if row.kind == "unit") == {"dinkes": 2, "disdikbud": 2}


def test_codes_are_plain_and_letters_follow_the_regency_s_pattern() -> None:
    for row in reference.load_agencies():
        assert re.fullmatch(r"[a-z0-9_]+", row.code)
        assert re.fullmatch(r"[A-Z0-9-]+-BLG", row.letter_suffix)
        assert re.fullmatch(r"\d{3}(\.\d+)*", row.classification_code)
        assert row.paper == "F4"


def test_only_the_sourced_address_is_more_than_neutral() -> None:
    precise = [row.code for row in reference.load_agencies() if row.postal.phone or "Jl." in row.postal.address]
    assert precise == ["diskominfosan"]


def test_every_village_is_there() -> None:
    counted = {
        row.name: tuple(sum(v.kind == kind for v in row.villages) for kind in ("desa", "kelurahan"))
        for row in reference.load_districts()
    }
    assert counted == VILLAGES_PER_DISTRICT


def test_district_codes_are_balangan_s_and_say_the_kind_of_village() -> None:
    rows = reference.load_districts()
    assert [row.code for row in rows] == [f"63.11.{n:02d}" for n in range(1, 9)]
    for village in (v for row in rows for v in row.villages):
        assert re.fullmatch(r"63\.11\.0[1-8]\.[12]\d{3}", village.code)
        assert (village.code[9] == "1") == (village.kind == "kelurahan")


def test_places_that_the_research_names_are_found() -> None:
    names = {(row.name, v.name) for row in reference.load_districts() for v in row.villages}
    assert {("Batumandi", "Riwa"), ("Batumandi", "Lok Batu"), ("Lampihong", "Lampihong Kanan")} <= names
    assert {("Tebing Tinggi", "Kambiyain"), ("Paringin Selatan", "Batu Piring")} <= names


def test_the_source_of_the_villages_is_named_with_its_licence() -> None:
    source = json.loads((reference.HERE / "districts.json").read_text(encoding="utf-8"))["source"]
    assert source["package"]
    assert source["version"]
    assert source["licence"] == "MIT"


def test_categories_have_two_levels_without_the_dead_ones() -> None:
    rows = reference.load_categories()
    assert Counter(row.parent is None for row in rows) == {True: 25, False: 33}
    assert all(re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)*", row.code) for row in rows)
    assert not [row.name for row in rows if re.search("corona|mudik|pemulihan ekonomi", row.name, re.IGNORECASE)]


def test_categories_of_alleged_wrongdoing_go_to_the_inspectorate() -> None:
    oversight = [row for row in reference.load_categories() if row.national_class == "oversight"]
    assert {row.code for row in oversight} == {"netralitas_asn", "politisasi_asn", "pungutan_liar"}
    assert {row.default_agency for row in oversight} == {"inspektorat"}


def weekly_hours(week: reference.WeekRow) -> timedelta:
    def at(text: str) -> timedelta:
        hours, minutes = text.split(":")
        return timedelta(hours=int(hours), minutes=int(minutes))

    return sum((at(b) - at(a) for periods in week.hours.values() for a, b in periods), timedelta())


def test_weekly_hours_add_up_to_the_regulation() -> None:
    normal, *ramadan = reference.load_working_hours().weeks
    assert weekly_hours(normal) == timedelta(hours=37, minutes=30)
    assert [weekly_hours(week) for week in ramadan] == [timedelta(hours=32, minutes=30)] * 2


def test_ramadan_waits_for_the_isbat_and_ends_before_the_feast() -> None:
    normal, *ramadan = reference.load_working_hours().weeks
    assert normal.confirmed
    assert not any(week.confirmed for week in ramadan)
    assert [week.begins for week in ramadan] == [date(2026, 2, 18), date(2027, 2, 8)]
    feasts = [row.date for row in holidays_of([2026, 2027]) if row.name.startswith("Hari Raya Idul Fitri")]
    assert [week.ends and week.ends + timedelta(days=1) for week in ramadan] == feasts


def test_the_working_calendar_takes_the_data_as_it_is() -> None:
    hours = reference.load_working_hours()
    calendar = WorkingCalendar.from_dict(hours.as_calendar(holidays_of([2026])))
    assert hours.local_closures == ()
    closed = (date(2026, 12, 24), date(2026, 12, 25), date(2026, 12, 26))
    assert not any(map(calendar.is_working_day, closed))
    assert calendar.is_working_day(date(2026, 12, 23))
    assert calendar.is_open(datetime.fromisoformat("2026-11-24T15:30:00+08:00"))
    assert not calendar.is_open(datetime.fromisoformat("2026-02-24T15:30:00+08:00"))


def test_a_local_closure_closes_the_calendar(tmp_path: Path) -> None:
    def close(data: dict[str, Any]) -> None:
        data["local_closures"].append({"date": "2026-04-08", "name": "Hari Jadi (contoh)"})

    hours = reference.load_working_hours(broken(tmp_path, reference.HERE / "working_hours.json", close))
    assert hours.local_closures == (reference.HolidayRow(date(2026, 4, 8), "Hari Jadi (contoh)", "local"),)
    assert not WorkingCalendar.from_dict(hours.as_calendar([])).is_working_day(date(2026, 4, 8))


def test_holidays_of_2026_are_indonesian_in_an_english_process() -> None:
    script = (
        "import json; from app.reference.seed_files import holidays_of; "
        "print(json.dumps([[str(r.date), r.name, r.kind] for r in holidays_of([2026])]))"
    )
    root = Path(reference.__file__).parents[2]
    env = {**os.environ, "LANG": "C", "LC_ALL": "C", "LANGUAGE": "en", "PYTHONPATH": str(root)}
    printed = subprocess.run([sys.executable, "-c", script], env=env, capture_output=True, text=True, check=True)
    rows = json.loads(printed.stdout)
    assert Counter(kind for _, _, kind in rows) == {"public": 17, "collective_leave": 8}
    assert ["2026-08-17", "Hari Kemerdekaan Republik Indonesia", "public"] in rows
    assert all(("Cuti Bersama" in name) == (kind == "collective_leave") for _, name, kind in rows)


def test_holidays_come_in_order_once_a_day_and_only_of_the_years_asked() -> None:
    days = [row.date for row in holidays_of(iter((2027, 2026)))]
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
    ("agencies", repeat_first("agencies"), "'bakesbangpol' stands twice"),
    ("agencies", set_in("agencies", 3, parent="nobody"), "parent of bpbd: 'nobody'"),
    ("agencies", set_in("agencies", 3, parent="bpbd"), "parent of bpbd: 'bpbd'"),
    ("agencies", set_in("agencies", 3, parent="dplh"), "parent of bpbd: 'dplh'"),
    ("agencies", set_in("agencies", 3, kind="office"), "kind of bpbd: 'office'"),
    ("agencies", set_in("agencies", 3, colour="red"), "AgencyRow bpbd: .*colour"),
    ("agencies", drop("agencies", "name"), "AgencyRow bakesbangpol: .*name"),
    ("districts", repeat_first("districts"), "'63.11.01' stands twice"),
    ("districts", set_in("districts", 0, agency="kec_nowhere"), "agency of 63.11.01: 'kec_nowhere'"),
    ("districts", set_in("districts", 0, code="63.11.09"), "district of 63.11.01.2001: '63.11.01'"),
    ("categories", repeat_first("categories"), "'agama' stands twice"),
    ("categories", set_in("categories", 1, parent="nothing"), "parent of ekonomi_dan_keuangan: 'nothing'"),
    ("categories", set_in("categories", 1, parent="pupuk"), "parent of ekonomi_dan_keuangan: 'pupuk'"),
    ("categories", set_in("categories", 1, default_agency="nobody"), "agency of ekonomi_dan_keuangan"),
    ("categories", set_in("categories", 1, national_class="urgent"), "class of ekonomi_dan_keuangan: 'urgent'"),
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
    "agencies": (reference.HERE, reference.load_agencies),
    "districts": (reference.HERE, reference.load_districts),
    "categories": (reference.HERE, reference.load_categories),
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

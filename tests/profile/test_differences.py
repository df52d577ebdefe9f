"""The difference of two profiles, by hand: what is only in the file, only in the office, and otherwise in both."""

import copy
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from app.profile.differences import differences
from app.profile.sections import office_profile
from app.profile.shown import MOST_SHOWN, printable, shown_value

Profile = dict[str, Any]


def row_of(profile: Profile, section: str, code: str) -> Profile:
    found: Profile = next(row for row in profile[section] if row["code"] == code)
    return found


def drop(section: str, code: str) -> Callable[[Profile], None]:
    return lambda profile: profile[section].remove(row_of(profile, section, code))


def put(section: str, code: str, **members: Any) -> Callable[[Profile], None]:
    return lambda profile: row_of(profile, section, code).update(members)


def turn(profile: Profile) -> None:
    row_of(profile, "fields", "bahan")["options"].reverse()


def shorten(profile: Profile) -> None:
    del row_of(profile, "fields", "bahan")["options"][0]


def retitle(profile: Profile) -> None:
    profile["sop"]["title"] = "Prosedur"


def move_village(profile: Profile) -> None:
    profile["districts"][1]["villages"].append(profile["districts"][0]["villages"].pop(0))


ONE_SIDE = {
    "an agency's telephone": (
        put("agencies", "dishub", phone="0526"),
        ['changed agencies[dishub].phone: file "0526", office ""'],
    ),
    "a number and a truth value are not equal": (
        put("fields", "sebab", only_if={"field": "bahan", "is": True}),
        ['changed fields[sebab].only_if.is: file true, office "kayu"'],
    ),
    "no condition": (
        put("fields", "sebab", only_if=None),
        ['changed fields[sebab].only_if: file null, office {"field": "bahan", "is": "kayu"}'],
    ),
    "an ended entry that the file lacks": (drop("lists", "faks"), []),
    "an ended entry that is active in the file": (
        put("lists", "faks", active=True),
        ["changed lists[channel faks].active: file true, office false"],
    ),
    "a text as it was": (drop("texts", "reporter.received"), ["missing texts[reporter.received]: office {"]),
    "an option less": (
        shorten,
        ['missing fields[bahan].options[kayu]: office {"code": "kayu", "label": {"id": "Kayu", "en": "Wood"}}'],
    ),
    "options in another order": (
        turn,
        ['changed fields[bahan].options (order): file ["besi", "kayu"], office ["kayu", "besi"]'],
    ),
    "the title of the SOP": (retitle, ['changed sop.title: file "Prosedur", office "Standar Operasional Prosedur P']),
    "a village in another district": (
        move_village,
        ["missing districts[63.11.01].villages[63.11.01.", "added   districts[63.11.02].villages[63.11.01."],
    ),
}


@pytest.mark.parametrize("name", ONE_SIDE)
def test_what_differs_is_said_with_path_and_both_values(office: Flask, name: str) -> None:
    change, wanted = ONE_SIDE[name]
    here = office_profile()
    there = copy.deepcopy(dict(here))
    change(there)
    found = [str(difference) for difference in differences(there, here)]
    assert len(found) == len(wanted), found
    for line, begins in zip(found, wanted, strict=True):
        assert line.startswith(begins)


@pytest.mark.parametrize(
    ("section", "code", "note"),
    [
        ("agencies", "dishub", "(would end)"),
        ("fields", "sebab", "(would end)"),
        ("standard_texts", "jalan", "(would end)"),
        ("lists", "radio", "(would end)"),
        ("texts", "reporter.received", "(would return to the original)"),
        ("districts", "63.11.01", "(would stay)"),
    ],
)
def test_a_missing_row_says_what_it_comes_to_and_the_other_way_round_it_is_added(
    office: Flask, section: str, code: str, note: str
) -> None:
    here = office_profile()
    there = copy.deepcopy(dict(here))
    drop(section, code)(there)
    (missing,) = differences(there, here)
    assert missing.kind == "missing"
    assert str(missing).endswith(note)
    (added,) = differences(here, there)
    assert (added.kind, added.path, added.note) == ("added", missing.path, "")


def test_a_number_is_no_truth_value_though_python_holds_them_equal(office: Flask) -> None:
    here, there = (copy.deepcopy(dict(office_profile())) for _ in range(2))
    row_of(here, "fields", "sebab")["only_if"] = {"field": "bahan", "is": 1}
    row_of(there, "fields", "sebab")["only_if"] = {"field": "bahan", "is": True}
    assert [str(found) for found in differences(there, here)] == [
        "changed fields[sebab].only_if.is: file true, office 1"
    ]


def test_a_long_value_is_cut_to_where_it_begins_to_differ() -> None:
    one, two = "a" * 500 + "INI" + "b" * 500, "a" * 500 + "ITU" + "b" * 500
    shown = shown_value(one, two)
    assert "INI" in shown
    assert (shown[0], shown[-1], len(shown)) == ("…", "…", MOST_SHOWN + 2)
    assert shown_value("a" * 50 + "\n") == '"' + "a" * 50 + '\\n"'
    assert shown_value(two[:600], None).startswith('"aaa')


def test_what_a_terminal_would_obey_is_shown_as_text() -> None:
    assert printable("a\x1b[31m\x9b0m\u202eb 🦜é") == "a\\x1b[31m\\x9b0m\\u202eb 🦜é"

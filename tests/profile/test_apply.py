"""A profile that is applied: all of it or nothing, once, and running cases keep what they began with."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, current_app
from sqlalchemy import func, select

from app.audit.replay import audit_all
from app.commands.maintenance import migrate_database
from app.core.clock import office_zone, utc_now
from app.core.extensions import db
from app.models import Agency, Choice, FieldDefinition, JournalEntry, Office, SopVersion, StepTask
from app.profile.apply import Applied, apply_profile
from app.profile.reading import read_profile
from app.profile.section import ApplyRefused
from app.profile.sections import SECTIONS, as_file, office_profile
from tests.codebase.bare_database import as_role
from tests.factories import a_complaint

Change = Callable[[dict[str, Any]], object]


def apply(change: Change) -> Applied:
    """Apply what the office has, with a change."""
    wanted = copy.deepcopy(dict(office_profile()))
    change(wanted)
    arranged = {section.name: section.arranged(wanted[section.name]) for section in SECTIONS}
    return apply_profile(arranged, "Uji", None, utc_now())


def row(section: str, code: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda profile: next(row for row in profile[section] if row["code"] == code)


def without(section: str, code: str) -> Change:
    def change(profile: dict[str, Any]) -> None:
        profile[section] = [row for row in profile[section] if row["code"] != code]

    return change


def entries() -> int:
    return db.session.scalars(select(func.count()).select_from(JournalEntry)).one()


def applications() -> list[JournalEntry]:
    return list(db.session.scalars(select(JournalEntry).filter_by(kind="profile_applied")))


@pytest.fixture
def exported(office: Flask) -> bytes:
    """The profile of an office with a row of every kind, as a file."""
    content = as_file(office_profile())
    db.session.remove()
    return content


def test_a_new_office_gets_equal_bytes_and_nothing_more_the_second_time(
    exported: bytes,
    database: str,
    worker: str,
    tmp_path: Path,
) -> None:
    with as_role("owner", database, worker, tmp_path):
        migrate_database(current_app)
        assert office_zone().key == "Asia/Jakarta"
        apply_profile(read_profile(exported), "Uji", None, utc_now())
        assert as_file(office_profile()) == exported
        assert office_zone().key == "Asia/Makassar"
        before = entries()
        assert apply_profile(read_profile(exported), "Uji", None, utc_now()) == Applied((), ())
        assert entries() == before
        assert db.session.scalars(select(SopVersion.number)).all() == ["1"]


def test_what_is_absent_ends(office: Flask) -> None:
    for change in (without("standard_texts", "halte"), without("agencies", "sdn_contoh_1"), without("fields", "sebab")):
        assert apply(change).left == []
    assert apply(without("lists", "radio")).left == []
    assert apply(without("texts", "reporter.received")).left == []
    ended = db.session.scalars(select(FieldDefinition).filter_by(code="sebab")).one()
    assert ended.active_until is not None
    assert not db.session.scalars(select(Choice).filter_by(code="radio")).one().active
    assert not db.session.scalars(select(Agency).filter_by(code="sdn_contoh_1")).one().active


def test_what_records_name_stays_and_is_told(office: Flask) -> None:
    before = len(applications())
    applied = apply(without("districts", "63.11.01"))
    assert (applied.written, len(applied.left)) == ([], 1)
    assert len(applications()) == before


def test_every_section_takes_a_change(office: Flask) -> None:
    changes: dict[str, Change] = {
        "office": lambda p: p["office"].update(name="Kabupaten Contoh"),
        "agencies": lambda p: row("agencies", "dishub")(p).update(name="Lain", parent="dinkes", emblem=None),
        "categories": lambda p: row("categories", "netralitas_asn")(p).update(default_agency="dinkes"),
        "districts": lambda p: p["districts"][0]["villages"][0].update(name="Lain"),
        "lists": lambda p: row("lists", "radio")(p).update(label={"id": "Lain", "en": "Other"}, flags=[]),
        "fields": lambda p: row("fields", "nomor_tiang")(p).update(required=True),
        "texts": lambda p: p["texts"][0]["body"].update(id="Lain."),
        "standard_texts": lambda p: row("standard_texts", "jalan")(p).update(body="Lain.", category=None),
        "working_weeks": lambda p: p["working_weeks"][-1].update(mon="09:00-12:00"),
        "holidays": lambda p: p["holidays"].append({"day": "2027-05-05", "name": "Lain", "kind": "local"}),
        "national_limits": lambda p: p["national_limits"][0].update(days=9),
        "actors": lambda p: p["actors"].append(
            {"code": "lain", "label": {"id": "Lain", "en": ""}, "organisation": "office", "superior": None}
        ),
        "roles": lambda p: row("roles", "kasi_malam")(p).update(rights=[]),
        "sop": lambda p: p["sop"]["steps"][0].update(allowance_value=90),
    }
    assert changes.keys() == office_profile().keys()
    for section, change in changes.items():
        applied = apply(change)
        assert applied.left == [], section
        assert len(applied.written) > 0, section
    told = [entry for entry in applications() if entry.reason == "Uji"]
    assert [len(entry.data["changes"]) > 0 for entry in told] == [True] * len(changes)


def test_a_running_case_keeps_its_process_and_replays(office: Flask) -> None:
    def change(profile: dict[str, Any]) -> None:
        profile["sop"]["steps"] = [step for step in profile["sop"]["steps"] if step["step"] != "relay"]
        profile["sop"]["steps"][0]["allowance_value"] = 5
        profile["agencies"] = [row for row in profile["agencies"] if row["code"] != "dishub"]
        profile["lists"] = [row for row in profile["lists"] if row["agency"] != "dishub"]
        profile["standard_texts"] = [row for row in profile["standard_texts"] if row["agency"] != "dishub"]

    case = a_complaint("relay", ("dinkes",), "via_admin")
    step = select(StepTask).filter_by(complaint_id=case.id, closed_at=None)
    deadline = db.session.scalars(step).one().due_at
    assert apply(change).left == []
    assert [v.status for v in db.session.scalars(select(SopVersion).order_by(SopVersion.id))] == ["retired", "active"]
    assert db.session.scalars(step).one().due_at == deadline
    case.act("complaint_admin", "relay")
    assert [task.step for task in db.session.scalars(step)] == ["agency_receive"]
    assert audit_all() == []


@pytest.mark.parametrize(
    ("change", "path"),
    [
        (lambda p: p["office"].update(zone="Asia/Jayapura"), ("office", "zone")),
        (lambda p: row("actors", "section_head")(p).update(organisation="agency"), ("actors", 1, "organisation")),
    ],
    ids=["zone", "organisation"],
)
def test_what_an_office_with_cases_cannot_take_changes_nothing(
    office: Flask, change: Change, path: tuple[Any, ...]
) -> None:
    a_complaint()
    before, count = as_file(office_profile()), entries()

    def and_more(profile: dict[str, Any]) -> None:
        row("agencies", "dishub")(profile).update(name="Lain")
        change(profile)

    with pytest.raises(ApplyRefused) as refused:
        apply(and_more)
    assert refused.value.path == path
    assert (as_file(office_profile()), entries()) == (before, count)
    assert db.session.get_one(Office, 1).zone == "Asia/Makassar"

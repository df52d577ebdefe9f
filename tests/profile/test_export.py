"""The profile of an office holds every configured row and nothing else, and is written the same way each time."""

import re

import yaml
from flask import Flask
from sqlalchemy import select, text

from app.core.extensions import db
from app.models import Choice, User
from app.profile.differences import differences
from app.profile.reading import read_profile
from app.profile.section import identity
from app.profile.sections import FORMAT, SECTIONS, as_file, office_profile
from tests.factories import REPORTER, a_complaint
from tests.profile.office import PNG
from workflow_rules.process.choices import SEEDED_CHOICES


def test_what_is_written_is_read_back_without_a_difference(office: Flask) -> None:
    profile = office_profile()
    content = as_file(profile)
    again = read_profile(content)
    assert differences(again, profile) == []
    assert again == profile
    assert as_file(again) == content


def test_equal_offices_give_equal_bytes_whatever_the_order_of_their_rows(office: Flask) -> None:
    before = as_file(office_profile())
    db.session.execute(text("UPDATE agency SET phone = phone"))
    db.session.execute(text('UPDATE choice SET "order" = "order" WHERE code = \'sms\''))
    db.session.commit()
    assert as_file(office_profile()) == before


def test_the_file_is_yaml_that_others_read_alike(office: Flask) -> None:
    profile = office_profile()
    found = yaml.safe_load(as_file(profile))
    assert list(found) == ["format", *(section.name for section in SECTIONS)]
    assert found == {"format": FORMAT, **profile}


def test_it_holds_the_lists_with_their_labels(office: Flask) -> None:
    lists = {(row["list"], row["code"]): row for row in office_profile()["lists"]}
    assert {(entry.list.value, entry.code) for entry in SEEDED_CHOICES.entries} <= lists.keys()
    assert lists["archive_reason", "incomplete"]["label"] == {"id": "Belum lengkap", "en": "Incomplete"}
    assert lists["unit", "lalin"]["agency"] == "dishub"
    assert lists["channel", "radio"] == {
        "list": "channel",
        "code": "radio",
        "label": {"id": "Radio", "en": "Radio"},
        "order": 100,
        "active": True,
        "flags": ["asks_nik"],
        "agency": None,
    }
    assert not lists["channel", "faks"]["active"]


def test_it_holds_what_is_active_and_no_draft_nor_what_has_ended(office: Flask) -> None:
    profile = office_profile()
    assert [row["code"] for row in profile["fields"]] == ["bahan", "nomor_tiang", "sebab"]
    wood, iron = profile["fields"][0]["options"]
    assert (wood["code"], iron) == ("kayu", {"code": "besi", "label": {"id": "Besi", "en": ""}})
    assert profile["texts"] == [
        {
            "code": "reporter.received",
            "subject": {"id": "Laporan Anda", "en": ""},
            "body": {"id": "Terima kasih.\nNomor {complaint.number}.", "en": ""},
        }
    ]
    assert [row["code"] for row in profile["standard_texts"]] == ["halte", "jalan"]


def test_a_week_that_a_later_one_hides_entirely_is_left_out(office: Flask) -> None:
    db.session.execute(
        text(
            "INSERT INTO working_week (name, starts_on, ends_on, mon, tue, wed, thu, fri, sat, sun)"
            " VALUES ('Ramadan', '2027-02-08', '2027-03-09', '09:00-14:00', '', '', '', '', '', '')"
        )
    )
    weeks = [row for row in office_profile()["working_weeks"] if row["name"] == "Ramadan"]
    assert [week["mon"] for week in weeks] == ["09:00-14:00"]
    assert as_file(read_profile(as_file(office_profile()))) == as_file(office_profile())


def test_no_officer_case_key_or_time_of_this_machine_is_in_it(office: Flask) -> None:
    a_complaint(at="check")
    content = as_file(office_profile()).decode()
    people = db.session.scalars(select(User)).all()
    assert len(people) > 10
    roles = {row["code"] for row in office_profile()["roles"]}  # the demo's administrator is named like the role
    for user in people:
        assert user.username in roles or not re.search(rf"\b{re.escape(user.username)}\b", content)
        assert user.get_full_name() not in content
        assert user.email not in content
        assert user.password not in content
    profiles = db.session.execute(text("SELECT nip FROM officer_profile WHERE nip <> ''")).scalars().all()
    assert [nip for nip in profiles if nip in content] == []
    assert [text for text in REPORTER.values() if text in content] == []
    for left_out in ("Punyaku", "Kata lama", "Kata konsep", "lama_dicabut", "masih_konsep", "seeded", "activated_at"):
        assert left_out not in content
    assert not re.search(r"[0-9a-f]{64}|\d\d:\d\d:\d\d|^\s*-?\s*\w*_?id: \d", content, re.M)
    assert content.count("iVBORw0KGgo") == 1, PNG[:8]


def test_rows_of_every_list_are_matched_by_something_of_their_own(office: Flask) -> None:
    for section in SECTIONS:
        rows = office_profile()[section.name]
        if section.name not in ("office", "sop"):
            keys = [identity(row, section.name) for row in rows]
            assert rows, section.name
            assert len(set(keys) - {None}) == len(rows), section.name


def test_officers_of_a_unit_change_nothing(office: Flask) -> None:
    before = as_file(office_profile())
    db.session.scalars(select(Choice).where(Choice.code == "lalin")).one().officers = []
    db.session.commit()
    assert as_file(office_profile()) == before

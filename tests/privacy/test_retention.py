"""Identities that nobody needs any more go by themselves, case and chain stay; what we hold of one person is told."""

import io
import json
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, text, update

from app.audit.replay import audit_all
from app.commands.maintenance import report_subject
from app.core.clock import utc_now
from app.core.extensions import db
from app.models import Complaint, ComplaintEvent, InboundHold, JournalEntry, Reporter, SyncImport
from app.privacy.open_identity import open_identity
from app.privacy.redaction import Redaction, redact
from app.privacy.retention import remove_identities, wipe_settled_inbound, years_before
from app.settings.environment import ConfigurationError, read_environment
from app.sp4n.inbound.csv_import import store_upload
from tests.canaries import phone_canaries
from tests.factories import a_complaint, demo_person, move_on

TOLD = {"name": "Siti KENARI", "phone": "0812-3456-7890", "address": "Jl. Contoh 7", "nik": "6311014502900001"}
REDACTED = {"title": "Lubang", "body": "Disamarkan", "redaction_reason": "Nama pelapor ada di isi"}


def ended(years: int, secrecy: str = "secret") -> Complaint:
    """A case of ten years ago that ended so many years before now."""
    case = a_complaint(reporter=TOLD, confidentiality=secrecy, body="Rumah KENARI")
    redact(case.id, Redaction(REDACTED, {}), demo_person("admin.aduan"), 1)
    case.act("complaint_admin", "withdraw", reason="Sudah selesai")
    db.session.execute(
        update(Complaint).where(Complaint.id == case.id).values(ended_at=years_before(utc_now(), years) - timedelta(1))
    )
    db.session.commit()
    return case.complaint


def test_an_identity_goes_after_its_years_and_the_case_stays(context: Flask) -> None:
    old, young, running = ended(5).id, ended(4).id, a_complaint(reporter=TOLD).id
    assert context.config["IDENTITY_RETENTION_YEARS"] == 5
    assert (remove_identities(utc_now(), 5), remove_identities(utc_now(), 5)) == (1, 0)
    left = db.session.scalars(select(Reporter.complaint_id).order_by(Reporter.complaint_id)).all()
    assert list(left) == [young, running]
    assert db.session.execute(text("SELECT complaint_id FROM original_text")).scalars().all() == [young]
    events = select(ComplaintEvent).where(ComplaintEvent.complaint_id == old).order_by(ComplaintEvent.seq.desc())
    last = db.session.scalars(events.limit(1)).one()
    assert (last.kind, last.actor, last.data) == ("identity_removed", "system", {"years": 5})
    assert db.session.get_one(Complaint, old).body == "Disamarkan"
    assert audit_all() == []


def test_the_years_are_counted_from_day_to_day() -> None:
    assert years_before(datetime(2028, 2, 29, 8, tzinfo=UTC), 5) == datetime(2023, 2, 28, 8, tzinfo=UTC)
    assert read_environment({"IDENTITY_RETENTION_YEARS": "7"}).identity_retention_years == 7
    with pytest.raises(ConfigurationError, match="IDENTITY_RETENTION_YEARS is '0', not a number from 1 to 30"):
        read_environment({"IDENTITY_RETENTION_YEARS": "0"})


def test_what_came_sealed_does_not_lie_for_ever(context: Flask) -> None:
    now = utc_now()
    for days in (89, 91):
        at = now - timedelta(days=days)
        hold = InboundHold(kind="report", tracking_id=f"90000{days}", content="{}", content_hash="x", state="dismissed")
        hold.first_at = hold.last_at = hold.settled_at = at
        db.session.add(hold)
        store_upload(f"nomor,judul,isi\n9000{days},Uji,Uji\n".encode(), "uji.csv", demo_person("kasi").id or 0, at)
    db.session.commit()
    assert (wipe_settled_inbound(now), wipe_settled_inbound(now)) == (2, 0)
    kept = "SELECT tracking_id FROM inbound_hold WHERE content IS NOT NULL"
    assert db.session.execute(text(kept)).scalars().all() == ["9000089"]
    assert len(db.session.scalars(select(SyncImport)).all()) == 1


def test_a_person_is_told_all_that_is_held_of_them_and_nothing_of_others(
    app: Flask, capsys: pytest.CaptureFixture[str]
) -> None:
    with app.app_context():
        body = "Hubungi saya 0812 3456 7890 atau tetangga 0813 1111 2222."
        case = a_complaint(reporter=TOLD, body=body, agencies=("dishub",))
        move_on(case, at="draft_answer")
        other = a_complaint(reporter={**TOLD, "phone": "0813-1111-2222", "nik": "6311014502900002"})
        open_identity(case.id, {"reason": "Menelepon pelapor"}, demo_person("kasi"))
        numbers = case.complaint.number, other.complaint.number
        names = db.session.execute(text("SELECT first_name FROM ab_user")).scalars().all()
        db.session.expunge_all()
    assert report_subject(app, "Permintaan tertulis pelapor", "+62 812 3456 7890")
    printed = capsys.readouterr().out
    (found,) = json.load(io.StringIO(printed))["cases"]
    assert (found["number"], found["identity"]["name"], found["identity"]["nik"]) == (
        numbers[0],
        *list(TOLD.values())[::3],
    )
    assert found["body"] == "Hubungi saya 0812 3456 7890 atau tetangga •••."
    opened = [event for event in found["events"] if event["kind"] == "identity_opened"]
    assert [(event["by"], event["data"]["fields"]) for event in opened] == [
        ("section_head", ["name", "phone", "address", "nik"])
    ]
    assert numbers[1] not in printed
    assert [name for name in names if name and f'"{name}"' in printed] == []
    with app.app_context():
        (entry,) = db.session.scalars(
            select(JournalEntry)
            .where(JournalEntry.kind != "row_changed")
            .where(JournalEntry.kind == "subject_reported")
        )
        assert (entry.reason, entry.data["numbers"]) == ("Permintaan tertulis pelapor", [numbers[0]])
        assert [part for part in phone_canaries("0812-3456-7890") if part in str(entry.data)] == []
    assert not report_subject(app, "Permintaan tertulis pelapor", "Siti")
    assert "no telephone number" in capsys.readouterr().err


def test_numbers_of_others_in_a_place_or_the_subject_of_a_letter_are_masked(
    app: Flask, capsys: pytest.CaptureFixture[str]
) -> None:
    with app.app_context():
        place = {"text": "Rumah 0813 1111 2222", "district": "Paringin"}
        case = a_complaint(at="draft_answer", agencies=("dishub",), reporter=TOLD, location=place)
        subject = "Tanggapan untuk 0813 1111 2222"
        case.act("agency_secretary", "submit_draft", house="dishub", subject=subject, body="Sudah ditangani.")
        case.act("agency_head", "sign", house="dishub")
    assert report_subject(app, "Permintaan tertulis pelapor", "+62 812 3456 7890")
    (found,) = json.loads(capsys.readouterr().out)["cases"]
    assert (found["location"], found["letters"][0]["subject"]) == ("Rumah •••", "Tanggapan untuk •••")

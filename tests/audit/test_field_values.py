"""The office's fields in the record: a value changed behind the program is found, in the audit and in a bundle."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text, update

from app.audit.invariants.record_checks import sop_path
from app.audit.invariants.scope import Scope
from app.audit.replay import audit_all
from app.core.clock import utc_now
from app.core.extensions import db
from app.fields.change import end
from app.models import Complaint, FieldDefinition, PersonalValue
from app.privacy.identity_keys import rotate_identity_keys
from app.privacy.retention import remove_identities, years_before
from app.sp4n.inbound.apply_revision import apply_report
from tests.audit.bundles import bundle_bytes, faults, files_of, judged, relisted, with_events, zipped
from tests.factories import Case, a_complaint
from tests.fields.field_bodies import POLE, WITNESS, activate
from tests.sp4n.reports import a_revision
from workflow_rules.process.refusals import ActionRefused

OTHER_KEY = "YW5vdGhlci1rZXktYW5vdGhlci1rZXktYW5vdGhlciE="
HEIGHT: dict[str, Any] = {
    "code": "tinggi",
    "label": {"id": "Tinggi"},
    "type": "decimal",
    "moments": ["intake"],
    "visible_to": ["office"],
}
GIVEN = {"nomor_tiang": "PR777", "tinggi": 0.000001, "nik_kedua": "KENARI-1"}


@pytest.fixture
def inside(context: Flask, client: FlaskClient, bearer: Callable[[str], dict[str, str]]) -> None:
    admin = bearer("administrator")
    for body in (POLE, HEIGHT, WITNESS):
        activate(client, admin, body)


def corrected(case: Case, **fields: Any) -> None:
    case.act("complaint_admin", "correct", reason="Salah baca", fields=fields)


def told() -> list[str]:
    """The fault of every case, read from the database again."""
    db.session.expire_all()
    return [finding.fault for finding in audit_all()]


EDITS = {
    "a changed value": (
        """UPDATE complaint SET field_values = field_values || '{"nomor_tiang": "PR778"}'""",
        "nomor_tiang",
    ),
    "another type": ("""UPDATE complaint SET field_values = field_values || '{"tinggi": "0.000001"}'""", "tinggi"),
    "a value taken away": ("UPDATE complaint SET field_values = field_values - 'nomor_tiang'", "nomor_tiang"),
    "a value given": ("""UPDATE complaint SET field_values = field_values || '{"lain": true}'""", "lain"),
    "a personal value taken away": ("DELETE FROM personal_value WHERE code = 'nik_kedua'", "nik_kedua"),
    "another salt": ("UPDATE personal_value SET salt = 'x'", "nik_kedua"),
    "a personal value given": ("UPDATE personal_value SET code = 'tinggi'", "nik_kedua, tinggi"),
}


@pytest.mark.usefixtures("inside")
@pytest.mark.parametrize("edit", EDITS)
def test_a_value_changed_behind_the_program_is_found_and_named_by_its_code(edit: str) -> None:
    case = a_complaint(fields=GIVEN)
    assert told() == []
    db.session.execute(text(EDITS[edit][0]))
    assert told() == [f"fields are not what the events say: {EDITS[edit][1]}"]
    (finding,) = sop_path(Scope(utc_now())).findings
    parts = ", ".join(f"fields.{code}" for code in EDITS[edit][1].split(", "))
    assert (finding.subject, finding.sentence, finding.particulars) == (
        case.complaint.number,
        "rows_differ",
        {"parts": parts},
    )
    db.session.rollback()


@pytest.mark.usefixtures("inside")
def test_a_personal_value_sealed_again_with_other_words_is_found() -> None:
    a_complaint(fields=GIVEN)
    row = db.session.scalars(select(PersonalValue)).one()
    row.value = "KENARI-2"
    db.session.flush()
    assert told() == ["fields are not what the events say: nik_kedua"]
    db.session.rollback()


@pytest.mark.usefixtures("inside")
def test_corrections_removals_and_ended_fields_are_no_faults() -> None:
    case = a_complaint(fields=GIVEN)
    corrected(case, nomor_tiang="PR778", nik_kedua="KENARI-2")
    corrected(case, tinggi=None, nik_kedua=None)
    corrected(case, tinggi=7)
    end(db.session.scalars(select(FieldDefinition).where(FieldDefinition.code == "nomor_tiang")).one(), utc_now())
    db.session.commit()
    assert case.complaint.field_values == {"nomor_tiang": "PR778", "tinggi": 7}
    assert told() == []


@pytest.mark.usefixtures("inside")
def test_what_retention_and_anonymity_take_away_is_no_fault() -> None:
    old, hidden = a_complaint(fields=GIVEN), a_complaint(fields=GIVEN)
    old.act("complaint_admin", "withdraw", reason="Sudah selesai")
    before = years_before(utc_now(), 5) - timedelta(1)
    db.session.execute(update(Complaint).where(Complaint.id == old.id).values(ended_at=before))
    db.session.commit()
    assert remove_identities(utc_now(), 5) == 1
    hidden.act("complaint_admin", "correct", reason="Minta anonim", confidentiality="anonymous")
    assert db.session.scalars(select(PersonalValue)).all() == []
    assert told() == []


@pytest.mark.usefixtures("inside")
def test_a_case_that_becomes_anonymous_takes_no_personal_value_with_it() -> None:
    case = a_complaint(fields={"nomor_tiang": "PR777"})
    with pytest.raises(ActionRefused) as refused:
        case.act(
            "complaint_admin", "correct", reason="Ya", confidentiality="anonymous", fields={"nik_kedua": "KENARI-1"}
        )
    assert [error.field for error in refused.value.errors] == ["fields.nik_kedua"]
    assert db.session.scalars(select(PersonalValue)).all() == []


@pytest.mark.usefixtures("inside")
def test_a_revision_of_an_anonymous_case_records_no_personal_value() -> None:
    report = {**a_revision(1), "fields": {"nomor_tiang": "PR777"}}
    apply_report("9165810", {**report, "confidentiality": "anonymous"})
    changed = {"fields": {"nomor_tiang": "PR778", "nik_kedua": "KENARI-1"}, "confidentiality": "open"}
    apply_report("9165810", {**report, "revision": 2, **changed})
    case = db.session.scalars(select(Complaint)).one()
    assert (case.confidentiality, case.field_values) == ("anonymous", {"nomor_tiang": "PR778"})
    recorded = db.session.execute(text("SELECT data -> 'personal' FROM complaint_event ORDER BY seq")).scalars().all()
    assert [one for one in recorded if one is not None] == []
    assert told() == []


@pytest.mark.usefixtures("inside")
def test_other_keys_and_missing_keys_are_no_faults(context: Flask) -> None:
    a_complaint(fields=GIVEN)
    first = context.config["IDENTITY_KEYS"]
    try:
        for keys in ((OTHER_KEY, *first), (OTHER_KEY,), first):
            context.config["IDENTITY_KEYS"] = keys
            for name in ("identity_keys", "identity_keys_known"):
                context.extensions.pop(name, None)
            if len(keys) > len(first):
                rotate_identity_keys(utc_now())
            assert told() == []
    finally:
        context.config["IDENTITY_KEYS"] = first
        for name in ("identity_keys", "identity_keys_known"):
            context.extensions.pop(name, None)


@pytest.mark.usefixtures("inside")
def test_a_bundle_tells_fields_with_their_definitions_and_personal_ones_by_their_commitment(tmp_path: Path) -> None:
    case = a_complaint(fields=GIVEN)
    corrected(case, nomor_tiang="PR778")
    ids = dict(db.session.execute(select(FieldDefinition.code, FieldDefinition.id)).all())
    files = files_of(bundle_bytes(case.id))
    pole, height, witness = (
        {one["code"]: one for one in json.loads(files["isian.json"])}[code]
        for code in ("nomor_tiang", "tinggi", "nik_kedua")
    )
    assert pole == {
        "code": "nomor_tiang",
        "definition": ids["nomor_tiang"],
        "label": "Nomor tiang listrik",
        "type": "text",
        "value": "PR778",
        "text": "PR778",
    }
    assert (height["value"], height["type"]) == (0.000001, "decimal")
    assert set(witness) == {"code", "definition", "label", "type", "commitment"}
    assert b"KENARI" not in b"".join(files.values())
    code, words = judged(zipped(files, tmp_path / "x.zip"))
    assert (code, faults(words)) == (0, [])
    assert "3 isian tambahan sama dengan yang tercatat dalam rantai" in words


@pytest.mark.usefixtures("inside")
def test_a_changed_added_or_lost_field_of_a_bundle_is_found_behind_a_manifest_that_fits(tmp_path: Path) -> None:
    files = files_of(bundle_bytes(a_complaint(fields=GIVEN).id))

    def said(change: Callable[[dict[str, Any]], None], more: list[dict[str, Any]] | None = None) -> list[str]:
        items = {one["code"]: one for one in json.loads(files["isian.json"])}
        change(items)
        forged = json.dumps([*items.values(), *(more or [])]).encode()
        return faults(judged(zipped(relisted({**files, "isian.json": forged}), tmp_path / "x.zip"))[1])

    def wrong(code: str) -> list[str]:
        return [f"isian.json: '{code}' bukan yang tercatat dalam rantai"]

    assert said(lambda items: None) == []
    assert said(lambda items: items["nomor_tiang"].update(value="PR778")) == wrong("nomor_tiang")
    assert said(lambda items: items["nomor_tiang"].update(definition=999)) == wrong("nomor_tiang")
    assert said(lambda items: items["nik_kedua"].update(commitment="0" * 64)) == wrong("nik_kedua")
    assert said(lambda items: items.pop("tinggi")) == wrong("tinggi")
    assert said(lambda items: items.pop("nik_kedua")) == wrong("nik_kedua")
    extra = {"code": "lain", "definition": 1, "value": 1}
    assert said(lambda items: None, [extra]) == wrong("lain")
    assert said(lambda items: None, [json.loads(files["isian.json"])[0]]) == [
        "isian.json: ada isian yang tercantum lebih dari sekali"
    ]
    without = {name: content for name, content in files.items() if name != "isian.json"}
    assert faults(judged(zipped(relisted(without), tmp_path / "x.zip"))[1]) == [
        "isian.json: tidak ada atau bentuknya tidak dikenal"
    ]


@pytest.mark.usefixtures("inside")
def test_the_values_of_an_event_may_not_be_withheld(tmp_path: Path) -> None:
    files = files_of(bundle_bytes(a_complaint(fields=GIVEN).id))

    def withhold(lines: list[Any]) -> list[Any]:
        line = lines[0]
        del line["record"]["data"]["values"]
        del line["salts"]["data.values"]
        line["withheld"] = {"data.values": "0" * 64}
        return lines

    words = judged(zipped(with_events(files, withhold), tmp_path / "x.zip"))[1]
    assert any("bagian yang ditahan tidak boleh ditahan" in fault for fault in faults(words))

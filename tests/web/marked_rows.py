"""Rows of the kinds that no page has yet, and the marker with markup that is written into every free text."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import Table, and_, func, select, text, update

from app.core.clock import utc_now
from app.core.encrypted_columns import SealedText
from app.core.extensions import db
from app.demo.accounts import demo_person
from app.models import (
    Agency,
    BackupRun,
    Complaint,
    DelegationRow,
    Delivery,
    DeliveryItem,
    FieldDefinition,
    GatewayState,
    IdempotencyKey,
    InboundMessage,
    InvariantFinding,
    InvariantResult,
    InvariantRun,
    IssuedNumber,
    Letter,
    LetterScan,
    LinkedSubject,
    Notice,
    NoticePreference,
    OriginalText,
    PersonalValue,
    ReportJob,
    SigningMeans,
    StepTask,
    SyncComparison,
    SyncImport,
    SyncLedger,
    SyncPeer,
)
from app.papers.letter_numbers import skip_numbers
from app.privacy.redaction import Redaction, redact
from tests.factories import a_complaint
from tests.office_zone import office_today
from tests.story.pages_to_see import Rows, Visit
from tests.web.free_text_columns import FREE_TEXT, JSON_CODES, JSON_MEMBERS

# It begins like a formula and ends both kinds of quotes; in an attribute without quotes its space begins the next one.
MARKER = '="\'><i data-x="{}">&amp;'
SEEN = re.compile(MARKER.format(r'([a-z0-9_.]+)[^"]*'), re.IGNORECASE)
WRITTEN = {
    "saved_list.address": "q=",
    "sync_peer.last_error": "denied: ",
    "webhook_endpoint.url": "https://penerima.example/",
}
"""What stands before the marker where the program reads a beginning."""
# Empty means something else there: not signed yet, used and so without a reason, the default view.
ONLY_WHERE_FILLED = {"letter.number", "issued_number.reason", "saved_list.name"}
# In a member of a document that holds free text: a choice of a list, or a day.
CHOICE = re.compile(r"[a-z_]*|\d{4}-\d\d-\d\d.*")
# In any other member: codes, digests, numbers and instants.
CODE = re.compile(r"[a-z0-9_.:+-]*|\d{4}-\d\d-\d\d.*")


def make_more_rows(rows: Rows) -> None:
    """A row of each kind that `make_all_rows` leaves out, and what makes a page show a text."""
    now, user_id = utc_now(), demo_person("administrator").id
    assert user_id is not None
    job_id, case_id = int(rows.parts["int:job_id"]), int(rows.parts["int:complaint_id"])
    db.session.execute(update(ReportJob).values(schedule_id=int(rows.parts["int:schedule_id"])))
    db.session.add_all(_of_an_account(user_id) + _of_operation() + _of_messages(user_id, job_id, case_id))
    letter = db.session.scalars(select(Letter).where(Letter.paper_id.is_not(None)).order_by(Letter.id)).first()
    assert letter is not None
    scan = {"attachment_id": int(rows.parts["int:attachment_id"]), "pages": 1, "added_at": now}
    db.session.add(LetterScan(letter_id=letter.id, added_by_id=user_id, reason="Buram.", **scan))
    _trouble_the_peer()
    corrected = update(Complaint).where(Complaint.id == case_id)
    own = {"uji_aktif": "Nilai"}
    db.session.execute(corrected.values(corrected={"title": "Judul lama"}, field_values=own))
    db.session.add_all(_of_fields(case_id))
    db.session.commit()
    agency = db.session.get_one(Agency, int(rows.parts["int:agency_id"]))
    given = select(func.max(IssuedNumber.running)).where(IssuedNumber.agency_code == agency.code)
    skip_numbers(agency, db.session.scalars(given).one() + 2, "Di luar program.", now, user_id)
    guarded = db.session.get_one(Complaint, int(rows.parts["int:guarded_id"]))
    shown = {"title": "Disamarkan", "body": "Disamarkan.", "redaction_reason": "Nama ada di isi aduan"}
    redact(guarded.id, Redaction(shown, {}), demo_person("admin.aduan"), guarded.version)
    voided = update(IssuedNumber).where(IssuedNumber.agency_code == agency.code, IssuedNumber.paper_id.is_not(None))
    db.session.execute(voided.values(voided_at=now))
    imported = update(Complaint).where(Complaint.id == guarded.id)
    db.session.execute(imported.values(imported_at=now, imported_key="x", old_number="1"))
    db.session.execute(update(OriginalText).values(files=json.dumps({"1": "Foto rumah.jpg"})))
    db.session.commit()
    rows.cases["complaint_admin"].append(guarded.id)
    asked = a_complaint()
    asked.act("complaint_admin", "note", text="Sudah ditelepon.")
    asked.act("complaint_admin", "request_information", question="Di RT berapa?")
    rows.cases["complaint_admin"].append(asked.id)
    waits = select(StepTask.id).where(StepTask.complaint_id == rows.cases["complaint_admin"][0])
    rows.parts["pilih"] = str(db.session.scalars(waits).one())
    first = db.session.get_one(Complaint, rows.cases["complaint_admin"][0])
    rows.parts.update(version=str(first.version), asked=str(asked.complaint.version))
    rows.tracked.append({"number": asked.complaint.number, "code": asked.code})


def _trouble_the_peer() -> None:
    """SP4N away, a report on which both sides differ and that could not be taken, and a file with a faulty row."""
    now = utc_now()
    db.session.execute(update(SyncPeer).values(away_since=now))
    sides = {"revision": 1, "version": 1, "status": "Lain"}
    refused = {"refused": json.dumps({"title": "Uji coba"}), "refused_at": now, "drift": "status"}
    differs = {**refused, "drift_detail": {"ours": sides, "theirs": sides}, "drift_at": now, "state": "failed"}
    db.session.execute(update(SyncLedger).values(differs))
    lines = [[2, "Nomor 1", "refused", [["title", "blank", ""]]]]
    db.session.execute(update(SyncImport).values(outcomes=lines, mapping={"title": "Judul"}, state="checked"))


def _of_an_account(user_id: int) -> list[Model]:
    now = utc_now()
    means = {"nik": "Angka", "certificate": b"x", "subject": "CN=Uji", "issuer": "CN=Uji", "fingerprint": "ab"}
    return [
        LinkedSubject(user_id=user_id, issuer="https://masuk.example", subject="x", linked_at=now),
        SigningMeans(user_id=user_id, changed_at=now, valid_until=now + timedelta(days=9), **means),
        NoticePreference(user_id=user_id, gateway_to="Uji"),
        IdempotencyKey(caller="x", key="x", request_hash="x", status=200, body="{}", created_at=now),
    ]


def _of_fields(case_id: int) -> list[Model]:
    """A field of the office with a value, one with options, and a personal value."""
    options = [{"code": "merah", "label": {"id": "Merah", "en": "Red"}}]
    active = {"moments": ["intake", "public_intake"], "visible_to": ["office", "agency"], "active_from": utc_now()}
    return [
        FieldDefinition(code="uji_aktif", label_id="Uji", type="text", **active),
        FieldDefinition(code="uji_pilihan", label_id="Uji", type="choice", options=options, **active),
        PersonalValue(complaint_id=case_id, code="uji_pribadi", value="Nilai", salt="aa"),
    ]


def _of_operation() -> list[Model]:
    """What went wrong last night, and with others."""
    now = utc_now()
    finding = InvariantFinding(subject="LB-2026-000001", sentence="number_twice", particulars={"times": "Dua"})
    result = InvariantResult(invariant="I2", looked_at=1, milliseconds=1, red=True, findings=[finding])
    answer = {"answer": {"message_id": "Pesan 1"}, "content_hash": "x", "received_at": now}
    return [
        GatewayState(channel="email", failures=1, away_since=now, held_until=now + timedelta(hours=1)),
        BackupRun(kind="backup", began_at=now, ended_at=now, detail={"error": "Penuh."}),
        InvariantRun(night=office_today(), began_at=now, alive_at=now, ended_at=now, red=1, results=[result]),
        SyncComparison(day=office_today(), began_at=now, ended_at=now, error="x"),
        InboundMessage(tracking_id="900001", message_id="m-1", kind="note", **answer),
    ]


def _of_messages(user_id: int, job_id: int, case_id: int) -> list[Model]:
    """A mail of each kind: a notice, a report, news of an account, and news for a reporter."""
    now = utc_now()
    at = {"channel": "email", "created_at": now, "next_try_at": now}
    delegation_id = db.session.scalars(select(DelegationRow.id)).first()
    notice = Notice(user_id=user_id, kind="delegation_ended", delegation_id=delegation_id, created_at=now)
    told = DeliveryItem(notice=notice, channel="email")
    return [
        Delivery(user_id=user_id, items=[told], **at),
        Delivery(user_id=user_id, report_job_id=job_id, **at),
        Delivery(user_id=user_id, account_news="password_changed", **at),
        Delivery(complaint_id=case_id, told="received", cause_seq=1, sealed_code="x", **at),
    ]


def more_visits(visitor: str, rows: Rows) -> Iterator[Visit]:
    """Pages that only a form or a search opens."""
    typed = {"reason": "spam", "note": MARKER.format("typed"), "ask": "1", "token": "x" * 16}
    if visitor == "complaint_admin":
        asked = {"action": "archive", "expected_version": rows.parts["version"], **typed}
        yield Visit(visitor, f"/aduan/{rows.cases[visitor][0]}/tindakan", asked)
        number, title = rows.cases[visitor][0], MARKER.format("complaint.title")
        yield Visit(visitor, f"/aduan/{number}/identitas", {"reason": "Menghubungi pelapor untuk keterangan"})
        yield Visit(visitor, "/aduan/baru/serupa", {"title": title, "body": title})
        yield Visit(visitor, "/aduan/?q=complaint")
        yield Visit(visitor, "/bersama/", {"pilih": rows.parts["pilih"]})
    if visitor == "anonymous":
        # The last pair of number and code has opened its case.
        asked = {**typed, "action": "withdraw", "expected_version": rows.parts["asked"]}
        yield Visit(visitor, "/lacak/kasus/tindakan", {**asked, "reason": MARKER.format("typed")})


def mark_every_text() -> Counter[str]:
    """How many rows hold the marker, by column."""
    # Also in tables that are only added to, and without entries of the journal.
    db.session.execute(text("SET LOCAL session_replication_role = replica"))
    marked: Counter[str] = Counter()
    for name, columns in FREE_TEXT.items():
        table = db.metadata.tables[name]
        for column in columns.split():
            key = f"{name}.{column}"
            if key in JSON_MEMBERS:
                marked += mark_documents(table, column)
                continue
            filled = text(f"{column} <> ''" if key in ONLY_WHERE_FILLED else "true")
            # The place of the row makes the marker unique; what is sealed is never unique.
            words: Any = WRITTEN.get(key, "") + MARKER.format(key)
            if isinstance(table.c[column].type, SealedText):
                filled = table.c[column].is_not(None)
            else:
                words = func.replace(words, key, func.concat(key, text(" ctid")))
            marked[key] = db.session.execute(update(table).where(filled).values({column: words})).rowcount
    db.session.commit()
    return marked


def mark_documents(table: Table, column: str) -> Counter[str]:
    """Mark the members of JSON documents that hold free text, sealed ones too."""
    name, keys, marked = f"{table.name}.{column}", list(table.primary_key), Counter[str]()
    stored = select(*keys, table.c[column]).where(table.c[column].is_not(None))
    for *own, document in db.session.execute(stored).all():
        sealed = isinstance(document, str)
        words = marked_document(json.loads(document) if sealed else document, name, marked)
        this = and_(*(key == value for key, value in zip(keys, own, strict=True)))
        db.session.execute(update(table).where(this).values({column: json.dumps(words) if sealed else words}))
    return marked


def marked_document(value: Any, column: str, marked: Counter[str], member: str = "", whole: bool = False) -> Any:
    """The document with a marker in the place of each free text; fails for words of a member that nobody decided.

    Everything below a member with `*` is free text.
    """
    free = JSON_MEMBERS[column].split()
    whole = whole or free == ["*"]
    if isinstance(value, dict):
        return {
            name: marked_document(part, column, marked, member if whole else name, whole or f"{name}*" in free)
            for name, part in value.items()
        }
    if isinstance(value, list):
        return [marked_document(part, column, marked, member, whole) for part in value]
    is_free = whole or member in free
    if not isinstance(value, str) or (CHOICE if is_free else CODE).fullmatch(value):
        return value
    if not is_free:
        assert member in JSON_CODES.get(column, "").split(), f"{column}: is {member!r} free text? It holds {value!r}"
        return value
    name = f"{column}.{member}".rstrip(".")
    marked[name] += 1
    return MARKER.format(name)

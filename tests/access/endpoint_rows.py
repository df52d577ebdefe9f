"""Rows that the endpoints need: one of each kind, and the addresses that lead to them."""

import re
from datetime import timedelta
from typing import Any

from flask_appbuilder.security.sqla.models import Role, User
from rq import Queue
from sqlalchemy import select

from app.accounts.api_keys import KeyInput, make_new_key
from app.accounts.sessions import begin
from app.cases.perform_action import attach_to_case
from app.core.clock import utc_now
from app.core.extensions import db, redis_client
from app.core.jobs import QUEUE_OF, JobName
from app.core.periods import days
from app.demo.accounts import demo_person, make_key
from app.models import (
    ActorRow,
    Agency,
    ApiKey,
    Attachment,
    Category,
    Choice,
    DelegationRow,
    Delivery,
    District,
    FieldDefinition,
    Holiday,
    IdentityGrant,
    InboundHold,
    JournalEntry,
    Letter,
    NationalLimitRow,
    Notice,
    Office,
    OfficeRole,
    OfficerProfile,
    RegisterKind,
    SavedList,
    SignIn,
    SopVersion,
    StandardText,
    StepTask,
    Village,
    WorkingWeek,
)
from app.models.report import Rhythm
from app.move_in import files as move_in_files
from app.move_in.plan import plan_of
from app.papers.papers import keep_file
from app.papers.sop_papers import ask_for_sop_sheet
from app.reference.sop_versions import copy_as_draft
from app.reporting.exports.queue_report import ask_report
from app.reporting.exports.request import WantedReport
from app.reporting.exports.run import run_report
from app.reporting.exports.schedules import Plan, save_schedule, supervisors
from app.reporting.registers.make import make_register
from app.reporting.rehearsals.run import ask_rehearsal, run_rehearsal
from app.sp4n.inbound.apply_revision import apply_report
from app.sp4n.inbound.csv_import import store_upload
from app.sp4n.peer.report_state import answer_letter
from app.sp4n.peer.state import ledger_of
from app.texts.current import originals_of
from app.texts.kinds import KINDS
from app.texts.versions import save_draft
from app.webhooks.manage import EndpointInput, add_endpoint, send_test
from app.worklists.saved_lists import save_list
from tests.access.made_roles import a_role, an_account
from tests.factories import a_complaint, a_report
from tests.files.states import call_clean
from tests.office_zone import OFFICE_ZONE, office_today
from workflow_rules.process.actors import SYSTEM

ROWS: dict[str, Any] = {
    "opd": Agency.id,
    "kategori": Category.id,
    "daftar-pilihan": Choice.id,
    "kecamatan": District.id,
    "desa": Village.id,
    "hari-libur": Holiday.id,
    "jam-kerja": WorkingWeek.id,
    "batas-nasional": NationalLimitRow.id,
    "pelaksana": ActorRow.id,
    "kantor": Office.id,
    "delegasi": DelegationRow.id,
    "petugas": OfficerProfile.user_id,
    "teks-standar": StandardText.id,
    "users": User.id,
    "peran": OfficeRole.id,
}
ACTIONS = {"delegasi": "end_now", "versi-sop": "copy_draft", "users": "resetpasswords"}
Parts = dict[str, str]


def make_parts() -> Parts:
    """What stands in the addresses: one row of each kind, all of them there."""
    integration = db.session.scalars(select(Role).where(Role.name == "integration")).one()
    _add_accounts()
    _add_delegation()
    _add_standard_texts()
    grant_id = _add_grant(integration)
    field, other_field = _add_field("uji"), _add_field("uji_lain")
    found = {base: str(db.session.scalars(select(key).order_by(key)).first()) for base, key in ROWS.items()}
    draft = copy_as_draft(db.session.scalars(select(SopVersion.id)).one())
    found |= {"versi-sop": str(draft.id), "langkah-sop": str(draft.steps[0].id), **_parts_of_a_case()}
    found |= _part_of_sp4n()
    found |= _parts_of_a_rehearsal(draft) | _parts_of_webhooks()
    found |= _part_of_the_queue() | _parts_of_the_messages() | _part_of_the_registers()
    return found | {
        "key": make_key(),
        **_parts_of_texts(),
        "reader_key": _add_reader(),
        "int:grant_id": str(grant_id),
        "int:role_id": found["peran"],
        "/isian/": str(field),
        "/api/v1/field_definition/": str(other_field),
        "int:key_id": str(db.session.scalars(select(ApiKey.id).order_by(ApiKey.id)).first()),
        **_parts_of_the_api(found),
        "digest": "x",
        "name": "lb",
        "kind": "css",
        "ending": "json",
        "table": "ringkasan",
        "service": "jalan_berlubang",
        "string:locale": "en",
        "path:filename": "css/ab.css",
    }


def _add_field(code: str) -> int:
    """A draft of a field; return its id."""
    row = FieldDefinition(code=code, label_id="Uji", type="text", moments=["intake"], visible_to=["office"])
    db.session.add(row)
    db.session.commit()
    return row.id


def _add_reader() -> str:
    """A program's key that may only read."""
    given = KeyInput("Pembaca (contoh)", frozenset({"read"}), None)
    return make_new_key(given, None, utc_now())


def _parts_of_the_api(found: Parts) -> Parts:
    """A row of each resource, by its address in the data API."""
    of_screen = {"agency": "opd", "category": "kategori", "district": "kecamatan", "village": "desa"}
    of_screen |= {"holiday": "hari-libur", "working_hours": "jam-kerja", "national_limit": "batas-nasional"}
    of_screen |= {"delegation": "delegasi", "officer": "petugas", "standard_text": "teks-standar"}
    of_screen |= {"choice": "daftar-pilihan", "actor": "pelaksana", "role": "peran", "office": "kantor"}
    rows = {
        "sop": SopVersion.id,
        "process": SopVersion.id,
        "step_task": StepTask.id,
        "letter": Letter.id,
        "journal": JournalEntry.id,
    }
    own = {name: str(db.session.scalars(select(key).order_by(key)).first()) for name, key in rows.items()}
    return {f"/api/v1/{name}/": found[base] for name, base in of_screen.items()} | {
        f"/api/v1/{name}/": key for name, key in own.items()
    }


def _parts_of_a_rehearsal(draft: SopVersion) -> Parts:
    """A rehearsal of the draft, computed."""
    period = days(office_today(), office_today(), OFFICE_ZONE)
    user_id = db.session.scalars(select(User.id).where(User.username == "pengawas")).one()
    row = ask_rehearsal(draft, period, {"steps": {}, "skipped": []}, user_id, utc_now())
    run_rehearsal(row.id)
    return {"int:version_id": str(draft.id), "int:rehearsal_id": str(row.id)}


def _part_of_the_registers() -> Parts:
    """This month's register, made when the month will be over, with its file."""
    register = make_register(RegisterKind.MONTHLY, office_today(), SYSTEM, utc_now() + timedelta(days=40))
    keep_file(register.paper, b"%PDF-1.7")
    db.session.commit()
    return {"int:register_id": str(register.id)}


def _part_of_the_queue() -> Parts:
    """A job that waits."""
    name = QUEUE_OF[JobName.RELAY_PAPERS]
    job = Queue(name, connection=redis_client(), serializer="json").enqueue(JobName.RELAY_PAPERS.value)
    return {"job_id": job.id}


def _parts_of_the_messages() -> Parts:
    """A notice of the agency's admin, and a message to him that was given up."""
    told = select(Notice).join(User, Notice.user_id == User.id).where(User.username == "admin.dishub")
    notice = db.session.scalars(told.order_by(Notice.id)).first()
    assert notice is not None
    message = Delivery(user_id=notice.user_id, channel="email", created_at=utc_now(), next_try_at=utc_now())
    message.state = "failed"
    db.session.add(message)
    db.session.commit()
    return {
        "int:user_id": str(notice.user_id),
        "int:notice_id": str(notice.id),
        "int:delivery_id": str(message.id),
    } | _parts_of_one(notice.user_id)


def _parts_of_one(user_id: int) -> Parts:
    """What belongs to the agency's admin alone, and a plan of the supervisor's."""
    return _part_of_the_lists(user_id) | _parts_of_reports()


def _parts_of_reports() -> Parts:
    by, supervisor = demo_person("admin.dishub"), demo_person("pengawas")
    job = ask_report(by, WantedReport(), "csv", utc_now())
    run_report(job.id)
    plan = Plan("Uji", WantedReport(), "csv", Rhythm.DAILY, 7, frozenset(supervisors()))
    schedule = save_schedule(supervisor, plan, utc_now())
    return {"int:job_id": str(job.id), "int:schedule_id": str(schedule.id)}


def _part_of_the_lists(user_id: int) -> Parts:
    """A view that the agency's admin has named, and where that officer is signed in."""
    save_list(user_id, "inbox", "Uji", "urut=lama", False, utc_now())
    begin(db.session.get_one(User, user_id), utc_now(), None, "uji")
    parts = {"int:list_id": SavedList, "int:sign_in_id": SignIn}
    return {name: str(db.session.scalars(select(table.id)).one()) for name, table in parts.items()}


def _a_sheet() -> int:
    """The printed sheet of the SOP in force."""
    sheet = ask_for_sop_sheet(
        db.session.scalars(select(SopVersion).where(SopVersion.status == "active")).one(), utc_now()
    )
    keep_file(sheet, b"%PDF-1.7")
    return sheet.id


def _parts_of_a_case() -> Parts:
    """A case that was sent to one agency, with a letter and a file."""
    case = a_complaint(at="send_answer", agencies=("dishub",))
    attach_to_case(case.id, "a.pdf", b"%PDF-1.7\n", demo_person("admin.aduan"), case.complaint.version)
    call_clean(case.id)
    letter = db.session.scalars(select(Letter)).one()
    assert letter.paper is not None
    keep_file(letter.paper, b"%PDF-1.7")
    attachment = db.session.scalars(select(Attachment.id)).one()
    return {
        "int:agency_id": str(db.session.scalars(select(Agency.id).where(Agency.code == "dishub")).one()),
        "int:complaint_id": str(case.id),
        "int:number": str(case.id),
        "int:guarded_id": str(a_guarded_case()),
        "int:letter_id": str(letter.id),
        "int:paper_id": str(letter.paper_id),
        "int:sheet_id": str(_a_sheet()),
        "int:version_id": str(case.complaint.sop_version_id),
        "int:attachment_id": str(attachment),
        "tracking_id": "900001",
        "numbers": case.complaint.number,
        "tracking_code": case.code,
        "token": case.complaint.number,
        "code": str(letter.verification_code),
    }


def a_guarded_case() -> int:
    """A secret case whose words tell of its reporter."""
    body = "Nama saya Contoh Pelapor, telepon 0800 0000 0007."
    return a_complaint(confidentiality="secret", body=body).id


def _part_of_sp4n() -> Parts:
    """An answered case that SP4N knows, with the letter drawn."""
    case = a_complaint(at="answered", agencies=("dishub",))
    case.complaint.sp4n_tracking_id = "900001"
    letter = answer_letter(case.complaint)
    assert letter is not None
    assert letter.paper is not None
    keep_file(letter.paper, b"%PDF-1.7")
    db.session.commit()
    return {"tracking_id": "900001"} | _parts_of_the_peer() | _parts_that_wait()


def _parts_of_the_peer() -> Parts:
    """A report on which both sides differ, and a file that was brought."""
    row = ledger_of("900002")
    user_id = db.session.scalars(select(User.id).where(User.username == "admin.aduan")).one()
    file = store_upload(b"nomor,judul,isi\n900003,Uji,Uji\n", "uji.csv", user_id, utc_now())
    old = move_in_files.store_upload(b"Nomor,Tanggal,Uraian\n1,1/2/2024,Uji\n", "uji.csv", user_id, utc_now())
    move_in_files.set_columns(old, plan_of(old.plan).mapping, "Buku Register", utc_now())
    db.session.commit()
    return {"int:ledger_id": str(row.id), "int:import_id": str(file.id), "int:file_id": str(old.id)}


def _parts_that_wait() -> Parts:
    """A report in quarantine, and one that came with two contents."""
    report = {**a_report(channel="sp4n"), "revision": 1}
    apply_report("900002", {**report, "category": "Lampu taman"})
    apply_report("900003", report)
    apply_report("900003", {**report, "title": "Isi yang lain"})
    holds = dict(db.session.execute(select(InboundHold.kind, InboundHold.id)).all())
    return {"int:hold_id": str(holds["report"]), "int:conflict_id": str(holds["conflict"])}


def _parts_of_webhooks() -> Parts:
    """A receiver with a trial message."""
    endpoint = add_endpoint(EndpointInput("Uji", "https://penerima.example/", ("complaint.*",)), None, utc_now())
    return {"int:endpoint_id": str(endpoint.id), "int:message_id": str(send_test(endpoint.id, utc_now()))}


def _add_accounts() -> None:
    """A program's account, and officers with roles that the office made."""
    a_role("staf_sekretaris", "agency_secretary", acts=False)
    a_role("pengawas_inspektorat", "supervisor")
    a_role("tamu", None)
    an_account("integrasi", "integration")
    an_account("staf.dishub", "staf_sekretaris", agency="dishub")
    an_account("pengawas.dua", "pengawas_inspektorat")
    an_account("tamu", "tamu")


def _add_delegation() -> None:
    users = dict(db.session.execute(select(User.username, User.id)).all())
    today = office_today()
    row = DelegationRow(kind="plh", giver_id=users["admin.dinkes"], holder_id=users["kepala.dinkes"], decree_number="1")
    row.starts_on, row.ends_on, row.created_at = today, today, utc_now()
    db.session.add(row)
    db.session.commit()


def _add_standard_texts() -> None:
    """One of the office, and one of an agency's admin."""
    common = {"title": "Uji", "body": "Aduan {complaint.number}", "kind": "answer", "order": 1}
    db.session.add(StandardText(code="uji", scope="office", **common))
    db.session.flush()
    db.session.add(StandardText(code="uji", scope="own", owner_id=demo_person("admin.dishub").id, **common))
    db.session.commit()


def _parts_of_texts() -> Parts:
    """The draft of a text, and an officer's own standard text."""
    kind = KINDS["reporter.received"]
    draft = save_draft(kind, originals_of(kind), None, utc_now())
    own = db.session.scalars(select(StandardText.id).where(StandardText.scope == "own")).one()
    number = str(draft.id)
    return {"text": kind.code, "/teks/": number, "/api/v1/text/": number, "teks-standar-saya": str(own)}


def _add_grant(role: Role) -> int:
    """A role that waits for a supervisor's confirmation."""
    keys = dict(db.session.execute(select(User.username, User.id)).all())
    grant = IdentityGrant(user_id=keys["kabid"], role_id=role.id, asked_by_id=keys["administrator"])
    grant.asked_at = utc_now()
    db.session.add(grant)
    db.session.commit()
    return grant.id


def address(rule: str, parts: Parts) -> str:
    """A rule with its parts filled in."""
    base = rule.split("/")[1]
    own = {**parts, "pk": parts.get(base, ""), "string:name": ACTIONS.get(base, "")}
    own["int:number"] = parts.get(rule.partition("<")[0], parts["int:number"])
    if rule == "/static/<path:filename>":
        return "/static/logo.svg"
    path = re.sub(r"<(.+?)>", lambda part: own[part[1]], rule)
    return f"{path}?pk={parts['users']}" if base == "resetpassword" else path

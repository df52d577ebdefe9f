"""What stands behind the doors: one row of each kind, all of them there, and the addresses that lead to them."""

import re
from typing import Any

from flask_appbuilder.security.sqla.models import Role, User
from rq import Queue
from sqlalchemy import select
from werkzeug.security import generate_password_hash

from app.clock import office_today, utc_now
from app.demo.accounts import PASSWORD, demo_person, make_key
from app.documents.storage import write_file
from app.extensions import db, redis_client
from app.job_names import QUEUE_OF, JobName
from app.models import (
    Agency,
    Attachment,
    Category,
    DelegationRow,
    Delivery,
    District,
    Holiday,
    Letter,
    NationalLimitRow,
    Notice,
    OfficerProfile,
    SavedList,
    SignIn,
    SopVersion,
    Village,
    WorkingWeek,
)
from app.operations.activate_sop import copy_as_draft
from app.operations.perform_action import attach_to_case
from app.operations.save_list import save_list
from app.security.sign_ins import begin
from tests.factories import a_complaint

ROWS: dict[str, Any] = {
    "opd": Agency.id,
    "kategori": Category.id,
    "kecamatan": District.id,
    "desa": Village.id,
    "hari-libur": Holiday.id,
    "jam-kerja": WorkingWeek.id,
    "batas-nasional": NationalLimitRow.id,
    "delegasi": DelegationRow.id,
    "petugas": OfficerProfile.user_id,
    "users": User.id,
    "roles": Role.id,
}
ACTIONS = {"delegasi": "end_now", "versi-sop": "copy_draft", "users": "resetpasswords"}
Parts = dict[str, str]


def make_parts() -> Parts:
    """What stands in the addresses: one row of each kind, all of them there."""
    integration = db.session.scalars(select(Role).where(Role.name == "integration")).one()
    _add_account("integrasi", integration)
    _add_delegation()
    role = Role.id == select(Role.id).where(Role.name == "supervisor").scalar_subquery()
    found = {
        base: str(db.session.scalars(select(key).where(role if base == "roles" else True).order_by(key)).first())
        for base, key in ROWS.items()
    }
    draft = copy_as_draft(db.session.scalars(select(SopVersion.id)).one())
    found |= {"versi-sop": str(draft.id), "langkah-sop": str(draft.steps[0].id), **_parts_of_a_case()}
    found |= _parts_of_the_queue() | _parts_of_the_messages()
    return found | {
        "key": make_key(),
        "digest": "x",
        "name": "lb",
        "kind": "css",
        "string:locale": "en",
        "path:filename": "css/ab.css",
    }


def _parts_of_the_queue() -> Parts:
    """A job that waits."""
    name = QUEUE_OF[JobName.RELAY_DOCUMENTS]
    job = Queue(name, connection=redis_client(), serializer="json").enqueue(JobName.RELAY_DOCUMENTS.value)
    numbers = {"int:instance_number": "0", "int:per_page": "8", "int:page": "1", "per_page": "8", "page": "1"}
    return {"job_id": job.id, "queue_name": str(name), "registry_name": "queued", "order": "asc", **numbers}


def _parts_of_the_messages() -> Parts:
    """A notice of the agency's admin, and a message to him that was given up."""
    told = select(Notice).join(User, Notice.user_id == User.id).where(User.username == "admin.dishub")
    notice = db.session.scalars(told.order_by(Notice.id)).first()
    assert notice is not None
    message = Delivery(user_id=notice.user_id, channel="email", created_at=utc_now(), next_try_at=utc_now())
    message.state = "failed"
    db.session.add(message)
    db.session.commit()
    return {"int:notice_id": str(notice.id), "int:delivery_id": str(message.id)} | _part_of_the_lists(notice.user_id)


def _part_of_the_lists(user_id: int) -> Parts:
    """A view that the agency's admin has named, and where that officer is signed in."""
    save_list(user_id, "inbox", "Uji", "urut=lama", False, utc_now())
    begin(db.session.get_one(User, user_id), utc_now(), None, "uji")
    parts = {"int:list_id": SavedList, "int:sign_in_id": SignIn}
    return {name: str(db.session.scalars(select(table.id)).one()) for name, table in parts.items()}


def _parts_of_a_case() -> Parts:
    """A case that was sent to one agency, with a letter, a file and a number of SP4N's."""
    case = a_complaint(at="send_answer", agencies=("dishub",))
    attach_to_case(case.id, "a.pdf", b"%PDF-1.7\n", demo_person("admin.aduan"), case.complaint.version)
    letter = db.session.scalars(select(Letter)).one()
    letter.pdf_state, letter.pdf_path = "ready", write_file("letters", "pdf", b"%PDF-1.7")
    case.complaint.sp4n_tracking_id = "900001"
    db.session.commit()
    attachment = db.session.scalars(select(Attachment.id)).one()
    return {
        "int:complaint_id": str(case.id),
        "int:number": str(case.id),
        "int:letter_id": str(letter.id),
        "int:attachment_id": str(attachment),
        "tracking_id": "900001",
        "code": str(letter.verification_code),
    }


def _add_account(username: str, role: Role) -> None:
    user = User(
        username=username, first_name="Uji", last_name="Coba", email=f"{username}@balangan.example", active=True
    )
    user.active, user.password, user.roles = True, generate_password_hash(PASSWORD), [role]
    db.session.add(user)
    db.session.commit()


def _add_delegation() -> None:
    users = dict(db.session.execute(select(User.username, User.id)).all())
    today = office_today()
    row = DelegationRow(kind="plh", giver_id=users["admin.dinkes"], holder_id=users["kepala.dinkes"], decree_number="1")
    row.starts_on, row.ends_on, row.created_at = today, today, utc_now()
    db.session.add(row)
    db.session.commit()


def address(rule: str, parts: Parts) -> str:
    """A rule with its parts filled in."""
    base = rule.split("/")[1]
    own = {**parts, "pk": parts.get(base, ""), "string:name": ACTIONS.get(base, "")}
    if rule == "/antrean/static/<path:filename>":
        return "/antrean/static/css/main.css"
    if rule == "/static/<path:filename>":
        return "/static/logo.svg"
    path = re.sub(r"<(.+?)>", lambda part: own[part[1]], rule)
    return f"{path}?pk={parts['users']}" if base == "resetpassword" else path

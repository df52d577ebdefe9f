"""Read-only resources; `says` of each gives the reason."""

from dataclasses import replace
from typing import Any

from flask_appbuilder.security.sqla.models import User
from flask_babel import lazy_gettext as _
from sqlalchemy.orm import joinedload, selectinload

from app.access.current_person import current_person
from app.access.visibility import hides_text
from app.models import Agency, JournalEntry, Letter, OfficerProfile, SopStepRow, SopVersion, StepTask
from app.models.history import ABOUT_PERSONS, JOURNAL_KINDS
from app.models.sop import SOP_STATES
from views.api.resources.columns import Column, Filter, by_code, equal, link, period, renamed, words_of
from views.api.resources.resource import CASES, Resource, several

_user = (joinedload(OfficerProfile.user).selectinload(User.roles), joinedload(OfficerProfile.agency))
_key_of_officer = Column("id", {"type": "integer"}, lambda row: row.user_id, ("user_id",))
_full_name = Column("full_name", {"type": "string"}, lambda row: row.user.get_full_name(), ())
_is_active = Column("active", {"type": "boolean"}, lambda row: bool(row.user.active), ())
_case_number = Column("number", {"type": "string"}, lambda row: row.complaint.number, ())


def _subject(row: Letter) -> str | None:
    return None if hides_text(row.complaint, current_person()) else row.subject


def _code(row: Letter) -> str | None:
    """Return the letter's verification code (text), which opens a public page.

    None if the caller may not read texts of the case.
    """
    return None if hides_text(row.complaint, current_person()) else row.verification_code


SOP_STEP = (
    *several(
        SopStepRow,
        *("step", "position", "number", "actor", "status", "back_to", "allowance_value", "allowance_unit"),
        *("procedure", "inputs", "output", "remark"),
        step="step",
        actor="actor",
    ),
    words_of("side_actions"),
)
_step_schema = {
    "type": "object",
    "properties": {column.name: column.schema for column in SOP_STEP},
    "required": [column.name for column in SOP_STEP],
    "additionalProperties": False,
}


_powers = {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}}


def _steps(row: SopVersion) -> list[dict[str, Any]]:
    return [{column.name: column.read(step) for column in SOP_STEP} for step in row.steps]


OFFICER = Resource(
    name="officer",
    model=OfficerProfile,
    title=_("Petugas"),
    columns=(
        _key_of_officer,
        link("username", "user.username", "user_id", needed=True),
        _full_name,
        _is_active,
        words_of("roles", "user.roles"),
        link("agency", "agency_code", "agency_code"),
        *several(OfficerProfile, "position", "rank"),
    ),
    hidden=frozenset({"nip"}),
    filters=(
        equal(OfficerProfile.agency_code, "agency"),
        by_code("username", OfficerProfile.user_id, User.id, User.username),
    ),
    sorts=("position",),
    eager=_user,
    says=_("Petugas dibuat di sini, lalu diatur di layar pengguna. NIP dan surel tidak diberikan."),
)
SOP = Resource(
    name="sop",
    model=SopVersion,
    title=_("Versi SOP"),
    columns=(
        *several(SopVersion, "id", "number", "title", "status", "approved_by", "decree_number", "decided_on"),
        *several(SopVersion, "activated_at", "extended_draft_days", "silence_days", "question_days", "most_more_days"),
        *several(SopVersion, "fast_track_actor", "warning_percent", "alarm_days"),
        words_of("fast_track_from"),
        words_of("nik_channels"),
    ),
    detail=(
        *several(SopVersion, "legal_basis", "qualifications", "related", "equipment", "warnings", "records"),
        *several(SopVersion, "sheet_number", "created_on", "revised_on", "ratified_on"),
        *several(SopVersion, "approver_capacity", "approver_name", "approver_rank", "approver_nip"),
        *several(SopVersion, "flow_heading", "office_heading", "agency_heading", "actor_headings", "legend"),
        Column("powers", _powers, lambda row: row.powers, ("powers",)),
        Column("steps", {"type": "array", "items": _step_schema}, _steps, ()),
    ),
    filters=(equal(SopVersion.status, words=SOP_STATES), equal(SopVersion.number)),
    sorts=("number",),
    eager=(selectinload(SopVersion.steps),),
    says=_("Hanya dibaca: versi baru disalin, dibandingkan, dan diberlakukan dengan keputusan di layar Versi SOP."),
)
PROCESS = replace(
    SOP,
    name="process",
    title=_("Versi proses"),
    says=_("Versi SOP di bawah nama yang lebih umum; konsep dibuat, diperiksa, dan diberlakukan di sini."),
)
STEP_TASK = Resource(
    name="step_task",
    model=StepTask,
    title=_("Langkah aduan"),
    columns=(
        *several(StepTask, "id", "complaint_id"),
        _case_number,
        *several(StepTask, "cycle", "step", "actor", step="step"),
        renamed(StepTask, "agency", "agency_code"),
        *several(StepTask, "opened_at", "clock_from", "closed_at", "closed_by", "allowance_value", "allowance_unit"),
        *several(StepTask, "due_at", "warn_at", "paused_at"),
    ),
    hidden=frozenset({"next_alarm_at", "status"}),
    filters=(
        equal(StepTask.complaint_id),
        equal(StepTask.step, words="step"),
        equal(StepTask.actor, words="actor"),
        equal(StepTask.agency_code, "agency"),
        *period(StepTask.due_at),
        Filter(equal(Agency.active, "open").query, lambda value: StepTask.closed_at.is_(None) == value),
    ),
    sorts=("due_at", "opened_at"),
    permission=CASES,
    eager=(joinedload(StepTask.complaint),),
    says=_("Hanya dibaca: langkah berubah lewat tindakan pada aduannya."),
)
LETTER = Resource(
    name="letter",
    model=Letter,
    title=_("Surat tanggapan"),
    columns=(
        *several(Letter, "id", "complaint_id"),
        Column("case_number", {"type": "string"}, _case_number.read, ()),
        *several(Letter, "cycle", "revision", "number", "signed_at"),
        Column("verification_code", {"type": ["string", "null"]}, _code, ("verification_code",)),
        renamed(Letter, "agency", "agency_code"),
        Column("subject", {"type": ["string", "null"]}, _subject, ("subject",)),
    ),
    hidden=frozenset({"body", "state", "drafted_at", "paper_id"}),
    filters=(
        equal(Letter.complaint_id),
        equal(Letter.agency_code, "agency"),
        *period(Letter.signed_at),
    ),
    sorts=("signed_at",),
    permission=CASES,
    eager=(joinedload(Letter.complaint),),
    only=lambda: Letter.state == "signed",
    says=_("Hanya dibaca, dan hanya yang sudah ditandatangani. Isinya ada di berkas PDF pada aduannya."),
)
JOURNAL = Resource(
    name="journal",
    model=JournalEntry,
    title=_("Jurnal"),
    columns=(
        *several(JournalEntry, "id", "kind", "at", "reason", kind=JOURNAL_KINDS),
        link("officer", "officer.username", "officer_id"),
    ),
    detail=(Column("data", {"type": "object"}, lambda row: row.data, ("data",)),),
    hidden=frozenset({"change"}),
    filters=(equal(JournalEntry.kind, words=JOURNAL_KINDS), *period(JournalEntry.at)),
    sorts=("at",),
    usual="-id",
    permission=("can_read", "Journal"),
    eager=(joinedload(JournalEntry.officer),),
    only=lambda: JournalEntry.kind.not_in(ABOUT_PERSONS),
    says=_("Hanya dibaca: jurnal ditulis oleh perubahan itu sendiri."),
)

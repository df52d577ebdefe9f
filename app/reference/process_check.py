"""The check of a draft of the SOP: its faults in words, what deserves a look, and the effect on open cases."""

from collections.abc import Iterator
from dataclasses import dataclass

from flask_babel import gettext
from sqlalchemy import func, select

from app.access.people import agency_officers, holders_of
from app.access.process_rows import ACTORS, STEPS, actors_of
from app.core.extensions import db
from app.models import Complaint, SopVersion, StepTask
from app.reference.process_labels import FAULTS, PARTS
from app.reference.sop import active_sop_version, draft_sop, load_sop
from app.vocabulary.actions import BUTTONS
from workflow_rules.process.actors import Organisation
from workflow_rules.process.sop import Sop
from workflow_rules.process.sop_check import SopFault, faults_of


@dataclass(frozen=True)
class ProcessFault:
    """One fault of a draft: its path, the reason, and a sentence that says where it is and what to do."""

    path: str
    reason: str
    message: str


@dataclass(frozen=True)
class ProcessCheck:
    """The result of a check. A version with `faults` cannot be activated; `warnings` are sentences. `affects` is the
    number of open steps that would have another role or allowance under the version.
    """

    faults: tuple[ProcessFault, ...]
    warnings: tuple[str, ...]
    affects: int


def check_version(version: SopVersion) -> ProcessCheck:
    """Return what the check of a version finds, in the language of the request."""
    sop = draft_sop(version)
    faults = tuple(
        ProcessFault(fault.path, fault.reason.value, _sentence(sop, fault)) for fault in dict.fromkeys(faults_of(sop))
    )
    return ProcessCheck(faults, tuple(_warnings(version, sop)), _affected(sop) if not faults else 0)


def _sentence(sop: Sop, fault: SopFault) -> str:
    """Return a sentence such as "Langkah 4. Paraf Sekretaris, pelaksana: pilih ..."."""
    head, _, part = fault.path.partition(".")
    where = ""
    if head.startswith("steps["):
        row = sop.steps[int(head[6:-1])]
        where = gettext("Langkah %(n)s. %(step)s", n=row.number, step=STEPS.get(row.step, row.step))
    elif head.startswith("actors["):
        actor = sop.actors[int(head[7:-1])]
        where = ACTORS.get(actor.code, actor.code)
    elif head == "powers" and part:
        where, part = str(BUTTONS.get(part, part)), "powers"
    named = str(PARTS.get(part or head, ""))
    place = ", ".join(text for text in (where, named) if text)
    value = ACTORS.get(fault.value) or STEPS.get(fault.value) or str(BUTTONS.get(fault.value, fault.value))
    said = str(FAULTS[fault.reason.value]) % {"value": value}
    return f"{place}: {said}" if place else said


def _warnings(version: SopVersion, sop: Sop) -> Iterator[str]:
    headings, columns = len(version.actor_headings.splitlines()), len({row.actor for row in sop.steps})
    if headings not in (0, columns):
        yield gettext(
            "Judul kolom pelaksana ada %(given)s, kolomnya %(columns)s. Lembar SOP memakai nama pelaksana sampai"
            " judulnya disesuaikan.",
            given=headings,
            columns=columns,
        )
    agencies = actors_of(Organisation.AGENCY)
    for code in dict.fromkeys(row.actor for row in sop.steps if row.actor in ACTORS):
        nobody = code not in agencies and not holders_of(code, None)
        if code in agencies:
            nobody = not db.session.scalars(agency_officers(None).limit(1)).first()
        if nobody:
            yield gettext("Belum ada petugas aktif dengan peran %(actor)s.", actor=ACTORS[code])


def _affected(sop: Sop) -> int:
    """Return how many open steps would have another role or allowance, or would not exist, under the version."""
    open_steps = select(Complaint.sop_version_id, StepTask.step, func.count()).join(StepTask.complaint)
    grouped = open_steps.where(StepTask.closed_at.is_(None)).group_by(Complaint.sop_version_id, StepTask.step)
    rows = db.session.execute(grouped.execution_options(unscoped=True)).all()
    versions = select(SopVersion).where(SopVersion.id.in_({version for version, _, _ in rows}))
    sops = {version.id: load_sop(version) for version in db.session.scalars(versions)}
    return sum(count for version, step, count in rows if _differs(sops[version], sop, step))


def _differs(old: Sop, new: Sop, step: str) -> bool:
    if step not in {row.step for row in new.steps}:
        return True
    same = old.owner(step) == new.owner(step) and old.allowance(step) == new.allowance(step)
    return not same or old.allowance(step, True) != new.allowance(step, True)


def total_time(version: SopVersion) -> tuple[int, int]:
    """Return the allowances of all steps of a version as (working days, working minutes)."""
    own = [(row.allowance_value, row.allowance_unit) for row in version.steps if row.allowance_value]
    days = sum(value for value, unit in own if unit == "working_days")
    return days, sum(value for value, unit in own if unit == "working_minutes")


def times_beside(version: SopVersion) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return the total times of a version and of the active one."""
    return total_time(version), total_time(active_sop_version())

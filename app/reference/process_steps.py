"""Steps of a draft of the SOP: reviews that are added and dropped, and the dropped relay; the numbers follow."""

from dataclasses import dataclass

from sqlalchemy import func, select

from app.core.definitions import forget_version
from app.core.extensions import db
from app.core.transaction import lock_row, one_transaction
from app.models import ProcessStep, SopStepRow, SopVersion
from workflow_rules.process.steps import CaseStatus, StepKind, kind_of


@dataclass(frozen=True)
class NewReview:
    """A review to add: the id and the names of the step, the id of the step before it, its role and its allowance."""

    code: str
    label_id: str
    label_en: str
    after: str
    actor: str
    allowance_value: int
    allowance_unit: str


class StepRefused(Exception):
    """Exception raised when a step cannot be added or dropped; `reason` is the key of its sentence, `field` its place
    in the form.
    """

    def __init__(self, reason: str, field: str = "") -> None:
        super().__init__(reason)
        self.reason, self.field = reason, field


def may_be_dropped(row: SopStepRow) -> bool:
    """Return whether a version works without this step: a review or the relay."""
    return kind_of(row.step) in (StepKind.REVIEW, StepKind.RELAY)


def places_for_review(version: SopVersion) -> list[str]:
    """Return the ids of the steps after which a review may stand: those of the office before the direction, and the
    disposition of the answers with the reviews that follow it.
    """
    steps = [row.step for row in version.steps]
    last_before, first_after = steps.index(StepKind.DIRECT), steps.index(StepKind.DISPOSE_ANSWER)
    return [*steps[:last_before], *steps[first_after : steps.index(StepKind.REPLY)]]


def add_review(version: SopVersion, new: NewReview) -> SopStepRow:
    """Add a review to a draft and commit; return its row. The step after it sends back to it, if it sent back to the
    step before. Raises StepRefused: is_draft_no_more, already_exists (the id), wrong_place.
    """
    with one_transaction():
        lock_row(version)
        if version.status != "draft":
            raise StepRefused("is_draft_no_more")
        if new.after not in places_for_review(version):
            raise StepRefused("wrong_place", "after")
        if new.code in [row.step for row in version.steps] or kind_of(new.code) is not StepKind.REVIEW:
            raise StepRefused("already_exists", "label_id")
        steps = sorted(version.steps, key=lambda row: row.position)
        place = [row.step for row in steps].index(new.after) + 1
        named = name_step(new.code, steps[place - 1].named)
        if not named.label_id:
            named.label_id, named.label_en = new.label_id, new.label_en
        db.session.flush()
        forget_version()
        row = SopStepRow(
            step=new.code,
            number=0,
            actor=new.actor,
            status=_status_after(steps[place - 1]),
            back_to=new.after,
            side_actions=[],
            allowance_value=new.allowance_value,
            allowance_unit=new.allowance_unit,
            procedure=new.label_id,
        )
        if steps[place].back_to == new.after:
            steps[place].back_to = new.code
        steps.insert(place, row)
        version.steps.append(row)
        number_steps(steps)
        return row


def drop_step(row: SopStepRow) -> None:
    """Take a review or the relay out of a draft and commit. Steps that sent back to it send back to where it did.
    Raises StepRefused: is_draft_no_more, step_needed.
    """
    with one_transaction():
        version = row.sop_version
        lock_row(version)
        if version.status != "draft":
            raise StepRefused("is_draft_no_more")
        if not may_be_dropped(row):
            raise StepRefused("step_needed")
        others = sorted((one for one in version.steps if one is not row), key=lambda one: one.position)
        for one in others:
            if one.back_to == row.step:
                one.back_to = row.back_to
        version.fast_track_from = [step for step in version.fast_track_from if step != row.step]
        version.steps.remove(row)
        db.session.flush()
        number_steps(others)


def name_step(code: str, before: ProcessStep | None) -> ProcessStep:
    """Return the row with the id of a step. If there is none, one without a name is added, whose place among all ids is
    just after `before`.
    """
    known = db.session.scalars(select(ProcessStep).where(ProcessStep.code == code)).one_or_none()
    if known is not None:
        return known
    lowest = before.order if before is not None else 0
    following = select(func.min(ProcessStep.order)).where(ProcessStep.order > lowest)
    order = (lowest + (db.session.execute(following).scalar() or lowest + 2000)) // 2
    added = ProcessStep(code=code, order=order)
    db.session.add(added)
    return added


def _status_after(row: SopStepRow) -> str:
    """Return the status of a case at a review that follows this step."""
    if row.status is not None:
        return row.status
    return (CaseStatus.CHECKING if row.step == StepKind.REGISTER else CaseStatus.DISPOSING_ANSWER).value


def number_steps(steps: list[SopStepRow]) -> None:
    """Give the steps, which stand in their order, their places and printed numbers; a relay shares the direction's."""
    number = 0
    for position, row in enumerate(steps, 1):
        number += kind_of(row.step) is not StepKind.RELAY
        row.position, row.number = position, number
    db.session.flush()
    db.session.expire(steps[0].sop_version, ["steps"])

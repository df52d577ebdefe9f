"""Acts that bring a fictional complaint to the state its plan demands, with their working time."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from app.demo.read import ComplaintRow, LetterText
from workflow_rules.process.actions import Action
from workflow_rules.process.identity import Confidentiality

HALF_HOUR, A_DAY = 30, 450
SILENCE = 10 * A_DAY + 60
_SPARE_LETTER = LetterText(
    "Tanggapan atas aduan",
    "Aduan telah kami terima dan periksa bersama petugas di lapangan.\n\n"
    "Tindak lanjut dilaksanakan sesuai kewenangan kami dan dipantau sampai selesai.",
)


@dataclass(frozen=True)
class Move:
    """A value object: one act of a demo officer, `minutes` working minutes after the previous act. `officer_agency` is
    the code of the officer's agency (None: the office), `agency` that of the track; a `patient` move takes the spare
    time of the case.
    """

    actor: str
    officer_agency: str | None
    action: Action
    agency: str | None = None
    params: dict[str, Any] = field(default_factory=dict)
    minutes: int = HALF_HOUR
    patient: bool = False


def moves_for(row: ComplaintRow, numbers: Callable[[str], str]) -> list[Move]:
    """Return a list of all acts (Move) of one complaint in order; `numbers` maps the key of another complaint to its
    case number.
    """
    last = _REACHES.get(row.plan.target)
    reached = _ORDER[: _ORDER.index(last) + 1] if last else ()
    moves = _office_moves(row) | _agency_moves(row)
    return [move for stage in reached for move in moves[stage]] + _last_act(row, numbers)


_ORDER = (
    *("registered", "checked", "reported", "directed", "relayed", "accepted", "disposed", "drafted", "signed"),
    *("sent", "answer_disposed", "replied"),
)
_REACHES = {
    "checking": "registered",
    "checking_after_send_back": "checked",
    "merged": "registered",
    "withdrawn": "registered",
    "reporting": "checked",
    "directing": "reported",
    "relaying": "directed",
    "directing_redirect": "relayed",
    "agency_receive": "relayed",
    "agency_dispose": "accepted",
    "draft_answer": "disposed",
    "draft_paused": "disposed",
    "sign_answer": "drafted",
    "draft_answer_returned": "drafted",
    "send_answer": "signed",
    "disposing_answer": "sent",
    "disposing_answer_sent_back": "sent",
    "replying": "answer_disposed",
    **dict.fromkeys(("answered", "rated", "closed", "reopened"), "replied"),
}


def _office_moves(row: ComplaintRow) -> dict[str, list[Move]]:
    """Return the acts of the office: a dict of the stage that is reached to the list of acts (Move) that lead to it."""
    plan, admin = row.plan, "complaint_admin"
    register = [Move(admin, None, Action.NOTE, params={"text": note}, minutes=5) for note in plan.notes[:1]]
    incomplete = {"incomplete_reason": plan.incomplete_reason} if plan.incomplete_reason else {}
    register.append(Move(admin, None, Action.REGISTER, params=incomplete))
    if row.confidentiality is not Confidentiality.OPEN:
        register.append(Move(admin, None, Action.CONFIRM_ANONYMITY, minutes=5))
    direct = {
        "agencies": list(plan.agencies),
        "lead": plan.agencies[0] if plan.agencies else None,
        "instruction": plan.instruction or "Tindak lanjuti sesuai kewenangan dan laporkan hasilnya.",
        "urgency": plan.urgency,
        "field_visit": plan.field_visit and not plan.field_visit_reason,
        "route": plan.route or "fast",
    }
    pass_on = plan.answer_disposition or "Sampaikan tanggapan ini kepada pelapor dengan bahasa yang mudah dipahami."
    reply = {"text": plan.reply or "Aduan Saudara telah ditindaklanjuti sebagaimana surat tanggapan terlampir."}
    if row.channel.value not in ("sp4n", "web", "email"):
        reply["proof"] = "Disampaikan langsung kepada pelapor, dicatat pada buku kendali."
    return {
        "registered": register,
        "checked": [Move("section_head", None, Action.APPROVE_CHECK)],
        "reported": [
            Move("division_head", None, Action.REPORT, params={"note": plan.notes[1]} if len(plan.notes) > 1 else {})
        ],
        "directed": [Move("office_head", None, Action.DIRECT, params=direct)],
        "relayed": [Move(admin, None, Action.RELAY)] if plan.route == "via_admin" else [],
        "answer_disposed": [
            Move("office_head", None, Action.DISPOSE_ANSWER, params={"instruction": pass_on}, minutes=15)
        ],
        "replied": [Move(admin, None, Action.REPLY, params=reply)],
    }


def _agency_moves(row: ComplaintRow) -> dict[str, list[Move]]:
    """Return the acts of the agencies: a dict of the stage that is reached to the list of acts (Move) that lead to it.
    An act of the first agency takes 30 working minutes (signing 120), an act of another agency 8 (signing 32).
    """
    plan = row.plan
    moves: dict[str, list[Move]] = {stage: [] for stage in ("accepted", "disposed", "drafted", "signed", "sent")}
    text = plan.disposition or "Tindak lanjuti bersama bidang terkait dan siapkan tanggapan tertulis."
    for position, agency in enumerate(plan.agencies):
        first = position == 0
        minutes = HALF_HOUR if first else 8
        moves["accepted"].append(Move("agency_admin", agency, Action.ACCEPT, minutes=minutes))
        order = Move("agency_head", agency, Action.DISPOSE, params={"instruction": text}, minutes=minutes)
        moves["disposed"].append(order)
        if plan.field_visit_reason and first:
            reason = {"reason": plan.field_visit_reason}
            moves["disposed"].append(Move("agency_head", agency, Action.MARK_FIELD_VISIT, params=reason, minutes=5))
        letter = (plan.answer if first else plan.other_answers.get(agency)) or _SPARE_LETTER
        draft = {"subject": letter.subject, "body": letter.body}
        moves["drafted"].append(
            Move("agency_secretary", agency, Action.SUBMIT_DRAFT, params=draft, minutes=minutes, patient=first)
        )
        moves["signed"].append(Move("agency_head", agency, Action.SIGN, minutes=4 * minutes))
        moves["sent"].append(Move("agency_admin", agency, Action.SEND, minutes=minutes))
    return moves


def _last_act(row: ComplaintRow, numbers: Callable[[str], str]) -> list[Move]:
    """Return a list of the one act that distinguishes the target from the stage it starts from; empty if there is no
    such act.
    """
    plan, lead = row.plan, row.plan.agencies[0] if row.plan.agencies else None
    note = {"note": plan.send_back_note or "Mohon diperbaiki sesuai catatan."}
    archive = {"reason": plan.archive_reason or "other", "note": plan.archive_note or "Di luar kewenangan."}
    decline = {"reason": "not_our_authority", "note": plan.decline_note or "Bukan kewenangan kami."}
    declining = plan.declined_by or (plan.agencies[-1] if plan.agencies else None)
    comment = {"comment": plan.rating_comment} if plan.rating_comment else {}
    question = {"question": plan.question or "Mohon jelaskan lokasi dan keadaan yang diadukan."}
    acts: dict[str, Callable[[], Move]] = {
        "waiting_for_reporter": lambda: Move("complaint_admin", None, Action.REQUEST_INFORMATION, params=question),
        "archived": lambda: Move("complaint_admin", None, Action.ARCHIVE, params=archive),
        "merged": lambda: Move("section_head", None, Action.MERGE, params={"into": numbers(plan.merge_into or "")}),
        "checking_after_send_back": lambda: Move("division_head", None, Action.SEND_BACK, params=note),
        "withdrawn": lambda: _by_admin(Action.WITHDRAW, reason=plan.withdraw_reason or "Masalah sudah selesai."),
        "directing_redirect": lambda: Move("agency_admin", declining, Action.DECLINE, params=decline),
        "draft_answer_returned": lambda: Move("agency_head", lead, Action.SEND_BACK, params=note, minutes=A_DAY // 3),
        "draft_paused": lambda: Move("agency_secretary", lead, Action.REQUEST_INFORMATION, params=question),
        "disposing_answer_sent_back": lambda: Move("office_head", None, Action.SEND_BACK, lead, note, 15),
        "rated": lambda: _by_admin(Action.RATE, A_DAY, score=plan.rating or 5, **comment),
        "closed": lambda: Move("system", None, Action.CLOSE, minutes=SILENCE),
        "reopened": lambda: _by_admin(Action.REOPEN, A_DAY, reason=plan.reopen_reason or "Belum selesai."),
    }
    act = acts.get(plan.target)
    return [act()] if act else []


def _by_admin(action: Action, minutes: int = HALF_HOUR, **params: Any) -> Move:
    return Move("complaint_admin", None, action, params=params, minutes=minutes)

"""Acts that bring a fictional complaint to the state its plan demands, with their working time."""

from collections.abc import Callable, Iterator
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
    """One act of a demo officer, `minutes` working minutes after the previous act. `house` is the code of the officer's
    agency (None: the office), `agency` that of the track; a `patient` move takes the spare time of the case.
    """

    actor: str
    house: str | None
    action: Action
    agency: str | None = None
    params: dict[str, Any] = field(default_factory=dict)
    minutes: int = HALF_HOUR
    patient: bool = False


def moves_for(row: ComplaintRow, numbers: Callable[[str], str]) -> list[Move]:
    """Return all acts of one complaint in order; `numbers` maps the key of another complaint to its case number."""
    plan = row.plan
    path: list[Move] = []
    for name, part in _PARTS:
        if name in _stages_of(plan.target):
            path += part(row)
    return path + _last_act(row, numbers)


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


def _stages_of(target: str) -> tuple[str, ...]:
    last = _REACHES.get(target)
    return _ORDER[: _ORDER.index(last) + 1] if last else ()


def _office(actor: str, action: Action, **params: Any) -> list[Move]:
    return [Move(actor, None, action, params=params)]


def _register(row: ComplaintRow) -> list[Move]:
    reason = row.plan.incomplete_reason
    notes = [Move("complaint_admin", None, Action.NOTE, params={"text": n}, minutes=5) for n in row.plan.notes[:1]]
    register = _office("complaint_admin", Action.REGISTER, **({"incomplete_reason": reason} if reason else {}))
    return notes + register + _confirmation(row)


def _confirmation(row: ComplaintRow) -> list[Move]:
    """Return the Admin's confirmation that a secret or anonymous complaint does not reveal the reporter; empty for open
    ones.
    """
    if row.confidentiality is Confidentiality.OPEN:
        return []
    return [Move("complaint_admin", None, Action.CONFIRM_ANONYMITY, minutes=5)]


def _report(row: ComplaintRow) -> list[Move]:
    note = row.plan.notes[1] if len(row.plan.notes) > 1 else None
    return _office("division_head", Action.REPORT, **({"note": note} if note else {}))


def _direct(row: ComplaintRow) -> list[Move]:
    plan = row.plan
    return _office(
        "office_head",
        Action.DIRECT,
        agencies=list(plan.agencies),
        lead=plan.agencies[0],
        instruction=plan.instruction or "Tindak lanjuti sesuai kewenangan dan laporkan hasilnya.",
        urgency=plan.urgency,
        field_visit=plan.field_visit and not plan.field_visit_reason,
        route=plan.route or "fast",
    )


def _relay(row: ComplaintRow) -> list[Move]:
    return _office("complaint_admin", Action.RELAY) if row.plan.route == "via_admin" else []


def _each_agency(row: ComplaintRow) -> Iterator[tuple[str, int]]:
    """Yield each agency code with the working minutes of its act: half an hour for the first, 8 minutes for others."""
    for position, agency in enumerate(row.plan.agencies):
        yield agency, HALF_HOUR if position == 0 else 8


def _accept(row: ComplaintRow) -> list[Move]:
    return [Move("agency_admin", a, Action.ACCEPT, minutes=m) for a, m in _each_agency(row)]


def _dispose(row: ComplaintRow) -> list[Move]:
    text = row.plan.disposition or "Tindak lanjuti bersama bidang terkait dan siapkan tanggapan tertulis."
    moves = []
    for agency, minutes in _each_agency(row):
        moves.append(Move("agency_head", agency, Action.DISPOSE, params={"instruction": text}, minutes=minutes))
        if row.plan.field_visit_reason and agency == row.plan.agencies[0]:
            reason = {"reason": row.plan.field_visit_reason}
            moves.append(Move("agency_head", agency, Action.MARK_FIELD_VISIT, params=reason, minutes=5))
    return moves


def _letter_of(row: ComplaintRow, agency: str) -> dict[str, str]:
    own = row.plan.answer if agency == row.plan.agencies[0] else row.plan.other_answers.get(agency)
    letter = own or _SPARE_LETTER
    return {"subject": letter.subject, "body": letter.body}


def _draft(row: ComplaintRow) -> list[Move]:
    return [
        Move("agency_secretary", a, Action.SUBMIT_DRAFT, params=_letter_of(row, a), minutes=m, patient=m == HALF_HOUR)
        for a, m in _each_agency(row)
    ]


def _sign(row: ComplaintRow) -> list[Move]:
    return [Move("agency_head", a, Action.SIGN, minutes=4 * m) for a, m in _each_agency(row)]


def _send(row: ComplaintRow) -> list[Move]:
    return [Move("agency_admin", a, Action.SEND, minutes=m) for a, m in _each_agency(row)]


def _dispose_answer(row: ComplaintRow) -> list[Move]:
    text = row.plan.answer_disposition or "Sampaikan tanggapan ini kepada pelapor dengan bahasa yang mudah dipahami."
    return [Move("office_head", None, Action.DISPOSE_ANSWER, params={"instruction": text}, minutes=15)]


def _reply(row: ComplaintRow) -> list[Move]:
    params = {"text": row.plan.reply or "Aduan Saudara telah ditindaklanjuti sebagaimana surat tanggapan terlampir."}
    if row.channel.value not in ("sp4n", "web", "email"):
        params["proof"] = "Disampaikan langsung kepada pelapor, dicatat pada buku kendali."
    return _office("complaint_admin", Action.REPLY, **params)


_PARTS: tuple[tuple[str, Callable[[ComplaintRow], list[Move]]], ...] = (
    ("registered", _register),
    ("checked", lambda _row: _office("section_head", Action.APPROVE_CHECK)),
    ("reported", _report),
    ("directed", _direct),
    ("relayed", _relay),
    ("accepted", _accept),
    ("disposed", _dispose),
    ("drafted", _draft),
    ("signed", _sign),
    ("sent", _send),
    ("answer_disposed", _dispose_answer),
    ("replied", _reply),
)


def _last_act(row: ComplaintRow, numbers: Callable[[str], str]) -> list[Move]:
    """Return the act that distinguishes the target from the stage it starts from; empty if the target has none."""
    plan, lead = row.plan, row.plan.agencies[0] if row.plan.agencies else None
    note = {"note": plan.send_back_note or "Mohon diperbaiki sesuai catatan."}
    question = {"question": plan.question or "Mohon jelaskan lokasi dan keadaan yang diadukan."}
    acts: dict[str, Callable[[], Move]] = {
        "waiting_for_reporter": lambda: Move("complaint_admin", None, Action.REQUEST_INFORMATION, params=question),
        "archived": lambda: Move("complaint_admin", None, Action.ARCHIVE, params=_archiving(row)),
        "merged": lambda: Move("section_head", None, Action.MERGE, params={"into": numbers(plan.merge_into or "")}),
        "checking_after_send_back": lambda: Move("division_head", None, Action.SEND_BACK, params=note),
        "withdrawn": lambda: _by_admin(Action.WITHDRAW, reason=plan.withdraw_reason or "Masalah sudah selesai."),
        "directing_redirect": lambda: _declining(row),
        "draft_answer_returned": lambda: Move("agency_head", lead, Action.SEND_BACK, params=note, minutes=A_DAY // 3),
        "draft_paused": lambda: Move("agency_secretary", lead, Action.REQUEST_INFORMATION, params=question),
        "disposing_answer_sent_back": lambda: Move("office_head", None, Action.SEND_BACK, lead, note, 15),
        "rated": lambda: _by_admin(Action.RATE, A_DAY, score=plan.rating or 5, **_comment(row)),
        "closed": lambda: Move("system", None, Action.CLOSE, minutes=SILENCE),
        "reopened": lambda: _by_admin(Action.REOPEN, A_DAY, reason=plan.reopen_reason or "Belum selesai."),
    }
    act = acts.get(plan.target)
    return [act()] if act else []


def _by_admin(action: Action, minutes: int = HALF_HOUR, **params: Any) -> Move:
    return Move("complaint_admin", None, action, params=params, minutes=minutes)


def _comment(row: ComplaintRow) -> dict[str, str]:
    return {"comment": row.plan.rating_comment} if row.plan.rating_comment else {}


def _archiving(row: ComplaintRow) -> dict[str, str]:
    return {"reason": row.plan.archive_reason or "other", "note": row.plan.archive_note or "Di luar kewenangan."}


def _declining(row: ComplaintRow) -> Move:
    agency = row.plan.declined_by or row.plan.agencies[-1]
    params = {"reason": "not_our_authority", "note": row.plan.decline_note or "Bukan kewenangan kami."}
    return Move("agency_admin", agency, Action.DECLINE, params=params)

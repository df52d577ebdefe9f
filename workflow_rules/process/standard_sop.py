"""The SOP "Lapor Balangan" as printed, with the ids of its steps and roles; each step's role is our reading, since the
printed sheet lost its shading.
"""

from enum import StrEnum

from workflow_rules.process.actions import Action
from workflow_rules.process.actors import Actor, Organisation
from workflow_rules.process.possible_actions import ACT_OF
from workflow_rules.process.sop import FastTrack, Sop, SopStep
from workflow_rules.process.sop_check import checked
from workflow_rules.process.steps import STATUS_OF, CaseStatus, StepKind
from workflow_rules.time.deadlines import Allowance, Unit


class Step(StrEnum):
    """An enum of the ids of the printed steps; in `relay`, a part of step 4, the Admin forwards a direction."""

    REGISTER = "register"
    CHECK = "check"
    REPORT = "report"
    DIRECT = "direct"
    RELAY = "relay"
    AGENCY_RECEIVE = "agency_receive"
    AGENCY_DISPOSE = "agency_dispose"
    DRAFT_ANSWER = "draft_answer"
    SIGN_ANSWER = "sign_answer"
    SEND_ANSWER = "send_answer"
    DISPOSE_ANSWER = "dispose_answer"
    REPLY = "reply"


class Officer(StrEnum):
    """An enum of the codes of the SOP's seven roles."""

    COMPLAINT_ADMIN = "complaint_admin"
    SECTION_HEAD = "section_head"
    DIVISION_HEAD = "division_head"
    OFFICE_HEAD = "office_head"
    AGENCY_ADMIN = "agency_admin"
    AGENCY_SECRETARY = "agency_secretary"
    AGENCY_HEAD = "agency_head"


STANDARD_ACTORS = (
    Actor(Officer.COMPLAINT_ADMIN, Organisation.OFFICE, Officer.SECTION_HEAD),
    Actor(Officer.SECTION_HEAD, Organisation.OFFICE, Officer.DIVISION_HEAD),
    Actor(Officer.DIVISION_HEAD, Organisation.OFFICE, Officer.OFFICE_HEAD),
    Actor(Officer.OFFICE_HEAD, Organisation.OFFICE),
    Actor(Officer.AGENCY_ADMIN, Organisation.AGENCY, Officer.AGENCY_SECRETARY),
    Actor(Officer.AGENCY_SECRETARY, Organisation.AGENCY, Officer.AGENCY_HEAD),
    Actor(Officer.AGENCY_HEAD, Organisation.AGENCY, Officer.OFFICE_HEAD),
)

_ADMIN, _HEAD = frozenset({Officer.COMPLAINT_ADMIN}), frozenset({Officer.OFFICE_HEAD})
_FOR_THE_REPORTER = (Action.ADD_INFORMATION, Action.RATE, Action.REOPEN, Action.WITHDRAW)
_ON_TRACKS = (Action.ADD_AGENCY, Action.RECALL, Action.DROP_AGENCY, Action.EXTEND, Action.RELEASE)
STANDARD_POWERS: dict[Action, frozenset[str]] = {
    **dict.fromkeys((*_FOR_THE_REPORTER, Action.CLOSE, Action.CORRECT, Action.CONFIRM_ANONYMITY), _ADMIN),
    **dict.fromkeys(_ON_TRACKS, _HEAD),
    **dict.fromkeys((Action.MARK_FIELD_VISIT, Action.ASK_RELEASE), frozenset({Officer.AGENCY_HEAD})),
}

_REVIEWS = {
    Step.CHECK: (Action.APPROVE_CHECK, CaseStatus.CHECKING),
    Step.REPORT: (Action.REPORT, CaseStatus.REPORTING),
}
_BACK_TO = {
    Step.CHECK: Step.REGISTER,
    Step.REPORT: Step.CHECK,
    Step.DIRECT: Step.REPORT,
    Step.SIGN_ANSWER: Step.DRAFT_ANSWER,
    Step.DISPOSE_ANSWER: Step.DRAFT_ANSWER,
    Step.REPLY: Step.DISPOSE_ANSWER,
}
_ENDS = {Action.ARCHIVE, Action.MERGE}
_SIDE_ACTIONS: dict[Step, set[Action]] = {
    Step.REGISTER: {Action.REQUEST_INFORMATION, *_ENDS},
    Step.CHECK: {Action.CORRECT, *_ENDS},
    Step.REPORT: _ENDS,
    Step.DIRECT: _ENDS,
    Step.AGENCY_RECEIVE: {Action.EXTEND},
    Step.AGENCY_DISPOSE: {Action.EXTEND},
    Step.DRAFT_ANSWER: {Action.REQUEST_INFORMATION, Action.ASK_RELEASE, Action.EXTEND},
    Step.SIGN_ANSWER: {Action.ASK_RELEASE, Action.EXTEND},
    Step.SEND_ANSWER: {Action.EXTEND},
}
_PROCEDURES = {
    Step.REGISTER: "Menerima aduan, mengidentifikasi aduan dan mendokumentasikan atau meregister",
    Step.CHECK: "Memeriksa aduan yang telah tercatat/teregister",
    Step.REPORT: "Melaporkan aduan kepada pimpinan",
    Step.DIRECT: "Memberikan arahan kepada OPD/Instansi/BUMD terkait langsung atau melalui bidang IKP (Admin)",
    Step.RELAY: "Meneruskan arahan Kepala Dinas kepada OPD/Instansi/BUMD terkait",
    Step.AGENCY_RECEIVE: "Menerima arahan aduan dan menyampaikan kepada pimpinan OPD",
    Step.AGENCY_DISPOSE: "Mendisposisi aduan dan memberikan arahan kepada bidang terkait",
    Step.DRAFT_ANSWER: "Menyusun tanggapan aduan sesuai arahan pimpinan",
    Step.SIGN_ANSWER: "Menyetujui dan menandatangani tanggapan aduan",
    Step.SEND_ANSWER: "Mengirimkan tanggapan aduan ke Dinas Kominfo",
    Step.DISPOSE_ANSWER: "Menerima tanggapan aduan dari SKPD dan mendisposisi untuk ditanggapi",
    Step.REPLY: "Menanggapi aduan dan mendokumentasikan tanggapan aduan",
}
_REMARKS = {
    Step.REGISTER: "Memeriksa kelengkapan identitas pengadu",
    Step.DRAFT_ANSWER: "Khusus aduan yang memerlukan tinjauan lapangan dan lintas OPD "
    "ditanggapi paling lambat 14 hari oleh OPD",
    Step.REPLY: "Mendistribusikan jawaban sesuai media yang digunakan pengadu",
}
_PAPERS, _BOTH = "Dokumen", "Dokumen, Disposisi"
_HOUR, _HALF_HOUR = Allowance(60, Unit.WORKING_MINUTES), Allowance(30, Unit.WORKING_MINUTES)
_TWO_DAYS, _FIVE_DAYS = Allowance(2, Unit.WORKING_DAYS), Allowance(5, Unit.WORKING_DAYS)

# Step, printed number, role, allowance, input and output of each row.
_ROWS = (
    (Step.REGISTER, 1, Officer.COMPLAINT_ADMIN, _HOUR, "Website", _PAPERS),
    (Step.CHECK, 2, Officer.SECTION_HEAD, _HOUR, _PAPERS, _PAPERS),
    (Step.REPORT, 3, Officer.DIVISION_HEAD, _HOUR, _PAPERS, _PAPERS),
    (Step.DIRECT, 4, Officer.OFFICE_HEAD, _HOUR, _PAPERS, _BOTH),
    (Step.RELAY, 4, Officer.COMPLAINT_ADMIN, None, _BOTH, _BOTH),
    (Step.AGENCY_RECEIVE, 5, Officer.AGENCY_ADMIN, _HOUR, _BOTH, _BOTH),
    (Step.AGENCY_DISPOSE, 6, Officer.AGENCY_HEAD, _HOUR, _BOTH, _BOTH),
    (Step.DRAFT_ANSWER, 7, Officer.AGENCY_SECRETARY, _FIVE_DAYS, _BOTH, _BOTH),
    (Step.SIGN_ANSWER, 8, Officer.AGENCY_HEAD, _TWO_DAYS, "Konsep surat tanggapan", "Surat tanggapan"),
    (Step.SEND_ANSWER, 9, Officer.AGENCY_ADMIN, _HOUR, "Surat Tanggapan", "Surat Tanggapan"),
    (Step.DISPOSE_ANSWER, 10, Officer.OFFICE_HEAD, _HALF_HOUR, "Surat tanggapan", "Surat disposisi"),
    (Step.REPLY, 11, Officer.COMPLAINT_ADMIN, _HOUR, "Surat disposisi", "Tanggapan"),
)


def _step(step: Step, number: int, actor: Officer, allowance: Allowance | None, inputs: str, output: str) -> SopStep:
    kind = StepKind.REVIEW if step in _REVIEWS else StepKind(step.value)
    act, status = _REVIEWS.get(step, (ACT_OF[kind], STATUS_OF.get(kind)))
    return SopStep(
        step,
        kind,
        number,
        actor,
        allowance,
        act,
        status,
        _BACK_TO.get(step),
        frozenset(_SIDE_ACTIONS.get(step, ())),
        _PROCEDURES[step],
        inputs,
        output,
        _REMARKS.get(step, ""),
    )


STANDARD_SOP = checked(
    Sop(
        "1",
        tuple(_step(*row) for row in _ROWS),
        STANDARD_ACTORS,
        FastTrack(Officer.OFFICE_HEAD, frozenset({Step.DIRECT})),
        STANDARD_POWERS,
    )
)

AGENCY_STEPS = frozenset(row.step for row in STANDARD_SOP.steps if row.of_agency)
LEADING_STEPS = tuple(row.step for row in STANDARD_SOP.leading)
OFFICE_ACTORS, AGENCY_ACTORS = STANDARD_SOP.office_actors, STANDARD_SOP.agency_actors
OFFICERS = OFFICE_ACTORS | AGENCY_ACTORS
INITIALLERS = STANDARD_SOP.initiallers

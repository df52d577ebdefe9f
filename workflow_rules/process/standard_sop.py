"""The SOP "Lapor Balangan" as printed; each step's role is our reading, since the printed sheet lost its shading."""

from workflow_rules.process.actors import Actor
from workflow_rules.process.sop import Sop, SopStep
from workflow_rules.process.steps import Step
from workflow_rules.time.deadlines import Allowance, Unit

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
    (Step.REGISTER, 1, Actor.COMPLAINT_ADMIN, _HOUR, "Website", _PAPERS),
    (Step.CHECK, 2, Actor.SECTION_HEAD, _HOUR, _PAPERS, _PAPERS),
    (Step.REPORT, 3, Actor.DIVISION_HEAD, _HOUR, _PAPERS, _PAPERS),
    (Step.DIRECT, 4, Actor.OFFICE_HEAD, _HOUR, _PAPERS, _BOTH),
    (Step.RELAY, 4, Actor.COMPLAINT_ADMIN, None, _BOTH, _BOTH),
    (Step.AGENCY_RECEIVE, 5, Actor.AGENCY_ADMIN, _HOUR, _BOTH, _BOTH),
    (Step.AGENCY_DISPOSE, 6, Actor.AGENCY_HEAD, _HOUR, _BOTH, _BOTH),
    (Step.DRAFT_ANSWER, 7, Actor.AGENCY_SECRETARY, _FIVE_DAYS, _BOTH, _BOTH),
    (Step.SIGN_ANSWER, 8, Actor.AGENCY_HEAD, _TWO_DAYS, "Konsep surat tanggapan", "Surat tanggapan"),
    (Step.SEND_ANSWER, 9, Actor.AGENCY_ADMIN, _HOUR, "Surat Tanggapan", "Surat Tanggapan"),
    (Step.DISPOSE_ANSWER, 10, Actor.OFFICE_HEAD, _HALF_HOUR, "Surat tanggapan", "Surat disposisi"),
    (Step.REPLY, 11, Actor.COMPLAINT_ADMIN, _HOUR, "Surat disposisi", "Tanggapan"),
)

STANDARD_SOP = Sop(
    "1",
    tuple(
        SopStep(step, number, actor, allowance, _PROCEDURES[step], inputs, output, _REMARKS.get(step, ""))
        for step, number, actor, allowance, inputs, output in _ROWS
    ),
)

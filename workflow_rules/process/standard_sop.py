"""The SOP "Lapor Balangan" as printed.

The role of each step is our reading, since the printed sheet lost its shading.
"""

from workflow_rules.process.actors import Actor
from workflow_rules.process.sop import Sop, SopStep
from workflow_rules.process.steps import Step
from workflow_rules.time.deadlines import Allowance, Unit


def _minutes(n: int) -> Allowance:
    return Allowance(n, Unit.WORKING_MINUTES)


def _days(n: int) -> Allowance:
    return Allowance(n, Unit.WORKING_DAYS)


_PAPERS, _BOTH = "Dokumen", "Dokumen, Disposisi"

STANDARD_SOP = Sop(
    "1",
    (
        SopStep(
            Step.REGISTER,
            1,
            Actor.COMPLAINT_ADMIN,
            _minutes(60),
            "Menerima aduan, mengidentifikasi aduan dan mendokumentasikan atau meregister",
            "Website",
            _PAPERS,
            "Memeriksa kelengkapan identitas pengadu",
        ),
        SopStep(
            Step.CHECK,
            2,
            Actor.SECTION_HEAD,
            _minutes(60),
            "Memeriksa aduan yang telah tercatat/teregister",
            _PAPERS,
            _PAPERS,
        ),
        SopStep(
            Step.REPORT, 3, Actor.DIVISION_HEAD, _minutes(60), "Melaporkan aduan kepada pimpinan", _PAPERS, _PAPERS
        ),
        SopStep(
            Step.DIRECT,
            4,
            Actor.OFFICE_HEAD,
            _minutes(60),
            "Memberikan arahan kepada OPD/Instansi/BUMD terkait langsung atau melalui bidang IKP (Admin)",
            _PAPERS,
            _BOTH,
        ),
        SopStep(
            Step.RELAY,
            4,
            Actor.COMPLAINT_ADMIN,
            None,
            "Meneruskan arahan Kepala Dinas kepada OPD/Instansi/BUMD terkait",
            _BOTH,
            _BOTH,
        ),
        SopStep(
            Step.AGENCY_RECEIVE,
            5,
            Actor.AGENCY_ADMIN,
            _minutes(60),
            "Menerima arahan aduan dan menyampaikan kepada pimpinan OPD",
            _BOTH,
            _BOTH,
        ),
        SopStep(
            Step.AGENCY_DISPOSE,
            6,
            Actor.AGENCY_HEAD,
            _minutes(60),
            "Mendisposisi aduan dan memberikan arahan kepada bidang terkait",
            _BOTH,
            _BOTH,
        ),
        SopStep(
            Step.DRAFT_ANSWER,
            7,
            Actor.AGENCY_SECRETARY,
            _days(5),
            "Menyusun tanggapan aduan sesuai arahan pimpinan",
            _BOTH,
            _BOTH,
            "Khusus aduan yang memerlukan tinjauan lapangan dan lintas OPD ditanggapi paling lambat 14 hari oleh OPD",
        ),
        SopStep(
            Step.SIGN_ANSWER,
            8,
            Actor.AGENCY_HEAD,
            _days(2),
            "Menyetujui dan menandatangani tanggapan aduan",
            "Konsep surat tanggapan",
            "Surat tanggapan",
        ),
        SopStep(
            Step.SEND_ANSWER,
            9,
            Actor.AGENCY_ADMIN,
            _minutes(60),
            "Mengirimkan tanggapan aduan ke Dinas Kominfo",
            "Surat Tanggapan",
            "Surat Tanggapan",
        ),
        SopStep(
            Step.DISPOSE_ANSWER,
            10,
            Actor.OFFICE_HEAD,
            _minutes(30),
            "Menerima tanggapan aduan dari SKPD dan mendisposisi untuk ditanggapi",
            "Surat tanggapan",
            "Surat disposisi",
        ),
        SopStep(
            Step.REPLY,
            11,
            Actor.COMPLAINT_ADMIN,
            _minutes(60),
            "Menanggapi aduan dan mendokumentasikan tanggapan aduan",
            "Surat disposisi",
            "Tanggapan",
            "Mendistribusikan jawaban sesuai media yang digunakan pengadu",
        ),
    ),
)

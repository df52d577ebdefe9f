"""what the printed SOP sheet shows beside the rules: number, three dates, who approved it, headings

The version that came with the program gets what its printed sheet says, whatever its status: cases are judged by its
rules, which do not change. The day of `migrate`, which stood there as the day of its decree, goes.
"""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

TEXTS = {
    "sheet_number": 300,
    "approver_capacity": 80,
    "approver_name": 300,
    "approver_rank": 300,
    "approver_nip": 80,
    "flow_heading": 300,
    "office_heading": 300,
    "agency_heading": 300,
    "actor_headings": None,
    "legend": 300,
}
DAYS = ("created_on", "revised_on", "ratified_on")
TITLE = 'Standar Operasional Prosedur Pengelolaan Aspirasi dan Pengaduan "Lapor Balangan" Pada SP4N LAPOR!'
PRINTED = {
    "approver_capacity": "plt",
    "approver_name": "MUHAMMAD NOR, S.SOS, MM",
    "approver_nip": "197108231993031005",
    "flow_heading": 'Bagian Alur Pengelolaan Aspirasi dan Pengaduan "Lapor Balangan" pada SP4N LAPOR!',
    "office_heading": "Bidang Informasi dan Komunikasi Publik",
    "agency_heading": "OPD/Instansi/BUMD Terkait",
    "actor_headings": "\n".join(
        (
            "Admin Layanan Aduan",
            "Kepala Seksi Komunikasi Publik dan Pelayanan Pengaduan",
            "Kepala Bidang Informasi dan Komunikasi Publik",
            "Kepala Dinas",
            "Admin Layanan Aduan OPD/Instansi/BUMD",
            "Sekretaris",
            "Kepala OPD/Instansi/BUMD",
        )
    ),
    "legend": "jalur cepat distribusi pengaduan ke OPD/Instansi/BUMD",
}
OLD_OUTPUT, PRINTED_OUTPUT = "Konsep surat tanggapan", "Dokumen, Disposisi"


def _tables() -> tuple[sa.TableClause, sa.TableClause]:
    texts = [sa.column(name) for name in ("number", "title", "decree_number", *TEXTS)]
    version = sa.table("sop_version", sa.column("id"), sa.column("decided_on", sa.Date), *texts)
    return version, sa.table("sop_step", *(sa.column(name) for name in ("sop_version_id", "step", "output")))


def upgrade() -> None:
    for name, length in TEXTS.items():
        kind = f"varchar({length})" if length else "text"
        op.execute(f"ALTER TABLE sop_version ADD COLUMN {name} {kind} NOT NULL DEFAULT ''")
    for name in DAYS:
        op.execute(f"ALTER TABLE sop_version ADD COLUMN {name} date")
    op.execute(
        "ALTER TABLE sop_version ADD CONSTRAINT ck_sop_version_approver_capacity"
        " CHECK (approver_capacity IN ('', 'plt', 'plh', 'an'))"
    )
    version, step = _tables()
    seeded = (version.c.number == "1") & (version.c.title == TITLE) & (version.c.decree_number == "")
    op.execute(sa.update(version).where(seeded).values(**PRINTED, decided_on=None))
    ours = step.c.sop_version_id.in_(sa.select(version.c.id).where(seeded))
    old = ours & (step.c.step == "draft_answer") & (step.c.output == OLD_OUTPUT)
    op.execute(sa.update(step).where(old).values(output=PRINTED_OUTPUT))


def downgrade() -> None:
    for name in (*TEXTS, *DAYS):
        op.execute(f"ALTER TABLE sop_version DROP COLUMN {name}")

"""papers: one table for every drawn paper, a book of letter numbers without unexplained gaps, letterheads as data"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

KINDS = (
    "answer_letter",
    "draft_letter",
    "receipt",
    "disposition",
    "reporter_answer",
    "sop_sheet",
    "daily_register",
    "monthly_register",
    "free_report",
)
# The head of the printed sheet, for the version that was seeded from it.
LEGAL_BASIS = """Undang-Undang Nomor 40 Tahun 1999 tentang Pers
Undang-Undang Nomor 14 Tahun 2008 tentang Keterbukaan Informasi Publik
Kode Etik Jurnalistik Dewan Pers
Peraturan Daerah Kabupaten Balangan Nomor 19 Tahun 2020 tentang Penyelenggaraan Keterbukaan Informasi Publik
Peraturan Bupati Balangan Nomor 51 Tahun 2017 tentang Kelompok Informasi Masyarakat"""
QUALIFICATIONS = """Pendidikan S1, D3 (Teknologi Informatika, Ilmu Komunikasi, Hukum, Sosial)
Pengetahuan bidang pelayanan publik, teknologi informasi, dan kehumasan"""
EQUIPMENT = "Pedoman, ATK, komputer, telepon, faksimile, internet"
WARNINGS = "Kelambanan dalam menanggapi aduan dan permasalahan masyarakat akan menyebabkan buruknya citra pemerintah"
RECORDS = """Laporan Monitoring Permasalahan Harian
Laporan Identifikasi Permasalahan Bulanan"""
NOTICES_BEFORE = (
    "step_opened",
    "step_near",
    "step_late",
    "step_overdue",
    "information_added",
    "question_expired",
    "delegation_ended",
)
NOTICES_AFTER = (*NOTICES_BEFORE, "initial_asked")
SIGNED_BEFORE = "(state = 'signed') = (number IS NOT NULL AND content_hash IS NOT NULL)"
SIGNED_AFTER = "(state = 'signed') = (number IS NOT NULL AND paper_id IS NOT NULL)"
TO_PAPERS = """
INSERT INTO paper (kind, key, complaint_id, agency_code, frozen, content_hash, state, tries, path, file_hash, error,
                   made_at)
SELECT 'answer_letter', 'answer_letter:' || id, complaint_id, agency_code, frozen, content_hash,
       CASE WHEN pdf_state = 'none' THEN 'queued' ELSE pdf_state END, 0,
       CASE WHEN pdf_state = 'ready' THEN pdf_path END, CASE WHEN pdf_state = 'ready' THEN pdf_hash END, pdf_error,
       signed_at
FROM letter WHERE state = 'signed'
"""
# The only pattern there was: code, running number, suffix, year.
TO_BOOK = r"""
INSERT INTO issued_number (agency_code, year, running, number, paper_id, reason, issued_at)
SELECT agency_code, split_part(number, '/', -1)::int, split_part(number, '/', 2)::int, number, paper_id, '', signed_at
FROM letter WHERE number ~ '^[^/]+/[0-9]+/[^/]*/[0-9]{4}$'
"""
BACK_TO_LETTERS = """
UPDATE letter SET frozen = paper.frozen, content_hash = paper.content_hash, pdf_state = paper.state,
                  pdf_path = paper.path, pdf_hash = paper.file_hash, pdf_error = paper.error
FROM paper WHERE paper.id = letter.paper_id
"""


def upgrade() -> None:
    _make_tables()
    _notice_kinds(NOTICES_AFTER)
    for column, kind, default in (
        ("letterhead_over", sa.String(300), "Pemerintah Kabupaten Balangan"),
        ("postcode", sa.String(80), ""),
        ("website", sa.String(300), ""),
        ("number_pattern", sa.String(300), "{kode}/{nomor}/{akhiran}/{tahun}"),
        ("initials", postgresql.JSONB(), "[]"),
    ):
        op.add_column("agency", sa.Column(column, kind, nullable=False, server_default=default))
        op.alter_column("agency", column, server_default=None)
    particulars = (
        ("legal_basis", LEGAL_BASIS),
        ("qualifications", QUALIFICATIONS),
        ("related", ""),
        ("equipment", EQUIPMENT),
        ("warnings", WARNINGS),
        ("records", RECORDS),
    )
    for column, _ in particulars:
        op.add_column("sop_version", sa.Column(column, sa.Text(), nullable=False, server_default=""))
        op.alter_column("sop_version", column, server_default=None)
    sheet = sa.table("sop_version", sa.column("number"), *(sa.column(column) for column, _ in particulars))
    op.execute(sheet.update().where(sheet.c.number == "1").values(dict(particulars)))
    op.add_column("agency_track", sa.Column("awaits", postgresql.JSONB(), nullable=False, server_default="[]"))
    op.alter_column("agency_track", "awaits", server_default=None)
    op.add_column("agency", sa.Column("emblem_hash", sa.String(80), nullable=True))
    op.create_foreign_key(op.f("fk_agency_emblem_hash_emblem"), "agency", "emblem", ["emblem_hash"], ["sha256"])
    _move_letters()


def _notice_kinds(kinds: tuple[str, ...]) -> None:
    op.drop_constraint(op.f("ck_notice_kind"), "notice")
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    op.create_check_constraint(op.f("ck_notice_kind"), "notice", f"kind IN ({listed})")


def _make_tables() -> None:
    kinds = ", ".join(f"'{kind}'" for kind in KINDS)
    op.create_table(
        "paper",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(80), nullable=False),
        sa.Column("key", sa.String(300), nullable=False),
        sa.Column("complaint_id", sa.BigInteger(), nullable=True),
        sa.Column("agency_code", sa.String(), nullable=True),
        sa.Column("frozen", postgresql.JSONB(), nullable=False),
        sa.Column("content_hash", sa.String(80), nullable=False),
        sa.Column("state", sa.String(80), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("path", sa.String(), nullable=True),
        sa.Column("file_hash", sa.String(), nullable=True),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(f"kind IN ({kinds})", name=op.f("ck_paper_kind")),
        sa.CheckConstraint("state IN ('queued', 'ready', 'failed')", name=op.f("ck_paper_state")),
        sa.CheckConstraint(
            "(state = 'ready') = (path IS NOT NULL AND file_hash IS NOT NULL)", name=op.f("ck_paper_ready")
        ),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaint.id"], name=op.f("fk_paper_complaint_id_complaint")),
        sa.ForeignKeyConstraint(["agency_code"], ["agency.code"], name=op.f("fk_paper_agency_code_agency")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper")),
        sa.UniqueConstraint("key", name=op.f("uq_paper_key")),
    )
    op.create_index("ix_paper_queued", "paper", ["id"], postgresql_where=sa.text("state = 'queued'"))
    op.create_index(op.f("ix_paper_complaint_id"), "paper", ["complaint_id"])
    op.create_index(op.f("ix_paper_agency_code"), "paper", ["agency_code"])
    op.create_table(
        "issued_number",
        sa.Column("agency_code", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("running", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(300), nullable=False),
        sa.Column("paper_id", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("officer_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("(paper_id IS NULL) = (reason <> '')", name=op.f("ck_issued_number_used_or_explained")),
        sa.ForeignKeyConstraint(["agency_code"], ["agency.code"], name=op.f("fk_issued_number_agency_code_agency")),
        sa.ForeignKeyConstraint(["paper_id"], ["paper.id"], name=op.f("fk_issued_number_paper_id_paper")),
        sa.ForeignKeyConstraint(["officer_id"], ["ab_user.id"], name=op.f("fk_issued_number_officer_id_ab_user")),
        sa.PrimaryKeyConstraint("agency_code", "year", "running", name=op.f("pk_issued_number")),
        sa.UniqueConstraint("paper_id", name=op.f("uq_issued_number_paper_id")),
    )
    op.create_index(op.f("ix_issued_number_officer_id"), "issued_number", ["officer_id"])
    op.create_table(
        "emblem",
        sa.Column("sha256", sa.String(80), nullable=False),
        sa.Column("png", sa.LargeBinary(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_emblem")),
    )


def _move_letters() -> None:
    op.add_column("letter", sa.Column("paper_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f("fk_letter_paper_id_paper"), "letter", "paper", ["paper_id"], ["id"])
    op.create_index(op.f("ix_letter_paper_id"), "letter", ["paper_id"])
    op.execute(TO_PAPERS)
    op.execute("UPDATE letter SET paper_id = paper.id FROM paper WHERE paper.key = 'answer_letter:' || letter.id")
    op.execute(TO_BOOK)
    op.drop_constraint(op.f("ck_letter_signed"), "letter")
    op.create_check_constraint(op.f("ck_letter_signed"), "letter", SIGNED_AFTER)
    op.drop_index("ix_letter_pdf_queued", table_name="letter")
    for column in ("frozen", "content_hash", "pdf_state", "pdf_path", "pdf_hash", "pdf_error"):
        op.drop_column("letter", column)


def downgrade() -> None:
    op.execute("DELETE FROM delivery_item USING notice WHERE notice_id = notice.id AND kind = 'initial_asked'")
    op.execute("DELETE FROM notice WHERE kind = 'initial_asked'")
    _notice_kinds(NOTICES_BEFORE)
    for column, kind in (
        ("frozen", postgresql.JSONB()),
        ("content_hash", sa.String()),
        ("pdf_path", sa.String()),
        ("pdf_hash", sa.String()),
        ("pdf_error", sa.String()),
    ):
        op.add_column("letter", sa.Column(column, kind, nullable=True))
    op.add_column("letter", sa.Column("pdf_state", sa.String(80), nullable=False, server_default="none"))
    op.alter_column("letter", "pdf_state", server_default=None)
    op.execute(BACK_TO_LETTERS)
    op.drop_constraint(op.f("ck_letter_signed"), "letter")
    op.create_check_constraint(op.f("ck_letter_signed"), "letter", SIGNED_BEFORE)
    op.create_check_constraint(
        op.f("ck_letter_pdf_state"), "letter", "pdf_state IN ('none', 'queued', 'ready', 'failed')"
    )
    op.create_index("ix_letter_pdf_queued", "letter", ["id"], postgresql_where=sa.text("pdf_state = 'queued'"))
    op.drop_column("letter", "paper_id")
    op.drop_constraint(op.f("fk_agency_emblem_hash_emblem"), "agency")
    for column in ("letterhead_over", "postcode", "website", "number_pattern", "initials", "emblem_hash"):
        op.drop_column("agency", column)
    op.drop_column("agency_track", "awaits")
    for column in ("legal_basis", "qualifications", "related", "equipment", "warnings", "records"):
        op.drop_column("sop_version", column)
    for table in ("issued_number", "paper", "emblem"):
        op.drop_table(table)

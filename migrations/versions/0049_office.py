"""the office as a row: its name, region, zone and head office, which were words of the program before

An installation that has agencies serves the one office that the program knew: its name stands over its letterheads,
its region is that of its districts, and its zone was the only one.
"""

import sqlalchemy as sa
from alembic import op

from migrations.checks import add_words
from migrations.journal import journal

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None

KNOWN_OFFICE = """
INSERT INTO office (id, name, short_name, kind, region_code, zone, head_office, logo_hash)
SELECT 1, name, regexp_replace(name, '^(Kabupaten|Kota) ', ''),
    CASE WHEN name LIKE 'Kota %' THEN 'kota' WHEN name LIKE 'Kabupaten %' THEN 'kabupaten' ELSE 'other' END,
    coalesce((SELECT left(code, 5) FROM district GROUP BY 1 ORDER BY count(*) DESC LIMIT 1), ''),
    'Asia/Makassar', head.code, head.emblem_hash
FROM (
    SELECT regexp_replace(letterhead_over, '^Pemerintah ', '', 'i') AS name FROM agency
    WHERE letterhead_over <> '' GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1
) AS over
LEFT JOIN (SELECT code, emblem_hash FROM agency WHERE code = 'diskominfosan') AS head ON true
WHERE name <> ''
"""


def upgrade() -> None:
    op.create_table(
        "office",
        sa.Column("id", sa.SmallInteger(), primary_key=True, autoincrement=False),
        sa.Column("name", sa.String(300), nullable=False),
        sa.Column("short_name", sa.String(80), nullable=False),
        sa.Column("kind", sa.String(80), nullable=False),
        sa.Column("region_code", sa.String(80), nullable=False, server_default=""),
        sa.Column("zone", sa.String(80), nullable=False),
        sa.Column("head_office", sa.String(80), sa.ForeignKey("agency.code"), nullable=True),
        sa.Column("logo_hash", sa.String(80), sa.ForeignKey("emblem.sha256"), nullable=True),
        sa.CheckConstraint("id = 1", name=op.f("ck_office_one_row")),
        sa.CheckConstraint("kind IN ('kabupaten', 'kota', 'provinsi', 'other')", name=op.f("ck_office_kind")),
        sa.CheckConstraint("zone IN ('Asia/Jakarta', 'Asia/Makassar', 'Asia/Jayapura')", name=op.f("ck_office_zone")),
        sa.CheckConstraint("name <> '' AND short_name <> ''", name=op.f("ck_office_name")),
    )
    op.execute(KNOWN_OFFICE)
    op.execute(
        "CREATE OR REPLACE TRIGGER office_changes_definitions AFTER INSERT OR UPDATE OR DELETE ON office "
        "FOR EACH STATEMENT EXECUTE FUNCTION definitions_changed()"
    )
    journal("office", masked="logo_hash")
    add_words("journal_entry", "kind", "profile_applied")


def downgrade() -> None:
    op.drop_table("office")

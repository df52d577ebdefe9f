"""a seed beside each event, from which every field of it gets a salt in the hash (format 2 of the chain)

Old processes go on writing events without a seed, which are of format 1 and stay valid as they are. Only the check of the
chain by an old process (`verify-audit`, the nightly invariants) reports events of format 2 as broken: run it again with the
new program.

Until this version the address of the network from which a reporter sent stood in the record, also of anonymous reporters.
A chained record is not rewritten: its hash covers the address. No page, list, export, feed or log shows it. An evidence
bundle of a secret or anonymous case leaves it out; the verifier then says of these old events that they were verified in
part. From this version on, the record of an anonymous reporter's act holds no address, that of other reporters a digest.
"""

from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE complaint_event ADD COLUMN IF NOT EXISTS seed varchar(64)")


def downgrade() -> None:
    op.execute("ALTER TABLE complaint_event DROP COLUMN seed")

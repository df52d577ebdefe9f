"""nobody changes the own roles; a role that opens identities needs a second person's confirmation

The database refuses both for a person whom the program names (`lapor.person`); commands and jobs are not persons.
While no case was ever received, no confirmation is needed.
"""

import sqlalchemy as sa
from alembic import op

from migrations.journal import journal

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

PERSON = "nullif(current_setting('lapor.person', true), '')::integer"
GUARD_ROLES = """
CREATE OR REPLACE FUNCTION guard_roles() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT
AS $$
DECLARE
    person integer := nullif(current_setting('lapor.person', true), '')::integer;
BEGIN
    IF person IN (NEW.user_id, OLD.user_id) THEN
        RAISE EXCEPTION 'nobody changes the own roles' USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP <> 'DELETE' AND person IS NOT NULL AND EXISTS (SELECT 1 FROM complaint)
        AND EXISTS (SELECT 1 FROM ab_role WHERE id = NEW.role_id AND name IN ('complaint_admin', 'section_head', 'supervisor'))
        AND NOT EXISTS (
            SELECT 1 FROM identity_grant WHERE user_id = NEW.user_id AND role_id = NEW.role_id
            AND state = 'confirmed' AND decided_by_id = person
        ) THEN
        RAISE EXCEPTION 'a role that opens identities needs a confirmation' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$
"""
GUARD_MEMBERSHIP = f"""
CREATE OR REPLACE FUNCTION guard_membership() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF {PERSON} IN (NEW.user_id, OLD.user_id) AND NEW.agency_code IS DISTINCT FROM OLD.agency_code THEN
        RAISE EXCEPTION 'nobody changes the own membership' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$
"""
GUARD_OWN_DELEGATION = f"""
CREATE OR REPLACE FUNCTION guard_own_delegation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.holder_id = {PERSON} AND NOT (TG_OP = 'UPDATE' AND NEW.holder_id = OLD.holder_id
        AND NEW.giver_id = OLD.giver_id
        AND daterange(NEW.starts_on, NEW.ends_on, '[]') <@ daterange(OLD.starts_on, OLD.ends_on, '[]')) THEN
        RAISE EXCEPTION 'nobody delegates to oneself' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$
"""
TRIGGERS = {
    ("roles_are_guarded", "ab_user_role"): "BEFORE INSERT OR UPDATE OR DELETE|guard_roles",
    ("membership_is_guarded", "officer_profile"): "BEFORE INSERT OR UPDATE OF agency_code OR DELETE|guard_membership",
    ("own_delegation_is_guarded", "delegation"): "BEFORE INSERT OR UPDATE|guard_own_delegation",
}
JOURNAL = ("grant_asked", "grant_decided")
NOTICES = ("grant_asked", "grant_decided", "password_link_made")


def upgrade() -> None:
    at = sa.DateTime(timezone=True)
    op.create_table(
        "identity_grant",
        sa.Column("id", sa.BigInteger(), primary_key=True),
        sa.Column("user_id", sa.Integer(), sa.ForeignKey("ab_user.id"), nullable=False),
        sa.Column("role_id", sa.Integer(), sa.ForeignKey("ab_role.id"), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), sa.ForeignKey("ab_user.id"), nullable=False),
        sa.Column("asked_at", at, nullable=False),
        sa.Column("state", sa.String(length=80), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), sa.ForeignKey("ab_user.id"), nullable=True),
        sa.Column("decided_at", at, nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint("state IN ('waiting', 'confirmed', 'refused')", name=op.f("ck_identity_grant_state")),
        sa.CheckConstraint("(state = 'waiting') = (decided_at IS NULL)", name=op.f("ck_identity_grant_decided")),
        sa.CheckConstraint("decided_by_id NOT IN (asked_by_id, user_id)", name=op.f("ck_identity_grant_second_person")),
        sa.UniqueConstraint(
            "user_id",
            "role_id",
            "decided_at",
            name=op.f("uq_identity_grant_waiting"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    _check("journal_entry", JOURNAL)
    _check("notice", NOTICES)
    journal("identity_grant")
    for function in (GUARD_ROLES, GUARD_MEMBERSHIP, GUARD_OWN_DELEGATION):
        op.execute(function)
    for (name, table), words in TRIGGERS.items():
        when, function = words.split("|")
        op.execute(f"CREATE TRIGGER {name} {when} ON {table} FOR EACH ROW EXECUTE FUNCTION {function}()")


def downgrade() -> None:
    for (name, table), words in TRIGGERS.items():
        op.execute(f"DROP TRIGGER {name} ON {table}")
        op.execute(f"DROP FUNCTION {words.split('|')[1]}()")
    op.drop_table("identity_grant")


def _check(table: str, add: tuple[str, ...]) -> None:
    """The kinds that a table takes: those it takes now, and these."""
    name = f"ck_{table}_kind"
    found = op.get_bind().execute(
        sa.text("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = :name"), {"name": name}
    )
    kinds = set(found.scalar_one().split("'")[1::2]) | set(add)
    op.drop_constraint(op.f(name), table)
    listed = ", ".join(f"'{kind}'" for kind in sorted(kinds))
    op.create_check_constraint(op.f(name), table, f"kind IN ({listed})")

"""The database role of the running program, which may read and write rows but owns no table, trigger or policy.

`migrate` runs as the owner (DATABASE_OWNER_URL) and grants this role to the account of DATABASE_URL.
"""

from sqlalchemy import text

from app.core.extensions import db
from app.servers.start_refused import LaunchRefused

ROLE = "lapor_program"
MAKE_ROLE = """
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'lapor_program') THEN
        CREATE ROLE lapor_program NOLOGIN;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation OR insufficient_privilege THEN NULL;
END $$;
"""
# Row-level security hides all rows from a role that is not the owner. The policy `program` shows them all; queries for
# agencies and the public run as lapor_walled instead.
GIVE_RIGHTS = """
DO $$
DECLARE named text;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'lapor_program') THEN RETURN; END IF;
    GRANT USAGE ON SCHEMA public TO lapor_program;
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO lapor_program;
    REVOKE INSERT, UPDATE, DELETE ON public.alembic_version FROM lapor_program;
    GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO lapor_program;
    ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO lapor_program;
    ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO lapor_program;
    FOR named IN
        SELECT c.oid::regclass::text FROM pg_class c WHERE c.relrowsecurity
        AND c.relnamespace = 'public'::regnamespace
        AND NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'program')
    LOOP
        EXECUTE format('CREATE POLICY program ON %s TO lapor_program USING (true) WITH CHECK (true)', named);
    END LOOP;
END $$;
"""
READS_AS_PROGRAM = """
SELECT NOT bool_or(pg_has_role(c.relowner, 'MEMBER')) AND EXISTS (
    SELECT FROM pg_roles r WHERE r.rolname = 'lapor_program' AND pg_has_role(r.oid, 'MEMBER'))
FROM pg_class c WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
"""
"""Query: true if the current account is a member of lapor_program and owns none of the tables."""
_IS_MEMBER = text(
    "SELECT count(*) = 2 FROM pg_roles r WHERE r.rolname IN ('lapor_program', 'lapor_walled')"
    " AND pg_has_role(:account, r.oid, 'MEMBER')"
)


def give_program_rights(account: str) -> None:
    """Create the database role lapor_program, grant it its rights, and grant it and lapor_walled to the database
    account `account`; commits. Call as the owner of the tables after each upgrade.

    Raises LaunchRefused when the owner may not grant these roles; the message names the statements for the server's
    administrator.
    """
    for statement in (MAKE_ROLE, GIVE_RIGHTS):
        db.session.execute(text(statement.replace(":", "\\:")))
    db.session.commit()
    if db.session.execute(_IS_MEMBER, {"account": account}).scalar_one():
        return
    named = '"' + account.replace('"', '""') + '"'
    try:
        db.session.execute(text(f"GRANT lapor_program TO {named}".replace(":", "\\:")))
        # PostgreSQL 16 and later: allow SET ROLE lapor_walled without inheriting the policies of that role.
        newer = db.session.execute(text("SELECT current_setting('server_version_num')::int >= 160000")).scalar_one()
        option = " WITH INHERIT FALSE, SET TRUE" if newer else ""
        db.session.execute(text(f"GRANT lapor_walled TO {named}{option}".replace(":", "\\:")))
        db.session.commit()
    except Exception as problem:
        db.session.rollback()
        raise LaunchRefused(
            "The account of DATABASE_OWNER_URL may not give the account of DATABASE_URL its roles. Let an administrator"
            " of the database server run once: CREATE ROLE lapor_program NOLOGIN; (unless it is there)"
            f" GRANT lapor_program, lapor_walled TO {named};"
        ) from problem

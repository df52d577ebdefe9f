"""The database role behind which agencies and the public are read, made and given its rights where it is missing.

Migration 0018 makes it in a database that grows; a restored dump holds neither roles nor rights.
"""

MAKE_ROLE = """
DO $$
BEGIN
    BEGIN
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'lapor_walled') THEN
            CREATE ROLE lapor_walled NOLOGIN;
        END IF;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
    END;
    IF NOT pg_has_role(current_user, 'lapor_walled', 'MEMBER') THEN
        GRANT lapor_walled TO CURRENT_USER;
    END IF;
END $$;
"""
"""Fails in words of the server's own where the account may not: then an administrator runs what 0018 says."""

GIVE_RIGHTS = """
GRANT USAGE ON SCHEMA public TO lapor_walled;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO lapor_walled;
REVOKE INSERT, UPDATE, DELETE ON public.alembic_version FROM lapor_walled;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO lapor_walled;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO lapor_walled;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO lapor_walled;
"""

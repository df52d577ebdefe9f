"""Agency isolation in PostgreSQL (row-level security): a request that may see only some cases runs under a role that is
shown only those, raw SQL and `unscoped` queries included.

It applies to agency officers, reporters with a tracking code, the public and unknown users. The office, supervisors,
programs, jobs and administrators use the program's role, also because policies would stop PostgreSQL from using its
full-text and trigram indexes; an agency therefore searches the owner's view `case_words`. The role is
local to the transaction. It protects against mistakes, not against injected SQL that resets the role.
"""

from dataclasses import astuple, dataclass
from typing import Any

from sqlalchemy import Connection, Engine, event

from app.access.current_person import known_person
from app.access.session_filter import reads_are_limited
from app.core.request_context import request_context

WITHOUT_ISOLATION = "without_isolation"
"""Execution option of a statement that must bypass agency isolation; `tests/access/` lists each use."""

SET_ROLE = (
    "SELECT set_config('role', %s, true), set_config('lapor.agency', %s, true),"
    " set_config('lapor.case', %s, true), set_config('lapor.public', %s, true)"
)
_APPLIED, SETS_ISOLATION = "isolation", "sets_isolation"
_OF_SAVEPOINTS = ("SAVEPOINT", "ROLLBACK TO", "RELEASE")
"""Savepoint statements, which need no role: they read no rows, and after an error only they are accepted."""


@dataclass(frozen=True)
class Isolation:
    """A value object with the database role of a transaction (None: the role of the connection's account) and its
    settings as the row policies read them: comma-separated agency codes, one complaint id, or `yes` for public cases.
    An empty string grants access to no case.
    """

    role: str | None = "lapor_walled"
    agencies: str = ""
    case: str = ""
    public: str = ""


NO_ISOLATION = Isolation(role=None)


def install_row_level_security(engine: Engine) -> None:
    """Register on the engine the listeners that set the database role before each statement; calling it again has no
    effect.
    """
    for name, listener in (("begin", _forget), ("rollback_savepoint", _mark_unknown), ("before_cursor_execute", _set)):
        if not event.contains(engine, name, listener):
            event.listen(engine, name, listener)


def required_isolation() -> Isolation | None:
    """Return the `Isolation` (database role and settings) that the current context requires, or None while the
    requesting user is being loaded, when the role may stay as it is. It is `NO_ISOLATION` outside a request, for
    persons who see every case and for administrators; for any other person it names the agencies, which may be none.
    """
    if not reads_are_limited():
        return NO_ISOLATION
    context = request_context()
    if context.finding_person:
        return None
    if context.only_public:
        return Isolation(public="yes")
    if context.only_case is not None:
        return Isolation(case=str(context.only_case))
    person = known_person()
    if person.sees_every_case or person.administers:
        return NO_ISOLATION
    return Isolation(agencies=",".join(sorted(person.agencies)))


def _set(connection: Connection, _cursor: Any, statement: str, _values: Any, context: Any, _many: bool) -> None:
    """Called before each SQL statement: switch the transaction's database role and settings if they differ from the
    required ones.
    """
    options = context.execution_options
    if options.get(SETS_ISOLATION) or statement.startswith(_OF_SAVEPOINTS):
        return
    wanted = NO_ISOLATION if options.get(WITHOUT_ISOLATION) else required_isolation()
    if wanted is None or connection.info.get(_APPLIED, NO_ISOLATION) == wanted:
        return
    connection.exec_driver_sql(SET_ROLE, astuple(wanted), execution_options={SETS_ISOLATION: True})
    connection.info[_APPLIED] = wanted


def _forget(connection: Connection) -> None:
    """Called when a transaction begins: forget the role and settings noted for the connection, since a new transaction
    starts without isolation.
    """
    connection.info.pop(_APPLIED, None)


def _mark_unknown(connection: Connection, _name: str, _context: Any) -> None:
    """Called after a rollback to a savepoint, which restores the role and settings of its start: mark the noted ones as
    unknown, so that the next statement sets them again.
    """
    connection.info[_APPLIED] = None


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
"""Fails with PostgreSQL's own error if the account may not create roles; the first migration says what an administrator
runs.
"""


GIVE_RIGHTS = """
GRANT USAGE ON SCHEMA public TO lapor_walled;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO lapor_walled;
REVOKE INSERT, UPDATE, DELETE ON public.alembic_version FROM lapor_walled;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO lapor_walled;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO lapor_walled;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO lapor_walled;
"""

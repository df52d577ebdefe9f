"""The second wall, in PostgreSQL: a request that may see only some cases runs under a role which the database itself
shows no other, whatever statement it sends.

The first wall (`row_scope`) limits what is read through the session's mapped classes; a raw statement, a table read by
its columns or an `unscoped` too many would look over it. Behind this one stand an agency's officers, reporters who were
let in by their code, the public, and whoever is not known. Who sees every case anyway (the office, supervisors,
programs, jobs) and the administrator keep the owner's role, and not for ease alone: PostgreSQL asks a policy before
any operator that could leak, so that full text and trigrams could not use their indexes, and a search over all cases
would read them all. An agency's search looks into a view of the owner instead, `case_words` of migration 0026, in which
a walled role finds the words of its agency's cases alone.

The role is of the transaction, set by the first statement that needs another than stands: it ends with the commit, and
a pooled connection comes back clean. It holds against mistakes, not against a statement that was smuggled in and sets
the role back itself: what an account may become, its own statements may become.
"""

from dataclasses import astuple, dataclass
from typing import Any

from flask import g
from sqlalchemy import Connection, Engine, event

from app.access.current_person import known_person
from app.access.session_filter import listens
from workflow_rules.process.actors import Person

BEYOND = "beyond_wall"
"""The execution option of a statement that must look beyond; `tests/security/test_second_wall.py` lists each place."""

SET_ROLE = (
    "SELECT set_config('role', %s, true), set_config('lapor.agency', %s, true),"
    " set_config('lapor.case', %s, true), set_config('lapor.public', %s, true)"
)
_STANDS, SETS_WALL = "wall", "sets_wall"
_OF_SAVEPOINTS = ("SAVEPOINT", "ROLLBACK TO", "RELEASE")
"""They read nothing, and a savepoint that failed takes no other statement before it is undone."""


@dataclass(frozen=True)
class Wall:
    """A role (None: whichever the account begins with) and what it is shown, as migration 0018 reads it."""

    role: str | None = "lapor_walled"
    agencies: str = ""
    case: str = ""
    public: str = ""


NO_WALL = Wall(role=None)


def install_second_wall(engine: Engine) -> None:
    """Listen on the program's connections; harmless when done again."""
    for name, listener in (("begin", _forget), ("rollback_savepoint", _lose_sight), ("before_cursor_execute", _set)):
        if not event.contains(engine, name, listener):
            event.listen(engine, name, listener)


def wall_of(person: Person) -> Wall:
    """Behind which wall somebody reads; an account that holds no office today is shown nothing."""
    if person.sees_every_case or person.administers:
        return NO_WALL
    return Wall(agencies=",".join(sorted(person.agencies)))


def wanted_wall() -> Wall | None:
    """The wall for what is going on now; None while it is being found out who is asking: then any will do."""
    if not listens():
        return NO_WALL
    if g.get("finding_person"):
        return None
    if g.get("only_public"):
        return Wall(public="yes")
    one = g.get("only_case")
    return wall_of(known_person()) if one is None else Wall(case=str(one))


def _set(connection: Connection, _cursor: Any, statement: str, _values: Any, context: Any, _many: bool) -> None:
    """Before any statement goes out: raise or leave the wall where another one stands than is wanted."""
    options = context.execution_options
    if options.get(SETS_WALL) or statement.startswith(_OF_SAVEPOINTS):
        return
    wanted = NO_WALL if options.get(BEYOND) else wanted_wall()
    if wanted is None or connection.info.get(_STANDS, NO_WALL) == wanted:
        return
    connection.exec_driver_sql(SET_ROLE, astuple(wanted), execution_options={SETS_WALL: True})
    connection.info[_STANDS] = wanted


def _forget(connection: Connection) -> None:
    """A new transaction begins without a wall."""
    connection.info.pop(_STANDS, None)


def _lose_sight(connection: Connection, _name: str, _context: Any) -> None:
    """A savepoint that is undone brings back the wall of its beginning, whichever that was."""
    connection.info[_STANDS] = None


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

"""Forty agencies and four hundred invented officers: those in office, and those who have left."""

from flask_appbuilder.security.sqla.models import Role, User, assoc_user_role
from sqlalchemy import insert, select

from app.core.clock import utc_now
from app.core.extensions import db
from app.demo.read import PersonRow, codes_of
from app.models import OfficerProfile, PasswordAge

OFFICE = ("diskominfosan", "inspektorat")
IN_EACH = (("admin", "agency_admin", 3), ("sekretaris", "agency_secretary", 2), ("kepala", "agency_head", 1))
IN_THE_OFFICE = (("admin.aduan", "complaint_admin", 3), ("pengawas", "supervisor", 14))
IN_ALL = 400
NAMES = ("Melur", "Puspa", "Bayam", "Rotan", "Damar", "Pandan", "Seroja", "Akasia", "Lontar", "Nipah", "Salam", "Waru")


def agencies() -> tuple[str, ...]:
    """The codes of the forty agencies that answer complaints."""
    return tuple(code for code in sorted(codes_of("agencies")) if code not in OFFICE)


def make_officers() -> None:
    """Accounts with roles and offices beside the demo's own; whoever has left the service has a closed account."""
    there = set(db.session.scalars(select(User.username)))
    active = [person for person in _in_office() if person.username not in there]
    former = [_person(f"purna{n}", "agency_admin", code, n) for n, code in _left(IN_ALL - len(there) - len(active))]
    _add(active, active=True)
    _add(former, active=False)
    db.session.commit()


def _add(people: list[PersonRow], *, active: bool) -> None:
    """Many at once, each table by one statement: nobody signs in with these but by the demo's password."""
    hashed = db.session.scalars(select(User.password).where(User.username == "kasi")).one()
    columns = ("username", "first_name", "last_name", "email")
    rows = [{name: getattr(p, name) for name in columns} | {"password": hashed, "active": active} for p in people]
    made = insert(User.__table__).returning(User.__table__.c.username, User.__table__.c.id)
    ids = dict(db.session.execute(made, rows).all())
    roles = dict(db.session.execute(select(Role.name, Role.id)).all())
    offices = ("agency_code", "position", "nip", "rank")
    profiles = [dict(zip(offices, (p.agency, p.position, p.nip, p.rank), strict=True)) for p in people]
    keyed = list(zip(people, profiles, strict=True))
    of_role = [{"user_id": ids[p.username], "role_id": roles[p.actor]} for p in people]
    db.session.execute(insert(assoc_user_role), of_role)
    db.session.execute(insert(OfficerProfile.__table__), [{**row, "user_id": ids[p.username]} for p, row in keyed])
    ages = [{"user_id": ids[p.username], "changed_at": utc_now(), "demonstration": True} for p in people]
    db.session.execute(insert(PasswordAge.__table__), ages)


def _in_office() -> list[PersonRow]:
    found = []
    for name, role, count in IN_THE_OFFICE:
        found += [_person(f"{name}{n}" if n else name, role, OFFICE[role == "supervisor"], n) for n in range(count)]
    for code in agencies():
        for name, role, count in IN_EACH:
            found += [_person(f"{name}{n or ''}.{code}", role, code, n) for n in range(count)]
    return found


def _left(count: int) -> list[tuple[int, str]]:
    codes = agencies()
    return [(n, codes[n % len(codes)]) for n in range(1, count + 1)]


def _person(username: str, role: str, agency: str, number: int) -> PersonRow:
    seed = sum(map(ord, username))
    first, last = NAMES[seed % len(NAMES)], NAMES[(seed // 7 + number) % len(NAMES)]
    nip = f"19{70 + seed % 30}0101{1995 + seed % 25}011000"
    return PersonRow(username, role, agency, first, last, "(contoh)", nip, "Penata", f"{username}@balangan.example")

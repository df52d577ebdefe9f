"""Demo accounts (design 8.1): fictional officers with one common password, and the API keys of the integrations."""

from sqlalchemy import select, update
from werkzeug.security import generate_password_hash

from app.access.people import person_of
from app.accounts.api_keys import hash_key, new_key
from app.calendar.fill_holidays import fill_empty_years
from app.core.clock import office_today, utc_now
from app.core.extensions import db
from app.core.office import NOT_SET_UP, current_office
from app.core.transaction import one_transaction
from app.demo.read import OFFICE, load_people
from app.models import Agency, ApiKey, OfficerProfile, PasswordAge, Role, User
from app.profile.seed import apply_shipped
from workflow_rules.process.actors import Person

PASSWORD = "balangan-demo"  # noqa: S105  (printed on purpose; production refuses to make these accounts)
KEY_NAME = "Integrasi SP4N (contoh)"
OPEN311_KEY_NAME = "Aplikasi warga Open311 (contoh)"


def set_up_office() -> None:
    """Make a new office that of the demonstration, with its invented agencies, and commit."""
    if current_office() is not NOT_SET_UP:
        return
    apply_shipped(OFFICE, utc_now())
    db.session.execute(update(Agency).where(Agency.name.contains("(contoh)")).values(active=True))
    with one_transaction():
        fill_empty_years(office_today().year)


def make_accounts() -> dict[str, str]:
    """Set the office up if it is new, create the missing demo user accounts, commit, and return a dict of user name to
    role of all demo accounts; existing ones are not changed.
    """
    set_up_office()
    people = load_people()
    there = set(db.session.scalars(select(User.username)))
    hashed = generate_password_hash(PASSWORD)
    for row in people:
        if row.username in there:
            continue
        user = User(
            username=row.username,
            first_name=row.first_name,
            last_name=row.last_name,
            email=row.email,
            password=hashed,
            active=True,
            roles=[db.session.scalars(select(Role).where(Role.name == row.actor)).one()],
        )
        db.session.add(user)
        db.session.flush()
        db.session.add(PasswordAge(user_id=user.id, changed_at=utc_now(), demonstration=True))
        db.session.add(
            OfficerProfile(user_id=user.id, agency_code=row.agency, position=row.position, nip=row.nip, rank=row.rank)
        )
    db.session.commit()
    return {row.username: row.actor for row in people}


def make_key(name: str = KEY_NAME, scope: str = "sp4n") -> str:
    """Create an API key with one scope, or replace the secret of the API key with this name; commit and return the
    secret as plain text.
    """
    key = new_key()
    row = db.session.scalars(select(ApiKey).where(ApiKey.name == name)).first()
    if row is None:
        row = ApiKey(name=name, scopes=[scope], created_at=utc_now())
        db.session.add(row)
    row.key_hash = hash_key(key)
    db.session.commit()
    return key


def demo_person(username: str) -> Person:
    """Return the Person of the demo account with this user name; raises sqlalchemy's NoResultFound if there is none."""
    user = db.session.scalars(select(User).where(User.username == username)).one()
    return person_of(user, utc_now())


def username_of(actor: str, agency: str | None) -> str:
    """Return the user name of the demo account of a role (`actor`); `agency` is an agency code, used for agency roles
    only. Raises KeyError for a role without cases.
    """
    office = {
        "complaint_admin": "admin.aduan",
        "section_head": "kasi",
        "division_head": "kabid",
        "office_head": "kadis",
        "agency_admin": f"admin.{agency}",
        "agency_secretary": f"sekretaris.{agency}",
        "agency_head": f"kepala.{agency}",
    }
    return office[actor]

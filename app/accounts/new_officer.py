"""One form makes an officer: account, membership, role and the link that sets the password, in one transaction."""

import re
import unicodedata
from collections.abc import Container, Mapping
from dataclasses import dataclass, fields
from datetime import datetime

from email_validator import EmailNotValidError, validate_email
from flask_appbuilder.security.sqla.models import Role, User
from sqlalchemy import func, select, text

from app.access.office_roles import office_roles, role_labels
from app.access.process_rows import agency_actors
from app.accounts.first_administrator import NAME
from app.accounts.identity_grants import ask_grants, needing_confirmation
from app.accounts.password_links import make_link
from app.accounts.password_reset import has_mail
from app.accounts.passwords import unknown_password_hash
from app.core.extensions import db
from app.core.identifiers import is_phone
from app.core.transaction import one_transaction
from app.models import Agency, NoticePreference, OfficerProfile
from app.web.fab_repairs import is_readable

LONGEST_NAME, LONGEST_POSITION, LONGEST_RANK = 64, 300, 60
NIP = re.compile(r"[0-9]{18}")


@dataclass(frozen=True)
class NewOfficer:
    """A value object: what is said about a new officer. Without a user name one is made from the name, without a
    position the role's name is taken; `agency` is a code, "" for none.
    """

    name: str
    role: str
    agency: str = ""
    email: str = ""
    phone: str = ""
    nip: str = ""
    position: str = ""
    rank: str = ""
    username: str = ""


PARTS = tuple(part.name for part in fields(NewOfficer))


def as_typed(said: Mapping[str, str]) -> NewOfficer:
    """Return a new officer from its parts as they were typed, by name, without needless white space."""
    parts = {part: " ".join(said.get(part, "").split()) for part in PARTS}
    return NewOfficer(**{**parts, "nip": parts["nip"].replace(" ", "")})


class OfficerRefused(Exception):
    """Raised when an officer cannot be made; `faults` has for each wrong part the reason code of its sentence."""

    def __init__(self, faults: dict[str, str]) -> None:
        super().__init__(", ".join(faults))
        self.faults = faults


@dataclass(frozen=True)
class MadeOfficer:
    """A value object: a new officer with the account, whether an invitation was sent, the token of the link to hand
    over instead ("": none), and whether the role needs a supervisor's confirmation.
    """

    profile: OfficerProfile
    invited: bool
    token: str
    needs_confirmation: bool


@dataclass(frozen=True)
class TakenNames:
    """What belongs to one account only, of all that are there (user names and addresses in lower case), and the codes
    of the agencies that are in use.
    """

    usernames: set[str]
    emails: set[str]
    nips: set[str]
    agencies: frozenset[str]

    def add(self, username: str, new: NewOfficer) -> None:
        """Note what belongs to a new officer from now on."""
        self.usernames.add(username.lower())
        self.emails.update({new.email.lower()} - {""})
        self.nips.update({new.nip} - {""})


def taken_names() -> TakenNames:
    """Return what belongs to the accounts that are there."""
    accounts = db.session.execute(select(func.lower(User.username), func.lower(User.email))).all()
    return TakenNames(
        usernames={row[0] for row in accounts},
        emails={row[1] for row in accounts if row[1]},
        nips=set(db.session.scalars(select(OfficerProfile.nip).where(OfficerProfile.nip != ""))),
        agencies=frozenset(db.session.scalars(select(Agency.code).where(Agency.active.is_(True)))),
    )


def add_officer(new: NewOfficer, by: int, now: datetime, hand_over: bool = True) -> MadeOfficer:
    """Store the account, membership and role of a new officer, and commit. The link that sets the password is sent if
    there is an e-mail address and a mail server; else, with `hand_over`, its token is returned. A role that opens
    identities is requested from the supervisors. Raises OfficerRefused.
    """
    with one_transaction():
        return OfficerMaker(by, now, hand_over).add(new)


class OfficerMaker:
    """Makes officers within one transaction, during which nobody else makes one. `by` is the user id of the
    administrator, None for the command line. `taken` (TakenNames) is what belongs to the accounts that are there.
    """

    def __init__(self, by: int | None, now: datetime, hand_over: bool = True) -> None:
        db.session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('new officer', 48))"))
        self.taken = taken_names()
        self._by, self._now, self._hand_over = by, now, hand_over
        self._roles: dict[str, tuple[Role, bool]] = {}
        self._password = unknown_password_hash()  # one for all: nobody knows it, and each hash takes long

    def add(self, new: NewOfficer) -> MadeOfficer:
        """Store a new officer as `add_officer` says, without a commit. Raises OfficerRefused."""
        if faults := self.faults_in(new):
            raise OfficerRefused(faults)
        role, waits = self._role(new.role)
        first, _, last = new.name.partition(" ")
        name = new.username or free_username(new.name, self.taken.usernames)
        user = User(username=name, first_name=first, last_name=last.strip(), email=new.email, active=True)
        user.password, user.roles = self._password, [] if waits else [role]
        db.session.add(user)
        db.session.flush()
        profile = OfficerProfile(user=user, agency_code=new.agency or None, nip=new.nip, rank=new.rank)
        profile.position = new.position or role_labels()[new.role][0]
        db.session.add(profile)
        if new.phone:
            db.session.add(NoticePreference(user_id=user.id, gateway_to=new.phone))
        db.session.flush()
        if waits and self._by is not None:
            ask_grants(user, [role], self._by, self._now)
        self.taken.add(name, new)
        return self._linked(profile, waits)

    def link_again(self, user_id: int) -> MadeOfficer:
        """Make a new link for an officer who has set no password yet, in place of earlier ones; without a commit."""
        profile = db.session.get_one(OfficerProfile, user_id)
        return self._linked(profile, not profile.user.roles)

    def faults_in(self, new: NewOfficer) -> dict[str, str]:
        """Return the reason code for each wrong part; a role that needs a confirmation, a person must ask for."""
        faults = faults_in(new, self.taken)
        if self._by is None and "role" not in faults and self._role(new.role)[1]:
            faults["role"] = "asked_by_nobody"
        return faults

    def _role(self, name: str) -> tuple[Role, bool]:
        """Return a role, and whether it needs a supervisor's confirmation."""
        if name not in self._roles:
            role = db.session.scalars(select(Role).where(Role.name == name)).one()
            self._roles[name] = role, bool(needing_confirmation([], [role]))
        return self._roles[name]

    def _linked(self, profile: OfficerProfile, waits: bool) -> MadeOfficer:
        invited = has_mail(profile.user)
        if not invited and not self._hand_over:
            return MadeOfficer(profile, False, "", waits)
        token = make_link(profile.user, "invitation", self._by, self._now, by_mail=invited)
        return MadeOfficer(profile, invited, "" if invited else token, waits)


def free_username(name: str, taken: Container[str]) -> str:
    """Return a user name made of the first and the last word of a name, in lower case and without accents; with a
    number behind it if it is taken.
    """
    plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    words = re.findall(r"[a-z0-9]+", plain.partition(",")[0]) or ["petugas"]
    made = ".".join(dict.fromkeys((words[0], words[-1])))[:60].rstrip(".").ljust(2, "0")
    number = 2
    found = made
    while found in taken:
        found, number = f"{made}{number}", number + 1
    return found


def email_is_taken(email: str, but_for: str | None = None) -> bool:
    """Return whether an account has this e-mail address, in whatever case; `but_for` is the id of one that may."""
    with db.session.no_autoflush:
        found = db.session.scalars(select(User.id).where(func.lower(User.email) == email.lower())).all()
    return any(str(key) != but_for for key in found)


def faults_in(new: NewOfficer, taken: TakenNames) -> dict[str, str]:
    """Return the reason code of the sentence for each wrong part of a new officer."""
    first, _, last = new.name.partition(" ")
    wrong = {
        "name": "officer_name" if not new.name or max(len(first), len(last)) > LONGEST_NAME else "",
        "username": _fault_of_username(new.username, taken),
        "nip": _fault_of_nip(new.nip, taken),
        "position": "position_too_long" if len(new.position) > LONGEST_POSITION else "",
        "rank": "rank_too_long" if len(new.rank) > LONGEST_RANK else "",
        "role": "no_role" if new.role not in office_roles() else "",
        "agency": _fault_of_agency(new, taken),
        "email": _fault_of_email(new, taken),
        "phone": "bad_phone" if new.phone and not is_phone(new.phone) else "",
    }
    unreadable = {part: "unreadable" for part in wrong if not is_readable(getattr(new, part))}
    return {part: reason for part, reason in wrong.items() if reason} | unreadable


def _fault_of_username(name: str, taken: TakenNames) -> str:
    if name and not NAME.fullmatch(name):
        return "bad_username"
    return "username_taken" if name.lower() in taken.usernames else ""


def _fault_of_nip(nip: str, taken: TakenNames) -> str:
    if nip and not NIP.fullmatch(nip):
        return "bad_nip"
    return "nip_taken" if nip in taken.nips else ""


def _fault_of_agency(new: NewOfficer, taken: TakenNames) -> str:
    if new.agency:
        return "" if new.agency in taken.agencies else "unknown_agency"
    role = office_roles().get(new.role)
    return "agency_needed" if role is not None and role.actor in agency_actors() else ""


def _fault_of_email(new: NewOfficer, taken: TakenNames) -> str:
    if not new.email:
        return "" if new.phone else "address_needed"
    try:
        validate_email(new.email, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return "bad_email"
    return "email_taken" if new.email.lower() in taken.emails else ""

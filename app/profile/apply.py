"""Brings the office to the configuration of a profile, in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import IntegrityError

from app.access.sync_roles import project_roles
from app.core.definitions import forget_version
from app.core.extensions import db
from app.core.locks import PROFILE_LOCK, wait_for_lock
from app.core.office import NOT_SET_UP, current_office
from app.core.transaction import one_transaction
from app.models import JournalEntry
from app.profile.differences import Difference, differences
from app.profile.section import IDENTITIES, Applying, ApplyRefused, Profile, Section, absent_rows
from app.profile.sections import AFTER_OTHERS, SECTIONS, office_profile

MOST_LISTED = 200
"""Differences that the journal entry lists; more of them are counted."""


@dataclass(frozen=True)
class Applied:
    """A value object: the differences that were written, and those that remain, since what is named stays."""

    written: Sequence[Difference]
    left: Sequence[Difference]


def apply_profile(profile: Profile, reason: str, by: int | None, now: datetime) -> Applied:
    """Write all that differs between a profile and the office, with one journal entry, and commit; where nothing
    differs, nothing is written.

    What the profile lacks ends (an agency, an entry, a field) or stays because records name it (a place, a past
    holiday); while the office is not set up it is deleted. A changed process becomes a new version, so that running
    cases stay with theirs. `by` is the officer's user id, None for the system; `now` is aware UTC. Raises ApplyRefused
    for what this office cannot take; nothing is written then.
    """
    with one_transaction():
        wait_for_lock(PROFILE_LOCK)
        here = office_profile()
        if not differences(profile, here):
            return Applied((), ())
        fresh = current_office() is NOT_SET_UP
        ordered = sorted(SECTIONS, key=lambda section: section.name in AFTER_OTHERS)
        for section in ordered:
            if profile[section.name] != here[section.name]:
                section.write(profile[section.name], here[section.name], Applying(section.name, by, now, reason, fresh))
                db.session.flush()
        for section in reversed(ordered):
            _drop(section, profile, here, Applying(section.name, by, now, reason, fresh))
        forget_version()
        project_roles()
        db.session.expire_all()
        return _told(profile, here, office_profile(), reason, by, now)


def _drop(section: Section, profile: Profile, here: Profile, applying: Applying) -> None:
    if section.name not in IDENTITIES:
        return
    gone = absent_rows(section.name, profile[section.name], here[section.name])
    try:
        if gone:
            section.drop(gone, applying)
            db.session.flush()
    except IntegrityError as named:
        raise ApplyRefused((section.name,), "lack something that an account or another row names") from named


def _told(profile: Profile, before: Profile, after: Profile, reason: str, by: int | None, now: datetime) -> Applied:
    applied = Applied(differences(after, before), differences(profile, after))
    if applied.written:
        listed = [str(difference) for difference in applied.written[:MOST_LISTED]]
        data = {"changes": listed, "more": len(applied.written) - len(listed)}
        db.session.add(JournalEntry(kind="profile_applied", at=now, officer_id=by, reason=reason, data=data))
    return applied

"""What a new office begins with, and the profiles that come with the program."""

from datetime import datetime
from pathlib import Path

from sqlalchemy import exists, select

import app.reference
from app.calendar.fill_holidays import fill_empty_years
from app.core.clock import office_today
from app.core.extensions import db
from app.core.transaction import one_transaction
from app.models import SopVersion
from app.profile.apply import Applied, apply_profile
from app.profile.reading import read_profile
from app.profile.sections import office_profile

PROFILES = Path(app.reference.__file__).parent / "profiles"
REASON = "Data awal"


def apply_standard(now: datetime) -> None:
    """Give a database without a process what every office begins with, add the national holidays of years that have
    none, and commit. `now` is aware UTC.
    """
    if not db.session.scalar(select(exists(select(SopVersion.id)))):
        apply_shipped("standard", now)
    with one_transaction():
        fill_empty_years(office_today(now).year)


def apply_shipped(name: str, now: datetime) -> Applied:
    """Apply a profile that comes with the program, whose sections may be incomplete, and commit. Raises ProfileRefused
    or ApplyRefused.
    """
    with one_transaction():
        profile = read_profile((PROFILES / f"{name}.yaml").read_bytes(), office_profile())
        return apply_profile(profile, REASON, None, now)

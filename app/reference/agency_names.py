"""What agencies and steps are called on pages that show many cases at once."""

from sqlalchemy import select

from app.core.extensions import db
from app.models import Agency
from app.reference.sop import active_sop_version


def agency_names() -> dict[str, str]:
    """The short name of every agency by its code."""
    return {row.code: row.short_name for row in db.session.execute(select(Agency.code, Agency.short_name))}


def step_numbers() -> dict[str, int]:
    """The number that each step has in the SOP in force."""
    return {row.step: row.number for row in active_sop_version().steps}

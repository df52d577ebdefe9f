"""The sections of a profile in the order of the file, and the profile of this office."""

from typing import Any

from app.profile.calendar import HOLIDAYS, NATIONAL_LIMITS, WORKING_WEEKS
from app.profile.definitions import FIELDS, LISTS
from app.profile.office import OFFICE
from app.profile.organisation import AGENCIES, CATEGORIES, DISTRICTS
from app.profile.roles import ROLES
from app.profile.section import Profile
from app.profile.sop import ACTORS, SOP
from app.profile.texts import STANDARD_TEXTS, TEXTS
from app.profile.yaml_text import as_yaml

FORMAT = 1
SECTIONS = (
    OFFICE,
    *(AGENCIES, CATEGORIES, DISTRICTS),
    *(LISTS, FIELDS, TEXTS, STANDARD_TEXTS),
    *(WORKING_WEEKS, HOLIDAYS, NATIONAL_LIMITS, ACTORS, ROLES, SOP),
)
AFTER_OTHERS = ("office", "fields", "standard_texts", "roles", "sop")
"""Sections whose rows name those of others, so that they are written last, in this order of the file."""


def office_profile() -> Profile:
    """Return the profile of this office as the database has it. Read it in one REPEATABLE READ transaction."""
    return {section.name: section.arranged(section.of_office()) for section in SECTIONS}


def as_file(profile: Profile) -> bytes:
    """Return a profile as the content of a file; equal profiles give equal bytes."""
    content: dict[str, Any] = {"format": FORMAT, **profile}
    return as_yaml(content).encode()

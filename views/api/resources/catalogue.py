"""List of all resources of the data API other than complaints."""

from views.api.resources.read_only import JOURNAL, LETTER, OFFICER, PROCESS, SOP, STEP_TASK
from views.api.resources.reference import (
    ACTOR,
    AGENCY,
    CATEGORY,
    CHOICE,
    DELEGATION,
    DISTRICT,
    HOLIDAY,
    NATIONAL_LIMIT,
    OFFICE,
    ROLE,
    STANDARD_TEXT,
    VILLAGE,
    WORKING_HOURS,
)

RESOURCES = (
    *(OFFICE, AGENCY, CATEGORY, CHOICE, DISTRICT, VILLAGE, HOLIDAY, WORKING_HOURS, NATIONAL_LIMIT),
    *(STANDARD_TEXT, DELEGATION, ACTOR, ROLE, OFFICER, SOP, PROCESS, STEP_TASK, LETTER, JOURNAL),
)

"""List of all resources of the data API other than complaints."""

from views.api.resources.read_only import JOURNAL, LETTER, OFFICER, SOP, STEP_TASK
from views.api.resources.reference import (
    AGENCY,
    CATEGORY,
    CHOICE,
    DELEGATION,
    DISTRICT,
    HOLIDAY,
    NATIONAL_LIMIT,
    STANDARD_TEXT,
    VILLAGE,
    WORKING_HOURS,
)

RESOURCES = (
    *(AGENCY, CATEGORY, CHOICE, DISTRICT, VILLAGE, HOLIDAY, WORKING_HOURS, NATIONAL_LIMIT),
    *(STANDARD_TEXT, DELEGATION, OFFICER, SOP, STEP_TASK, LETTER, JOURNAL),
)

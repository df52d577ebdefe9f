"""Sets of the steps and roles of the seeded process, for tests."""

from workflow_rules.process.standard_sop import STANDARD_SOP

AGENCY_STEPS = frozenset(row.step for row in STANDARD_SOP.steps if row.of_agency)
LEADING_STEPS = tuple(row.step for row in STANDARD_SOP.leading)
OFFICE_ACTORS, AGENCY_ACTORS = STANDARD_SOP.office_actors, STANDARD_SOP.agency_actors
OFFICERS = OFFICE_ACTORS | AGENCY_ACTORS
INITIALLERS = STANDARD_SOP.initiallers

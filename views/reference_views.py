"""Screens for reference data: agencies, officers, delegations, categories, places, calendar, SOP versions."""

from typing import Any

from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import lazy_gettext as _
from wtforms import SelectField, StringField
from wtforms.validators import ValidationError

from app.clock import utc_now
from app.extensions import db
from app.labels.words import ACTORS, AGENCY_KINDS, DELEGATION_KINDS, HOLIDAY_KINDS, SOP_STATES, STEPS, Labels
from app.models import (
    Agency,
    Category,
    DelegationRow,
    District,
    Holiday,
    OfficerProfile,
    SopStepRow,
    SopVersion,
    Village,
    WorkingWeek,
)
from app.models.reference import WEEKDAYS
from app.queries.people import all_delegations
from app.queries.reference import check_week, load_sop
from views.guarded_model_view import GuardedModelView
from workflow_rules.actors import AGENCY_ACTORS, OFFICE_ACTORS, DelegationKind
from workflow_rules.delegations import Delegation, closes_a_loop
from workflow_rules.steps import AGENCY_STEPS, Step


def choice_field(label: Any, labels: Labels) -> SelectField:
    return SelectField(label, choices=[(value, str(text)) for value, text in labels.items()])


def worded(labels: Labels) -> Any:
    """A formatter that shows a stored word in the officer's language."""
    return lambda value: labels.get(value, value)

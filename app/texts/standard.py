"""Standard answers and letters: which an officer may insert into a text of a case, with their placeholders filled."""

from dataclasses import dataclass

from flask_babel import force_locale
from sqlalchemy import ColumnElement, or_, select

from app.casefile.case import Case
from app.core.clock import office_today
from app.core.extensions import db
from app.models import StandardText
from app.texts.field_names import AGENCY, NOBODY, REPORTER, Readers, check_with_fields, with_fields
from app.texts.names import OF_STANDARD_TEXTS, allowed
from app.texts.placeholders import Allowed, Fault, Target, TextFault, TextRefused, Values, render
from app.texts.values import case_values, instant, on_day
from workflow_rules.process.actions import Action
from workflow_rules.process.actors import Person
from workflow_rules.process.decide import AllowedAction

MOST_OFFERED = 50
KIND_OF = {Action.REPLY: "answer", Action.SUBMIT_DRAFT: "letter"}
"""Which kind of standard text the form of an action offers."""
PLACEHOLDERS: Allowed = allowed(OF_STANDARD_TEXTS)
READERS = {"answer": REPORTER, "letter": AGENCY}
"""Whose fields a standard text of each kind may hold: reporters read the answers, an agency writes the letters."""


@dataclass(frozen=True)
class Offered:
    """A value object: a standard text as it would be inserted; `scope` says for whom it was written."""

    id: int
    title: str
    scope: str
    text: str


def standard_faults(body: str, kind: str) -> list[Fault]:
    """Return the faults of the words of a standard text of a kind, `answer` or `letter`."""
    return check_with_fields(body, PLACEHOLDERS, READERS.get(kind, NOBODY))


def kinds_that_show(fault: Fault) -> list[str]:
    """Return the kinds of standard texts that may hold the field of a fault, which the readers of another may not see;
    [] for any other fault.
    """
    if fault.reason is not TextFault.HIDDEN_FIELD:
        return []
    return [kind for kind in READERS if fault.reason not in {one.reason for one in standard_faults(fault.found, kind)}]


def offered_texts(case: Case, action: AllowedAction, office_name: str) -> list[Offered]:
    """Return the standard texts that the form of an action offers to the officer, filled for the case, in their order;
    [] for an action without any. Takes one query.
    """
    kind = KIND_OF.get(action.action)
    if kind is None:
        return []
    category = case.complaint.category
    fitting = [category.id, category.parent_id] if category is not None else []
    statement = select(StandardText).where(
        StandardText.kind == kind,
        StandardText.active.is_(True),
        _for(case.person),
        or_(StandardText.category_id.is_(None), StandardText.category_id.in_([key for key in fitting if key])),
    )
    rows = db.session.scalars(statement.order_by(StandardText.order, StandardText.title).limit(MOST_OFFERED)).all()
    if not rows:
        return []
    with force_locale("id"):
        values = _values_of(case, action, office_name, READERS[kind])
        return [Offered(row.id, row.title, row.scope, text) for row in rows if (text := _filled(row, values))]


def _for(person: Person) -> ColumnElement[bool]:
    """Return the criterion of the standard texts for an officer: of the office, of the own agencies, and the own."""
    of_agency = StandardText.agency_code.in_(sorted(person.agencies))
    return or_(StandardText.scope == "office", of_agency, StandardText.owner_id == person.id)


def _filled(row: StandardText, values: Values) -> str:
    """Return the text with its placeholders replaced; "" if it became faulty by a later release."""
    try:
        return render(row.body, values, Target.PLAIN, with_fields(PLACEHOLDERS, row.body))
    except TextRefused:
        return ""


def _values_of(case: Case, action: AllowedAction, office_name: str, readers: Readers) -> Values:
    agency = action.agency or case.facts.lead
    due = (t.due_at for t in case.open_tasks if (t.step, t.agency_code) == (action.step, action.agency))
    return {
        **case_values(case.complaint, readers),
        "agency.name": case.full_name(agency) if agency else "",
        "office.name": office_name,
        "officer.name": case.person.name,
        "deadline": instant(next(due, None)),
        "today": on_day(office_today(case.now)),
    }

"""That `make bench` can fill its tables: their columns change, and nobody measures every day."""

from datetime import datetime

from flask import Flask
from sqlalchemy import func, select

from app.cases.raise_alarms import raise_due_alarms
from app.core.extensions import db
from app.models import Complaint
from tests.bench.inbound import measure_inbound
from tests.bench.office import OpenSteps
from tests.office_zone import OFFICE_ZONE

MORNING = datetime(2026, 11, 24, 10, 0, tzinfo=OFFICE_ZONE)


def test_copies_of_a_case_stand_in_the_tables_and_are_swept(context: Flask) -> None:
    steps = OpenSteps(MORNING)
    steps.add(3, due=True)
    steps.add(2, due=False)
    copies = Complaint.number.startswith("UKUR-")
    assert db.session.scalars(select(func.count()).where(copies)).one() == 5
    assert raise_due_alarms(MORNING) == 3


def test_reports_and_their_bare_rows_can_be_put_beside_each_other(context: Flask) -> None:
    measured = list(measure_inbound(context, singles=2, many=3))
    assert len(measured) == 2
    assert all(cost > 0 and bare > 0 for _, cost, bare in measured)

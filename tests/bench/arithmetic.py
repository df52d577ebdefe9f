"""What the rules and the letter cost without a server: beside a table with bisect, a dict, and bare WeasyPrint."""

from __future__ import annotations

import statistics
import time
from bisect import bisect_right
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select

from app.access.people import person_of
from app.audit.invariants.record_checks import day_table
from app.casefile.facts import facts_of
from app.core.clock import utc_now
from app.core.extensions import db
from app.models import Complaint, Paper, PaperKind
from app.papers.kinds import html_of
from app.papers.render import parts, render_pdf
from app.reference.calendar import load_working_calendar
from app.reference.sop import load_sop
from tests.bench.table import Line
from tests.office_zone import OFFICE_ZONE
from workflow_rules.process.actions import Action, ActionRequest
from workflow_rules.process.decide import decide

DAYS, STARTS = 400, 2000
HOUR = timedelta(minutes=60)


def measure_arithmetic() -> Iterator[Line]:
    """Deadlines, decisions, letters."""
    yield _deadlines()
    yield _decisions()
    yield _letters()


def _each(act: Callable[[Any], Any], values: list[Any], rounds: int = 5) -> float:
    """Milliseconds of one act over all values: the middle round."""
    found = []
    for _ in range(rounds):
        began = time.perf_counter()
        for value in values:
            act(value)
        found.append((time.perf_counter() - began) / len(values))
    return statistics.median(found) * 1000


def _deadlines() -> Line:
    random, calendar, now = Random(8), load_working_calendar(), utc_now()
    starts = [now - timedelta(minutes=random.randrange(300 * 1440)) for _ in range(STARTS)]
    plain = _plain_hours(now - timedelta(days=DAYS))
    assert all(plain(start) == calendar.add_minutes(start, 60) for start in starts)
    ours = _each(lambda start: calendar.add_minutes(start, 60), starts)
    return Line("+ 60 working minutes", ours, _each(plain, starts), goal_ms=0.005)


def _plain_hours(since: datetime) -> Callable[[datetime], datetime]:
    """The open spans one after the other with the seconds of work before each: two look-ups give the end."""
    table, spans = day_table(), []
    for n in range(DAYS + 100):
        spans += table.spans((since + timedelta(days=n)).astimezone(OFFICE_ZONE).date())
    begins, before, work = [], [], 0.0
    for opens, closes in spans:
        begins.append(opens.timestamp())
        before.append(work)
        work += (closes - opens).total_seconds()

    def add(start: datetime) -> datetime:
        at = start.timestamp()
        n = bisect_right(begins, at) - 1
        done = before[n] + min(at - begins[n], before[n + 1] - before[n]) + HOUR.total_seconds()
        n = bisect_right(before, done - 1e-6) - 1
        return datetime.fromtimestamp(begins[n] + done - before[n], UTC)

    return add


def _decisions() -> Line:
    """The section head's approval, with every guard; beside it the look-up of a state and an action in a dict."""
    case = db.session.scalars(select(Complaint).where(Complaint.status == "checking").limit(1)).one()
    facts, sop, now = facts_of(case), load_sop(case.sop_version), utc_now()
    by = person_of(db.session.scalars(select(User).where(User.username == "kasi")).one(), now)
    request, moves = ActionRequest(Action.APPROVE_CHECK), {("checking", Action.APPROVE_CHECK): "reporting"}
    ours = _each(lambda _: decide(facts, request, by, sop, now), [None] * STARTS)
    bare = _each(lambda _: moves["checking", request.action], [None] * STARTS)
    db.session.rollback()
    return Line("one decision of the rules", ours, bare, goal_ms=0.025)


def _letters() -> Line:
    paper = db.session.scalars(select(Paper).where(Paper.kind == PaperKind.ANSWER_LETTER.value).limit(1)).one()
    html, (document, styles, (fonts, _)) = html_of(PaperKind.ANSWER_LETTER, paper.frozen), parts()
    render_pdf(html)

    def bare_drawing(_: object) -> None:
        document(string=html).write_pdf(stylesheets=[styles], font_config=fonts, pdf_variant="pdf/a-3a")

    ours = _each(lambda _: render_pdf(html_of(PaperKind.ANSWER_LETTER, paper.frozen)), [None], 9)
    bare = _each(bare_drawing, [None], 9)
    db.session.rollback()
    return Line("one letter", ours, bare)

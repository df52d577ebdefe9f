"""Demonstration data: accounts, keys and fictional complaints, driven through the SOP by the real operations."""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import func, select, update

from app.cases.perform_action import perform_action
from app.cases.receive_complaint import receive_complaint
from app.cases.report_input import clean_report
from app.core.extensions import db
from app.core.transaction import one_transaction
from app.demo.accounts import OPEN311_KEY_NAME, PASSWORD, demo_person, make_accounts, make_key, username_of
from app.demo.paths import A_DAY, HALF_HOUR, Move, moves_for
from app.demo.read import ComplaintRow, load_complaints
from app.models import Complaint, Delivery, Notice
from app.reference.calendar import load_working_calendar
from workflow_rules.process.actions import ActionRequest
from workflow_rules.process.actors import SYSTEM, Person
from workflow_rules.time.working_calendar import WorkingCalendar

LATE_BY = 3 * 60


@dataclass
class Story:
    """A fictional complaint with its acts: when it is received (aware UTC), and the remaining acts with their times.
    `complaint` is None until it is received; `code` is its tracking code.
    """

    row: ComplaintRow
    received_at: datetime
    ahead: list[tuple[datetime, Move]] = field(default_factory=list)
    complaint: Complaint | None = None
    code: str = ""


def build_demo(now: datetime) -> dict[str, Any]:
    """Create missing demo accounts, the fictional complaints in a database without complaints, and new API keys, which
    replace the secrets of the old ones; commits. Return a dict, the content of `demo.json` (design 8.3): url, password,
    accounts, the two API keys, and tracking, a list of number and code.
    """
    accounts = make_accounts()
    stories: list[Story] = []
    if not db.session.execute(select(func.count()).select_from(Complaint)).scalar_one():
        calendar = load_working_calendar()
        stories = tell_stories([plan_story(row, now, calendar) for row in load_complaints()])
        # The demonstration sends nothing, and what is older than two days counts as read.
        with one_transaction():
            read = Notice.created_at < now - timedelta(days=2)
            db.session.execute(update(Notice).where(read).values(read_at=now))
            past = (Delivery.created_at < now, Delivery.state == "queued")
            db.session.execute(update(Delivery).where(*past).values(state="skipped", last_error="demonstration"))
    return {
        "url": current_app.config["PUBLIC_BASE_URL"],
        "password": PASSWORD,
        "accounts": accounts,
        "sp4n_api_key": make_key(),
        "open311_api_key": make_key(OPEN311_KEY_NAME, "open311"),
        "tracking": [{"number": s.complaint.number if s.complaint else "", "code": s.code} for s in stories],
    }


def tell_stories(wanted: Sequence[Story]) -> list[Story]:
    """Receive all complaints and perform their acts in order of time, so that case and letter numbers ascend too;
    commits. Return a list of the stories, earliest reception first.
    """
    stories = {story.row.key: story for story in wanted}
    people: dict[str, Person] = {}
    queue = [(s.received_at, position, s.row.key) for position, s in enumerate(wanted)]
    heapq.heapify(queue)
    while queue:
        at, position, key = heapq.heappop(queue)
        story = stories[key]
        if story.complaint is None:
            _receive(story, at, _person("admin.aduan", people))
        else:
            _, move = story.ahead.pop(0)
            params = dict(move.params)
            if "into" in params:
                target = stories[params["into"]].complaint
                params["into"] = target.number if target else ""
            by = SYSTEM if move.actor == "system" else _person(username_of(move.actor, move.officer_agency), people)
            wanted_act = ActionRequest(move.action, move.agency, params)
            perform_action(story.complaint.id, wanted_act, by, story.complaint.version, now=at, letters_drawn=False)
        if story.ahead:
            heapq.heappush(queue, (story.ahead[0][0], position, key))
    return sorted(wanted, key=lambda s: s.received_at)


def plan_story(row: ComplaintRow, now: datetime, calendar: WorkingCalendar) -> Story:
    """Return the Story of a complaint with a time for every act, such that the open step is overdue or fresh as the
    plan demands.

    Drafting takes what is left of the case's age, within its limit. The time since the last act varies from case to
    case.
    """
    plan, moves = row.plan, moves_for(row, lambda key: key)
    age = plan.received_days_ago * A_DAY
    longest = (13 if plan.field_visit or len(plan.agencies) > 1 else 4) * A_DAY
    draft = max(0, min(age - sum(m.minutes for m in moves) - HALF_HOUR, longest))
    minutes = [m.minutes + (draft if m.patient else 0) for m in moves]
    rest = 12
    if plan.overdue or plan.target not in _MINUTE_STEPS:
        scattered = int(row.key.rpartition("-")[2]) * 37 % 240
        rest = max(age - sum(minutes), 60 + LATE_BY if plan.overdue else 12) + scattered
    received = _back(calendar, now, sum(minutes) + rest)
    story, passed = Story(row, received), 0
    for move, step in zip(moves, minutes, strict=True):
        passed += step
        story.ahead.append((calendar.add_minutes(received, passed), move))
    return story


_MINUTE_STEPS = frozenset(
    {
        *("registering", "checking", "checking_after_send_back", "reporting", "directing", "directing_redirect"),
        *("relaying", "agency_receive", "agency_dispose", "send_answer", "disposing_answer", "replying", "reopened"),
    }
)


def _back(calendar: WorkingCalendar, now: datetime, minutes: int) -> datetime:
    """Return the instant (aware UTC, in whole minutes) that lies this many working minutes before `now`, at most 200
    days.
    """
    early, late = now - timedelta(days=200), now
    for _ in range(40):
        middle = early + (late - early) / 2
        if calendar.elapsed(middle, now) >= timedelta(minutes=minutes):
            early = middle
        else:
            late = middle
    return early.replace(second=0, microsecond=0)


def _receive(story: Story, at: datetime, by: Person) -> None:
    row = story.row
    payload: dict[str, Any] = {
        "title": row.title,
        "body": row.body,
        "classification": row.classification.value,
        "category": row.category,
        "confidentiality": row.confidentiality.value,
        "channel": row.channel.value,
        "location": {k: v for k, v in vars(row.location).items() if v},
        "occurred_on": (at - timedelta(days=row.occurred_days_before)).date().isoformat(),
        "reporter": {k: v for k, v in vars(row.reporter).items() if v} if row.reporter else {},
    }
    sp4n = {"sp4n_tracking_id": row.tracking_id, "sp4n_revision": 1} if row.tracking_id else None
    received = receive_complaint(clean_report(payload), by, now=at, sp4n=sp4n)
    story.complaint, story.code = received.complaint, received.tracking_code


def _person(username: str, known: dict[str, Person]) -> Person:
    if username not in known:
        known[username] = demo_person(username)
    return known[username]

"""Prototype cases: invented complaints that the real operations lead into every state an office knows."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from app.demo.build import Story, plan_story, tell_stories
from app.demo.paths import A_DAY
from app.demo.read import ComplaintRow, LocationRow, PlanRow, ReporterRow, rows_of_office
from app.reference.calendar import load_working_calendar
from tests.bench.filling.officers import agencies
from tests.bench.filling.words import TOPICS, Topic, reporters, tell
from workflow_rules.process.actions import Action
from workflow_rules.process.identity import Channel, Classification, Confidentiality
from workflow_rules.time.working_calendar import WorkingCalendar

OPEN = {
    **dict.fromkeys(("registering", "checking", "reporting", "directing", "relaying", "agency_receive"), 3),
    **dict.fromkeys(("agency_dispose", "sign_answer", "send_answer", "disposing_answer", "replying"), 3),
    **dict.fromkeys(("checking_after_send_back", "directing_redirect", "draft_answer_returned", "reopened"), 1),
    "draft_answer": 12,
    "draft_paused": 2,
    "waiting_for_reporter": 3,
    "disposing_answer_sent_back": 1,
}
"""Where open cases stand, and how many stand there beside each other."""
SETTLED = {"closed": 176, "archived": 9, "merged": 2, "withdrawn": 2, "answered": 2, "rated": 1}
"""How those without an open step ended, in shares of 192: about 4 of 100 cases are open."""
OPEN_SHARE = 0.04
_TAKES_DUPLICATES = f"aduan-ukur-{list(OPEN).index('draft_answer') + 1}"
"""It came in days before the duplicates did."""
_CHANNELS = (Channel.SP4N, Channel.SP4N, Channel.SP4N, Channel.WEB, Channel.WALK_IN, Channel.WHATSAPP)
_SECRECY = (*(Confidentiality.OPEN,) * 8, Confidentiality.ANONYMOUS, Confidentiality.SECRET)
_REPORTER = reporters(1, Random(0))[0]


@dataclass(frozen=True)
class Made:
    """A prototype: the key of its case, how it ended or where it stands, its topic, and how often it is to be copied
    beside the others.
    """

    complaint_id: int
    target: str
    topic: Topic
    weight: float

    @property
    def open(self) -> bool:
        return self.target in OPEN


def make_prototypes(now: datetime, closed: int, late: bool, random: Random) -> list[Made]:
    """Every open state in time (and late), and so many closed ways; each by the operations that officers use."""
    calendar, plans = load_working_calendar(), list(_plans(closed, late))
    stories = [_story(number, plan, now, calendar, random) for number, plan in enumerate(plans, 1)]
    tell_stories(stories)
    made = []
    for number, story in enumerate(stories):
        assert story.complaint is not None
        target = story.row.plan.target
        share = OPEN.get(target, SETTLED.get(target, 0))
        alike = sum(plan.target == target for plan in plans)
        made.append(Made(story.complaint.id, target, TOPICS[number % len(TOPICS)], share / alike))
    return made


def _plans(closed: int, late: bool) -> Iterator[PlanRow]:
    codes = agencies()
    for number, target in enumerate((*OPEN, *OPEN) if late else OPEN):
        overdue = number >= len(OPEN) and target not in ("draft_paused", "waiting_for_reporter", "reopened")
        yield _plan(target, number, (codes[number % len(codes)],), overdue)
    for number in range(closed):
        lead, second = codes[number % len(codes)], codes[(number * 7 + 3) % len(codes)]
        yield _plan("closed", number, (lead, second) if number % 5 == 0 and lead != second else (lead,))
    for number, target in enumerate(("archived", "archived", "merged", "withdrawn", "answered", "rated")):
        yield _plan(target, number, () if target in ("archived", "withdrawn", "merged") else (codes[number],))


def _plan(target: str, number: int, named: tuple[str, ...], late: bool = False) -> PlanRow:
    topic = TOPICS[number % len(TOPICS)]
    early = {"draft_answer": 3, "draft_paused": 2, "closed": 0, "merged": 1}.get(target, 1 + number % 3)
    return PlanRow(
        target=target,
        route="via_admin" if number % 3 == 0 or target == "relaying" else "fast",
        agencies=(*named, "setda")[:2] if target == "directing_redirect" else named,
        field_visit=number % 8 == 1,
        received_days_ago=early + 4 * late,
        overdue=late,
        urgency=("normal", "normal", "urgent")[number % 3],
        notes=(),
        reply=f"Aduan Saudara sudah ditindaklanjuti: {topic.asked[0]}.",
        merge_into=_TAKES_DUPLICATES if target == "merged" else None,
        archive_reason="not_our_authority",
        rating=1 + number % 5,
    )


def _story(number: int, plan: PlanRow, now: datetime, calendar: WorkingCalendar, random: Random) -> Story:
    row = _row(number, plan, random)
    if plan.target != "closed" or number % 4:
        return plan_story(row, now, calendar)
    return _with_late_signature(plan_story(row, now - timedelta(days=25), calendar), calendar)


def _with_late_signature(story: Story, calendar: WorkingCalendar) -> Story:
    """The head signs four working days later, and all that follows moves along: such a limit has passed."""
    at = next(n for n, (_, move) in enumerate(story.ahead) if move.action is Action.SIGN)
    moved = [(calendar.add_minutes(when, 4 * A_DAY), move) for when, move in story.ahead[at:]]
    return replace(story, ahead=[*story.ahead[:at], *moved])


def _row(number: int, plan: PlanRow, random: Random) -> ComplaintRow:
    topic, secrecy = TOPICS[(number - 1) % len(TOPICS)], _SECRECY[number % len(_SECRECY)]
    district = rows_of_office("districts")[number % 8]
    village = district["villages"][number % len(district["villages"])]
    told, channel = tell(topic, village["name"], random), _CHANNELS[number % len(_CHANNELS)]
    return ComplaintRow(
        key=f"aduan-ukur-{number}",
        tracking_id=str(9_000_000 + number) if channel is Channel.SP4N else None,
        title=told.title,
        body=told.body,
        classification=Classification.COMPLAINT,
        category=topic.category,
        confidentiality=secrecy,
        channel=channel,
        location=LocationRow(told.place, district["code"], village["code"]),
        occurred_days_before=number % 9,
        reporter=None if secrecy is Confidentiality.ANONYMOUS else ReporterRow(**_REPORTER),
        plan=plan,
    )

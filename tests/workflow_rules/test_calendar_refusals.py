"""What no calendar can hold or count is refused, by `ValueError` and nothing else."""

from datetime import UTC, date, datetime, timedelta

import pytest

from tests.workflow_rules.office_calendars import BALANGAN, NORMAL, wita
from workflow_rules.time.deadlines import Allowance, Unit
from workflow_rules.time.working_calendar import WorkingCalendar

CALENDAR = WorkingCalendar.from_dict(BALANGAN)


def monday(*periods):
    return {"weeks": [{"from": None, "to": None, "hours": {"mon": list(periods)}}]}


NEVER = WorkingCalendar.from_dict({"zone": "Asia/Makassar", "weeks": [], "closed_days": {}})
CLOSED_OUT = WorkingCalendar.from_dict(
    {**BALANGAN, "weeks": [NORMAL, {"from": None, "to": None, "hours": {"mon": []}}], "closed_days": {}}
)
HERE = wita("2026-11-26 09:00")
NAIVE = datetime(2026, 11, 26, 9, 0)  # noqa: DTZ001 (the refusal of naive times is what is tested)
WALKS = {
    "is_open naive": lambda: CALENDAR.is_open(NAIVE),
    "next_open naive": lambda: CALENDAR.next_open(NAIVE),
    "next_open of a date": lambda: CALENDAR.next_open(date(2026, 11, 26)),
    "in_zone naive": lambda: CALENDAR.in_zone(NAIVE),
    "add_minutes naive": lambda: CALENDAR.add_minutes(NAIVE, 1),
    "add_days naive": lambda: CALENDAR.add_days(NAIVE, 1),
    "elapsed naive from": lambda: CALENDAR.elapsed(NAIVE, HERE),
    "elapsed naive to": lambda: CALENDAR.elapsed(HERE, NAIVE),
    "explain naive": lambda: CALENDAR.explain(NAIVE, Allowance(1, Unit.WORKING_MINUTES)),
    "naive pause": lambda: CALENDAR.add_minutes(HERE, 1, [(NAIVE, HERE)]),
    "open pause": lambda: CALENDAR.add_days(HERE, 1, [(HERE, None)]),
    "minutes -1": lambda: CALENDAR.add_minutes(HERE, -1),
    "minutes 1.5": lambda: CALENDAR.add_minutes(HERE, 1.5),
    "minutes True": lambda: CALENDAR.add_minutes(HERE, True),
    "minutes text": lambda: CALENDAR.add_minutes(HERE, "60"),
    "minutes none": lambda: CALENDAR.add_minutes(HERE, None),
    "minutes for ever": lambda: CALENDAR.add_minutes(HERE, 10**18),
    "time -1 s": lambda: CALENDAR.add_time(HERE, timedelta(seconds=-1)),
    "days -1": lambda: CALENDAR.add_days(HERE, -1),
    "days 1.0": lambda: CALENDAR.add_days(HERE, 1.0),
    "days False": lambda: CALENDAR.add_days(HERE, False),
    "days for ever": lambda: CALENDAR.add_days(HERE, 10**18),
    "never opens: next": lambda: NEVER.next_open(HERE),
    "never opens: minutes": lambda: NEVER.add_minutes(HERE, 0),
    "never opens: days": lambda: NEVER.add_days(HERE, 1),
    "never opens: same time": lambda: NEVER.same_time_after(HERE, 1),
    "never opens: explain": lambda: NEVER.explain(HERE, Allowance(1, Unit.WORKING_DAYS)),
    "overruled for ever": lambda: CLOSED_OUT.next_open(HERE),
    "before all years": lambda: CALENDAR.next_open(datetime(1, 1, 1, 12, tzinfo=UTC)),
    "after all years": lambda: CALENDAR.next_open(datetime(9999, 12, 31, 23, tzinfo=UTC)),
}


@pytest.mark.parametrize("walk", WALKS.values(), ids=WALKS.keys())
def test_what_cannot_be_counted_is_refused(walk):
    with pytest.raises(ValueError, match=r".+"):
        walk()


MALFORMED = {
    "unknown zone": {"zone": "Asia/Balangan"},
    "no zone": {"zone": None},
    "zone outside the folder": {"zone": "../etc/passwd"},
    "empty zone": {"zone": ""},
    "zone is a folder": {"zone": "Asia"},
    "weeks none": {"weeks": None},
    "week is a text": {"weeks": ["mon"]},
    "week without hours": {"weeks": [{"from": None, "to": None}]},
    "hours none": {"weeks": [{"from": None, "to": None, "hours": None}]},
    "unknown weekday": {"weeks": [{"from": None, "to": None, "hours": {"senin": []}}]},
    "day number": {"weeks": [{"from": None, "to": None, "hours": {0: []}}]},
    "periods none": {"weeks": [{"from": None, "to": None, "hours": {"mon": None}}]},
    "one time": monday(["07:30"]),
    "three times": monday(["07:30", "12:00", "13:00"]),
    "short hour": monday(["7:30", "12:00"]),
    "dotted": monday(["07.30", "12:00"]),
    "hour 25": monday(["07:30", "25:00"]),
    "minute 60": monday(["07:60", "12:00"]),
    "past midnight": monday(["07:30", "24:01"]),
    "number": monday([730, 1200]),
    "foreign digits": monday(["٠٧:٣٠", "12:00"]),
    "trailing line": monday(["07:30\n", "12:00"]),
    "reversed": monday(["12:00", "07:30"]),
    "empty period": monday(["12:00", "12:00"]),
    "from 24:00": monday(["24:00", "24:00"]),
    "overlapping": monday(["07:30", "12:00"], ["11:59", "16:00"]),
    "one inside another": monday(["07:30", "16:00"], ["09:00", "10:00"]),
    "twice the same": monday(["07:30", "16:00"], ["07:30", "16:00"]),
    "reversed range": {"weeks": [{**NORMAL, "from": "2026-02-02", "to": "2026-02-01"}]},
    "no such date": {"weeks": [{**NORMAL, "from": "2026-02-30"}]},
    "date without dashes": {"weeks": [{**NORMAL, "to": "20260201"}]},
    "closed on no date": {"closed_days": {"tomorrow": "Libur"}},
    "closed on the 31st of June": {"closed_days": {"2026-06-31": "Libur"}},
    "closed without a name": {"closed_days": {"2026-06-30": None}},
    "closed days as a list": {"closed_days": ["2026-06-30"]},
}


@pytest.mark.parametrize("change", MALFORMED.values(), ids=MALFORMED.keys())
def test_a_malformed_calendar_is_refused(change):
    with pytest.raises(ValueError, match=r".+"):
        WorkingCalendar.from_dict({**BALANGAN, **change})


@pytest.mark.parametrize("key", ["zone", "weeks"])
def test_a_calendar_without_zone_or_weeks_is_refused(key):
    with pytest.raises(ValueError, match="malformed calendar"):
        WorkingCalendar.from_dict({name: value for name, value in BALANGAN.items() if name != key})

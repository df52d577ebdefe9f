"""Calendars that the time tests share."""

from datetime import datetime
from zoneinfo import ZoneInfo

WITA = ZoneInfo("Asia/Makassar")
BERLIN = ZoneInfo("Europe/Berlin")


def week(plain, friday, first=None, last=None):
    """Return one effective range with plain hours from Monday to Thursday and a Friday of its own."""
    return {"from": first, "to": last, "hours": {**dict.fromkeys(("mon", "tue", "wed", "thu"), plain), "fri": friday}}


# Perpres 21/2023 art. 4: 37.5 hours a week from 07.30, a longer break on Friday; 32.5 hours from 08.00 in Ramadan.
NORMAL = week([["07:30", "12:00"], ["13:00", "16:00"]], [["07:30", "11:30"], ["13:00", "16:30"]])
RAMADAN = week(
    [["08:00", "12:00"], ["12:30", "15:00"]],
    [["08:00", "11:30"], ["12:30", "15:30"]],
    first="2026-02-18",
    last="2026-03-19",
)
CLOSED_DAYS = {
    "2026-03-18": "Cuti bersama Nyepi",
    "2026-03-19": "Hari Suci Nyepi",
    "2026-03-20": "Cuti bersama Idulfitri",
    "2026-03-21": "Idulfitri",
    "2026-03-22": "Idulfitri hari kedua",
    "2026-03-23": "Cuti bersama Idulfitri",
    "2026-03-24": "Cuti bersama Idulfitri",
    "2026-12-24": "Cuti bersama Natal",
    "2026-12-25": "Natal",
}
BALANGAN = {"zone": "Asia/Makassar", "weeks": [NORMAL, RAMADAN], "closed_days": CLOSED_DAYS}


def wita(text):
    """Read "2026-11-27 16:20" as a time in Balangan."""
    return datetime.fromisoformat(text).replace(tzinfo=WITA)


def every_day(periods, zone="Asia/Makassar", **more):
    """Return a calendar that keeps the same periods on all seven days."""
    hours = dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), periods)
    return {"zone": zone, "weeks": [{"from": None, "to": None, "hours": hours}], "closed_days": {}, **more}

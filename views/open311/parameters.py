"""Parsing of Open311 request parameters, collecting every fault."""

from datetime import UTC, datetime, timedelta
from typing import Any

from flask import request

from app.core.clock import office_zone
from app.open311.requests import Wanted
from views.open311.labels import FAULTS

SPAN = timedelta(days=90)
MOST = 1000
FARTHEST_PAGE = 100_000
STATES = {"open": False, "closed": True}


class Unreadable(Exception):
    """Exception raised for invalid Open311 parameters.

    `descriptions` holds a sentence for every fault, `status` is the HTTP status.
    """

    def __init__(self, descriptions: list[str], status: int = 400) -> None:
        super().__init__("; ".join(descriptions))
        self.descriptions, self.status = descriptions, status


def fault(name: str, value: str = "") -> str:
    """Return the message (text) of a fault code; the quoted value is cut to 60 characters."""
    sentence = str(FAULTS[name])
    return sentence % {"value": value[:60]} if "%(value)s" in sentence else sentence


def wanted_requests(now: datetime) -> tuple[Wanted, int, int]:
    """Return (filter, page from 1, page size) of `GET requests`; the period is at most 90 days and ends at `end_date`,
    else 90 days after `start_date`, else now. Raises Unreadable with every fault.
    """
    faults: list[str] = []
    begin, end = (_instant(name, faults) for name in ("start_date", "end_date"))
    if begin and end and end < begin:
        faults.append(fault("span"))
    until = end or (begin + SPAN if begin else now + timedelta(seconds=1))
    since = max(begin, until - SPAN) if begin else until - SPAN
    states = {STATES.get(word) for word in listed("status")}
    if None in states:
        faults.append(fault("status"))
    page, size = _number("page", 1, FARTHEST_PAGE, faults), _number("page_size", MOST, MOST, faults)
    if faults:
        raise Unreadable(faults)
    done = states.pop() if len(states) == 1 else None
    return Wanted(since, until, tuple(listed("service_code")), done), page, size


def listed(name: str) -> list[str]:
    """Return a list of the values of a query parameter given with commas or repeatedly, without duplicates; [] if
    missing.
    """
    parts = (part.strip() for text in request.args.getlist(name) for part in text.split(","))
    return list(dict.fromkeys(part for part in parts if part))


def _instant(name: str, faults: list[str]) -> datetime | None:
    text = request.args.get(name, "").strip()
    if not text:
        return None
    try:
        # A plus sign that was not encoded arrives as a space.
        found = datetime.fromisoformat(text.replace(" ", "+") if "T" in text else text)
        found = found if found.tzinfo else found.replace(tzinfo=office_zone())
        if 1970 <= found.astimezone(UTC).year <= 9000:
            return found
    except (ValueError, OverflowError):
        pass
    faults.append(fault("date", text))
    return None


def _number(name: str, default: int, most: int, faults: list[str]) -> int:
    text = request.args.get(name, "").strip()
    if not text:
        return default
    if text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= most and len(text) < 9:
        return int(text)
    faults.append(fault("number", f"{name}={text}"))
    return default


def degrees(form: Any, name: str) -> float | str | None:
    """Return a coordinate of the form as float (degrees); None if it is empty.

    Text that is no number is returned unchanged and rejected by validation later.
    """
    text = form.get(name, "").strip()
    try:
        return float(text) if text else None
    except ValueError:
        return str(text)

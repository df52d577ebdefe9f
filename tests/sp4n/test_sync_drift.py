"""How two ledgers differ, by hand: which difference is named, and which is mended without asking."""

import pytest

from app.models.peer import Drift
from app.sp4n.peer.differences import Repair, Side, drift_of, repair_of


def side(revision: int | None = 1, version: int | None = 4, status: str | None = "reporting") -> Side:
    return Side(revision, version, status)


CASES = {
    "equal": (side(), side(), None, None),
    "neither": (None, None, None, None),
    "only there": (None, side(), "missing_here", "fetch"),
    "only here": (side(), None, "missing_there", None),
    "their text is newer": (side(1), side(2), "we_behind", "fetch"),
    "tied by hand, text never read": (side(None), side(1), "we_behind", "fetch"),
    "our text is newer": (side(2), side(1), "they_behind", "send"),
    "they know an older state": (side(version=5), side(version=4, status="checking"), "they_behind", "send"),
    "they were never told": (side(), side(version=None, status=None), "they_behind", "send"),
    "we were set back": (side(version=2, status="checking"), side(version=4, status="reporting"), "status", "send"),
    "we were set back behind an answer": (side(version=2), side(version=12, status="answered"), "status", None),
    "we were set back behind an end": (side(version=2), side(version=12, status="withdrawn"), "status", None),
    "both answered": (side(version=12, status="answered"), side(version=13, status="answered"), "they_behind", "send"),
    "in quarantine here": (side(1, 0, "quarantined"), side(1, None, None), None, None),
    "their text is newer than ours in quarantine": (side(1, 0, "quarantined"), side(2), "we_behind", "fetch"),
    "only here and in quarantine": (side(1, 0, "quarantined"), None, "missing_there", None),
    "same version, other words": (side(), side(status="checking"), "status", "send"),
    "same version, answered there": (side(), side(status="answered"), "status", "send"),
}


@pytest.mark.parametrize(("ours", "theirs", "drift", "repair"), CASES.values(), ids=CASES)
def test_differences(ours: Side | None, theirs: Side | None, drift: str | None, repair: str | None) -> None:
    found = drift_of(ours, theirs)
    assert found == drift
    assert (repair_of(found, ours, theirs) if found else None) == repair


def test_every_difference_and_every_repair_stands_in_the_cases() -> None:
    assert {drift for _, _, drift, _ in CASES.values()} == {None, *Drift}
    assert {repair for *_, repair in CASES.values()} == {None, *Repair}

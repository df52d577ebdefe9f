"""Plt., Plh. and a.n.: who holds which office on a day at the office, through chains, and never in a loop."""

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask

from app.core.clock import office_today
from workflow_rules.process.actors import Capacity, DelegationKind
from workflow_rules.process.delegations import Delegation, capacities_on, closes_a_loop
from workflow_rules.process.standard_sop import Officer

FIRST, LAST = date(2026, 3, 2), date(2026, 3, 6)
HEAD, DIVISION, SECTION, ADMIN, STRANGER = 1, 2, 3, 4, 5
OWN = {
    HEAD: (Capacity(Officer.OFFICE_HEAD),),
    DIVISION: (Capacity(Officer.DIVISION_HEAD),),
    SECTION: (Capacity(Officer.SECTION_HEAD),),
    ADMIN: (Capacity(Officer.COMPLAINT_ADMIN),),
}


def given(
    giver: int,
    holder: int,
    starts: date = FIRST,
    ends: date = LAST,
    kind: DelegationKind = DelegationKind.PLT,
    number: int | None = None,
) -> Delegation:
    return Delegation(number or giver * 10 + holder, kind, giver, holder, starts, ends)


def offices(officer: int, *delegations: Delegation, day: date = FIRST) -> list[Officer]:
    return [c.actor for c in capacities_on(officer, OWN, delegations, day)]


def test_a_delegation_gives_the_office_and_names_itself() -> None:
    plh = given(HEAD, DIVISION, kind=DelegationKind.PLH, number=7)
    own, acting = capacities_on(DIVISION, OWN, [plh], FIRST)
    assert own == Capacity(Officer.DIVISION_HEAD)
    assert acting == Capacity(Officer.OFFICE_HEAD, None, on_behalf_of=HEAD, kind=DelegationKind.PLH, delegation=7)


def test_who_gave_an_office_away_keeps_it() -> None:
    assert offices(HEAD, given(HEAD, DIVISION)) == [Officer.OFFICE_HEAD]


@pytest.mark.parametrize(
    ("day", "runs"),
    [
        (FIRST - timedelta(days=1), False),
        (FIRST, True),
        (date(2026, 3, 4), True),
        (LAST, True),
        (LAST + timedelta(days=1), False),
    ],
)
def test_a_delegation_begins_and_ends_by_itself_on_its_days(day: date, runs: bool) -> None:
    assert (Officer.OFFICE_HEAD in offices(DIVISION, given(HEAD, DIVISION), day=day)) is runs


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        (datetime(2026, 3, 1, 15, 59, 59, 999_999, UTC), date(2026, 3, 1)),
        (datetime(2026, 3, 1, 16, 0, tzinfo=UTC), date(2026, 3, 2)),  # midnight in Paringin
        (datetime(2026, 3, 2, 15, 59, 59, tzinfo=UTC), date(2026, 3, 2)),
        (datetime(2026, 3, 2, 16, 0, tzinfo=UTC), date(2026, 3, 3)),
    ],
)
def test_the_day_is_that_of_the_office_and_not_of_utc(context: Flask, instant: datetime, day: date) -> None:
    assert office_today(instant) == day


def test_a_delegation_starts_at_midnight_at_the_office(context: Flask) -> None:
    plt = given(HEAD, DIVISION)
    midnight = datetime(2026, 3, 1, 16, 0, tzinfo=UTC)
    before, at = (office_today(now) for now in (midnight - timedelta(microseconds=1), midnight))
    assert Officer.OFFICE_HEAD not in offices(DIVISION, plt, day=before)
    assert Officer.OFFICE_HEAD in offices(DIVISION, plt, day=at)


def test_an_office_reaches_the_end_of_a_chain_under_the_last_delegation() -> None:
    chain = [given(HEAD, DIVISION, number=1), given(DIVISION, SECTION, kind=DelegationKind.PLH, number=2)]
    assert offices(SECTION, *chain) == [Officer.SECTION_HEAD, Officer.DIVISION_HEAD, Officer.OFFICE_HEAD]
    last = capacities_on(SECTION, OWN, chain, FIRST)[-1]
    assert (last.on_behalf_of, last.kind, last.delegation) == (HEAD, DelegationKind.PLH, 2)


def test_a_chain_is_broken_by_its_expired_link() -> None:
    chain = (given(HEAD, DIVISION, ends=FIRST), given(DIVISION, SECTION))
    assert Officer.OFFICE_HEAD in offices(SECTION, *chain, day=FIRST)
    assert offices(SECTION, *chain, day=LAST) == [Officer.SECTION_HEAD, Officer.DIVISION_HEAD]


def test_an_office_that_comes_two_ways_is_held_once() -> None:
    diamond = (
        given(HEAD, DIVISION),
        given(HEAD, SECTION),
        given(DIVISION, ADMIN),
        given(SECTION, ADMIN),
    )
    assert sorted(offices(ADMIN, *diamond)) == sorted(a for (a,) in ([c.actor for c in own] for own in OWN.values()))


def test_an_officer_of_no_office_holds_only_what_is_given() -> None:
    assert offices(STRANGER) == []
    assert offices(STRANGER, given(SECTION, STRANGER)) == [Officer.SECTION_HEAD]
    assert offices(DIVISION, given(STRANGER, DIVISION)) == [Officer.DIVISION_HEAD]


def test_rows_that_form_a_loop_all_the_same_do_not_run_for_ever() -> None:
    loop = (given(HEAD, DIVISION), given(DIVISION, SECTION), given(SECTION, HEAD))
    assert sorted(offices(SECTION, *loop)) == sorted([Officer.OFFICE_HEAD, Officer.DIVISION_HEAD, Officer.SECTION_HEAD])


def test_nobody_delegates_to_themselves() -> None:
    assert closes_a_loop(given(HEAD, HEAD), [])


def test_a_loop_of_two_is_refused_only_while_both_run() -> None:
    there = given(HEAD, DIVISION)
    assert closes_a_loop(given(DIVISION, HEAD, LAST, LAST + timedelta(days=3)), [there])
    assert not closes_a_loop(given(DIVISION, HEAD, LAST + timedelta(days=1), LAST + timedelta(days=3)), [there])
    assert not closes_a_loop(given(DIVISION, HEAD, FIRST - timedelta(days=3), FIRST - timedelta(days=1)), [there])


def test_a_loop_through_a_chain_is_refused_only_on_a_day_when_all_of_it_runs() -> None:
    chain = [given(HEAD, DIVISION), given(DIVISION, SECTION)]
    assert closes_a_loop(given(SECTION, HEAD), chain)
    assert not closes_a_loop(given(SECTION, HEAD, LAST + timedelta(days=1), LAST + timedelta(days=9)), chain)
    apart = [given(HEAD, DIVISION, FIRST, FIRST), given(DIVISION, SECTION, LAST, LAST)]
    assert not closes_a_loop(given(SECTION, HEAD), apart)
    meeting = [given(HEAD, DIVISION, FIRST, date(2026, 3, 4)), given(DIVISION, SECTION, date(2026, 3, 4), LAST)]
    assert closes_a_loop(given(SECTION, HEAD), meeting)


def test_a_diamond_is_no_loop() -> None:
    diamond = [given(HEAD, DIVISION), given(HEAD, SECTION), given(DIVISION, ADMIN)]
    assert not closes_a_loop(given(SECTION, ADMIN), diamond)


def test_a_loop_elsewhere_does_not_trouble_a_new_delegation() -> None:
    loop = [given(HEAD, DIVISION), given(DIVISION, HEAD)]
    assert not closes_a_loop(given(DIVISION, SECTION), loop)
    assert not closes_a_loop(given(SECTION, ADMIN), loop)


def test_delegations_meet_on_their_common_days_only() -> None:
    assert given(1, 2).meets(given(3, 4, LAST, LAST + timedelta(days=2)))
    assert not given(1, 2).meets(given(3, 4, LAST + timedelta(days=1), LAST + timedelta(days=2)))

"""What a long run makes of the answers that it was told, and of the memory that it saw."""

import pytest

from tests.bench.tally import Tally, in_words, percentile, slope


def test_a_tally_counts_by_the_minute_and_in_all_and_keeps_an_example_of_each_fault() -> None:
    tally = Tally()
    tally.note({"kind": "inbox", "seconds": 0.02, "status": 200, "wrong": ""})
    tally.note({"kind": "act", "seconds": 0.03, "status": 409, "wrong": ""})
    assert in_words(tally.turn()) == "act 30/30  inbox 20/20"
    tally.note({"kind": "inbox", "seconds": 0.04, "status": 503, "wrong": "/: 503 first"})
    tally.note({"kind": "inbox", "seconds": 0.06, "status": 503, "wrong": "/: 503 second"})
    assert in_words(tally.turn()) == "inbox 40/60"
    assert tally.whole["inbox"] == [0.02, 0.04, 0.06]
    assert tally.errors == {"inbox 503": 2}
    assert tally.examples == {"inbox 503": "/: 503 first"}
    assert (tally.refused, tally.fivehundreds) == (1, 2)


def test_ninety_five_in_a_hundred_were_answered_within_that_time() -> None:
    assert percentile([n / 100 for n in range(100, 0, -1)], 95) == 0.95
    assert percentile([0.5], 95) == 0.5


def test_memory_that_grows_by_a_megabyte_a_minute_grows_by_sixty_an_hour() -> None:
    assert slope([6, 7, 8], [100, 101, 102]) == pytest.approx(60)
    assert slope([6, 7, 8], [90, 90, 90]) == 0
    assert slope([6], [90]) is None

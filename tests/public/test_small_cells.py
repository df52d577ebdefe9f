"""Small numbers are hidden, and no subtraction from the total brings one back; expected cells by hand."""

from collections import defaultdict
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from app.public.small_cells import LEAST, shown_total, without_small


def test_a_table_without_small_numbers_is_told_whole() -> None:
    assert without_small({"a": 5, "b": 0, "c": 17}) == {"a": 5, "b": 0, "c": 17}


def test_one_small_number_takes_the_smallest_of_the_others_along() -> None:
    assert without_small({"a": 20, "b": 3, "c": 9, "d": 7}) == {"a": 20, "b": None, "c": 9, "d": None}


def test_two_ones_are_two_known_ones_unless_another_is_hidden_with_them() -> None:
    assert without_small({"a": 1, "b": 1, "c": 8, "d": 30}) == {"a": None, "b": None, "c": None, "d": 30}


def test_several_small_numbers_that_are_many_together_are_enough() -> None:
    assert without_small({"a": 4, "b": 4, "c": 4, "d": 30}) == {"a": None, "b": None, "c": None, "d": 30}


def test_without_a_published_total_only_the_small_ones_are_hidden() -> None:
    assert without_small({"a": 3, "b": 9}, total_shown=False) == {"a": None, "b": 9}


def test_a_small_total_is_hidden_itself() -> None:
    assert [shown_total({"a": n}) for n in (0, 1, 4, 5)] == [0, None, None, 5]


@given(st.dictionaries(st.integers(0, 30), st.integers(0, 40), max_size=12))
def test_what_is_hidden_cannot_be_told_from_the_total(counts: dict[int, int]) -> None:
    shown = without_small(counts)
    assert all(count is None or count == 0 or count >= LEAST for count in shown.values())
    assert all(count in (None, counts[key]) for key, count in shown.items())
    hidden = [key for key, count in shown.items() if count is None]
    rest = sum(counts.values()) - sum(count for count in shown.values() if count)
    assert not hidden or not any(shown.values()) or (len(hidden) > 1 and rest >= 10)


def test_ten_ones_are_ten_known_ones_unless_another_is_hidden_with_them() -> None:
    counts = dict.fromkeys("abcdefghij", 1)
    assert set(without_small({**counts, "k": 30, "l": 40, "m": 0}).items()) == {
        *((key, None) for key in (*counts, "k")), ("l", 40), ("m", 0),
    }  # fmt: skip


def test_ones_alone_hide_the_zeros_too() -> None:
    assert without_small({**dict.fromkeys("abcde", 1), "f": 0}) == dict.fromkeys("abcdef")


def test_a_hidden_cell_may_always_be_one_of_several_numbers() -> None:
    """Every table of one to five cells with a sum of at most 14, as seen by a reader who knows this rule."""
    for size in range(1, 6):
        possible: dict[tuple[int | None, ...], list[tuple[int, ...]]] = defaultdict(list)
        for bars in combinations(range(14 + size), size):
            table = tuple(bar - before - 1 for before, bar in zip((-1, *bars), bars, strict=False))
            counts = dict(enumerate(table))
            possible[(*without_small(counts).values(), shown_total(counts))].append(table)
        for seen, tables in possible.items():
            for place in range(size):
                assert seen[place] is not None or len({table[place] for table in tables}) > 1, (seen, tables)

"""The chain over the events: any edited, deleted, inserted or reordered record is found where it stands."""

import hashlib
from typing import Any

import pytest

from workflow_rules.hash_chain import GENESIS, first_break, link

Linked = tuple[str, str, dict[str, Any]]


def chain(*texts: str) -> list[Linked]:
    previous, records = GENESIS, []
    for position, text in enumerate(texts):
        record = {"position": position, "text": text, "data": {"b": [1, 2], "a": None}}
        own = link(previous, record)
        records.append((previous, own, record))
        previous = own
    return records


FOUR = ("diterima", "diregister", "diperiksa", "dilaporkan")


def test_a_link_is_sha_256_over_the_hash_before_and_canonical_json() -> None:
    body = '{"a":"Desa Paringin é","b":{"x":null,"y":[1,true]}}'
    wanted = hashlib.sha256(f"{GENESIS}\n{body}".encode()).hexdigest()
    assert link(GENESIS, {"b": {"y": [1, True], "x": None}, "a": "Desa Paringin é"}) == wanted
    assert GENESIS == "0" * 64


def test_the_order_of_the_keys_does_not_matter_and_the_content_does() -> None:
    assert link(GENESIS, {"a": 1, "b": 2}) == link(GENESIS, {"b": 2, "a": 1})
    others = [{"a": 1, "b": 3}, {"a": 1}, {"a": "1", "b": 2}, {"a": 1, "b": 2, "c": None}, {"a": {"b": 2}}]
    assert len({link(GENESIS, record) for record in (*others, {"a": 1, "b": 2})}) == 6
    assert link("1" * 64, {"a": 1}) != link(GENESIS, {"a": 1})


def test_a_whole_chain_and_an_empty_one_hold() -> None:
    assert first_break([]) is None
    assert first_break(chain(*FOUR)) is None


@pytest.mark.parametrize("position", range(4))
def test_an_edited_record_is_found(position: int) -> None:
    records = chain(*FOUR)
    previous, own, record = records[position]
    records[position] = (previous, own, {**record, "text": "lain"})
    assert first_break(records) == position


@pytest.mark.parametrize("position", range(3))
def test_an_edited_record_with_a_mended_hash_breaks_the_next(position: int) -> None:
    records = chain(*FOUR)
    previous, _, record = records[position]
    edited = {**record, "text": "lain"}
    records[position] = (previous, link(previous, edited), edited)
    assert first_break(records) == position + 1


@pytest.mark.parametrize("position", range(3))
def test_a_deleted_record_is_found(position: int) -> None:
    records = chain(*FOUR)
    del records[position]
    assert first_break(records) == position


@pytest.mark.parametrize("position", range(3))
def test_two_exchanged_records_are_found(position: int) -> None:
    records = chain(*FOUR)
    records[position], records[position + 1] = records[position + 1], records[position]
    assert first_break(records) == position


def test_a_chain_that_does_not_start_at_the_beginning_is_found() -> None:
    foreign = link("f" * 64, {"text": "diterima"})
    assert first_break([("f" * 64, foreign, {"text": "diterima"})]) == 0


def test_an_inserted_record_is_found() -> None:
    records = chain(*FOUR)
    records.insert(2, (records[1][1], link(records[1][1], {"text": "sisipan"}), {"text": "sisipan"}))
    assert first_break(records) == 3

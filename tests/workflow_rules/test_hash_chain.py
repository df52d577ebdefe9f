"""The chain over the events: any edited, deleted, inserted or reordered record is found where it stands."""

import hashlib
from typing import Any

import pytest

from workflow_rules.record.hash_chain import GENESIS, checkpoint, commitment, digest, first_break, link, salts_of

Linked = tuple[str, str, dict[str, Any], str | None]
SEED = "5e" * 32
FOUR = ("diterima", "diregister", "diperiksa", "dilaporkan")
SEEDS = {
    "format 1": (None, None, None, None),
    "format 2": tuple(f"{n:02x}" * 32 for n in range(4)),
    "both, as written during an upgrade": (None, "0a" * 32, None, "0b" * 32),
}


@pytest.fixture(params=SEEDS)
def records(request: pytest.FixtureRequest) -> list[Linked]:
    return chain(SEEDS[request.param])


def chain(seeds: tuple[str | None, ...]) -> list[Linked]:
    previous, records = GENESIS, []
    for position, (text, seed) in enumerate(zip(FOUR, seeds, strict=True)):
        record = {"position": position, "text": text, "data": {"b": [1, 2], "a": None}}
        own = link(previous, record, seed)
        records.append((previous, own, record, seed))
        previous = own
    return records


def test_a_link_is_sha_256_over_the_hash_before_and_canonical_json() -> None:
    body = '{"a":"Desa Paringin é","b":{"x":null,"y":[1,true]}}'
    wanted = hashlib.sha256(f"{GENESIS}\n{body}".encode()).hexdigest()
    assert link(GENESIS, {"b": {"y": [1, True], "x": None}, "a": "Desa Paringin é"}) == wanted
    assert GENESIS == "0" * 64


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def test_a_salted_link_is_made_of_the_sorted_digests_of_the_fields() -> None:
    """Worked out by the words of the bundle's BACA-SAYA.txt."""

    def of(name: str, value: str) -> str:
        salt = sha(f"{SEED}\n{name}\n{SEED}")
        return sha(name + "\n" + sha(salt + "\n" + value))

    digests = sorted([of("a", '"é"'), of("data.x", "null"), of("data.y", "[1,true]")])
    body = '["' + '","'.join(digests) + '"]'
    wanted = sha(f"{GENESIS}\n{body}") + ":2"
    assert link(GENESIS, {"data": {"y": [1, True], "x": None}, "a": "é"}, SEED) == wanted


def test_a_field_that_is_left_out_is_stood_for_by_what_nobody_can_guess() -> None:
    record = {"actor": "reporter", "data": {"proof": "0800"}}
    salts = salts_of(record, SEED)
    assert len({*salts.values(), SEED}) == 3
    left_out = commitment("0800", salts["data.proof"])
    shown = commitment("reporter", salts["actor"])
    body = sorted([digest("actor", shown), digest("data.proof", left_out)])
    assert link(GENESIS, record, SEED) == sha(GENESIS + '\n["' + '","'.join(body) + '"]') + ":2"
    assert commitment("0800", salts_of(record, "00" * 32)["data.proof"]) != left_out


@pytest.mark.parametrize("seed", [None, SEED])
def test_the_order_of_the_keys_does_not_matter_and_the_content_does(seed: str | None) -> None:
    assert link(GENESIS, {"a": 1, "b": 2}, seed) == link(GENESIS, {"b": 2, "a": 1}, seed)
    others = [{"a": 1, "b": 3}, {"a": 1}, {"a": "1", "b": 2}, {"a": 1, "b": 2, "c": None}, {"a": {"b": 2}}]
    assert len({link(GENESIS, record, seed) for record in (*others, {"a": 1, "b": 2}, {"a": 2, "b": 1})}) == 7
    assert link("1" * 64, {"a": 1}, seed) != link(GENESIS, {"a": 1}, seed)
    assert link(GENESIS, {"a": 1}, "00" * 32) != link(GENESIS, {"a": 1}, seed)


def test_a_whole_chain_and_an_empty_one_hold(records: list[Linked]) -> None:
    assert first_break([]) is None
    assert first_break(records) is None


@pytest.mark.parametrize("position", range(4))
def test_an_edited_record_is_found(records: list[Linked], position: int) -> None:
    previous, own, record, seed = records[position]
    records[position] = (previous, own, {**record, "text": "lain"}, seed)
    assert first_break(records) == position


@pytest.mark.parametrize("position", range(4))
def test_a_record_with_another_seed_or_in_the_other_format_is_found(records: list[Linked], position: int) -> None:
    previous, own, record, seed = records[position]
    for other in ("0c" * 32, None if seed else "0c" * 32):
        assert first_break([*records[:position], (previous, own, record, other), *records[position + 1 :]]) == position


@pytest.mark.parametrize("position", range(3))
def test_an_edited_record_with_a_mended_hash_breaks_the_next(records: list[Linked], position: int) -> None:
    previous, _, record, seed = records[position]
    edited = {**record, "text": "lain"}
    records[position] = (previous, link(previous, edited, seed), edited, seed)
    assert first_break(records) == position + 1


@pytest.mark.parametrize("position", range(3))
def test_a_deleted_record_is_found(records: list[Linked], position: int) -> None:
    del records[position]
    assert first_break(records) == position


@pytest.mark.parametrize("position", range(3))
def test_two_exchanged_records_are_found(records: list[Linked], position: int) -> None:
    records[position], records[position + 1] = records[position + 1], records[position]
    assert first_break(records) == position


def test_a_chain_that_does_not_start_at_the_beginning_is_found() -> None:
    foreign = link("f" * 64, {"text": "diterima"})
    assert first_break([("f" * 64, foreign, {"text": "diterima"}, None)]) == 0


def test_an_inserted_record_is_found(records: list[Linked]) -> None:
    own = link(records[1][1], {"text": "sisipan"})
    records.insert(2, (records[1][1], own, {"text": "sisipan"}, None))
    assert first_break(records) == 3


def test_a_checkpoint_covers_one_line_for_every_complaint_in_order() -> None:
    heads = [("LB-2026-000001", 3, "ab"), ("LB-2026-000002", 12, "cd:2")]
    assert checkpoint(heads) == sha("LB-2026-000001 3 ab\nLB-2026-000002 12 cd:2\n")
    assert checkpoint(heads[::-1]) != checkpoint(heads)
    assert checkpoint([]) == sha("")

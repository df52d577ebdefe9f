"""The faults planted by hand (tests/mutants) still fit the code: each changes one place, and its test is there."""

import pytest

from tests.mutants.faults import ROOT, Fault, all_faults

FEWEST = 30


def test_there_are_enough_and_no_two_of_one_name() -> None:
    names = [fault.name for fault in all_faults()]
    assert len(names) == len(set(names)) >= FEWEST


@pytest.mark.parametrize("fault", all_faults(), ids=lambda fault: f"{fault.area}: {fault.name}")
def test_a_fault_has_its_place_and_its_test(fault: Fault) -> None:
    assert fault.times_found() == 1
    assert fault.old != fault.new
    path, _, name = fault.test.partition("::")
    assert f"def {name.partition('[')[0].rpartition('::')[2]}(" in (ROOT / path).read_text("utf-8")

"""Every event of a bundle is verified, whatever is withheld of it: no line can be forged behind a fitting manifest."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.audit.replay import audit_all
from app.cases import append_event
from app.cases.receive_complaint import receive_complaint
from app.cases.report_input import clean_report
from app.core.extensions import db
from app.models import ComplaintEvent
from tests.audit.bundles import Files, bundle_bytes, faults, files_of, judged, relisted, with_events, zipped
from tests.factories import Case, a_complaint, a_report
from tests.scenes import Scene
from workflow_rules.process.actors import REPORTER

Line = dict[str, Any]
OLD_SEED = SimpleNamespace(token_hex=lambda _bytes: None)
"""What a process of the version before writes: events without a seed."""


def secret_case() -> Case:
    """A secret case in which a proof and a reason are withheld."""
    case = a_complaint(at="reply", agencies=("dishub",), confidentiality="secret")
    case.act("complaint_admin", "reply", text="Sudah.", proof="Ditelepon Zulaikha di 0800-1234-0009")
    return case


def secret_bundle() -> bytes:
    return bundle_bytes(secret_case().id)


@pytest.fixture
def files(scene: Scene[bytes]) -> Files:
    return files_of(scene(secret_bundle))


def lines_of(files: Files) -> list[Line]:
    return [json.loads(line) for line in files["kejadian.jsonl"].decode().splitlines()]


def withheld_of(lines: list[Line]) -> list[str]:
    return [name for line in lines for name in line.get("withheld", ())]


def test_every_event_is_verified_though_parts_are_withheld(files: Files, tmp_path: Path) -> None:
    code, words = judged(zipped(files, tmp_path / "x.zip"))
    lines = lines_of(files)
    assert (code, faults(words)) == (0, [])
    assert f"{len(lines)} dari {len(lines)} kejadian terperiksa utuh" in words
    assert withheld_of(lines) == ["data.proof"]
    assert "data.proof ditahan; hash-nya tetap terperiksa utuh" in words


def test_neither_seeds_nor_the_salt_of_what_is_withheld_are_in_it(files: Files, context: Flask) -> None:
    whole = b"".join(files.values())
    seeds = [seed for seed in db.session.scalars(select(ComplaintEvent.seed)) if seed]
    assert len(seeds) == len(lines_of(files))
    assert len(set(seeds)) == len(seeds)
    assert not [seed for seed in seeds if seed.encode() in whole]
    reply = next(line for line in lines_of(files) if "withheld" in line)
    assert "data.proof" not in reply["salts"]
    assert "data.proof" not in str(reply["record"])


def change(line: Line) -> None:
    line["record"]["officer"] = 424242


def withhold_nothing_known(line: Line) -> None:
    """As the issue has it: the old verifier skipped such an event."""
    change(line)
    line["withheld"] = ["data.zzz"]


def withhold_with_a_digest(line: Line) -> None:
    change(line)
    line["withheld"] = {**line.get("withheld", {}), "data.zzz": "0" * 64}


def pretend_to_be_old(line: Line) -> None:
    change(line)
    line.pop("format", None)
    line.pop("salts", None)
    line["withheld"] = ["data.zzz"]


def pretend_to_be_old_with_a_hash_of_that_form(line: Line) -> None:
    pretend_to_be_old(line)
    line["hash"] = line["hash"].removesuffix(":2")


def hide_who_did_it(line: Line) -> None:
    salt, value = line["salts"].pop("officer"), line["record"].pop("officer")
    text = f"{salt}\n{json.dumps(value)}"
    line["withheld"] = {**line.get("withheld", {}), "officer": hashlib.sha256(text.encode()).hexdigest()}


def add_a_particular(line: Line) -> None:
    line["record"]["data"]["note"] = "Disetujui."


def add_a_particular_with_a_salt(line: Line) -> None:
    add_a_particular(line)
    line["salts"]["data.note"] = "0" * 64


def take_another_time(line: Line) -> None:
    line["record"]["at"] = line["record"]["at"].replace("2026", "2027")


FORGERIES = [
    change,
    withhold_nothing_known,
    withhold_with_a_digest,
    pretend_to_be_old,
    pretend_to_be_old_with_a_hash_of_that_form,
    hide_who_did_it,
    add_a_particular,
    add_a_particular_with_a_salt,
    take_another_time,
]


@pytest.mark.parametrize("forge", FORGERIES, ids=lambda forge: str(forge.__name__))
def test_no_event_can_be_forged(files: Files, tmp_path: Path, forge: Callable[[Line], None]) -> None:
    for place in range(len(lines_of(files))):

        def forged(lines: list[Line], place: int = place) -> list[Line]:
            forge(lines[place])
            return lines

        code, words = judged(zipped(with_events(files, forged), tmp_path / "x.zip"))
        assert code == 1, (place, words)
        named = (f"kejadian ke-{place + 1} ", f"kejadian ke-{place + 2} ", "kepala rantai tidak sama")
        assert any(name in fault for fault in faults(words) for name in named), words


def test_no_event_can_be_dropped_or_exchanged(files: Files, tmp_path: Path) -> None:
    for place in range(len(lines_of(files))):
        code, words = judged(
            zipped(with_events(files, lambda e, n=place: e[:n] + e[n + 1 :]), tmp_path / "x.zip")  # type: ignore[misc]
        )
        assert code == 1, (place, words)
        turned = with_events(files, lambda e, n=place: [*e[:n], *reversed(e[n : n + 2]), *e[n + 2 :]])  # type: ignore[misc]
        if place + 1 < len(lines_of(files)):
            assert judged(zipped(turned, tmp_path / "y.zip"))[0] == 1


def test_a_name_that_stands_twice_in_a_line_is_refused(files: Files, tmp_path: Path) -> None:
    """A person or another program that reads the file would see the first of the repeated names."""
    text = files["kejadian.jsonl"].replace(b'"kind":', b'"kind":"close","kind":', 1)
    assert judged(zipped(relisted({**files, "kejadian.jsonl": text}), tmp_path / "x.zip"))[0] == 1


def test_the_hash_of_a_letter_cannot_be_withheld(files: Files, tmp_path: Path) -> None:
    """Without it a forged letter would have nothing to be held against."""

    def withheld(lines: list[Line]) -> list[Line]:
        sign = next(line for line in lines if line["record"]["kind"] == "sign")
        text = f"{sign['salts'].pop('data.draft_hash')}\n{json.dumps(sign['record']['data'].pop('draft_hash'))}"
        sign["withheld"] = {"data.draft_hash": hashlib.sha256(text.encode()).hexdigest()}
        return lines

    code, words = judged(zipped(with_events(files, withheld), tmp_path / "x.zip"))
    assert code == 1
    assert "bagian yang ditahan tidak boleh ditahan" in words


def test_what_is_withheld_cannot_be_given_another_name(files: Files, tmp_path: Path) -> None:
    def renamed(lines: list[Line]) -> list[Line]:
        for line in lines:
            if "withheld" in line:
                line["withheld"] = {"data.comment": line["withheld"]["data.proof"]}
        return lines

    assert judged(zipped(with_events(files, renamed), tmp_path / "x.zip"))[0] == 1


@pytest.fixture
def old_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(append_event, "secrets", OLD_SEED)


@pytest.mark.usefixtures("context", "old_process")
def test_old_events_of_which_nothing_is_withheld_are_verified_as_before(tmp_path: Path) -> None:
    case = a_complaint(at="answered", agencies=("dishub",))
    files = files_of(bundle_bytes(case.id))
    assert audit_all() == []
    assert not any("format" in line for line in lines_of(files))
    code, words = judged(zipped(files, tmp_path / "x.zip"))
    assert (code, faults(words)) == (0, [])
    manifest = json.loads(files["manifest.json"])
    manifest["format"] = "lapor-balangan/bundel-bukti/1"
    before = {**files, "manifest.json": json.dumps(manifest).encode()}
    assert judged(zipped(before, tmp_path / "y.zip"))[0] == 0
    forged = with_events(files, lambda lines: [*lines[:2], {**lines[2], "previous_hash": "0" * 64}, *lines[3:]])
    assert judged(zipped(forged, tmp_path / "z.zip"))[0] == 1


@pytest.mark.usefixtures("context", "old_process")
def test_an_old_event_with_withheld_parts_is_named_and_the_verifier_does_not_say_that_all_is_well(
    tmp_path: Path,
) -> None:
    files = files_of(bundle_bytes(secret_case().id))
    lines = lines_of(files)
    place = next(n for n, line in enumerate(lines, 1) if "withheld" in line)
    code, words = judged(zipped(files, tmp_path / "x.zip"))
    assert (code, faults(words)) == (3, [])
    assert f"SEBAGIAN kejadian.jsonl: kejadian ke-{place} (nomor {place}): sebagian terperiksa; data.proof" in words
    assert f"HASIL: sebagian terperiksa. Tidak ada yang salah, tetapi kejadian nomor {place} " in words
    assert "semua cocok" not in words
    assert f"{len(lines) - 1} dari {len(lines)} kejadian terperiksa utuh" in words
    assert f"Kejadian nomor {place} ditulis dalam bentuk lama" in files["BACA-SAYA.txt"].decode()

    def forged(lines: list[Line]) -> list[Line]:
        lines[1] |= {"withheld": ["data.zzz"]}
        lines[1]["record"]["officer"] = 424242
        return lines

    code, words = judged(zipped(with_events(files, forged), tmp_path / "y.zip"))
    assert code == 3
    assert "kejadian ke-2 (nomor 2): sebagian terperiksa" in words


@pytest.mark.usefixtures("context")
def test_old_processes_write_between_new_ones_while_a_new_version_is_rolled_out(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    case = a_complaint()
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(append_event, "secrets", OLD_SEED)
        case.act("complaint_admin", "register")
    case.act("section_head", "approve_check")
    files = files_of(bundle_bytes(case.id))
    assert [line.get("format") for line in lines_of(files)] == [2, None, 2]
    assert audit_all() == []
    assert judged(zipped(files, tmp_path / "x.zip"))[0] == 0


@pytest.mark.usefixtures("context", "old_process")
def test_the_address_in_an_old_event_of_an_anonymous_reporter_is_withheld(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A chained record is not rewritten: what an older version wrote down is masked wherever the record goes."""
    monkeypatch.setattr(append_event, "_address_of_reporter", lambda _complaint, address: address)
    report = clean_report(a_report(confidentiality="anonymous", reporter={}))
    received = receive_complaint(report, REPORTER, address="203.0.113.77")
    content = bundle_bytes(received.complaint.id)
    files = files_of(content)
    assert b"203.0.113.77" not in b"".join(files.values())
    assert withheld_of(lines_of(files)) == ["address"]
    assert judged(zipped(files, tmp_path / "x.zip"))[0] == 3
    assert audit_all() == []

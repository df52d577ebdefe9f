"""Versions of texts: a draft changes nothing, one is active, and what was said before stays as it was."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from flask_babel import force_locale

from app.core.definitions import forget_version
from app.core.extensions import db
from app.demo.accounts import demo_person
from app.models import TextVersion
from app.texts.current import originals_of, wording
from app.texts.kinds import KINDS
from app.texts.labels import KIND_NAMES
from app.texts.placeholders import check
from app.texts.versions import (
    Refusal,
    TextsAtFault,
    VersionRefused,
    activate,
    faults_of,
    history,
    overview,
    restore_original,
    save_draft,
)
from tests.office_zone import OFFICE_ZONE

NOW = datetime(2026, 11, 24, 10, tzinfo=OFFICE_ZONE)
KIND = KINDS["reporter.received"]
VALUES = {"complaint.number": "ADU-1"}


def words(said: str, english: str = "") -> dict[tuple[str, str], str]:
    return {("subject", "id"): "Judul", ("subject", "en"): "", ("body", "id"): said, ("body", "en"): english}


@pytest.fixture(autouse=True)
def in_indonesian(context: Flask) -> Any:
    with force_locale("id"):
        yield


def draft(said: str, seen: int | None = None) -> TextVersion:
    return save_draft(KIND, words(said), demo_person("administrator").id, NOW, seen)


def test_every_kind_has_a_name_and_an_original_that_passes_its_own_check() -> None:
    assert list(KIND_NAMES) == list(KINDS)
    for kind in KINDS.values():
        assert faults_of(kind, originals_of(kind)) == {}, kind.code
        for language in kind.languages:
            assert check(kind.original("body", language), kind.allowed) == []
        assert kind.original("body", "id") != kind.original("body", "en")


def test_a_draft_changes_nothing_and_its_activation_does() -> None:
    original = wording(KIND.code, VALUES)
    row = draft("Aduan {complaint.number} kami terima.")
    assert wording(KIND.code, VALUES) == original
    activate(row.id, "Lebih jelas", demo_person("administrator").id, NOW)
    assert wording(KIND.code, VALUES) == {"subject": "Judul", "body": "Aduan ADU-1 kami terima."}
    with force_locale("en"):
        assert wording(KIND.code, VALUES)["body"] == "Aduan ADU-1 kami terima."


def test_one_version_is_active_and_the_former_ones_are_history() -> None:
    for said in ("Satu", "Dua", "Tiga"):
        activate(draft(said).id, "Alasan", None, NOW)
    assert [(row.number, row.state, row.body_id) for row in history(KIND.code)] == [
        (3, "active", "Tiga"),
        (2, "retired", "Dua"),
        (1, "retired", "Satu"),
    ]


def test_a_newer_draft_replaces_the_former_which_can_then_not_be_activated() -> None:
    first, second = draft("Satu"), draft("Dua")
    with pytest.raises(VersionRefused) as refused:
        activate(first.id, "Alasan", None, NOW)
    assert refused.value.refusal is Refusal.NOT_A_DRAFT
    assert refused.value.newest is not None
    assert refused.value.newest.id == second.id
    assert wording(KIND.code, VALUES)["body"] == KIND.original("body", "id")


def test_who_has_not_seen_the_newest_version_is_refused() -> None:
    draft("Satu", seen=0)
    with pytest.raises(VersionRefused) as refused:
        draft("Dua", seen=0)
    assert refused.value.refusal is Refusal.CHANGED_MEANWHILE
    with pytest.raises(VersionRefused):
        restore_original(KIND, "Alasan", None, NOW, seen=0)
    assert [row.body_id for row in history(KIND.code)] == ["Satu"]
    draft("Dua", seen=1)


def test_the_original_comes_back_as_a_new_version() -> None:
    activate(draft("Satu").id, "Alasan", None, NOW)
    assert [line.kind.code for line in overview() if line.changed] == [KIND.code]
    restore_original(KIND, "Kembali", None, NOW, seen=1)
    assert [line.kind.code for line in overview() if line.changed] == []
    assert [(row.number, row.state) for row in history(KIND.code)] == [(2, "active"), (1, "retired")]
    assert wording(KIND.code, VALUES)["body"] == KIND.original("body", "id")
    with force_locale("en"):
        assert wording(KIND.code, VALUES)["body"] == KIND.original("body", "en")


def test_what_cannot_be_shown_is_not_stored_and_a_draft_at_fault_is_not_activated() -> None:
    wrong = {**words("{complaint.numbr}"), ("subject", "id"): "a\nb"}
    assert list(faults_of(KIND, wrong)) == ["subject.id", "body.id"]
    with pytest.raises(TextsAtFault) as refused:
        save_draft(KIND, wrong, None, NOW)
    assert list(refused.value.faults) == ["subject.id"]
    notice = KINDS["notice.step_opened"]
    with pytest.raises(TextsAtFault) as refused:
        save_draft(notice, words("Aduan"), None, NOW)
    assert list(refused.value.faults) == ["subject.id"]
    assert history(KIND.code) == history(notice.code) == []
    with pytest.raises(TextsAtFault) as refused:
        activate(draft("{complaint.numbr}").id, "Alasan", None, NOW)
    assert list(refused.value.faults) == ["body.id"]
    assert [row.state for row in history(KIND.code)] == ["draft"]


def test_an_active_text_that_a_later_release_does_not_know_gives_way_to_the_original(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    activate(draft("Aduan {complaint.number}").id, "Alasan", None, NOW)
    monkeypatch.setattr(type(KIND), "allowed", property(lambda kind: {}))
    assert wording(KIND.code, VALUES)["body"] == KIND.original("body", "id")


def test_another_process_sees_the_new_words_at_its_next_request(app: Flask, as_user: Callable[[str], Any]) -> None:
    """What is cached belongs to a version of the definitions that each request reads."""
    assert "sudah kami terima" in wording(KIND.code, VALUES)["body"]
    with app.app_context():
        activate(draft("Baru").id, "Alasan", None, NOW)
    assert "sudah kami terima" in wording(KIND.code, VALUES)["body"]
    forget_version()
    assert wording(KIND.code, VALUES)["body"] == "Baru"
    db.session.rollback()

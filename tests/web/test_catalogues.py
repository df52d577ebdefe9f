"""Compiled catalogues: made when the sources changed, never read half-written, and elsewhere on a read-only disk."""

import os
import shutil
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest
from babel.support import Translations

from app.web import language

PART = Path("en") / "LC_MESSAGES"
SENTENCES = {"id": ("Delete", "Hapus"), "en": ("Antrean pekerjaan", "Job queues")}


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The catalogues as a fresh clone has them."""
    folder = tmp_path / "translations"
    shutil.copytree(language.CATALOGUES, folder, ignore=shutil.ignore_patterns("*.mo"))
    monkeypatch.setattr(language, "CATALOGUES", folder)
    return folder


@pytest.fixture
def read_only(clone: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Make the clone's folders read-only, for the superuser too, whom permissions do not stop."""
    write = Path.open

    def refuse(path: Path, mode: str = "r", *args: object, **more: object) -> object:
        if "w" in mode and path.is_relative_to(clone):
            raise PermissionError(path)
        return write(path, mode, *args, **more)  # type: ignore[call-overload]

    return lambda: monkeypatch.setattr(Path, "open", refuse)


def translated(folder: Path) -> None:
    for locale, (message, text) in SENTENCES.items():
        assert Translations.load(str(folder), [locale]).ugettext(message) == text


def compiled_in_a_process_of_its_own(catalogues: str, home: str) -> str:
    language.CATALOGUES = Path(catalogues)
    return str(language.compiled_catalogues(Path(home)))


def test_a_fresh_clone_knows_both_languages(clone: Path, tmp_path: Path) -> None:
    assert language.compiled_catalogues(tmp_path / "home") == clone
    translated(clone)
    assert not (tmp_path / "home").exists()


def test_what_is_compiled_is_compiled_again_only_after_a_change(clone: Path, tmp_path: Path) -> None:
    language.compiled_catalogues(tmp_path)
    compiled = clone / PART / "messages.mo"
    first = compiled.stat().st_ino
    language.compiled_catalogues(tmp_path)
    assert compiled.stat().st_ino == first
    source = clone / PART / "messages.po"
    source.write_text(source.read_text("utf-8").replace('"Job queues"', '"Queues of jobs"'), "utf-8")
    os.utime(source, (1, 1))  # also an older release put in place of a newer one
    language.compiled_catalogues(tmp_path)
    assert Translations.load(str(clone), ["en"]).ugettext("Antrean pekerjaan") == "Queues of jobs"


def test_processes_that_start_together_all_find_whole_catalogues(clone: Path, tmp_path: Path) -> None:
    with ProcessPoolExecutor(3) as pool:
        made = list(pool.map(compiled_in_a_process_of_its_own, [str(clone)] * 3, [str(tmp_path)] * 3))
    assert set(made) == {str(clone)}
    translated(clone)
    assert sorted(path.name for path in (clone / PART).iterdir()) == ["messages.mo", "messages.po"]


def test_a_read_only_folder_is_left_alone(clone: Path, tmp_path: Path, read_only: Callable[[], None]) -> None:
    read_only()
    home = tmp_path / "home"
    folder = language.compiled_catalogues(home)
    assert folder.is_relative_to(home)
    translated(folder)
    assert list(clone.rglob("*.mo")) == []
    assert language.compiled_catalogues(home) == folder

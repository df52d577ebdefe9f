"""The web server loads while the tables are prepared, and serves nobody before they are."""

from pathlib import Path
from typing import Any

import pytest

from app.servers import data_folder as data_folder
from app.servers.data_folder import home_lock, open_home, set_preparing, wait_until_prepared, write_note


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return open_home(tmp_path / "home")


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """What each look at the note found; before the third one the tables are done."""
    seen: list[bool] = []
    read = data_folder.read_note

    def look(folder: Path) -> dict[str, Any]:
        if len(seen) == 2:
            write_note(folder, read(folder) | {"preparing": False})
        note = read(folder)
        seen.append(bool(note.get("preparing")))
        return note

    monkeypatch.setattr(data_folder, "read_note", look)
    return seen


def test_the_web_server_opens_its_door_once_the_tables_are_prepared(home: Path, looks: list[bool]) -> None:
    with home_lock(home):
        write_note(home, {"addresses": {"REDIS_URL": "unix:///somewhere"}})
        set_preparing(home, True)
        assert looks == [False]
        wait_until_prepared(home, pause=0.001)
        assert looks == [False, True, False]
        assert data_folder.running_addresses(home) == {"REDIS_URL": "unix:///somewhere"}


def test_it_waits_for_nobody_where_nothing_is_being_prepared(home: Path, looks: list[bool]) -> None:
    write_note(home, {"preparing": True})
    wait_until_prepared(home)
    assert looks == []
    with home_lock(home):
        write_note(home, {"addresses": {}})
        wait_until_prepared(home)
    assert looks == [False]

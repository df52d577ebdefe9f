"""The health page says that the place of files takes none, found out by writing."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

SENTENCE = "Tempat berkas tidak menerima berkas baru"


def test_a_store_that_takes_no_file_is_told(
    app: Flask, as_user: Callable[[str], FlaskClient], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = as_user("administrator")
    assert SENTENCE not in client.get("/kesehatan/").text
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setitem(app.config, "STORAGE_URL", f"file://{tmp_path}/file/storage")
    assert SENTENCE in client.get("/kesehatan/").text

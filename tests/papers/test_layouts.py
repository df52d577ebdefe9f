"""A paper names its layout: one that was made by an earlier release is drawn as it was then."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app.models import PaperKind
from app.papers.kinds import html_of
from app.papers.layouts import layout_of

# Contents of papers from before contents named a layout, and the hash of the HTML that was drawn of them then. Of the
# registers and the SOP sheet it is left open: the words of their columns belong to the program, not to the paper.
FIRST: dict[str, dict[str, Any]] = json.loads((Path(__file__).parent / "layout_1.json").read_text("utf-8"))


@pytest.fixture
def drawing(session_app: Flask) -> Any:
    with session_app.test_request_context("/"):
        yield session_app


@pytest.mark.parametrize("name", FIRST)
def test_a_paper_of_the_first_layout_is_drawn_as_it_was(drawing: Flask, name: str) -> None:
    kind, frozen = PaperKind(FIRST[name]["kind"]), FIRST[name]["frozen"]
    assert layout_of(frozen) == 1
    html = html_of(kind, frozen)
    assert FIRST[name]["html"] in (None, hashlib.sha256(html.encode()).hexdigest())

"""What tests of papers share."""

import pytest

from app.papers import sign_letter
from app.papers.render import render_pdf


@pytest.fixture
def drawn_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """A letter that is signed is drawn in the test's own process, which has loaded the library: a child of its own
    costs two seconds, and is tested in test_papers.py.
    """

    def draw(html: str, _seconds: int, layout: int) -> bytes:
        return render_pdf(html, layout=layout)

    monkeypatch.setattr(sign_letter, "render_in_subprocess", draw)

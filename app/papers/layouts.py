"""The layout a paper is drawn by. The frozen content names it, so that a paper drawn again gives the same bytes.

Once a layout was released, its templates and styles stay as they are. A change after that is a new layout: copy the
files of `papers/` to `papers/layout_N/` first, then raise LAYOUT.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

LAYOUT = 2
TEMPLATES = Path(__file__).parent.parent / "templates"


def layout_of(frozen: Mapping[str, Any]) -> int:
    """The layout of a paper's content; content from before layouts were numbered is of the first."""
    return int(frozen.get("layout", 1))


def template_folder(layout: int) -> str:
    """Where the templates of a layout are, below the application's templates."""
    return "papers" if layout == LAYOUT else f"papers/layout_{layout}"


def style_sheet(layout: int) -> str:
    """The text of a layout's style sheet."""
    return (TEMPLATES / template_folder(layout) / "paper.css").read_text("utf-8")

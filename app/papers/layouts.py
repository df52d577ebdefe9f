"""Versioned layouts of papers.

The frozen content names its layout, so that a paper drawn again gives the same bytes. Never change the templates and
styles of a released layout: copy the files of `papers/` to `papers/layout_N/` first, then raise LAYOUT.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

LAYOUT = 4
TEMPLATES = Path(__file__).parent.parent / "templates"


def layout_of(frozen: Mapping[str, Any]) -> int:
    """Return the layout number of a paper's frozen content; 1 for content that names no layout."""
    return int(frozen.get("layout", 1))


def template_folder(layout: int) -> str:
    """Return the folder with the templates of a layout, as path relative to the folder of the application's
    templates.
    """
    return "papers" if layout == LAYOUT else f"papers/layout_{layout}"


def style_sheet(layout: int) -> str:
    """Return the CSS text of a layout, read from its file; raises FileNotFoundError for a layout that does
    not exist.
    """
    return (TEMPLATES / template_folder(layout) / "paper.css").read_text("utf-8")

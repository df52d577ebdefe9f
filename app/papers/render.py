"""HTML to PDF in the document worker: fonts and styles read once a process, nothing fetched but `data:` (stack M22).

The same HTML gives the same bytes: no clock, no random identifier, and fonts in the order in which they are used.
"""

import os
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from app.core.resource_limits import MOST_MEGABYTES, MOST_PAGES, MOST_SECONDS, DrawingRefused, WithinLimits
from app.papers.layouts import LAYOUT, style_sheet

# PDF/UA-1 beside PDF/A-3: WeasyPrint names one of them, and PDF/A wants the other explained (ISO 19005-3, 6.6.2).
UNIVERSAL_ACCESS = (Path(__file__).parent / "pdfua.xml").read_bytes()
END_OF_METADATA = b"</rdf:RDF>"


@dataclass(frozen=True)
class Drawn:
    """A finished file."""

    content: bytes
    pages: int


@cache
def parts(layout: int = LAYOUT) -> tuple[Any, Any, Any]:
    """WeasyPrint with the styles of a layout and its fonts: it takes seconds and megabytes to load, so that
    only the worker that draws papers pays for it."""
    import weasyprint
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher

    fonts = FontConfiguration()
    fetcher = URLFetcher(allowed_protocols=["data"])
    return weasyprint.HTML, weasyprint.CSS(string=style_sheet(layout), font_config=fonts), (fonts, fetcher)


def load() -> None:
    """Read the library before a worker forks, so that no job pays seconds for it.

    Nothing is drawn here: the first drawing starts a thread of Pango's that looks for fonts, and a forked process would
    wait for that thread for ever.
    """
    import weasyprint  # noqa: F401


def render_pdf(html: str, most_pages: int = MOST_PAGES, layout: int = LAYOUT) -> bytes:
    """One paper as tagged PDF/A-3a and PDF/UA-1 with embedded fonts; raises DrawingRefused."""
    return draw_pdf(html, most_pages, layout).content


def draw_pdf(
    html: str,
    most_pages: int = MOST_PAGES,
    layout: int = LAYOUT,
    seconds: int = MOST_SECONDS,
    megabytes: int = MOST_MEGABYTES,
) -> Drawn:
    """One paper with the number of its pages; raises DrawingRefused."""
    document, styles, (fonts, fetcher) = parts(layout)
    with WithinLimits(seconds, megabytes):
        page = document(string=html, url_fetcher=fetcher, base_url=None)
        rendered = page.render(stylesheets=[styles], font_config=fonts, pdf_variant="pdf/a-3a")
        if len(rendered.pages) > most_pages:
            raise DrawingRefused("pages")
        _say_accessible(rendered.metadata)
        return Drawn(bytes(rendered.write_pdf(pdf_variant="pdf/a-3a")), len(rendered.pages))


def _say_accessible(metadata: Any) -> None:
    written = metadata.generate_rdf_metadata

    def both(*asked: Any) -> bytes:
        return bytes(written(*asked)).replace(END_OF_METADATA, UNIVERSAL_ACCESS + END_OF_METADATA)

    metadata.generate_rdf_metadata = both


def main() -> int:
    """HTML from standard input to a PDF on standard output, in its own process (`app/papers/subprocess_render.py`).

    The arguments are the layout, the most pages, processor seconds and mebibytes.
    """
    layout, pages, seconds, megabytes = map(int, sys.argv[1:])
    try:
        drawn = draw_pdf(sys.stdin.buffer.read().decode(), pages, layout, seconds, megabytes)
    except DrawingRefused as refused:
        print(refused.reason, file=sys.stderr)
        return 3
    sys.stdout.buffer.write(drawn.content)
    return 0


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    # Not by `sys.exit`: Pango may still be sorting fonts in a thread of its own, which taking things down would pull
    # from under it.
    os._exit(code)

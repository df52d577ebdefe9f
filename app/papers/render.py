"""HTML to PDF by WeasyPrint; only `data:` URLs are loaded (stack M22).

The same HTML gives the same bytes: no clock, no random identifiers, and fonts in order of use.
"""

import os
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from app.core.resource_limits import MOST_MEGABYTES, MOST_PAGES, MOST_SECONDS, DrawingRefused, WithinLimits
from app.papers.layouts import LAYOUT, style_sheet

# WeasyPrint declares only one of PDF/UA-1 and PDF/A-3; this XMP adds the other, as PDF/A requires (ISO 19005-3,
# 6.6.2).
UNIVERSAL_ACCESS = (Path(__file__).parent / "pdfua.xml").read_bytes()
END_OF_METADATA = b"</rdf:RDF>"


@dataclass(frozen=True)
class Drawn:
    """A value object: a drawn PDF, its bytes and its number of pages."""

    content: bytes
    pages: int


@cache
def parts(layout: int = LAYOUT) -> tuple[Any, Any, Any]:
    """Return (WeasyPrint's HTML class, style sheet, (font configuration, URL fetcher)) for a layout, cached.

    Loading takes seconds and megabytes, so only the worker that draws papers calls it.
    """
    import weasyprint
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher

    fonts = FontConfiguration()
    fetcher = URLFetcher(allowed_protocols=["data"])
    return weasyprint.HTML, weasyprint.CSS(string=style_sheet(layout), font_config=fonts), (fonts, fetcher)


def load() -> None:
    """Import WeasyPrint before a worker forks, so that no job spends seconds on it.

    Nothing is drawn here: the first drawing starts a Pango font thread, for which a forked process would wait for ever.
    """
    import weasyprint  # noqa: F401


def render_pdf(html: str, most_pages: int = MOST_PAGES, layout: int = LAYOUT) -> bytes:
    """Return the bytes of a PDF of one paper's HTML: tagged PDF/A-3a and PDF/UA-1 with embedded fonts.

    Raises DrawingRefused, with reason `pages`, `time` or `memory`, if a limit is exceeded.
    """
    return draw_pdf(html, most_pages, layout).content


def draw_pdf(
    html: str,
    most_pages: int = MOST_PAGES,
    layout: int = LAYOUT,
    seconds: int = MOST_SECONDS,
    megabytes: int = MOST_MEGABYTES,
) -> Drawn:
    """Draw one paper's HTML as PDF and return it as Drawn, with its number of pages. Raises DrawingRefused (reason
    `pages`, `time` or `memory`) beyond the limits on pages, processor seconds or memory (MiB).
    """
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
    """Convert HTML from standard input to a PDF on standard output. Return the exit code: 0, or 3 if drawing is
    refused, with the reason on standard error.

    Run as a child process by `app/papers/subprocess_render.py`. Arguments: layout, most pages, processor seconds,
    mebibytes.
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
    # Not `sys.exit`: a Pango thread may still be loading fonts, and interpreter shutdown would crash it.
    os._exit(code)

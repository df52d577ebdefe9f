"""HTML to PDF in the document worker: fonts and styles read once a process, nothing fetched but `data:` (stack M22)."""

from functools import cache
from pathlib import Path
from typing import Any

STYLES = Path(__file__).parent.parent / "templates" / "papers" / "paper.css"


@cache
def _parts() -> tuple[Any, Any, Any]:
    """WeasyPrint takes seconds and megabytes to load, so only the worker that draws papers pays for it."""
    import weasyprint
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher

    fonts = FontConfiguration()
    fetcher = URLFetcher(allowed_protocols=["data"])
    return weasyprint.HTML, weasyprint.CSS(string=STYLES.read_text("utf-8"), font_config=fonts), (fonts, fetcher)


def render_pdf(html: str) -> bytes:
    """One paper as tagged PDF (PDF/UA-1) with embedded fonts."""
    document, styles, (fonts, fetcher) = _parts()
    page = document(string=html, url_fetcher=fetcher, base_url=None)
    return bytes(page.write_pdf(stylesheets=[styles], font_config=fonts, pdf_variant="pdf/ua-1"))

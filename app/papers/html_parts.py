"""Template helpers for papers."""

import base64
import textwrap
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import segno
from flask import current_app, render_template
from flask_babel import force_locale
from markupsafe import Markup
from sqlalchemy import select

from app.core.clock import office_time
from app.core.extensions import db
from app.models import Emblem
from app.papers.layouts import layout_of, template_folder
from app.papers.typed_text import blocks_of, unbroken
from app.web.formats import day, moment

MOST_OF_A_TITLE = 100


def paper_html(template: str, frozen: Mapping[str, Any], made_at: str, **more: Any) -> str:
    """Render the template of a paper with its frozen content and return the HTML text, always in Indonesian; `made_at`
    (RFC 3339) becomes the creation date in the file's metadata.
    """
    with force_locale("id"):
        return render_template(
            f"{template_folder(layout_of(frozen))}/{template}.html",
            it=frozen,
            emblem=emblem_of(frozen["agency"]),
            made_at=office_time(datetime.fromisoformat(made_at)).isoformat(timespec="seconds"),
            in_day=in_day,
            in_moment=in_moment,
            paragraphs=paragraphs,
            slot_paragraphs=slot_paragraphs,
            shortened=shortened,
            blocks=blocks_of,
            unbroken=unbroken,
            **more,
        )


def emblem_of(agency: Mapping[str, Any]) -> str:
    """Return the emblem of a frozen letterhead as a data URI of a PNG picture; "" if there is none."""
    wanted = agency.get("emblem")
    png = db.session.scalars(select(Emblem.png).where(Emblem.sha256 == wanted)).first() if wanted else None
    return f"data:image/png;base64,{base64.b64encode(png).decode()}" if png else ""


def in_day(stated: str | None) -> str:
    """Return a frozen instant or date (ISO 8601 text) as text: the date in Indonesian words, in the office's zone; ""
    for None or "".
    """
    if not stated:
        return ""
    at = datetime.fromisoformat(stated) if "T" in stated else date.fromisoformat(stated)
    return day(at)


def in_moment(stated: str | None) -> str:
    """Return a frozen instant (ISO 8601 text) as text: date and time in Indonesian words, in the office's zone; "" for
    None or "".
    """
    return moment(datetime.fromisoformat(stated)) if stated else ""


def paragraphs(text: str) -> list[str]:
    """Return a list of the paragraphs of a text, which is split at its empty lines."""
    return [part.strip() for part in text.replace("\r\n", "\n").split("\n\n") if part.strip()]


def slot_paragraphs(text: str, number: str) -> list[Markup]:
    """Return the paragraphs of a text that the office may reword as escaped HTML; its line breaks stay, and the
    complaint number does not wrap.
    """
    return [
        Markup("<br>").join(unbroken(number).join(line.split(number)) for line in paragraph.split("\n"))
        for paragraph in paragraphs(text)
    ]


def shortened(text: str) -> str:
    """Return a title shortened to at most 100 characters, which fit two lines of a page header."""
    return textwrap.shorten(text, MOST_OF_A_TITLE, placeholder=" …")


def qr(address: str) -> str:
    """Return the QR code of a URL as a data URI (text) of an SVG picture."""
    return str(segno.make(address, error="m").svg_data_uri(scale=3, border=0))


def public_address(frozen: Mapping[str, Any], path: str) -> str:
    """Return a public URL: the site address frozen in the paper, followed by `path`.

    Papers of the first layout froze no address; the configured PUBLIC_BASE_URL is used for them.
    """
    return f"{frozen.get('site') or current_app.config['PUBLIC_BASE_URL']}{path}"

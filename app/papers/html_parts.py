"""What papers share: dates in words, paragraphs, QR codes, and the emblem of the letterhead."""

import base64
import textwrap
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import segno
from flask import current_app, render_template
from flask_babel import force_locale
from sqlalchemy import select

from app.core.clock import office_time
from app.core.extensions import db
from app.models import Emblem
from app.papers.body import blocks_of, unbroken
from app.papers.layouts import layout_of, template_folder
from app.web.formats import day, moment

MOST_OF_A_TITLE = 100


def paper_html(template: str, frozen: Mapping[str, Any], made_at: str, **more: Any) -> str:
    """A paper's template with its content, in Indonesian whatever the reader's language; `made_at` as RFC 3339 is the
    date in the file's own metadata.
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
            shortened=shortened,
            blocks=blocks_of,
            unbroken=unbroken,
            **more,
        )


def emblem_of(agency: Mapping[str, Any]) -> str:
    """The emblem as a data URI, empty where none was uploaded."""
    wanted = agency.get("emblem")
    png = db.session.scalars(select(Emblem.png).where(Emblem.sha256 == wanted)).first() if wanted else None
    return f"data:image/png;base64,{base64.b64encode(png).decode()}" if png else ""


def in_day(stated: str | None) -> str:
    """A frozen instant or day as a date in words, at the office's clock."""
    if not stated:
        return ""
    at = datetime.fromisoformat(stated) if "T" in stated else date.fromisoformat(stated)
    return day(at)


def in_moment(stated: str | None) -> str:
    """A frozen instant in words with its zone."""
    return moment(datetime.fromisoformat(stated)) if stated else ""


def paragraphs(text: str) -> list[str]:
    """Written text by its empty lines."""
    return [part.strip() for part in text.replace("\r\n", "\n").split("\n\n") if part.strip()]


def shortened(text: str) -> str:
    """A title for the head of a page: at most two lines of it."""
    return textwrap.shorten(text, MOST_OF_A_TITLE, placeholder=" …")


def qr(address: str) -> str:
    """A QR code as a data URI."""
    return str(segno.make(address, error="m").svg_data_uri(scale=3, border=0))


def public_address(frozen: Mapping[str, Any], path: str) -> str:
    """An address of this program as it stood when the paper was made; papers of the first layout froze none."""
    return f"{frozen.get('site') or current_app.config['PUBLIC_BASE_URL']}{path}"

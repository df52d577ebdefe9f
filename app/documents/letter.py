"""The surat tanggapan as paper (domain 4.3), from the content that was frozen at signing."""

from datetime import datetime
from typing import Any

import segno
from flask import current_app, render_template
from flask_babel import force_locale

from app.clock import office_time
from app.documents.render import render_pdf
from app.labels.words import DELEGATION_KINDS, URGENCIES
from app.skin_formats import day


def letter_html(frozen: dict[str, Any]) -> str:
    """The letter's HTML, every text escaped by the template."""
    address = f"{current_app.config['PUBLIC_BASE_URL']}/verifikasi/{frozen['verification_code']}"
    signatory = frozen["signatory"]
    with force_locale("id"):
        return render_template(
            "papers/answer_letter.html",
            letter=frozen,
            date=day(office_time(datetime.fromisoformat(frozen["signed_at"])).date(), "sedang"),
            received=day(office_time(datetime.fromisoformat(frozen["received_at"])).date(), "sedang"),
            urgency=URGENCIES[frozen["urgency"]],
            standing_in=DELEGATION_KINDS[signatory["kind"]] if signatory["kind"] else None,
            paragraphs=[p.strip() for p in frozen["body"].split("\n\n") if p.strip()],
            qr=segno.make(address, error="m").svg_data_uri(scale=3, border=0),
            address=address,
        )


def letter_pdf(frozen: dict[str, Any]) -> bytes:
    return render_pdf(letter_html(frozen))

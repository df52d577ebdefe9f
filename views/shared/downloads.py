"""Files of a case: found through the same wall as its page, sent clean, under a name and type of our own."""

import re
from typing import Any

from flask import Response
from flask_appbuilder import BaseView, expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from app.access.current_person import current_person
from app.casefile.case import find_attachment, find_letter
from app.cases.signed_scans import current_scan
from app.core.storage import read_file
from app.files.inspection import ENDINGS
from app.models import Letter, Paper
from app.vocabulary.words import Labels
from app.web.skin import error_page

CONTENT_SECURITY_POLICY = "sandbox; default-src 'none'"


class DownloadView(BaseView):
    """Letters as PDF and attachments; nothing of them is ever run or kept by a browser."""

    route_base = "/aduan"
    class_permission_name = "Complaint"
    # Named in full on every screen of this door: what one of them leaves out the framework would try to delete.
    base_permissions = ["can_read", "can_act", "can_receive"]

    @expose("/<int:complaint_id>/surat/<int:letter_id>.pdf")
    @has_access
    @permission_name("read")
    def letter(self, complaint_id: int, letter_id: int) -> Response:
        """A signed letter; 404 while its file is not there."""
        return send_pdf(find_letter(complaint_id, letter_id, current_person()))

    @expose("/<int:complaint_id>/lampiran/<int:attachment_id>")
    @has_access
    @permission_name("read")
    def attachment(self, complaint_id: int, attachment_id: int) -> Response:
        """A file as it was written anew, with the type that our inspection found; 404 until it is clean."""
        found = find_attachment(complaint_id, attachment_id, current_person())
        if not found.is_clean:
            return Response(error_page(404, str(NOT_SERVED[found.state])), status=404)
        name = f"lampiran-{complaint_id}-{found.id}.{ENDINGS.get(found.media_type, 'bin')}"
        return _file(found.path, found.media_type, name)


def send_pdf(letter: Letter) -> Response:
    """The file of a signed letter; 404 while it is not there."""
    return send_paper(letter.paper, f"surat-tanggapan-{letter.number}.pdf")


def send_signed(letter: Letter) -> Response:
    """The letter as it was signed: the scan of the paper where a clean PDF of it is kept, else the file drawn."""
    scan = current_scan(letter.id)
    if scan is None or scan.attachment.media_type != "application/pdf" or not scan.attachment.is_clean:
        return send_pdf(letter)
    return _file(scan.attachment.path, "application/pdf", f"surat-tanggapan-{letter.number}.pdf")


def send_paper(paper: Paper | None, name: str) -> Response:
    """The file of a paper; 404 while it is not drawn."""
    return _file(paper.path if paper else None, "application/pdf", name)


def _file(path: str | None, media_type: str, name: str) -> Response:
    """The bytes of a stored file; a page that says so when they are gone."""
    try:
        content = read_file(path) if path else None
    except FileNotFoundError:
        content = None
    if content is None:
        return Response(error_page(404, gettext("Berkas ini belum atau tidak lagi tersimpan.")), status=404)
    return send_bytes(content, media_type, name)


def send_bytes(content: bytes, media_type: str, name: str) -> Response:
    """Bytes with headers that let nothing in them act, under a plain name."""
    response = Response(content, mimetype=media_type)
    # On the object, since Flask may change its class: no cookie either, also not the one that prolongs a sign-in.
    vars(response)["set_cookie"] = _left_out
    response.headers["Content-Disposition"] = f'attachment; filename="{_plain(name)}"'
    response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    return response


def _left_out(*_args: Any, **_kwargs: Any) -> None:
    """What a stranger made does not travel with anybody's key."""


def _plain(name: str) -> str:
    """A name of letters, digits, dots and hyphens only, which needs no quoting anywhere."""
    return re.sub(r"[^A-Za-z0-9.]+", "-", name).strip("-")


NOT_SERVED: Labels = {
    "waiting": _("Berkas ini masih menunggu pemeriksaan. Coba buka lagi sebentar lagi."),
    "quarantined": _("Berkas ini ditahan dan tidak dibagikan. Minta pengirim mengirimnya dalam bentuk lain."),
    "failed": _("Berkas ini tidak dapat dibuka. Minta pengirim mengirimnya lagi, misalnya sebagai PDF atau JPEG."),
}

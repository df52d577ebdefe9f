"""Public verification of a letter, by the code printed on it or by its file."""

from datetime import datetime

from flask import Response, render_template
from flask_appbuilder import expose
from flask_appbuilder.utils.limit import Limit
from flask_babel import gettext
from flask_limiter.errors import RateLimitExceeded

from app.casefile.case import letter_by_code
from app.files.attachments import LARGEST
from app.papers.verification import StoredCheck, UploadCheck, check_stored, check_upload
from app.vocabulary import words
from app.web.error_responses import retry_after
from app.web.rate_limits import source
from views.public.labels import TOO_MANY
from views.shared.public_view import PublicView
from views.shared.uploads import read_upload

PER_ADDRESS = "60 per hour"


class VerificationView(PublicView):
    """Public screens that verify a letter (design 8.4); they show nothing about the reporter and store nothing."""

    route_base = "/verifikasi"
    default_view = "ask"
    limits = [Limit(PER_ADDRESS, key_func=source, methods=["POST"])]
    limit_scope = "verifikasi"

    def too_many(self, _error: RateLimitExceeded) -> Response:
        """Called when the rate limit is exceeded: show the verification form with status 429."""
        response = _page(429, error=str(TOO_MANY))
        response.headers.update(retry_after())
        return response

    @expose("/", methods=["GET"])
    def ask(self) -> Response:
        """Show the public form that uploads a letter for verification."""
        return _page()

    @expose("/", methods=["POST"])
    def check(self) -> Response:
        """Show the page that says whether the uploaded file is a genuine letter; 422 without a file, 413 if it is over
        10 MB.
        """
        return _checked(None)

    @expose("/<code>", methods=["GET"])
    def show(self, code: str) -> Response:
        """Show the public page of the letter with this verification code and whether it is intact; 404 for an unknown
        code.

        Its digests are recomputed and its signature is checked.
        """
        letter = letter_by_code(code)
        if letter is None or letter.paper is None:
            return _page(404, unknown_code=True)
        return _page(stored=check_stored(letter))

    @expose("/<code>", methods=["POST"])
    def compare(self, code: str) -> Response:
        """Show the page that says whether the uploaded file is the letter with this verification code; 404 for an
        unknown code.

        422 without a file, 413 for a file over 10 MB.
        """
        letter = letter_by_code(code)
        if letter is None or letter.paper is None:
            return _page(404, unknown_code=True)
        return _checked(check_stored(letter))


def _checked(stored: StoredCheck | None) -> Response:
    content = read_upload("file", LARGEST)
    if not content:
        return _page(422, stored=stored, error=gettext("Pilih berkas surat"))
    if len(content) > LARGEST:
        return _page(413, stored=stored, error=gettext("Pilih berkas paling besar 10 MB"))
    upload = check_upload(content, stored.letter if stored else None)
    other = stored is not None and upload.stored is not None and upload.stored.letter.id != stored.letter.id
    return _page(stored=upload.stored or stored, upload=upload, opened=stored if other else None)


def _page(
    status: int = 200,
    stored: StoredCheck | None = None,
    upload: UploadCheck | None = None,
    error: str = "",
    **more: object,
) -> Response:
    frozen = stored.paper.frozen if stored else {}
    page = render_template(
        "public/letter_verification.html",
        title=gettext("Galat: Periksa surat") if error else gettext("Periksa surat"),
        stored=stored,
        letter=frozen,
        upload=upload,
        error=error,
        words=words,
        signed_at=datetime.fromisoformat(str(frozen["signed_at"])) if frozen else None,
        **more,
    )
    return Response(page, status=status)

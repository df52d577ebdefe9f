"""Public check of a letter by the code on its paper: genuine, changed or unknown; nothing of the reporter."""

from datetime import datetime

from flask import Response, render_template
from flask_appbuilder import BaseView, expose

from app.labels import words
from app.models import Letter
from app.operations.letters import content_hash
from app.queries.case_page import letter_by_code


class VerificationView(BaseView):
    """Open to everybody who holds the paper (design 8.4)."""

    route_base = "/verifikasi"
    default_view = "show"

    @expose("/<code>")
    def show(self, code: str) -> Response:
        """Recompute the hash of the frozen content and say whether it is still the one that was signed."""
        letter = letter_by_code(code)
        if letter is None or letter.frozen is None:
            return Response(render_template("case/verification.html", letter=None), status=404)
        return Response(_answer(letter, letter.frozen))


def _answer(letter: Letter, frozen: dict[str, object]) -> str:
    return render_template(
        "case/verification.html",
        letter=frozen,
        words=words,
        signed_at=datetime.fromisoformat(str(frozen["signed_at"])),
        genuine=content_hash(frozen) == letter.content_hash,
        fingerprint=letter.content_hash,
    )

"""Papers of a case beside its letters: tanda terima, lembar disposisi (domain 4.4), jawaban kepada pelapor."""

from collections.abc import Mapping
from typing import Any

from app.papers.html_parts import paper_html, public_address, qr
from app.vocabulary.words import CHANNELS, CLASSIFICATIONS, CONFIDENTIALITIES, DELEGATION_KINDS, URGENCIES


def receipt(frozen: Mapping[str, Any]) -> str:
    """What the reporter takes home; the code to follow the case is told once and stands on no paper of ours."""
    address = public_address(frozen, "/lacak")
    return paper_html(
        "receipt",
        frozen,
        frozen["received_at"],
        channel=CHANNELS[frozen["channel"]],
        classification=CLASSIFICATIONS[frozen["classification"]],
        confidentiality=CONFIDENTIALITIES[frozen["confidentiality"]],
        address=address,
        qr=qr(address),
    )


def disposition(frozen: Mapping[str, Any]) -> str:
    """The sheet that goes with a case: from whom, to whom, what is asked, by when."""
    kind = frozen["signatory"]["kind"]
    return paper_html(
        "disposition",
        frozen,
        frozen["at"],
        urgencies=[(text, word == frozen["urgency"]) for word, text in URGENCIES.items()],
        secrecies=[("Biasa", not frozen["secret"]), ("Rahasia", frozen["secret"])],
        standing_in=DELEGATION_KINDS[kind] if kind else None,
    )


def reporter_answer(frozen: Mapping[str, Any]) -> str:
    """What was sent to the reporter, as a slip: a message of the Admin and no letter of the Dinas.

    It names no reporter, so that the file holds no one's identity.
    """
    kind = frozen["signatory"]["kind"]
    disposed = (frozen.get("disposed") or {}).get("kind")
    address = public_address(frozen, "/lacak")
    return paper_html(
        "reporter_answer",
        frozen,
        frozen["at"],
        channel=CHANNELS[frozen["channel"]],
        standing_in=DELEGATION_KINDS[kind] if kind else None,
        disposed_as=DELEGATION_KINDS[disposed] if disposed else None,
        address=address,
        qr=qr(address),
    )

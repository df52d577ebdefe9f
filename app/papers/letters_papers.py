"""The surat tanggapan as paper (domain 4.3): signed from what was frozen at signing, or as a draft marked KONSEP."""

from collections.abc import Mapping
from typing import Any

from app.papers.html_parts import paper_html, public_address, qr
from app.vocabulary.words import DELEGATION_KINDS, URGENCIES


def answer_letter(frozen: Mapping[str, Any]) -> str:
    """The signed letter with the way to its verification."""
    address = public_address(frozen, f"/verifikasi/{frozen['verification_code']}")
    return _letter(frozen, frozen["signed_at"], draft=False, qr=qr(address), address=address)


def draft_letter(frozen: Mapping[str, Any]) -> str:
    """A draft: no number, no date, no name, and KONSEP across every page."""
    return _letter(frozen, frozen["drafted_at"], draft=True)


def _letter(frozen: Mapping[str, Any], made_at: str, **more: Any) -> str:
    kind = (frozen.get("signatory") or {}).get("kind")
    return paper_html(
        "answer_letter",
        frozen,
        made_at,
        urgency=URGENCIES[frozen["urgency"]],
        standing_in=DELEGATION_KINDS[kind] if kind else None,
        electronic=frozen.get("signing", "wet") != "wet",
        **more,
    )

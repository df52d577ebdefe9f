"""Ink: nothing is signed here; the letter is printed with room for a signature, and its scan comes back."""

from app.papers.signing.signers import Hand, SigningOfficer


class WetSigner:
    """Tanda tangan basah."""

    def prepare(self, officer: SigningOfficer) -> Hand | None:
        """Nothing to prepare, and no hand."""
        return None

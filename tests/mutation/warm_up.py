"""What a warm process runs before its first mutant: the program is built, nothing is asked of it."""

from flask import Flask


def test_the_program_is_built(session_app: Flask) -> None:
    """Every fixture that lives as long as a run is made."""
    assert session_app.extensions

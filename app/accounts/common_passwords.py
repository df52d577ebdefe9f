"""The words that people take for passwords, read once from the list beside this file."""

from functools import cache
from pathlib import Path

LIST = Path(__file__).with_name("common_passwords.txt")


@cache
def common_passwords() -> frozenset[str]:
    """The list in small letters, without its lines about where it comes from."""
    lines = LIST.read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))

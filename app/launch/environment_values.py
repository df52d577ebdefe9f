"""Texts of the environment as values; what cannot be understood is added to the reasons against a start."""

import base64
import binascii


def number_of(name: str, text: str, least: int, most: int, reasons: list[str]) -> int:
    if text.isascii() and text.isdigit() and least <= int(text[:9]) <= most:
        return int(text)
    reasons.append(f"{name} is {text!r}, not a number from {least} to {most}.")
    return 0


def database_url(text: str | None, reasons: list[str]) -> str | None:
    if text is None:
        return None
    scheme, separator, rest = text.partition("://")
    if separator and scheme in ("postgres", "postgresql", "postgresql+psycopg"):
        return f"postgresql+psycopg://{rest}"
    reasons.append("DATABASE_URL does not begin with postgresql:// (PostgreSQL is the only database).")
    return None


def redis_url(text: str | None, reasons: list[str]) -> str | None:
    if text is None or text.startswith(("redis://", "rediss://", "unix://")):
        return text
    reasons.append("REDIS_URL does not begin with redis://, rediss:// or unix://.")
    return None


def identity_keys(text: str, reasons: list[str]) -> tuple[str, ...]:
    keys = tuple(key.strip() for key in text.split(",") if key.strip())
    if not all(_is_fernet_key(key) for key in keys):
        reasons.append("IDENTITY_KEYS must be Fernet keys (32 bytes in URL-safe base64, newest first, commas between).")
    return keys


def _is_fernet_key(text: str) -> bool:
    try:
        return len(base64.b64decode(text, altchars=b"-_", validate=True)) == 32
    except (binascii.Error, ValueError):
        return False

"""Settings of officers' sign-in: password rules, second factor (TOTP), and single sign-on (OIDC)."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

OIDC_NEEDED = ("OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET")
LINKED_BY = ("email", "username", "none")
PASSWORD_RULES = ("bssn", "nist")
TOTP_GROUPS = ("signers", "administrators", "all", "none")


def sign_in_settings(given: Mapping[str, str], reasons: list[str]) -> dict[str, Any]:
    """Return the settings of sign-in: password rules (by default `bssn`), lifetime of a password link in hours, the
    groups that need a second factor, and the OIDC provider. Errors are appended to `reasons`.

    Whether `http` is acceptable for the provider is checked by `address_checks`.
    """
    rules = _one_of("PASSWORD_RULES", given, PASSWORD_RULES, reasons)
    hours = given.get("PASSWORD_LINK_HOURS", "24")
    if not (hours.isascii() and hours.isdigit() and 1 <= int(hours[:4]) <= 168):
        reasons.append(f"PASSWORD_LINK_HOURS is {hours!r}, not a number from 1 to 168.")
        hours = "24"
    found = {"PASSWORD_RULES": rules, "PASSWORD_LINK_HOURS": int(hours), "TOTP_REQUIRED": _two_step(given, reasons)}
    return found | _oidc(given, reasons)


def _two_step(given: Mapping[str, str], reasons: list[str]) -> frozenset[str]:
    """Return the groups in TOTP_REQUIRED (comma-separated); an unknown group adds a reason."""
    words = {word.strip().lower() for word in given.get("TOTP_REQUIRED", "none").split(",") if word.strip()}
    unknown = sorted(words - set(TOTP_GROUPS))
    reasons += [f"TOTP_REQUIRED: {word!r} is none of {', '.join(TOTP_GROUPS)}." for word in unknown]
    if "none" in words and len(words) > 1:
        reasons.append("TOTP_REQUIRED: 'none' stands alone.")
    return frozenset(words - {"none"})


def _oidc(given: Mapping[str, str], reasons: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {name: given.get(name) for name in OIDC_NEEDED}
    if any(found.values()) and not all(found.values()):
        reasons.append(f"Single sign-on needs {', '.join(OIDC_NEEDED)} together.")
    if found["OIDC_ISSUER"]:
        found["OIDC_ISSUER"] = _issuer(found["OIDC_ISSUER"], reasons)
    only = _one_of("OIDC_ONLY", given, ("off", "on"), reasons) == "on"
    if only and not found["OIDC_ISSUER"]:
        reasons.append("OIDC_ONLY is on, but there is no OIDC_ISSUER.")
    return {
        **found,
        "OIDC_LABEL": given.get("OIDC_LABEL", "SSO"),
        "OIDC_USERNAME_CLAIM": given.get("OIDC_USERNAME_CLAIM", "preferred_username"),
        "OIDC_LINK_BY": _one_of("OIDC_LINK_BY", given, LINKED_BY, reasons),
        "OIDC_ONLY": only,
    }


def _issuer(text: str, reasons: list[str]) -> str:
    """Return the issuer unchanged, since tokens must repeat it exactly (OpenID Connect Discovery 1.0, section 3); an
    invalid address adds a reason.
    """
    parts = urlsplit(text)
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.query or parts.fragment or "@" in text:
        reasons.append("OIDC_ISSUER is not an https:// address without query and fragment.")
    return text


def _one_of(name: str, given: Mapping[str, str], words: tuple[str, ...], reasons: list[str]) -> str:
    """Return a setting in lower case, by default the first of `words`; any other word adds a reason."""
    word = given.get(name, words[0]).lower()
    if word not in words:
        reasons.append(f"{name} is {word!r}, not one of {', '.join(words)}.")
    return word

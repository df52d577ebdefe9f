"""Settings that the office decides: its address, messages, sign-in, public pages and retention.

Each will become a row of the database once one installation serves several offices.
"""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, Any, ClassVar, Literal, get_args
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, ValidationInfo

from app.settings.declaration import ANY_CASE, OFFICE, Number, Settings, Switch, beginning, setting
from app.settings.peer_settings import read_peer

PasswordRules = Literal["bssn", "nist"]
PASSWORD_RULES: tuple[str, ...] = get_args(PasswordRules)
TOTP_GROUPS = ("signers", "administrators", "all", "none")
PUBLIC_ENDPOINTS = ("PUBLIC_INTAKE", "PUBLIC_FIGURES", "OPEN311")
"""Settings that open public endpoints; all are off unless the office turns them on."""
OIDC_NEEDED = ("OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET")
WEB_ADDRESS = "`https://…`, `http://…`"


def _fernet_keys(text: str) -> tuple[str, ...]:
    """Return the comma-separated Fernet keys as a tuple, newest first. Raises ValueError if one is malformed."""
    keys = tuple(key.strip() for key in text.split(",") if key.strip())
    try:
        if all(len(base64.b64decode(key, altchars=b"-_", validate=True)) == 32 for key in keys):
            return keys
    except (binascii.Error, ValueError):
        pass
    raise ValueError("IDENTITY_KEYS must be Fernet keys (32 bytes in URL-safe base64, newest first, commas between).")


def _bsre_version(text: str) -> str:
    return text.lower().removeprefix("v")


def _totp_groups(text: str) -> frozenset[str]:
    """Return the groups of a comma-separated list as a frozenset, without "none". Raises ValueError for an unknown
    group or "none" beside others.
    """
    words = {word.strip().lower() for word in text.split(",") if word.strip()}
    unknown = sorted(words - set(TOTP_GROUPS))
    faults = [f"TOTP_REQUIRED: {word!r} is none of {', '.join(TOTP_GROUPS)}." for word in unknown]
    if "none" in words and len(words) > 1:
        faults.append("TOTP_REQUIRED: 'none' stands alone.")
    if faults:
        raise ValueError(*faults)
    return frozenset(words - {"none"})


def _issuer(text: str) -> str:
    """Return the issuer unchanged, since tokens must repeat it exactly (OpenID Connect Discovery 1.0, section 3).
    Raises ValueError if it is no web address.
    """
    try:
        parts = urlsplit(text)
        good = parts.scheme in ("https", "http") and bool(parts.hostname) and not (parts.query or parts.fragment)
    except ValueError:
        good = False
    if not good or "@" in text:
        raise ValueError("OIDC_ISSUER is not an https:// address without query and fragment.")
    return text


def _whole_provider(secret: str | None, info: ValidationInfo) -> str | None:
    """Return the client secret; raises ValueError if some but not all settings of the sign-on provider are given."""
    given = [info.data.get("oidc_issuer", "invalid"), info.data.get("oidc_client_id"), secret]
    if any(given) and None in given:
        raise ValueError(f"Single sign-on needs {', '.join(OIDC_NEEDED)} together.")
    return secret


def _only_with_provider(only: bool, info: ValidationInfo) -> bool:
    if only and info.data.get("oidc_issuer", "") is None:
        raise ValueError("OIDC_ONLY is on, but there is no OIDC_ISSUER.")
    return only


WebAddress = Annotated[str, beginning("https://", "http://")]


class OfficeSettings(Settings):
    """Settings of the office's public address and its keys."""

    group: ClassVar[str] = OFFICE
    title: ClassVar[str] = "Address and keys"

    public_base_url: str | None = setting(
        None,
        "public URL, used in letters and messages; decides which `Host` headers are accepted",
        usual="the local address",
        allowed="production: `https://` with a public host name",
    )
    identity_keys: Annotated[tuple[str, ...], BeforeValidator(_fernet_keys)] = setting(
        (),
        "keys that encrypt identities, newest first. Without them stored identities cannot be read",
        usual="created at the first start; required in production",
        allowed="Fernet keys (32 random bytes, URL-safe base64), separated by commas",
        secret=True,
    )


class MessageSettings(Settings):
    """Settings of mail, messages and electronic signatures."""

    group: ClassVar[str] = OFFICE
    title: ClassVar[str] = "Messages and signatures"

    smtp_url: str | None = setting(
        None,
        "mail server; TLS certificates must be trusted by this machine",
        usual="none: no mail is sent",
        allowed="`smtp://`, `smtps://`, `smtp+starttls://user:password@host:port`",
        secret=True,
    )
    mail_from: str | None = setting(
        None, "sender of e-mail", usual="`lapor@<host of PUBLIC_BASE_URL>`", allowed="an address"
    )
    gateway_url: str | None = setting(
        None,
        "an [Apprise](https://github.com/caronc/apprise) URL for WhatsApp, Telegram or SMS; `{to}` is replaced by the"
        " recipient",
        allowed="an Apprise URL",
        secret=True,
    )
    signing_tsa_url: WebAddress | None = setting(
        None,
        "time-stamping service (RFC 3161). With it letters signed by certificate are PAdES B-LT, else B-B",
        allowed=WEB_ADDRESS,
    )
    bsre_url: WebAddress | None = setting(
        None, "BSrE's esign-client-service, for agencies that sign there", allowed=WEB_ADDRESS
    )
    bsre_user: str | None = setting(None, "account at that service of BSrE")
    bsre_password: str | None = setting(None, "password of `BSRE_USER`", secret=True)
    bsre_version: Annotated[Literal["1", "2"], BeforeValidator(_bsre_version)] = setting(
        "1", "version of BSrE's API", usual="1", allowed="1, 2", expected="1 or 2"
    )


class SignInSettings(Settings):
    """Settings of password rules, the second factor and single sign-on.

    Whether `http` is acceptable for the provider is checked by `address_checks`.
    """

    group: ClassVar[str] = OFFICE
    title: ClassVar[str] = "Sign-in"
    note: ClassVar[str] = "Explained in [sign-in.md](sign-in.md)."

    session_idle_minutes: Number = setting(
        30,
        "minutes without activity after which a sign-in ends; the page warns five minutes before",
        bounds=(1, 720),
    )
    password_rules: Annotated[PasswordRules, ANY_CASE] = setting(
        "bssn",
        "`bssn`: 12 characters of four kinds, none of the last five, 90 days; `nist`: 15 characters, no composition,"
        " no age",
    )
    password_link_hours: Number = setting(24, "lifetime of a link that sets a password, in hours", bounds=(1, 168))
    totp_required: Annotated[frozenset[str], BeforeValidator(_totp_groups)] = setting(
        frozenset(),
        "groups that need a second factor, separated by commas. `signers` are the heads of agencies and of the office"
        " and those who act for them. Recommended: `signers,administrators`",
        usual="`none`",
        allowed=", ".join(f"`{group}`" for group in TOTP_GROUPS),
    )
    oidc_issuer: Annotated[str, AfterValidator(_issuer)] | None = setting(
        None,
        "issuer for single sign-on (OpenID Connect); needs `OIDC_CLIENT_ID` and `OIDC_CLIENT_SECRET`",
        allowed="production: by https",
    )
    oidc_client_id: str | None = setting(None, "the program's name at the provider of single sign-on")
    oidc_client_secret: Annotated[str | None, AfterValidator(_whole_provider)] = setting(
        None, "the program's password at that provider", secret=True, checked=True
    )
    oidc_label: str = setting("SSO", "name of the provider on the button")
    oidc_link_by: Annotated[Literal["email", "username", "none"], ANY_CASE] = setting(
        "email", "how an officer is found at the first sign-on", allowed="`email` (verified), `username`, `none`"
    )
    oidc_username_claim: str = setting(
        "preferred_username", "the claim used by `OIDC_LINK_BY=username`", allowed="a claim name"
    )
    oidc_only: Annotated[Switch, AfterValidator(_only_with_provider)] = setting(
        False, "linked officers, except administrators, no longer sign in with a password", expected="on or off"
    )


class PublicSettings(Settings):
    """Settings of public pages and the exchange with SP4N."""

    group: ClassVar[str] = OFFICE
    title: ClassVar[str] = "Public pages and SP4N"
    note: ClassVar[str] = "Explained in [integration.md](integration.md)."

    public_intake: Switch = setting(
        False,
        "opens `/lapor`, where anyone may submit a complaint",
        usual="`off` (demonstration: `on`)",
        expected="on or off",
    )
    public_figures: Switch = setting(
        False,
        "opens `/statistik` and `/data-terbuka/`: counts only, small ones hidden",
        usual="`off` (demonstration: `on`)",
        expected="on or off",
    )
    open311: Switch = setting(
        False,
        "opens Open311 GeoReport v2 at `/open311/v2`",
        usual="`off` (demonstration: `on`)",
        expected="on or off",
    )
    sp4n_peer: Annotated[dict[str, Any], BeforeValidator(read_peer)] | None = setting(
        None,
        "JSON file that describes a peer such as SP4N",
        usual="none: no peer is contacted",
        allowed="a path",
    )
    sync_retention_days: Number = setting(400, "days for which the change feed is stored", bounds=(7, 3650))


class RetentionSettings(Settings):
    """Settings for how long data are stored, and how much of them."""

    group: ClassVar[str] = OFFICE
    title: ClassVar[str] = "Retention and uploads"

    identity_retention_years: Number = setting(
        5,
        "years after the end of a case until the reporter's identity is removed; the case remains",
        bounds=(1, 30),
    )
    upload_files_per_case: Number = setting(100, "files of one case, at most", bounds=(1, 10**6))
    upload_case_mb: Number = setting(300, "megabytes of one case, at most", bounds=(1, 10**6))

"""Checks whether the settings are safe for production, from their values alone; nothing is opened or contacted."""

from __future__ import annotations

import base64
import binascii
import time
import zoneinfo
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from app.settings.environment import EVERY_ADDRESS
from app.settings.findings import OK, REFUSED, WARNING, Finding
from app.settings.host_reach import is_here
from app.settings.peer_settings import warnings_of

if TYPE_CHECKING:
    from app.settings.environment import Environment

SHORTEST_SECRET = 32
SHORTEST_TOKEN = 16
FEWEST_BYTES = 16
"""Minimum number of different bytes in a key. 32 random bytes have about 30; one with fewer than this was typed."""
WELL_KNOWN_SECRETS = ("secret", "changeme", "change-me", "default", "development", "balangan", "lapor", "password")


def judge(environment: Environment, demo: bool = False) -> list[Finding]:
    """Return the findings about the settings by the standards of production; `demo` adds the refusal of
    demo accounts.
    """
    checks = (_missing, _secret, _keys, _public_address, _switches, _zone, _proxies, _metrics, _peer)
    found = [finding for check in checks for finding in check(environment)]
    if demo:
        found.append(Finding("--demo", REFUSED, "--demo makes accounts whose password everybody knows."))
    return found


def guessable(secret: str) -> bool:
    """Return whether a secret is too short, has too few different characters, or begins like a well-known one."""
    begins_known = secret.lower().startswith(WELL_KNOWN_SECRETS) and len(secret) < 2 * SHORTEST_SECRET
    return len(secret) < SHORTEST_SECRET or len(set(secret)) < 8 or begins_known


def _peer(environment: Environment) -> Iterator[Finding]:
    for sentence in warnings_of(environment.sp4n_peer):
        yield Finding("SP4N_PEER", WARNING, sentence)


def _missing(environment: Environment) -> Iterator[Finding]:
    needed = {
        "DATABASE_URL": environment.database_url,
        "REDIS_URL": environment.redis_url,
        "IDENTITY_KEYS": environment.identity_keys,
        "SECRET_KEY": environment.secret_key,
        "PUBLIC_BASE_URL": environment.public_base_url,
    }
    for name, text in needed.items():
        if not text:
            yield Finding(name, REFUSED, f"{name} is not set.")


def _secret(environment: Environment) -> Iterator[Finding]:
    secret = environment.secret_key
    if not secret:
        return
    if guessable(secret):
        sentence = f"SECRET_KEY is a default or shorter than {SHORTEST_SECRET} characters."
        yield Finding("SECRET_KEY", REFUSED, sentence)
    elif secret in environment.identity_keys:
        sentence = "SECRET_KEY is one of IDENTITY_KEYS: who signs sign-ins could read the stored identities."
        yield Finding("SECRET_KEY", REFUSED, sentence)
    else:
        yield Finding("SECRET_KEY", OK, "Long, and not a well-known one.")


def _keys(environment: Environment) -> Iterator[Finding]:
    if not environment.identity_keys:
        return
    if any(_typed(key) for key in environment.identity_keys):
        sentence = "IDENTITY_KEYS holds a key that is not random: make one with cryptography's Fernet.generate_key()."
        yield Finding("IDENTITY_KEYS", REFUSED, sentence)
    else:
        yield Finding("IDENTITY_KEYS", OK, f"{len(environment.identity_keys)} of random bytes.")


def _typed(key: str) -> bool:
    try:
        return len(set(base64.urlsafe_b64decode(key))) < FEWEST_BYTES
    except (binascii.Error, ValueError):
        return True


def _public_address(environment: Environment) -> Iterator[Finding]:
    address = environment.public_base_url
    if not address:
        return
    if _public_https(address):
        yield Finding("PUBLIC_BASE_URL", OK, f"Answers as {urlsplit(address).hostname}, cookies by https alone.")
    else:
        yield Finding("PUBLIC_BASE_URL", REFUSED, "PUBLIC_BASE_URL is not an https:// address with a host name.")


def _public_https(address: str) -> bool:
    """Return whether the address is https with one public host, without user, wildcard, query or fragment. It
    determines which Host headers the program accepts.
    """
    try:
        parts = urlsplit(address)
        host, extra = parts.hostname or "", (parts.username, parts.query, parts.fragment)
    except ValueError:
        return False
    named = bool(host) and not is_here(host) and "*" not in host
    return parts.scheme == "https" and named and not any(extra)


def _switches(environment: Environment) -> Iterator[Finding]:
    names = environment.developers_switches
    for name in names:
        if name == "FORWARDED_ALLOW_IPS":
            sentence = "FORWARDED_ALLOW_IPS is '*': anybody could say that a request came by https."
        else:
            sentence = f"{name} is set: it shows the inside of the program to whoever makes it fail."
        yield Finding(name, REFUSED, sentence)
    if not names:
        yield Finding("debug", OK, "No switch for developers is set.")


def _zone(environment: Environment) -> Iterator[Finding]:
    """Check the process's time zone: our datetimes are aware, but Flask-AppBuilder stores its audit columns in local
    time.
    """
    named = environment.clock_zone
    try:
        varies = _varies(zoneinfo.ZoneInfo(named.lstrip(":"))) if named else bool(time.daylight)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        yield Finding("TZ", REFUSED, f"TZ is {named!r}, which this machine does not know: times would silently be UTC.")
        return
    if varies:
        sentence = "TZ has summer time: an hour of each year would come twice. Set TZ=UTC or TZ=Asia/Makassar."
        yield Finding("TZ", REFUSED, sentence)
    else:
        yield Finding("TZ", OK, f"{named or time.tzname[0]}, without summer time.")


def _varies(zone: zoneinfo.ZoneInfo) -> bool:
    january, july = (datetime(2026, month, 1, tzinfo=zone).utcoffset() for month in (1, 7))
    return january != july


def _proxies(environment: Environment) -> Iterator[Finding]:
    if environment.trusted_proxies == 0:
        sentence = "0: behind a proxy every visitor has one address, and limits meant for one hold for all together."
        yield Finding("TRUSTED_PROXIES", WARNING, sentence)
    elif environment.host in EVERY_ADDRESS and not is_here(environment.host):
        sentence = f"HOST is {environment.host}: who reaches the port past the proxy may claim any address."
        yield Finding("TRUSTED_PROXIES", WARNING, sentence)
    else:
        yield Finding("TRUSTED_PROXIES", OK, f"{environment.trusted_proxies} in front.")


def _metrics(environment: Environment) -> Iterator[Finding]:
    token = environment.metrics_token
    if not token:
        yield Finding("METRICS_TOKEN", OK, "Not set: /metrics is shut.")
    elif len(token) < SHORTEST_TOKEN or len(set(token)) < 8:
        yield Finding("METRICS_TOKEN", REFUSED, f"METRICS_TOKEN is shorter than {SHORTEST_TOKEN} characters.")
    else:
        yield Finding("METRICS_TOKEN", OK, "/metrics answers to its bearer.")

"""Checks whether the settings are safe for production, from their values alone; nothing is opened or contacted."""

from __future__ import annotations

import base64
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
    """Return a list of Findings (name; state ok, warning or refused; message) about the values of the settings by the
    standards of production; `demo` adds a Finding that refuses demo accounts.
    """
    checks = (_keys, _public_address, _process, _network)
    found = [finding for check in checks for finding in check(environment)]
    found += [Finding("SP4N_PEER", WARNING, sentence) for sentence in warnings_of(environment.sp4n_peer)]
    if demo:
        found.append(Finding("--demo", REFUSED, "--demo makes accounts whose password everybody knows."))
    return found


def guessable(secret: str) -> bool:
    """Return whether a secret is shorter than 32 characters, has fewer than 8 different ones, or begins like a
    well-known secret.
    """
    begins_known = secret.lower().startswith(WELL_KNOWN_SECRETS) and len(secret) < 2 * SHORTEST_SECRET
    return len(secret) < SHORTEST_SECRET or len(set(secret)) < 8 or begins_known


def _keys(environment: Environment) -> Iterator[Finding]:
    """Yield Findings about the settings that production needs (refused for each that is not set), and about SECRET_KEY
    and IDENTITY_KEYS (ok, or refused when guessable, not random or the same).
    """
    for name in ("DATABASE_URL", "REDIS_URL", "IDENTITY_KEYS", "SECRET_KEY", "PUBLIC_BASE_URL"):
        if not getattr(environment, name.lower()):
            yield Finding(name, REFUSED, f"{name} is not set.")
    secret, keys = environment.secret_key, environment.identity_keys
    if secret:
        if guessable(secret):
            sentence = f"SECRET_KEY is a default or shorter than {SHORTEST_SECRET} characters, or too uniform."
            yield Finding("SECRET_KEY", REFUSED, sentence)
        elif secret in keys:
            sentence = "SECRET_KEY is one of IDENTITY_KEYS: who signs sign-ins could read the stored identities."
            yield Finding("SECRET_KEY", REFUSED, sentence)
        else:
            yield Finding("SECRET_KEY", OK, "Long, and not a well-known one.")
    if any(len(set(base64.urlsafe_b64decode(key))) < FEWEST_BYTES for key in keys):
        sentence = "IDENTITY_KEYS holds a key that is not random: make one with cryptography's Fernet.generate_key()."
        yield Finding("IDENTITY_KEYS", REFUSED, sentence)
    elif keys:
        yield Finding("IDENTITY_KEYS", OK, f"{len(keys)} of random bytes.")


def _public_address(environment: Environment) -> Iterator[Finding]:
    """Yield one Finding, ok or refused, about the public address, which must be https with one public host, without
    user, wildcard, query or fragment; nothing if it is not set. It determines which Host headers the program accepts.
    """
    address = environment.public_base_url
    if not address:
        return
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
        named = bool(host) and not is_here(host) and "*" not in host
        good = parts.scheme == "https" and named and not any((parts.username, parts.query, parts.fragment))
    except ValueError:
        good = False
    if good:
        yield Finding("PUBLIC_BASE_URL", OK, f"Answers as {host}, cookies by https alone.")
    else:
        yield Finding("PUBLIC_BASE_URL", REFUSED, "PUBLIC_BASE_URL is not an https:// address with a host name.")


def _process(environment: Environment) -> Iterator[Finding]:
    """Yield Findings about the switches for developers (refused for each that is on, else one ok) and the process's
    time zone (ok, or refused when unknown or with summer time, since Flask-AppBuilder stores its audit columns in local
    time).
    """
    for name in environment.developers_switches:
        if name == "FORWARDED_ALLOW_IPS":
            sentence = "FORWARDED_ALLOW_IPS is '*': anybody could say that a request came by https."
        else:
            sentence = f"{name} is set: it shows the inside of the program to whoever makes it fail."
        yield Finding(name, REFUSED, sentence)
    if not environment.developers_switches:
        yield Finding("debug", OK, "No switch for developers is set.")
    zone = environment.clock_zone
    try:
        varies = bool(time.daylight)
        if zone:
            here = zoneinfo.ZoneInfo(zone.lstrip(":"))
            january, july = (datetime(2026, month, 1, tzinfo=here).utcoffset() for month in (1, 7))
            varies = january != july
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        yield Finding("TZ", REFUSED, f"TZ is {zone!r}, which this machine does not know: times would silently be UTC.")
        return
    if varies:
        sentence = "TZ has summer time: an hour of each year would come twice. Set TZ=UTC."
        yield Finding("TZ", REFUSED, sentence)
    else:
        yield Finding("TZ", OK, f"{zone or time.tzname[0]}, without summer time.")


def _network(environment: Environment) -> Iterator[Finding]:
    """Yield two Findings (ok, warning or refused). TRUSTED_PROXIES is a warning for 0 and for a port that is reachable
    past the proxy, else ok; METRICS_TOKEN, which opens /metrics, is refused if short or of few different characters,
    else ok, also when not set.
    """
    if environment.trusted_proxies == 0:
        sentence = "0: behind a proxy every visitor has one address, and limits meant for one hold for all together."
        yield Finding("TRUSTED_PROXIES", WARNING, sentence)
    elif environment.host in EVERY_ADDRESS and not is_here(environment.host):
        sentence = f"HOST is {environment.host}: who reaches the port past the proxy may claim any address."
        yield Finding("TRUSTED_PROXIES", WARNING, sentence)
    else:
        yield Finding("TRUSTED_PROXIES", OK, f"{environment.trusted_proxies} in front.")
    token = environment.metrics_token
    if not token:
        yield Finding("METRICS_TOKEN", OK, "Not set: /metrics is shut.")
    elif len(token) < SHORTEST_TOKEN or len(set(token)) < 8:
        sentence = f"METRICS_TOKEN is shorter than {SHORTEST_TOKEN} characters or of few different ones."
        yield Finding("METRICS_TOKEN", REFUSED, sentence)
    else:
        yield Finding("METRICS_TOKEN", OK, "/metrics answers to its bearer.")

"""Checks of the queue server before a start: authentication, known vulnerability, persistence and eviction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import redis
from redis.exceptions import AuthenticationError, NoPermissionError, RedisError

from app.settings.findings import OK, REFUSED, WARNING, Finding
from app.settings.host_reach import is_here

SECONDS = 3.0
CVE = "CVE-2025-49844"
# The first fixed version of each release line (https://redis.io/blog/security-advisory-cve-2025-49844/ and
# https://valkey.io/blog/): any client that may log in could take over the server through a Lua script.
PATCHED = {
    "Redis": ((6, 2, 20), (7, 2, 11), (7, 4, 6), (8, 0, 4), (8, 2, 2)),
    "Valkey": ((7, 2, 11), (8, 0, 6), (8, 1, 4)),
}


def judge_queue(url: str) -> list[Finding]:
    """Return a list of Findings (name; state ok, warning or refused; message) about the queue server of a Redis URL.
    For an unreachable server it is one warning, since jobs are found again in the database; for a rejected login it is
    one refused Finding.
    """
    options = {"socket_timeout": SECONDS, "socket_connect_timeout": SECONDS}
    try:
        with redis.Redis.from_url(url, **options) as client:
            info = client.info("everything")
    except (AuthenticationError, NoPermissionError):
        return [Finding("queue", REFUSED, "The queue server of REDIS_URL does not let us in, or not ask for INFO.")]
    except RedisError as problem:
        sentence = f"The queue server of REDIS_URL does not answer ({type(problem).__name__}): it could not be judged."
        return [Finding("queue", WARNING, sentence)]
    return [*judge_info(info), _judge_access(url, _answers_without_password(url))]


def judge_info(info: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield a Finding, ok or warning, about the version and the persistence of the queue server, read from its INFO
    response, and a warning if its eviction policy may drop jobs.
    """
    kind = "Valkey" if "valkey_version" in info else "Redis"
    version = str(info.get("valkey_version") or info.get("redis_version", ""))
    if is_patched(kind, version):
        yield Finding("queue version", OK, f"{kind} {version}.")
    else:
        sentence = f"{kind} {version} is open to {CVE} unless your system's package has it mended: see its changelog."
        yield Finding("queue version", WARNING, sentence)
    if info.get("aof_enabled"):
        yield Finding("queue persistence", OK, "Kept by an append-only file.")
    else:
        yield Finding("queue persistence", WARNING, "No append-only file: jobs are found again only by the next sweep.")
    policy = str(info.get("maxmemory_policy", "noeviction"))
    if policy != "noeviction":
        yield Finding("queue eviction", WARNING, f"maxmemory-policy is {policy}: waiting jobs may be thrown away.")


def is_patched(kind: str, version: str) -> bool:
    """Return whether this version of "Redis" or "Valkey" has the fix of CVE-2025-49844; release lines newer than all
    listed ones have it.
    """
    number = tuple(int(part) for part in version.split(".")[:3] if part.isdigit())
    lines = PATCHED[kind]
    same_line = [fixed for fixed in lines if fixed[:2] == number[:2]]
    return number >= same_line[0] if same_line else number[:2] > lines[-1][:2]


def _judge_access(url: str, without_password: bool) -> Finding:
    if not without_password:
        return Finding("queue authentication", OK, "It asks for a password.")
    if is_here(urlsplit(url).hostname):
        return Finding("queue authentication", OK, "It asks for no password, on this machine alone.")
    sentence = "The queue server answers without a password: whoever reaches it runs our jobs."
    return Finding("queue authentication", REFUSED, sentence)


def _answers_without_password(url: str) -> bool:
    """Return whether the queue server at this address answers a client without credentials; always True for a Unix
    socket, False when it cannot be reached.
    """
    parts = urlsplit(url)
    if parts.scheme == "unix":
        return True
    own = [(name, text) for name, text in parse_qsl(parts.query) if name not in ("ssl_certfile", "ssl_keyfile")]
    bare = parts._replace(netloc=parts.netloc.rpartition("@")[2], query=urlencode(own)).geturl()
    try:
        with redis.Redis.from_url(bare, socket_timeout=SECONDS, socket_connect_timeout=SECONDS) as stranger:
            return bool(stranger.ping())
    except RedisError:
        return False

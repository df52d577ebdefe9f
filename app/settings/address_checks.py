"""Security checks of the server addresses in the settings: authentication and encryption of each connection."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from app.settings.environment_checks import WELL_KNOWN_SECRETS
from app.settings.findings import OK, REFUSED, WARNING, Finding
from app.settings.host_reach import is_here, is_near

if TYPE_CHECKING:
    from app.settings.environment import Environment

CHECKED, ENCRYPTED = ("verify-ca", "verify-full"), ("require",)
ANYONE_IS_BELIEVED = "By TLS, but whoever answers is believed."
PLAIN_GATEWAYS = ("json", "xml", "form", "mailto")


def judge_addresses(environment: Environment) -> list[Finding]:
    """Return a list with a finding for each server address in the settings. Nothing is contacted; distance is judged by
    the host name.
    """
    found = [*_database(environment), *_queue(environment), *_mail(environment)]
    if gateway := environment.gateway_url:
        scheme, _, rest = gateway.partition("://")
        host = urlsplit(f"http://{rest}").hostname if scheme in PLAIN_GATEWAYS else None
        plain = scheme in PLAIN_GATEWAYS and not is_here(host)
        usual = Finding("GATEWAY_URL", OK, "Set.")
        found.append(_unencrypted("GATEWAY_URL", host, "numbers and messages") if plain else usual)
    if (environment.signing_tsa_url or "").startswith("http://"):
        sentence = "By http, as is usual: a time stamp is signed, and carries a hash alone."
        found.append(Finding("SIGNING_TSA_URL", OK, sentence))
    found += _by_http("BSRE_URL", environment.bsre_url, "passphrases of signatures")
    peer = environment.sp4n_peer
    found += _by_http("SP4N_PEER", peer["base_url"] if peer else None, "reports with their reporters")
    collector = environment.otel_exporter_otlp_endpoint
    found += _by_http("OTEL_EXPORTER_OTLP_ENDPOINT", collector, "what the program does, without personal data,")
    found += _by_http("OIDC_ISSUER", environment.oidc_issuer, "sign-ins of officers")
    if environment.webhook_allow_private:
        sentence = "1: an administrator may send webhooks to every machine of your own network, and by http."
        found.append(Finding("WEBHOOK_ALLOW_PRIVATE", WARNING, sentence))
    else:
        found.append(Finding("WEBHOOK_ALLOW_PRIVATE", OK, "Webhooks go by https and out of the house alone."))
    return found


def database_host(url: str) -> str:
    """Return the host in a DATABASE_URL, of several the farthest: a name or address, or the folder of a Unix socket; ""
    where none is named or the URL cannot be parsed. A `hostaddr` counts before its `host`, since it is contacted.
    """
    parts = _parts_of(url)
    names, addresses = (str(parts.get(name, "")).split(",") for name in ("host", "hostaddr"))
    hosts = [address or name for name, address in zip_longest(names, addresses, fillvalue="")]
    repeated = parse_qs(url.partition("?")[2]).get("host", [])  # SQLAlchemy contacts each, libpq the last
    hosts += repeated if len(repeated) > 1 else []
    return max(hosts, key=lambda host: (not is_here(host), not is_near(host)))


def _parts_of(url: str) -> dict[str, object]:
    try:
        return dict(conninfo_to_dict(url.replace("postgresql+psycopg://", "postgresql://", 1)))
    except ProgrammingError:
        return {}


def _unencrypted(name: str, host: str | None, what: str) -> Finding:
    """Return the finding for an unencrypted connection: a warning within a private network, refused beyond it."""
    if is_near(host):
        return Finding(name, WARNING, f"{name} leads to {host} in the clear: {what} can be read on the way.")
    return Finding(name, REFUSED, f"{name} leads to {host} in the clear, beyond your own network: {what} can be read.")


def _easy(password: str) -> bool:
    return len(password) < 12 or password.lower().startswith(WELL_KNOWN_SECRETS)


def _database(environment: Environment) -> Iterator[Finding]:
    if not environment.database_url:
        return
    parts = _parts_of(environment.database_url)
    host = database_host(environment.database_url)
    password, mode = (str(parts.get(name, "")) for name in ("password", "sslmode"))
    if is_here(host):
        yield Finding("DATABASE_URL", OK, "On this machine.")
        return
    if password and _easy(password):
        yield Finding("DATABASE_URL", REFUSED, "DATABASE_URL has a password that is short or well known.")
    if mode in CHECKED:
        yield Finding("DATABASE_URL", OK, "By TLS, and the server's certificate is checked.")
    elif mode in ENCRYPTED:
        sentence = "sslmode=require does not check who answers: verify-full does."
        yield Finding("DATABASE_URL", WARNING, sentence)
    else:
        yield _unencrypted("DATABASE_URL", host, "complaints and identities")


def _queue(environment: Environment) -> Iterator[Finding]:
    """Yield a Finding (name; state ok, warning or refused; message) about REDIS_URL; nothing if it is not set. Anyone
    who can write jobs can run code in the workers, so the server needs a password or must be local.
    """
    if not environment.redis_url:
        return
    parts = urlsplit(environment.redis_url)
    if parts.scheme == "unix":
        yield Finding("REDIS_URL", OK, "A Unix socket of this machine.")
        return
    has_password = bool(parts.password) or "ssl_certfile" in parse_qs(parts.query)
    if is_here(parts.hostname):
        sentence = "On this machine." if has_password else "No password: every account of this machine may write jobs."
        yield Finding("REDIS_URL", OK if has_password else WARNING, sentence)
        return
    if not has_password:
        yield Finding("REDIS_URL", REFUSED, f"REDIS_URL has no password: who reaches {parts.hostname} runs our jobs.")
    elif parts.password and _easy(parts.password):
        yield Finding("REDIS_URL", REFUSED, "REDIS_URL has a password that is short or well known.")
    if parts.scheme == "rediss":
        checked = parse_qs(parts.query).get("ssl_cert_reqs", ["required"])[0] != "none"
        sentence = "By TLS, and the server's certificate is checked." if checked else ANYONE_IS_BELIEVED
        yield Finding("REDIS_URL", OK if checked else WARNING, sentence)
    else:
        yield _unencrypted("REDIS_URL", parts.hostname, "its password")


def _mail(environment: Environment) -> Iterator[Finding]:
    if not environment.smtp_url:
        yield Finding("SMTP_URL", WARNING, "Not set: no mail is sent, neither to officers nor to reporters.")
        return
    parts = urlsplit(environment.smtp_url)
    if parts.scheme in ("smtps", "smtp+starttls") or is_here(parts.hostname):
        yield Finding("SMTP_URL", OK, f"By {parts.scheme} to {parts.hostname}.")
    else:
        yield _unencrypted("SMTP_URL", parts.hostname, "names, answers and tracking codes")


def _by_http(name: str, address: str | None, what: str) -> Iterator[Finding]:
    if not address:
        return
    parts = urlsplit(address)
    if parts.scheme == "https" or is_here(parts.hostname):
        yield Finding(name, OK, f"By {parts.scheme} to {parts.hostname}.")
    else:
        yield _unencrypted(name, parts.hostname, what)

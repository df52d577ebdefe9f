"""SSRF guard: to which addresses the program may connect when a user has entered the URL.

A name is resolved once, each of its addresses is checked, and `safe_call` connects to the checked address, so that DNS
rebinding has no effect.
"""

import queue
import re
import socket
import threading
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

LONGEST_URL = 1000
LOOK_UP_SECONDS = 5
PORTS = frozenset({443, 4443, 8443, 9443})
"""Ports on which TLS web servers listen; other ports may belong to other services."""

_PRINTABLE = re.compile(r"[!-~]+")
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_NAME = re.compile(rf"(?:{_LABEL}\.)*[a-z](?:[a-z0-9-]{{0,61}}[a-z0-9])?")
_OWN_ENDINGS = ("localhost", "local", "localdomain", "internal", "intranet", "private", "corp", "home", "lan", "arpa")
_INNER_ENDINGS = frozenset((*_OWN_ENDINGS, "test", "invalid", "onion"))


def _nets(*texts: str) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(text) for text in texts)


# Networks of IANA's special-purpose registry, which are not on the public internet.
_SPECIAL_V4 = (
    *_nets("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
    *_nets("192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24"),
    *_nets("203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
)
# Global unicast only, without its special ranges; IPv4-mapped, NAT64, unique local and link-local lie outside it.
_GLOBAL_V6 = ip_network("2000::/3")
_SPECIAL_V6 = _nets("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
# Networks that WEBHOOK_ALLOW_PRIVATE allows; never the cloud metadata service 169.254.169.254.
_OWN = (
    *_nets("10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"),
    *_nets("::1/128", "fc00::/7"),
)


class TargetFault(StrEnum):
    """An enum of the reasons why the program may not connect to a URL; `TargetRefused.fault` holds one of them."""

    UNREADABLE = "unreadable"
    SCHEME = "scheme"
    CREDENTIALS = "credentials"
    HOST = "host"
    PORT = "port"
    PRIVATE = "private"
    UNKNOWN_NAME = "unknown_name"


class TargetRefused(Exception):
    """Raised for a URL to which the program may not connect; `fault` is the reason, a TargetFault."""

    def __init__(self, fault: TargetFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True)
class Place:
    """A value object: the parts of a URL. `host` is a lower-case name or an IP address, `path` includes the query."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def host_header(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = {"https": 443, "http": 80}[self.scheme]
        return host if self.port == usual else f"{host}:{self.port}"


@dataclass(frozen=True)
class Target(Place):
    """A value object: a Place with the one IP address that was checked; connections are made only to that address."""

    address: str


def read_place(url: str, allow_private: bool = False) -> Place:
    """Check the text of a URL, without resolving its host name, and return its parts as a Place; raises TargetRefused
    if it is not allowed.

    `allow_private` also allows http, internal names and any port.
    """
    if len(url) > LONGEST_URL or not _PRINTABLE.fullmatch(url) or set(url) & set('\\<>"^`{|}#'):
        raise TargetRefused(TargetFault.UNREADABLE)
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise TargetRefused(TargetFault.UNREADABLE) from None
    if parts.scheme not in (("https", "http") if allow_private else ("https",)):
        raise TargetRefused(TargetFault.SCHEME)
    if "@" in parts.netloc:
        raise TargetRefused(TargetFault.CREDENTIALS)
    known = _known_host(host, allow_private)
    number = {"https": 443, "http": 80}[parts.scheme] if port is None else port
    if number == 0 or not (allow_private or number in PORTS):
        raise TargetRefused(TargetFault.PORT)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Place(parts.scheme, known, number, path)


def find_target(url: str, allow_private: bool = False) -> Target:
    """Resolve the host of a URL and return a Target with one of its addresses.

    Raises TargetRefused if the text is not allowed, the name has no address, or any one of its addresses is not
    allowed.
    """
    place = read_place(url, allow_private)
    addresses = [place.host] if _literal(place.host) else look_up(place.host, place.port)
    for address in addresses:
        _judge(ip_address(address), allow_private)
    if not addresses:
        raise TargetRefused(TargetFault.UNKNOWN_NAME)
    return Target(place.scheme, place.host, place.port, place.path, addresses[0])


def look_up(host: str, port: int) -> list[str]:
    """Return a list of every IP address of a host name as text; [] if it is unknown or resolving takes longer than 5
    seconds (LOOK_UP_SECONDS).
    """
    answers: queue.SimpleQueue[list[str]] = queue.SimpleQueue()
    threading.Thread(target=_ask, args=(host, port, answers), daemon=True).start()
    try:
        return answers.get(timeout=LOOK_UP_SECONDS)
    except queue.Empty:
        return []


def _ask(host: str, port: int, answers: "queue.SimpleQueue[list[str]]") -> None:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        found = []
    answers.put(list(dict.fromkeys(str(entry[4][0]) for entry in found)))


def _known_host(host: str, allow_private: bool) -> str:
    address = _literal(host)
    if address is not None:
        _judge(address, allow_private)
        return str(address)
    name = host.removesuffix(".")
    if len(name) > 253 or not _NAME.fullmatch(name):
        raise TargetRefused(TargetFault.HOST)
    if not allow_private and ("." not in name or name.rpartition(".")[2] in _INNER_ENDINGS):
        raise TargetRefused(TargetFault.PRIVATE)
    return name


def _literal(host: str) -> IPv4Address | IPv6Address | None:
    """Return the IP address object if the text is an IP address in canonical form, otherwise None, also for 127.1 and
    0x7f.1.
    """
    try:
        return None if "%" in host else ip_address(host)
    except ValueError:
        return None


def _judge(address: IPv4Address | IPv6Address, allow_private: bool) -> None:
    """Raise TargetRefused(PRIVATE) unless the address is on the public internet, also by ranges newer than Python's
    tables, or in an own network that `allow_private` allows.
    """
    if isinstance(address, IPv4Address):
        public = not any(address in net for net in _SPECIAL_V4)
    else:
        public = address in _GLOBAL_V6 and not any(address in net for net in _SPECIAL_V6)
    if not (public or (allow_private and any(address in net for net in _OWN))):
        raise TargetRefused(TargetFault.PRIVATE)

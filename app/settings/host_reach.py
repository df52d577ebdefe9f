"""How far away a host is, as its name tells: on this machine, in one's own network, or elsewhere."""

from __future__ import annotations

import ipaddress

HERE = ("", "localhost")


def is_here(host: str | None) -> bool:
    """Whether a host is this machine: a Unix socket, no name at all, or a loopback address."""
    name = (host or "").strip("[]").lower()
    if name in HERE or name.startswith("/"):
        return True
    address = _address(name)
    return address is not None and address.is_loopback


def is_near(host: str | None) -> bool:
    """Whether a host stands in one's own network: a private address, or a name without a dot, as containers have."""
    name = (host or "").strip("[]").lower()
    address = _address(name)
    return address.is_private if address is not None else "." not in name


def _address(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        return None

"""How far away a host is, judged by its name: on this machine, in a private network, or elsewhere."""

from __future__ import annotations

import ipaddress

HERE = ("", "localhost")


def is_here(host: str | None) -> bool:
    """Return whether a host is this machine: a Unix socket, an empty name, localhost or a loopback address."""
    name = (host or "").strip("[]").lower()
    if name in HERE or name.startswith("/"):
        return True
    address = _address(name)
    return address is not None and address.is_loopback


def is_near(host: str | None) -> bool:
    """Return whether a host is in a private network: a private address, or a name without a dot (as container names
    are).
    """
    name = (host or "").strip("[]").lower()
    address = _address(name)
    return address.is_private if address is not None else "." not in name


def _address(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        return None

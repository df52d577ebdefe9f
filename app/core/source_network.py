"""The network that a client's address counts for, where requests or connections are limited for each client."""

from ipaddress import IPv6Address, ip_address, ip_network


def source_network(address: str) -> str:
    """Return the network of a client's IP address as text: the address itself for IPv4, also one that an IPv6 socket
    shows as `::ffff:192.0.2.1`; for IPv6 the /64 network, within which one customer may choose addresses. A text that
    is no address is returned unchanged.
    """
    try:
        known = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(known, IPv6Address):
        return str(known.ipv4_mapped or ip_network(f"{known}/64", strict=False))
    return str(known)

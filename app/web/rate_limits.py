"""How much one source may send through the doors to the street; a family or an office behind one address must fit."""

import ipaddress

from flask import Response, request
from flask_appbuilder.utils.limit import Limit
from flask_limiter.util import get_remote_address

TAKEN = "20 per hour"
TRIED = "120 per hour"
SUBMITTED = "120 per minute"
READ = "120 per minute"


def source() -> str:
    """The address of the sender; of IPv6 the network that one customer has, of which the rest is theirs to choose."""
    address = get_remote_address()
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network(f"{known}/64", strict=False)) if known.version == 6 else address


def _taken(response: Response) -> bool:
    return response.status_code < 400


def intake_limits() -> list[Limit]:
    """Of what was taken in, and of every try: mending a form must not use up what may be reported."""
    return [
        Limit(TAKEN, key_func=source, methods=["POST"], deduct_when=_taken),
        Limit(TRIED, key_func=source, methods=["POST"]),
    ]


def submission_limits() -> list[Limit]:
    """Of everything that programs send for citizens, and of lists of complaints, which cost the most."""
    sent = Limit(SUBMITTED, key_func=source, methods=["POST"])
    return [sent, Limit(READ, key_func=source, methods=["GET"], exempt_when=_no_list)]


def _no_list() -> bool:
    return not (request.endpoint or "").endswith("_requests")

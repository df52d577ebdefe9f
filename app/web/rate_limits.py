"""Rate limits of the public endpoints per source address; a household or an office may share one."""

import ipaddress

from flask import Response, request
from flask_appbuilder.utils.limit import Limit
from flask_limiter.util import get_remote_address

TAKEN = "20 per hour"
TRIED = "120 per hour"
SUBMITTED = "120 per minute"
READ = "120 per minute"


def source() -> str:
    """Return the sender's address; for IPv6 the /64 network, within which one customer may choose addresses."""
    address = get_remote_address()
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network(f"{known}/64", strict=False)) if known.version == 6 else address


def _taken(response: Response) -> bool:
    return response.status_code < 400


def intake_limits() -> list[Limit]:
    """Return the limits of the public form for one network address: 20 accepted complaints, 120 attempts an hour."""
    return [
        Limit(TAKEN, key_func=source, methods=["POST"], deduct_when=_taken),
        Limit(TRIED, key_func=source, methods=["POST"]),
    ]


def submission_limits() -> list[Limit]:
    """Return the limits of the submission API: 120 POSTs and 120 list requests per minute."""
    sent = Limit(SUBMITTED, key_func=source, methods=["POST"])
    return [sent, Limit(READ, key_func=source, methods=["GET"], exempt_when=_no_list)]


def _no_list() -> bool:
    return not (request.endpoint or "").endswith("_requests")

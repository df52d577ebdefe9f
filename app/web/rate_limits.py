"""Rate limits: of public endpoints per source address, which an office may share, and of the API per caller."""

import math
import time

from flask import Flask, Response, current_app, request
from flask_appbuilder.utils.limit import Limit
from flask_limiter.errors import RateLimitExceeded
from flask_limiter.util import get_remote_address
from redis.exceptions import RedisError

from app.core.problem import Problem
from app.core.request_context import request_context
from app.core.source_network import source_network

TAKEN = "20 per hour"
TRIED = "120 per hour"
SUBMITTED = "120 per minute"
READ = "120 per minute"


def source() -> str:
    """Return the sender's network address as text, by which requests are counted (see `source_network`)."""
    return source_network(get_remote_address())


def _taken(response: Response) -> bool:
    return response.status_code < 400


def intake_limits() -> list[Limit]:
    """Return a list with the rate limits of the public complaint form per network address: 20 accepted complaints and
    120 attempts an hour.
    """
    return [
        Limit(TAKEN, key_func=source, methods=["POST"], deduct_when=_taken),
        Limit(TRIED, key_func=source, methods=["POST"]),
    ]


def submission_limits() -> list[Limit]:
    """Return a list with the rate limits of the submission API per network address: 120 POSTs and 120 list requests per
    minute.
    """
    sent = Limit(SUBMITTED, key_func=source, methods=["POST"])
    return [sent, Limit(READ, key_func=source, methods=["GET"], exempt_when=_no_list)]


def _no_list() -> bool:
    return not (request.endpoint or "").endswith("_requests")


def install_api_limit(app: Flask) -> None:
    """Declare the rate limit of API calls per caller and minute, used by `count_api_call`; call when the limiter
    exists.

    While Redis is away, Flask-Limiter counts in each process and tries Redis again after growing pauses.
    """
    limit = app.appbuilder.sm.limiter.shared_limit(_most_calls, scope="api", key_func=_api_caller)  # type: ignore[attr-defined]
    app.extensions["api_limit"] = limit(_api_call)


def _api_call() -> None:
    """Do nothing; Flask-Limiter counts the calls of this function."""


def _most_calls() -> str:
    policy, _ = request_context().api_caller or ("user", 0)
    return f"{current_app.config[f'API_{policy.upper()}_RATE']}/minute"


def _api_caller() -> str:
    policy, caller = request_context().api_caller or ("user", 0)
    return f"{policy}:{caller}"


def count_api_call(policy: str, caller: int) -> None:
    """Count one API call of an officer (`policy` "user") or a program ("key") with the id `caller`, and store its
    RateLimit headers (draft-ietf-httpapi-ratelimit-headers) in the request context. Raises Problem 429 over the limit.
    """
    context = request_context()
    context.api_caller = policy, caller
    try:
        current_app.extensions["api_limit"]()
    except RateLimitExceeded:
        raise Problem(429) from None
    finally:
        context.rate_headers = _rate_headers(policy)


def _rate_headers(policy: str) -> dict[str, str]:
    limit = current_app.appbuilder.sm.limiter.current_limit  # type: ignore[attr-defined]
    try:
        reset, left = limit.window if limit else (0, 0)
    except RedisError:
        limit = None
    if limit is None:
        return {}
    wait = str(max(math.ceil(reset - time.time()), 1))
    headers = {
        "RateLimit-Policy": f'"{policy}";q={limit.limit.amount};w=60',
        "RateLimit": f'"{policy}";r={left};t={wait}',
    }
    return {**headers, "Retry-After": wait} if limit.breached else headers

"""What has to stand on every answer, whoever asked for whatever."""

import re
from collections.abc import Iterator

from werkzeug.test import TestResponse

EXACT = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(self), microphone=(), payment=(), usb=()",
}
# What everybody is given, so that caches may keep it also where an officer asked.
FOR_EVERYBODY = ("/static/", "/gaya/", "/open311/", "/data-terbuka/")


def faults_of(answer: TestResponse, signed_in: bool) -> Iterator[str]:
    """What is missing or too open on an answer, a sentence each."""
    for name, text in EXACT.items():
        allowed = {text, "no-referrer"} if name == "Referrer-Policy" else {text}
        if answer.headers.get(name) not in allowed:
            yield f"{name} is {answer.headers.get(name)!r}"
    yield from _policy_faults(answer)
    shared = "Access-Control-Allow-Origin" in answer.headers
    if answer.headers.get("Cross-Origin-Resource-Policy") != ("cross-origin" if shared else "same-origin"):
        yield "Cross-Origin-Resource-Policy"
    if not re.fullmatch(r"[0-9a-f]{16}", answer.headers.get("X-Request-ID", "")):
        yield "X-Request-ID"
    if answer.headers.get("Server"):
        yield "Server"
    kept = answer.headers.get("Cache-Control", "")
    private = signed_in and not answer.request.path.startswith(FOR_EVERYBODY)
    if "no-store" not in kept and (private or answer.status_code >= 400 or not kept):
        yield f"Cache-Control is {kept!r}"


def _policy_faults(answer: TestResponse) -> Iterator[str]:
    policy = answer.headers.get("Content-Security-Policy", "")
    if policy == "sandbox; default-src 'none'":
        return
    wanted = ("default-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'")
    if any(part not in policy for part in wanted):
        yield f"Content-Security-Policy is {policy!r}"
    elif "unsafe" in policy:
        yield "Content-Security-Policy allows what is unsafe"

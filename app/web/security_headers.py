"""What stands on every answer: whence its parts may come, who may frame it, and that no cache keeps it."""

from flask import Flask, Response, current_app, request, session

# Everything comes from this server; no inline script or style exists, so none is allowed.
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; form-action 'self';"
    " frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(self), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
ONE_YEAR = 31_536_000
CONTENT = (200, 206, 304)
STRICT_TRANSPORT = f"max-age={ONE_YEAR}; includeSubDomains"


def install(app: Flask) -> None:
    app.after_request(add_headers)


def add_headers(response: Response) -> Response:
    """Security headers on every answer, also on errors and files."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    shared = "Access-Control-Allow-Origin" in response.headers
    response.headers.setdefault("Cross-Origin-Resource-Policy", "cross-origin" if shared else "same-origin")
    if request.is_secure or current_app.config["SESSION_COOKIE_SECURE"]:
        response.headers.setdefault("Strict-Transport-Security", STRICT_TRANSPORT)
    _set_keeping(response)
    return response


def _set_keeping(response: Response) -> None:
    """Kept by caches is what has a name of its own content, or was said to be for everybody; all else by none."""
    if response.status_code == 200 and _never_changes():
        response.headers["Cache-Control"] = f"public, max-age={ONE_YEAR}, immutable"
    elif response.status_code not in CONTENT or not _is_for_everybody(response):
        response.headers["Cache-Control"] = "no-store"


def _never_changes() -> bool:
    return request.endpoint == "skin_bundle" or (request.endpoint == "static" and "v" in request.args)


def _is_for_everybody(response: Response) -> bool:
    """A file of the program, what its door calls public, or what it lets anybody ask about anew; never the API."""
    if request.path.startswith("/api/"):
        return False
    if (request.endpoint or "").rpartition(".")[2] == "static" or response.cache_control.public:
        return True
    return bool(response.cache_control.no_cache) and "_user_id" not in session

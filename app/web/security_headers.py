"""Security and cache headers of every response."""

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
    """Make the app set the security and cache headers after every request."""
    app.after_request(add_headers)


def add_headers(response: Response) -> Response:
    """Set the security headers on a response, errors and files included, and return it.

    Cache-Control is a year for files with a digest in their URL, the view's own for public content, else `no-store`.
    """
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    shared = "Access-Control-Allow-Origin" in response.headers
    response.headers.setdefault("Cross-Origin-Resource-Policy", "cross-origin" if shared else "same-origin")
    if request.is_secure or current_app.config["SESSION_COOKIE_SECURE"]:
        response.headers.setdefault("Strict-Transport-Security", STRICT_TRANSPORT)
    never_changes = request.endpoint == "skin_bundle" or (request.endpoint == "static" and "v" in request.args)
    if response.status_code == 200 and never_changes:
        response.headers["Cache-Control"] = f"public, max-age={ONE_YEAR}, immutable"
    elif response.status_code not in CONTENT or not _is_for_everybody(response):
        response.headers["Cache-Control"] = "no-store"
    return response


def _is_for_everybody(response: Response) -> bool:
    """Return whether caches may store the response: a static file, a response marked public, or one to be revalidated
    and sent without a signed-in user; never one of the API.
    """
    if request.path.startswith("/api/"):
        return False
    if (request.endpoint or "").rpartition(".")[2] == "static" or response.cache_control.public:
        return True
    return bool(response.cache_control.no_cache) and "_user_id" not in session

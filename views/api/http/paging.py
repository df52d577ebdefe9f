"""Pagination by page number, with `Link` headers (RFC 8288)."""

from flask import Response, request, url_for
from flask_babel import lazy_gettext as _

from app.core.problem import Problem
from views.api.http.contract import Query
from views.api.http.http_rules import parameter_fault

USUAL_SIZE, LARGEST_SIZE, LAST_PAGE = 25, 100, 10**9


SIZE = Query("page_size", {"type": "integer", "minimum": 1, "maximum": LARGEST_SIZE, "default": USUAL_SIZE}, _("Baris"))
PAGE = Query("page", {"type": "integer", "minimum": 0, "maximum": LAST_PAGE, "default": 0}, _("Halaman, dari 0"))
AFTER = Query(
    "after",
    {"type": "string", "minLength": 1},
    _("Tempat mulai, seperti diberikan tautan rel=next; tidak untuk dibuat"),
)


def page_of_request() -> tuple[int, int]:
    """Return (page size, page number from 0) of the query, by default (25, 0). Raises Problem(400) if either is
    invalid.
    """
    page = _number(request.args.get("page", "0"))
    if not 0 <= page <= LAST_PAGE:
        raise Problem(400, errors=[parameter_fault("page", "bad_value")])
    return page_size_of_request(), page


def page_size_of_request() -> int:
    """Return the page size of the query, 1 to 100, by default 25. Raises Problem(400) if it is invalid."""
    size = _number(request.args.get("page_size", str(USUAL_SIZE)))
    if not 0 < size <= LARGEST_SIZE:
        raise Problem(400, errors=[parameter_fault("page_size", "bad_value")])
    return size


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else -1


def link_pages(response: Response, page: int, size: int, count: int) -> None:
    """Set the response's `Link` header to the next and previous page; no header if there is neither."""
    pages = {"next": page + 1} if (page + 1) * size < count else {}
    pages |= {"prev": page - 1} if page else {}
    own = {name: text for name, text in request.args.items() if name not in ("page", "page_size", "after")}
    links = [
        f'<{url_for(request.endpoint or "", **own, page=p, page_size=size, _external=True)}>; rel="{rel}"'
        for rel, p in pages.items()
    ]
    if links:
        response.headers["Link"] = ", ".join(links)

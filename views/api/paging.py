"""Pages of a list: asked for in the query, linked in the `Link` header (RFC 8288)."""

from flask import Response, request, url_for

from app.errors import Problem

USUAL_SIZE, LARGEST_SIZE = 25, 100


def page_of_request() -> tuple[int, int]:
    """Page size and page from the query; 400 for what is neither."""
    size = _number(request.args.get("page_size", str(USUAL_SIZE)))
    page = _number(request.args.get("page", "0"))
    if not (0 < size <= LARGEST_SIZE and 0 <= page <= 10**9):
        raise Problem(400)
    return size, page


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else -1


def link_pages(response: Response, page: int, size: int, count: int) -> None:
    pages = {"next": page + 1} if (page + 1) * size < count else {}
    pages |= {"prev": page - 1} if page else {}
    links = [
        f'<{url_for(request.endpoint or "", page=p, page_size=size, _external=True)}>; rel="{rel}"'
        for rel, p in pages.items()
    ]
    if links:
        response.headers["Link"] = ", ".join(links)

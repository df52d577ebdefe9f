"""A page of a few lines in a browser, with the scripts that every page has."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, Page, Request, Route

from app.web.assets import SCRIPTS, bundle

BASE = "http://localhost"
Answer = dict[str, Any]


@dataclass
class Shown:
    """The page, what it sent (method, path and body), and the answers for paths beside its own."""

    page: Page
    sent: list[tuple[str, str, str]] = field(default_factory=list)
    answers: dict[str, Callable[[], Answer]] = field(default_factory=dict)


@contextmanager
def shown(browser: Browser, body: str, root: str = "", before: str = "") -> Iterator[Shown]:
    """Show a body on a page whose root element has some attributes; `before` is a script that runs ahead of ours.
    Raises AssertionError when a script fails.
    """
    page = browser.new_page()
    found, failed = Shown(page), list[str]()
    scripts = "".join(f'<script src="/gaya/0/{name}.js" defer></script>' for name in SCRIPTS)
    document = f"<!doctype html><html lang='id' {root}><head>{scripts}</head><body>{body}</body></html>"

    def answer(route: Route) -> None:
        path = route.request.url.removeprefix(BASE)
        if path.startswith("/gaya/"):
            route.fulfill(body=bundle(path.split("/")[-1][:-3], "js", "/static/"), content_type="text/javascript")
            return
        route.fulfill(**found.answers.get(path, lambda: {"body": document, "content_type": "text/html"})())

    def note(request: Request) -> None:
        if "/gaya/" not in request.url:
            found.sent.append((request.method, request.url.removeprefix(BASE), request.post_data or ""))

    page.on("request", note)
    page.on("pageerror", lambda error: failed.append(str(error)))
    page.route("**/*", answer)
    if before:
        page.add_init_script(before)
    page.goto(f"{BASE}/")
    found.sent.clear()
    yield found
    page.context.close()
    assert failed == []

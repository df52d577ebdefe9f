"""HTTP client of the peer (SP4N), configured by `SP4N_PEER`: fetch reports, send changes, list its reports.

SP4N has no public interface, so paths, field names and authentication are settings; it is tested against a fake peer.
Results are not validated here: the caller treats them like any other input.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import current_app

from app.outbound.peer_http import PeerFault, call
from app.sp4n.peer.differences import Side
from app.sp4n.peer.values import filled, filled_path, mapped, value_at

USUAL_LIMIT = 100


@dataclass(frozen=True)
class Incoming:
    """One report of the peer under our field names; `echo` is the key of our own last change, if the peer names it."""

    tracking_id: str
    payload: Any
    echo: str


@dataclass(frozen=True)
class Page:
    """Items in the order of the peer, the cursor of the next page, and whether more are waiting."""

    items: list[Any]
    next: str
    more: bool


def is_set_up() -> bool:
    """Return whether a peer is configured."""
    return bool(settings())


def settings() -> dict[str, Any]:
    """Return the peer settings; empty if no peer is configured."""
    return current_app.config.get("SP4N_PEER") or {}


def polls() -> bool:
    """Return whether the settings allow fetching reports from the peer."""
    return "poll" in settings()


def tells() -> bool:
    """Return whether the settings allow sending changes to the peer."""
    return "push" in settings()


def compares() -> bool:
    """Return whether the settings allow comparing with the peer's list of reports."""
    return "list" in settings()


def fetch_page(cursor: str) -> Page:
    """Return the page of reports after a cursor ("" starts at the beginning). Raises PeerFault."""
    page = _page("poll", cursor)
    return Page([_incoming(item) for item in page.items], page.next, page.more)


def fetch_one(tracking_id: str) -> Incoming | None:
    """Return one report as the peer has it now; None if the peer does not know it. Raises PeerFault."""
    part = settings()["one"]
    try:
        told = call(part.get("method", "GET"), filled_path(part["path"], {"tracking_id": tracking_id}))
    except PeerFault as fault:
        if fault.status == 404:
            return None
        raise
    return _incoming(value_at(told, part.get("item", "")))


def fetch_ledger(cursor: str) -> tuple[dict[str, Side], str, bool]:
    """Return one page of the reports the peer holds, by tracking id; the next cursor; and whether there is more.

    Raises PeerFault.
    """
    page = _page("list", cursor)
    fields = settings()["list"].get("fields", {})
    statuses = settings().get("values", {})
    rows = [mapped(item, fields, statuses) for item in page.items]
    held = {str(row["tracking_id"]): _side(row) for row in rows if isinstance(row.get("tracking_id"), str | int)}
    return held, page.next, page.more


def tell(update: Mapping[str, Any]) -> None:
    """Send one change to the peer; raises PeerFault unless the peer acknowledges this very change.

    A 2xx status alone is not enough, since a login page or a proxy may send it: the answer must contain the values
    named in `push.echo`. Without `echo` it must be a non-empty JSON object with a JSON content type.
    """
    part = settings()["push"]
    words = part.get("statuses", {})
    values = {**update, "status": words.get(update["status"], update["status"])}
    headers = {"Idempotency-Key": str(update["key"])}
    path = filled_path(part["path"], values)
    body = filled(part.get("body", {}), values)
    told = call(part.get("method", "POST"), path, body=body, headers=headers, typed="echo" not in part)
    _check_acknowledged(told, part.get("echo"), values)


def _check_acknowledged(told: Any, echo: Mapping[str, str] | None, values: Mapping[str, Any]) -> None:
    if echo is None:
        if not isinstance(told, dict) or not told:
            raise PeerFault("unreadable", "the answer is no JSON object with content")
        return
    for path, template in echo.items():
        found, wanted = value_at(told, path), filled(template, values)
        if isinstance(found, bool) or not isinstance(found, str | int) or str(found) != str(wanted):
            raise PeerFault("unreadable", f"the answer does not echo {template} at {path}")


def _page(name: str, cursor: str) -> Page:
    """Fetch a page by cursor, or by page number with `style: page`, where a short page is last. Raises PeerFault."""
    part = settings()[name]
    limit = int(part.get("limit", USUAL_LIMIT))
    numbered = part.get("style") == "page"
    values: dict[str, Any] = {"cursor": cursor or (str(part.get("first_page", 1)) if numbered else ""), "limit": limit}
    query = {key: filled(text, values) for key, text in part.get("query", {}).items()}
    told = call(part.get("method", "GET"), part["path"], query={k: v for k, v in query.items() if v not in ("", None)})
    items = value_at(told, part.get("items", ""))
    if not isinstance(items, list):
        raise PeerFault("unreadable", "no list of reports stands where the settings say")
    if numbered:
        return _numbered(items, cursor, int(values["cursor"]), limit)
    following = value_at(told, part["next"]) if "next" in part else None
    more = value_at(told, part["more"]) if "more" in part else len(items) >= limit
    return Page(items, _cursor(following, cursor), bool(more))


def _numbered(items: list[Any], cursor: str, number: int, limit: int) -> Page:
    """Advance to the next number after a full page; a short page is the last one and is read again next time."""
    full = len(items) >= limit
    return Page(items, str(number + 1) if full else cursor, full)


def _cursor(following: Any, before: str) -> str:
    return str(following)[:2000] if isinstance(following, str | int) and not isinstance(following, bool) else before


def _incoming(item: Any) -> Incoming:
    """Map an item to our names. One without a tracking id gets an empty one, so that the consumer rejects it."""
    parts = settings()
    fields = {name: path for name, path in parts["fields"].items() if name not in ("tracking_id", "echo")}
    found = value_at(item, parts["fields"]["tracking_id"])
    tracking_id = str(found) if isinstance(found, str | int) and not isinstance(found, bool) else ""
    echo = value_at(item, parts["fields"]["echo"]) if "echo" in parts["fields"] else ""
    return Incoming(tracking_id, mapped(item, fields, parts.get("values", {})), echo if isinstance(echo, str) else "")


def _side(row: Mapping[str, Any]) -> Side:
    status = row.get("status")
    return Side(_whole(row.get("revision")), _whole(row.get("version")), status if isinstance(status, str) else None)


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53 else None

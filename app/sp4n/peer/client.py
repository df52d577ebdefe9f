"""The peer over HTTP, by settings alone: reports read page by page, changes told, both ledgers compared.

Ours, not SP4N's own interface, which is not public: paths, names and authentication are data (`SP4N_PEER`), and it is
tried against a fake of our own. What comes back is only read here; whoever takes it judges it like any other input.
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
    """One report as the peer gave it, by our names; `echo` is the key of ours that it says changed it last."""

    tracking_id: str
    payload: Any
    echo: str


@dataclass(frozen=True)
class Page:
    """Items in the peer's order, where to go on, and whether it says that more are waiting."""

    items: list[Any]
    next: str
    more: bool


def is_set_up() -> bool:
    """Whether this server knows a peer."""
    return bool(settings())


def settings() -> dict[str, Any]:
    """The settings of the peer; empty where there is none."""
    return current_app.config.get("SP4N_PEER") or {}


def polls() -> bool:
    return "poll" in settings()


def tells() -> bool:
    return "push" in settings()


def compares() -> bool:
    return "list" in settings()


def fetch_page(cursor: str) -> Page:
    """The reports after a cursor ("" is the beginning); raises PeerFault."""
    page = _page("poll", cursor)
    return Page([_incoming(item) for item in page.items], page.next, page.more)


def fetch_one(tracking_id: str) -> Incoming | None:
    """One report as it stands there, or None where the peer does not know it; raises PeerFault."""
    part = settings()["one"]
    try:
        told = call(part.get("method", "GET"), filled_path(part["path"], {"tracking_id": tracking_id}))
    except PeerFault as fault:
        if fault.status == 404:
            return None
        raise
    return _incoming(value_at(told, part.get("item", "")))


def fetch_ledger(cursor: str) -> tuple[dict[str, Side], str, bool]:
    """A page of what the peer holds, by tracking id, where to go on, and whether there is more; raises PeerFault."""
    page = _page("list", cursor)
    fields = settings()["list"].get("fields", {})
    statuses = settings().get("values", {})
    rows = [mapped(item, fields, statuses) for item in page.items]
    held = {str(row["tracking_id"]): _side(row) for row in rows if isinstance(row.get("tracking_id"), str | int)}
    return held, page.next, page.more


def tell(update: Mapping[str, Any]) -> None:
    """Tell the peer of one change; returns once it has acknowledged this very change, else raises PeerFault.

    A 2xx alone is no acknowledgement, since a login page or a proxy may give it: the answer must carry what `push.echo`
    names. Without `echo` it must at least be a JSON object that is not empty and is sent as JSON.
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
    """By cursor (`next` says where to go on) or by number (`style: page`, until a page comes short)."""
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
    """A full page is left behind for good; the last, short one is read again the next time."""
    full = len(items) >= limit
    return Page(items, str(number + 1) if full else cursor, full)


def _cursor(following: Any, before: str) -> str:
    return str(following)[:2000] if isinstance(following, str | int) and not isinstance(following, bool) else before


def _incoming(item: Any) -> Incoming:
    """By our names; what has no tracking id keeps its place with an empty one, and is refused by whoever takes it."""
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

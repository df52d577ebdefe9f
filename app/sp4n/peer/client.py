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
    """A value object: one report of the peer under our field names, not validated. `echo` is the key of our own last
    change, "" if the peer does not name it.
    """

    tracking_id: str
    payload: Any
    echo: str


@dataclass(frozen=True)
class Page:
    """A value object: one page of the peer's answer, with items in the peer's order, the cursor of the next page, and
    whether more are waiting.
    """

    items: list[Any]
    next: str
    more: bool


def is_set_up() -> bool:
    """Return whether a peer (SP4N) is configured."""
    return bool(settings())


def settings() -> dict[str, Any]:
    """Return the peer settings (SP4N_PEER) as a dict; empty if no peer is configured.

    Without the part `poll`, `push` or `list`, reports are not fetched, changes not sent, or both sides not compared.
    """
    return current_app.config.get("SP4N_PEER") or {}


def fetch_page(cursor: str) -> Page:
    """Fetch from the peer the page of reports after a cursor ("" starts at the beginning) and return it, its items as
    Incoming. Raises PeerFault.
    """
    page = _page("poll", cursor)
    return Page([_incoming(item) for item in page.items], page.next, page.more)


def fetch_one(tracking_id: str) -> Incoming | None:
    """Fetch one report from the peer and return it as Incoming; None if the peer answers 404. Raises PeerFault."""
    part = settings()["one"]
    try:
        answer = call(part.get("method", "GET"), filled_path(part["path"], {"tracking_id": tracking_id}))
    except PeerFault as fault:
        if fault.status == 404:
            return None
        raise
    return _incoming(value_at(answer, part.get("item", "")))


def fetch_ledger(cursor: str) -> tuple[dict[str, Side], str, bool]:
    """Fetch a page of the peer's list and return (dict of tracking id to the Side of that report; the next cursor;
    whether there is more). Raises PeerFault.
    """
    page = _page("list", cursor)
    fields = settings()["list"].get("fields", {})
    statuses = settings().get("values", {})
    rows = [mapped(item, fields, statuses) for item in page.items]
    sides: dict[str, Side] = {}
    for row in rows:
        if isinstance(row.get("tracking_id"), str | int):
            status = row.get("status")
            sides[str(row["tracking_id"])] = Side(
                _whole(row.get("revision")), _whole(row.get("version")), status if isinstance(status, str) else None
            )
    return sides, page.next, page.more


def send(update: Mapping[str, Any]) -> None:
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
    answer = call(part.get("method", "POST"), path, body=body, headers=headers, typed="echo" not in part)
    echo = part.get("echo")
    if echo is None:
        if not isinstance(answer, dict) or not answer:
            raise PeerFault("unreadable", "the answer is no JSON object with content")
        return
    for place, template in echo.items():
        found, wanted = value_at(answer, place), filled(template, values)
        if isinstance(found, bool) or not isinstance(found, str | int) or str(found) != str(wanted):
            raise PeerFault("unreadable", f"the answer does not echo {template} at {place}")


def _page(name: str, cursor: str) -> Page:
    """Fetch JSON items from the peer after a cursor and return them as a Page; or by page number with `style: page`,
    where a short page is the last. Raises PeerFault.
    """
    part = settings()[name]
    limit = int(part.get("limit", USUAL_LIMIT))
    numbered = part.get("style") == "page"
    values: dict[str, Any] = {"cursor": cursor or (str(part.get("first_page", 1)) if numbered else ""), "limit": limit}
    query = {key: filled(text, values) for key, text in part.get("query", {}).items()}
    query = {key: value for key, value in query.items() if value not in ("", None)}
    answer = call(part.get("method", "GET"), part["path"], query=query)
    items = value_at(answer, part.get("items", ""))
    if not isinstance(items, list):
        raise PeerFault("unreadable", "no list of reports stands where the settings say")
    full = len(items) >= limit
    if numbered:
        # A short page is the last one and is read again next time.
        return Page(items, str(int(values["cursor"]) + 1) if full else cursor, full)
    following = value_at(answer, part["next"]) if "next" in part else None
    more = value_at(answer, part["more"]) if "more" in part else full
    known = isinstance(following, str | int) and not isinstance(following, bool)
    return Page(items, str(following)[:2000] if known else cursor, bool(more))


def _incoming(item: Any) -> Incoming:
    """Return the JSON of a report of the peer as Incoming, under our field names. Without a tracking id it gets an
    empty one, so that the consumer rejects it.
    """
    parts = settings()
    fields = {name: path for name, path in parts["fields"].items() if name not in ("tracking_id", "echo")}
    found = value_at(item, parts["fields"]["tracking_id"])
    tracking_id = str(found) if isinstance(found, str | int) and not isinstance(found, bool) else ""
    echo = value_at(item, parts["fields"]["echo"]) if "echo" in parts["fields"] else ""
    return Incoming(tracking_id, mapped(item, fields, parts.get("values", {})), echo if isinstance(echo, str) else "")


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53 else None

"""A client of Lapor Balangan's API in one file without dependencies, to copy into an integration.

    office = Lapor("https://lapor.example", key="lb_…")
    office.put_report("9165816", {"revision": 1, "submitted_at": "2026-11-23T08:00:00+08:00", "title": …, "body": …})
    for change in office.changes(after=stored_cursor):
        handle(change)                        # at least once: the same change may come twice
        stored_cursor = office.cursor         # keep it only after the change has been handled

A write carries an `Idempotency-Key` and is sent again with the same one when the answer is lost, so that it is done
once. Where `Retry-After` says when to come again (409, 429, 503), that is waited for. Every other refusal raises
`Refused`.
"""

import json
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, TypedDict
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

TRIES = 5
LONGEST_PAUSE_SECONDS = 60.0
TIMEOUT_SECONDS = 60


class Change(TypedDict):
    """One entry of the change feed; `at` is RFC 3339 with offset, `tombstone` says that no more will come."""

    tracking_id: str
    number: str
    revision: int | None
    version: int
    kind: str
    at: str
    status: str
    origin: Literal["office", "sp4n"]
    tombstone: bool


class Held(TypedDict):
    """One report as Lapor Balangan holds it; version 0 and status `quarantined` while it waits for the Admin."""

    tracking_id: str
    revision: int | None
    version: int
    status: str
    state_hash: str


class FieldFault(TypedDict):
    """One field that was refused, with a sentence for the person who filled it in."""

    field: str
    message: str


class Refused(Exception):
    """A problem document (RFC 9457); `reason` is the stable name at the end of its type."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        super().__init__(f"{status} {body.get('detail', '')}")
        self.status = status
        self.reason = str(body.get("type", "")).rsplit("/", 1)[-1]
        self.errors: list[FieldFault] = body.get("errors", [])


class CursorExpired(Refused):
    """Raised when changes after the cursor are deleted: compare `reconciliation`, then begin without a cursor."""


@dataclass
class Answer:
    """One HTTP response: status, headers and body as received."""

    status: int
    headers: dict[str, str]
    content: bytes

    def json(self) -> Any:
        return json.loads(self.content)


@dataclass
class Lapor:
    """The API of one office; `key` is an API key, or an access token, which `log_in` sets."""

    url: str
    key: str = ""
    cursor: str = field(default="", init=False)

    def log_in(self, username: str, password: str) -> None:
        """Sign in as an officer and keep the access token, valid for 15 minutes, with the officer's own rights."""
        body = {"username": username, "password": password, "provider": "db"}
        self.key = self._send("POST", "/api/v1/security/login", body).json()["access_token"]

    def put_report(self, tracking_id: str, report: dict[str, Any]) -> dict[str, Any]:
        """Create or update one report and return it. Raises Refused(stale_revision) for an older revision."""
        return dict(self._send("PUT", f"/api/v1/sp4n/reports/{tracking_id}", report).json())

    def put_reports(self, reports: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Send up to 1,000 reports, each with its `tracking_id`; return one outcome for each, in the same order."""
        return list(self._send("POST", "/api/v1/sp4n/reports/batch", {"reports": reports}).json()["result"])

    def send_message(self, tracking_id: str, message: dict[str, Any]) -> dict[str, Any]:
        """Send what the reporter did in SP4N: an answer, a comment, a rating, a reopening or a withdrawal."""
        return dict(self._send("POST", f"/api/v1/sp4n/reports/{tracking_id}/messages", message).json())

    def report(self, tracking_id: str) -> dict[str, Any]:
        """Return status and answer of a report; while it waits for the Admin it is `quarantined` with `errors`."""
        return dict(self._send("GET", f"/api/v1/sp4n/reports/{tracking_id}").json()["result"])

    def answer_pdf(self, tracking_id: str) -> bytes:
        """Return the PDF of the signed letter that answers a report."""
        return self._send("GET", f"/api/v1/sp4n/reports/{tracking_id}/answer.pdf").content

    def changes(self, after: str = "", wait: int = 0) -> Iterator[Change]:
        """Yield every change after the cursor, page by page, until none is left; `cursor` is that of the current page.

        Ordered for each report, without a gap, at least once. `wait` (seconds, at most 30) holds the last answer back
        until something happens.
        """
        self.cursor = after
        more = True
        while more:
            query = urlencode({"after": self.cursor, "limit": 1000, "wait": wait})
            page = self._send("GET", f"/api/v1/sp4n/changes?{query}").json()["result"]
            yield from page["changes"]
            self.cursor, more = page["next"], page["more"]

    def reconciliation(self) -> Iterator[Held]:
        """Yield every report that the office holds, ordered by tracking id."""
        path = "/api/v1/sp4n/reconciliation"
        while path:
            answer = self._send("GET", path)
            yield from answer.json()["result"]
            path = _next(answer.headers.get("link", ""))

    def act(
        self, complaint: int, action: str, version: int, agency: str | None = None, **params: Any
    ) -> dict[str, Any]:
        """Perform one action on a complaint read with this version. Raises Refused(stale_version) if it has changed."""
        body = {"action": action, "agency": agency, "params": params, "expected_version": version}
        return dict(self._send("POST", f"/api/v1/complaint/{complaint}/actions", body).json()["result"])

    def _send(self, method: str, path: str, body: dict[str, Any] | None = None) -> Answer:
        headers = {"Accept": "application/json", "Authorization": f"Bearer {self.key}"}
        if body is not None:
            headers |= {"Content-Type": "application/json", "Idempotency-Key": str(uuid.uuid4())}
        data = json.dumps(body).encode() if body is not None else None
        request = Request(self.url.rstrip("/") + path, data, headers, method=method)  # noqa: S310 (of our own making)
        for attempt in range(TRIES):
            answer = _try(request, last=attempt == TRIES - 1)
            if answer is not None:
                return answer
        raise AssertionError("the last try answers or raises")


def _try(request: Request, last: bool) -> Answer | None:
    """Return the response, or None after a pause if the request is worth another try."""
    try:
        with urlopen(request, timeout=TIMEOUT_SECONDS) as reply:  # noqa: S310 (of our own making)
            headers = {name.lower(): value for name, value in reply.headers.items()}
            return Answer(reply.status, headers, reply.read())
    except HTTPError as error:
        with error:
            pause = _pause(error)
            if pause is None or last:
                raise _refusal(error) from error
    except URLError:
        if last:
            raise
        pause = 1.0
    time.sleep(min(pause, LONGEST_PAUSE_SECONDS))
    return None


def _pause(error: HTTPError) -> float | None:
    """Return the seconds to wait before the same request; a 409 with Retry-After means its first sending still runs."""
    word = error.headers.get("Retry-After")
    if error.code in (429, 503) or (error.code == 409 and word):
        return float(word or 1)
    return None


def _refusal(error: HTTPError) -> Refused:
    try:
        body = json.loads(error.read())
    except ValueError:
        body = {}
    kind = CursorExpired if error.code == 410 else Refused
    return kind(error.code, body if isinstance(body, dict) else {})


def _next(link: str) -> str:
    """Return the path of the next page from a `Link` header (RFC 8288), or an empty string."""
    address, _, relation = link.partition(">")
    return address.lstrip("<") if 'rel="next"' in relation else ""

"""Values that belong to one request or job: one typed object, the only attribute of ours on `flask.g`.

Only plain types, types of this layer and of `workflow_rules` appear here, so that every package can use it. Values with
a type of a higher layer are stored as their parts (`api_key_id`), or described by what is read of them (`PageCounts`).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from flask import g

from app.core.jobs import JobName
from workflow_rules.process.actors import Person


class PageCounts(Protocol):
    """Interface of the counts beside the menu and at the bell of every page, for the signed-in officer."""

    @property
    def late(self) -> int:
        """Number of the officer's open steps after their deadline."""

    @property
    def all(self) -> int:
        """Number of all open steps of the officer."""

    @property
    def late_cases(self) -> int:
        """Number of the cases visible to the officer that are after their deadline."""

    @property
    def unread(self) -> int:
        """Number of the officer's unread notices."""


@dataclass
class RequestContext:
    """The values of the current Flask application context (one request or job). None, False or empty means: not set in
    this context.
    """

    # The transaction
    in_transaction: bool = False
    before_commit: list[Callable[[], object]] = field(default_factory=list)
    jobs_after_commit: dict[tuple[JobName, tuple[int, ...]], None] = field(default_factory=dict)
    """Keys are the jobs in the order of their registration; a dict, since each is enqueued once."""

    # The person that acts, and what is visible
    person: tuple[object, Person] | None = None
    """The requesting account and the person that it is; valid only while that account is the requesting one."""
    acting: Person | None = None
    """The person set by `act_as`; takes precedence over `person`."""
    finding_person: bool = False
    only_public: bool = False
    only_case: int | None = None
    reads_as_person: bool = False
    rights_of_roles: dict[tuple[int, ...], frozenset[tuple[str, str]]] = field(default_factory=dict)
    """Pairs of FAB permission and view, by the sorted ids of the roles that grant them."""

    # Sign-in
    sign_in_id: int | None = None
    sign_in_ends_at: datetime | None = None
    """When the sign-in of this request expires without further use (aware UTC)."""
    has_two_step: bool = False
    login_refusal: str = ""
    """Why a correct password was not accepted, as the text for the login form."""
    password_age: str | None = None
    """A value of `app.accounts.password_rules.Age`; set after a correct password."""
    password_ends_at: datetime | None = None
    """When the password expires (aware UTC); None if it never does."""
    sign_in_claims: dict[str, str] = field(default_factory=dict)
    """Claims that tie new API tokens to their sign-in."""
    grants_held_back: list[Any] = field(default_factory=list)
    """Roles (FAB's model) that the account being saved gets only after a supervisor's confirmation."""

    # The API
    api_key_id: int | None = None
    api_caller: tuple[str, int] | None = None
    """The caller whose API calls are counted: "user" or "key", and the id of the user or key."""
    rate_headers: dict[str, str] = field(default_factory=dict)
    """RateLimit headers of the response."""
    current_step: str | None = None
    """Open steps of the case whose action was rejected, joined by "/", for the problem document."""

    # Pages
    current_item: tuple[object, Any] | None = None
    """The request and the menu item of its page (FAB's MenuItem or None)."""
    own_copies_of_views: dict[tuple[int, str], Any] = field(default_factory=dict)
    """This request's copies of attributes of FAB views, by id of the view and name of the attribute."""
    worklist_counts: PageCounts | None = None
    unread_notices: int | None = None
    failed_messages: int | None = None

    # Reference data read once
    definitions_version: str | None = None
    """The version of what the office defines on screen (`app.core.definitions`)."""
    definitions_read_at: float = 0.0
    """When that version was read (seconds of `time.monotonic`)."""
    office_zone: ZoneInfo | None = None
    agency_tree: dict[int, tuple[int | None, str]] | None = None
    """Id of the parent and short name of each agency, by id."""
    names_found: dict[tuple[str | None, str | None, str | None], Any] | None = None
    """Results of `find_named` by category, district and village; None outside `cached_names`."""


def request_context() -> RequestContext:
    """Return the `RequestContext` of the current application context, created at first use. Each application context
    has its own, also one inside another. Raises RuntimeError outside an application context.
    """
    if "request_context" not in g:
        g.request_context = RequestContext()
    found: RequestContext = g.request_context
    return found

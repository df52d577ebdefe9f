"""Declaration of a resource of the data API, from which routes and documentation are generated.

Every table column must be in `columns`, `detail` (single rows only) or `hidden`; a test fails otherwise.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement

from app.models import OfficerProfile
from views.api.resources.columns import Column, Filter, plain

REFERENCE = ("can_read", "Reference")
CASES = ("can_read", "Complaint")


@dataclass(frozen=True)
class Resource:
    """A value object: a published table of the data API, with its columns, filters, orders, read permission and screen.

    `screen` names the generated screen with the form and rules that apply to writes; without one the resource is
    read-only and `says` gives the reason. `asks_reason`: changes move deadlines of open cases and require a reason.
    """

    name: str
    model: Any
    title: Any
    columns: tuple[Column, ...]
    hidden: frozenset[str] = frozenset()
    detail: tuple[Column, ...] = ()
    filters: tuple[Filter, ...] = ()
    sorts: tuple[str, ...] = ()
    usual: str = "id"
    permission: tuple[str, str] = REFERENCE
    screen: str = ""
    links: Mapping[str, str] = field(default_factory=dict)
    members: Mapping[str, str | Mapping[str, str]] = field(default_factory=dict)
    """Members of a body whose form field has another name, or (a mapping) that are objects of several form fields."""
    asks_reason: bool = False
    eager: tuple[Any, ...] = ()
    only: Callable[[], ColumnElement[bool]] | None = None
    says: Any = ""

    @property
    def key(self) -> Any:
        """The table column (SQLAlchemy attribute) that identifies a row: `user_id` of an officer profile, else `id`."""
        return OfficerProfile.user_id if self.model is OfficerProfile else self.model.id


def several(model: Any, *names: str, **words: Any) -> tuple[Column, ...]:
    """Return a tuple with a `Column` for each named table column, published unchanged.

    Keyword arguments give the allowed values of a column.
    """
    return tuple(plain(model, name, words.get(name, ())) for name in names)

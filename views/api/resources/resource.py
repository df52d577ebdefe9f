"""What a resource of the data API is: one declaration, from which its routes and their description are generated.

A column that a table gains stands either in `columns` (or `detail`, told of a single row only) or in `hidden`; a test
refuses one that stands in neither.
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
    """One table: what is told of a row, by what a list is narrowed and ordered, who reads, and which screen writes.

    `screen` is the generated screen whose form and rules a write goes through; without one the resource is read-only,
    and `says` tells why. `asks_reason`: a change moves limits of open cases, so it is made only with a reason.
    """

    name: str
    model: Any
    title: Any
    columns: tuple[Column, ...]
    hidden: frozenset[str] = frozenset()
    detail: tuple[Column, ...] = ()
    filters: tuple[Filter, ...] = ()
    sorts: Mapping[str, Any] = field(default_factory=dict)
    usual: str = "id"
    permission: tuple[str, str] = REFERENCE
    screen: str = ""
    links: Mapping[str, str] = field(default_factory=dict)
    asks_reason: bool = False
    eager: tuple[Any, ...] = ()
    only: Callable[[], ColumnElement[bool]] | None = None
    says: Any = ""

    @property
    def key(self) -> Any:
        """The column by which a row is found."""
        return OfficerProfile.user_id if self.model is OfficerProfile else self.model.id


def several(model: Any, *names: str, **words: Any) -> tuple[Column, ...]:
    """Columns as they stand, with the vocabulary of those that have one."""
    return tuple(plain(model, name, tuple(words.get(name, ()))) for name in names)

"""The office that this installation serves: its name, region, zone and head office, as the row of `office` has them."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import text

from app.core.definitions import per_version
from app.core.extensions import db

ZONES = {"Asia/Jakarta": "WIB", "Asia/Makassar": "WITA", "Asia/Jayapura": "WIT"}
"""The zones of Indonesia (Keppres 41/1987) by their key, with the name that people know."""


@dataclass(frozen=True)
class OfficeFacts:
    """A value object: what the whole program has to know of its office.

    `head_office` is the code of the agency that runs the complaint service, `logo` the hash of a picture; both None
    where the office has not said.
    """

    name: str
    short_name: str
    kind: str
    region_code: str
    zone: ZoneInfo
    head_office: str | None
    logo: str | None

    @property
    def product(self) -> str:
        """The name of the service on screens and in messages."""
        return f"Lapor {self.short_name}".strip()


NOT_SET_UP = OfficeFacts("", "", "other", "", ZoneInfo("Asia/Jakarta"), None, None)
"""Stands for the office until it is set up."""


@per_version
def current_office() -> OfficeFacts:
    """Return the office of this installation; NOT_SET_UP before it is set up."""
    columns = "SELECT name, short_name, kind, region_code, zone, head_office, logo_hash FROM office"
    row = db.session.execute(text(columns)).one_or_none()
    if row is None:
        return NOT_SET_UP
    return OfficeFacts(row.name, row.short_name, row.kind, row.region_code, ZoneInfo(row.zone), *row[5:])

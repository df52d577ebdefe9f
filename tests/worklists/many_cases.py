"""Tens of thousands of complaints in one statement, for plans and costs; copies of a real one with other words."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event, text

from app.core.extensions import db
from app.models import Complaint

# Some words stand everywhere, some in every hundredth case, as in life.
COMMON = ["jalan", "rusak", "air", "lampu", "sampah", "sekolah", "pasar", "warga", "banjir", "listrik"]
RARE = [f"{first}{second}" for first in ("gang", "blok", "dusun", "simpang") for second in "abcdefghijklmnopqrstuvwxyz"]

_COPIES = """
INSERT INTO complaint ({columns}, number, title, body, location_text, district_id, received_at)
SELECT {sources}, 'LB-2020-' || lpad(n::text, 6, '0'),
    initcap(common[1 + n % 10]) || ' ' || common[1 + n / 10 % 10] || ' ' || rare[1 + n % 104],
    'Mohon ' || common[1 + n / 7 % 10] || ' di ' || rare[1 + n / 13 % 104] || ' segera diperbaiki. Nomor ' || n,
    'RT ' || n % 40, (SELECT min(id) FROM district) + n % 8, received_at - n * interval '10 minutes'
FROM complaint, generate_series(1, :many) n, (SELECT CAST(:common AS text[]) common, CAST(:rare AS text[]) rare) w
WHERE complaint.id = :source
"""
_OWN = {"id", "number", "title", "body", "location_text", "district_id", "received_at", "search_words"}


def copy_many(source: int, many: int) -> None:
    """That many complaints like the source, without steps or tracks, and fresh statistics."""
    kept = [c.name for c in Complaint.__table__.columns if c.name not in _OWN | {"sp4n_tracking_id"}]
    statement = _COPIES.format(columns=", ".join(kept), sources=", ".join(f"complaint.{name}" for name in kept))
    given = {"many": many, "common": COMMON, "rare": RARE, "source": source}
    db.session.execute(text(statement), given)
    db.session.commit()
    # Outside of a transaction: the index's waiting list is merged, and the planner knows the sizes.
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE complaint"))


Plan = dict[str, Any]


@contextmanager
def explained() -> Iterator[Callable[[], list[Plan]]]:
    """The plans, with real times, of every statement that reads complaints meanwhile; each is run once more for it."""
    seen: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if statement.startswith(("SELECT", "WITH")) and ("complaint" in statement or "case_words" in statement):
            seen.append((statement, parameters))

    def plans() -> list[Plan]:
        event.remove(db.engine, "before_cursor_execute", note)
        return [_plan(statement, parameters) for statement, parameters in seen]

    event.listen(db.engine, "before_cursor_execute", note)
    yield plans


def _plan(statement: str, parameters: Any) -> Plan:
    command = f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}"
    found = db.session.connection().exec_driver_sql(command, parameters).scalar_one()
    plan: Plan = (json.loads(found) if isinstance(found, str) else found)[0]
    return plan


def nodes(plan: Plan) -> list[Plan]:
    """Every node of a plan."""
    below = [plan["Plan"]] if "Plan" in plan else plan.get("Plans", [])
    own = [] if "Plan" in plan else [plan]
    return own + [node for part in below for node in nodes(part)]


def reads_whole_table(plan: Plan) -> bool:
    """Whether complaints are read from the first to the last."""
    return any(n["Node Type"] == "Seq Scan" and n.get("Relation Name") == "complaint" for n in nodes(plan))


def indexes_of(plan: Plan) -> set[str]:
    return {n["Index Name"] for n in nodes(plan) if "Index Name" in n}

"""Reads of the agency tree: paths, subtrees and display order."""

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.orm import Query, aliased

from app.core.extensions import db
from app.core.office import current_office
from app.core.request_context import request_context
from app.models import Agency, Category


def find_agency(agency_id: int) -> Agency | None:
    """Return the Agency row with this id, or None when there is no such agency."""
    return db.session.get(Agency, agency_id)


def has_children(row: Agency | Category) -> bool:
    """Whether another agency (or category) has this one as its parent."""
    kind = type(row)
    return db.session.scalars(select(kind.id).where(kind.parent_id == row.id).limit(1)).first() is not None


def path_of_agency(agency_id: int | None) -> str:
    """Return the names from the top agency down to this one, joined by " › ", or "–" for None or an unknown id.

    The tree is read once per request.
    """
    context = request_context()
    if context.agency_tree is None:
        rows = db.session.execute(select(Agency.id, Agency.parent_id, Agency.short_name, Agency.name))
        context.agency_tree = {row.id: (row.parent_id, row.short_name or row.name) for row in rows}
    tree, names = context.agency_tree, list[str]()
    while agency_id in tree and len(names) < len(tree):
        agency_id, name = tree[agency_id]
        names.insert(0, name)
    return " › ".join(names) or "–"


def below(agency: Agency) -> set[int]:
    """Return the set of ids of the agency itself and of all agencies under it, at any depth."""
    children: dict[int | None, list[int]] = {}
    for child, parent in db.session.execute(select(Agency.id, Agency.parent_id)):
        children.setdefault(parent, []).append(child)
    found, wave = {agency.id}, [agency.id]
    while wave:
        fresh = [child for child in children.get(wave.pop(), []) if child not in found]
        found.update(fresh)
        wave += fresh
    return found


def in_tree_order(query: "Query[Agency]") -> "Query[Agency]":
    """Return the query of agencies ordered depth first: each agency directly after its parent, siblings by name.
    Nothing is read.

    Agencies in a cycle of parents, which should not exist, come last.
    """
    unit = aliased(Agency)
    name = func.lower(unit.name)
    top = select(unit.id, array([name]).label("path")).where(unit.parent_id.is_(None))
    tree = top.cte("agency_tree", recursive=True)
    step = select(unit.id, func.array_append(tree.c.path, name)).join(tree, unit.parent_id == tree.c.id)
    tree = tree.union_all(step)
    return query.outerjoin(tree, tree.c.id == Agency.id).order_by(tree.c.path.nulls_last(), Agency.id)


def head_office_name() -> str:
    """Return the name of the agency that runs the complaint service with that of the office."""
    office = current_office()
    name = db.session.scalar(select(Agency.name).where(Agency.code == office.head_office))
    return f"{name} {office.name}" if name else office.name


def agency_names() -> dict[str, str]:
    """Return a dict from agency code to short name, for all agencies."""
    return {row.code: row.short_name for row in db.session.execute(select(Agency.code, Agency.short_name))}

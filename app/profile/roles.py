"""The section of the roles of accounts: what each is in the process, and its rights."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Annotated

from pydantic import Field
from sqlalchemy import select

from app.access.role_rights import (
    RightRefused,
    RoleStays,
    add_role,
    change_rights,
    may_have,
    remove_role,
    rights_by_role,
)
from app.access.roles import RIGHTS
from app.core.extensions import db
from app.models import OfficeRole
from app.models.role import ADMINISTRATOR, SUPERVISOR
from app.profile.row_types import Code, Label, Line, MaybeText, Strict, Words, one_of, row_of, text, typed
from app.profile.section import Applying, Profile, Row, Section, changed_rows, in_order_of_identity, rows_of, unknown
from app.profile.yaml_text import Fault
from app.web.form_labels import REFUSED


class Description(Strict):
    """What a role is for, in both languages; either may be missing."""

    id: Line = ""
    en: Annotated[MaybeText, text(300)] = ""


class RoleRow(Strict):
    """A role of accounts; without a label it is named like its role of the process."""

    code: Code
    label: Label | None = None
    description: Description
    actor: str | None = None
    acts: bool = False
    standing: Annotated[str, one_of((SUPERVISOR, ADMINISTRATOR))] | None = None
    rights: Words = Field(default_factory=list)


def _roles() -> list[Row]:
    rights = rights_by_role()
    return [
        row_of(
            RoleRow,
            row,
            code=row.name,
            label={"id": row.label_id, "en": row.label_en} if row.label_id else None,
            description={"id": row.description_id, "en": row.description_en},
            rights=sorted(rights[row.name][1]),
        )
        for row in db.session.scalars(select(OfficeRole))
    ]


def _write(there: list[Row], here: list[Row], applying: Applying) -> None:
    rows = {row.name: row for row in db.session.scalars(select(OfficeRole))}
    places = {row["code"]: place for place, row in enumerate(there)}
    for row in changed_rows("roles", there, here):
        role = rows.get(row["code"])
        if role is None:
            role = OfficeRole(name=row["code"])
        label = row["label"] or {"id": "", "en": ""}
        role.label_id, role.label_en = label["id"], label["en"]
        role.description_id, role.description_en = row["description"]["id"], row["description"]["en"]
        role.actor, role.acts, role.standing = row["actor"], row["acts"], row["standing"]
        if row["code"] not in rows:
            add_role(role, None)
        try:
            change_rights(role, row["rights"], None)
        except RightRefused as refused:
            applying.refuse((places[row["code"]], "rights"), f"is refused: {REFUSED[refused.reason]}: {refused.right}")


def _drop(gone: list[Row], _applying: Applying) -> None:
    """Delete roles but for those that came with the program or that an account has."""
    for row in gone:
        with suppress(RoleStays):
            remove_role(row["code"])


def _faults(profile: Profile) -> Iterator[Fault]:
    actors = {row["code"] for row in profile["actors"]}
    for place, row in enumerate(profile["roles"]):
        yield from unknown((place, "actor"), row["actor"], actors, "actors")
        if row["acts"] and row["actor"] is None:
            yield Fault((place, "acts"), "needs an actor, as whom the role acts")
        if row["standing"] is not None and row["actor"] is not None:
            yield Fault((place, "standing"), "is for roles without an actor")
        if row["label"] is None and not row["acts"]:
            yield Fault((place, "label"), "is missing; only a role that acts may be named like its actor")
        role = OfficeRole(name=row["code"], actor=row["actor"], acts=row["acts"], standing=row["standing"])
        for right in row["rights"]:
            if right not in RIGHTS:
                yield Fault((place, "rights"), f"names {right}; known are {', '.join(RIGHTS)}")
            elif not may_have(role, RIGHTS[right]):
                yield Fault((place, "rights"), f"names {right}, which this role cannot use")
        if row["standing"] == ADMINISTRATOR and "administer" not in row["rights"]:
            yield Fault((place, "rights"), "must hold administer, since the role is an administrator's")


ROLES = Section(
    name="roles",
    tables=("office_role", "role_grant"),
    of_office=_roles,
    read=rows_of(typed(RoleRow)),
    check=_faults,
    write=_write,
    drop=_drop,
    arranged=in_order_of_identity("roles"),
    absent="would be deleted if no account has it",
)

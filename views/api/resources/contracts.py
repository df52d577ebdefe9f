"""Contracts of the generated routes, built from the declaration of the resource."""

from typing import Any

from flask_babel import lazy_gettext as _

from views.api.http.contract import Answer, Contract, Query, Schema
from views.api.http.paging import AFTER, SIZE
from views.api.http.query_values import short_text
from views.api.resources.examples import example_body, example_of
from views.api.resources.forms import LONGEST_REASON, body_schema
from views.api.resources.resource import Resource

DRY_RUN = Query(
    "dry_run",
    {"type": "string", "enum": ["true"]},
    _("Hanya hitung berapa batas waktu yang akan bergeser; tidak diubah"),
)
REASON = Query(
    "reason",
    short_text(LONGEST_REASON),
    _("Alasan, yang ditulis di jurnal; wajib"),
)


def orders(resource: Resource) -> list[str]:
    """Return a list of the allowed values of `sort`: each order ascending, and with a leading minus descending."""
    names = ["id", *resource.sorts]
    return [*names, *(f"-{name}" for name in names)]


def schema_of(resource: Resource, detail: bool = False) -> Schema:
    """Return the JSON Schema (dict) of a row of the resource; `detail` adds the columns that lists leave out."""
    columns = (*resource.columns, *resource.detail) if detail else resource.columns
    return {
        "type": "object",
        "properties": {column.name: column.schema for column in columns},
        "required": [column.name for column in columns],
        "additionalProperties": False,
    }


def _enveloped(result: Schema, **more: Schema) -> Schema:
    properties = {"result": result, **more}
    return {"type": "object", "properties": properties, "required": ["result"], "additionalProperties": False}


def listing(resource: Resource) -> Contract:
    """Return the `Contract` of the endpoint that lists the rows of a resource."""
    sort = Query("sort", {"type": "string", "enum": orders(resource), "default": resource.usual}, _("Urutan"))
    rows: Schema = {"type": "array", "items": schema_of(resource), "maxItems": 100}
    return Contract(
        summary=_("Daftar: %(what)s", what=resource.title),
        says=resource.says,
        tag=resource.name,
        query=(*(found.query for found in resource.filters), sort, SIZE, AFTER),
        answers={200: Answer(_("Satu halaman"), _enveloped(rows), {"result": [example_of(resource)]}, ("Link",))},
        problems={400: ("bad_request",)},
        operation=f"list_{resource.name}",
    )


def reading(resource: Resource) -> Contract:
    """Return the `Contract` of the endpoint that returns one row of a resource."""
    example = {"id": 1, "result": example_of(resource, detail=True)}
    return Contract(
        summary=_("Satu baris: %(what)s", what=resource.title),
        says=resource.says,
        tag=resource.name,
        answers={200: Answer(_("Barisnya"), _enveloped(schema_of(resource, True), id={"type": "integer"}), example)},
        problems={400: ("bad_request",), 404: ("not_found",)},
        operation=f"get_{resource.name}",
    )


def _written(resource: Resource, says: Any) -> Answer:
    schema = schema_of(resource, True)
    more: dict[str, Schema] = {"id": {"type": "integer"}}
    if resource.asks_reason:
        more["moved"] = {"type": "integer", "minimum": 0}
    example = {"id": 1, "result": example_of(resource, detail=True)}
    return Answer(says, _enveloped(schema, **more), example)


def _foreseen() -> Answer:
    schema = _enveloped({"type": "null"}, moved={"type": "integer", "minimum": 0})
    return Answer(_("Hasil dry_run: banyaknya batas yang akan bergeser"), schema, {"result": None, "moved": 3})


def _dry_run(resource: Resource) -> tuple[Query, ...]:
    return (DRY_RUN,) if resource.asks_reason else ()


def making(resource: Resource) -> Contract:
    """Return the `Contract` of the endpoint that creates a row of a resource."""
    foreseen = {200: _foreseen()} if resource.asks_reason else {}
    return Contract(
        summary=_("Tambah: %(what)s", what=resource.title),
        tag=resource.name,
        query=_dry_run(resource),
        body=lambda: body_schema(resource, new=True),
        example=example_body(resource),
        answers={201: _written(resource, _("Baris baru")), **foreseen},
        problems={400: ("bad_request",), 409: ("conflict",), 422: ("missing_input",)},
        operation=f"make_{resource.name}",
    )


def changing(resource: Resource) -> Contract:
    """Return the `Contract` of the endpoint that replaces all fields of a row of a resource."""
    written = _written(resource, _("Baris sesudah diubah"))
    if resource.asks_reason and written.schema is not None:
        schema = {"oneOf": [written.schema, _foreseen().schema]}
        written = Answer(written.says, schema, written.example)
    return Contract(
        summary=_("Ubah seluruhnya: %(what)s", what=resource.title),
        tag=resource.name,
        query=_dry_run(resource),
        body=lambda: body_schema(resource, new=False),
        example=example_body(resource, new=False),
        answers={200: written},
        problems={
            400: ("bad_request",),
            404: ("not_found",),
            409: ("conflict", "cannot_change"),
            412: ("precondition_failed",),
            422: ("missing_input",),
        },
        if_match="required",
        operation=f"change_{resource.name}",
    )


def removing(resource: Resource) -> Contract:
    """Return the `Contract` of the endpoint that deletes a row of a resource."""
    reason = (REASON, DRY_RUN) if resource.asks_reason else ()
    problems = {400: ("bad_request",), 404: ("not_found",), 409: ("cannot_change",), 412: ("precondition_failed",)}
    answers = {204: Answer(_("Dihapus"), None)}
    return Contract(
        summary=_("Hapus: %(what)s", what=resource.title),
        tag=resource.name,
        query=reason,
        answers={**answers, 200: _foreseen()} if resource.asks_reason else answers,
        problems={**problems, 422: ("missing_input",)} if resource.asks_reason else problems,
        if_match="required",
        operation=f"remove_{resource.name}",
    )

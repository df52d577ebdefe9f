"""Generation of the routes of every resource from its declaration.

A small generator of our own in place of Flask-AppBuilder's ModelRestApi, which pages by offset, serialises whole
models by marshmallow, filters with any operator (rison), has its own error format, knows no reason, version or entity
tag, and keeps state between requests (app/web/fab_repairs.py).
"""

from collections.abc import Callable
from typing import Any

from flask import Response, request, url_for
from flask_appbuilder.api import BaseApi, expose
from sqlalchemy import BigInteger, Select, select

from app.access.roles import permissions_on
from app.core.extensions import db
from app.core.identifiers import LARGEST_ID, LARGEST_INTEGER
from app.core.problem import Problem
from app.core.transaction import one_transaction
from app.web.json_input import json_object
from views.api.http.access import needs
from views.api.http.answers import answer, id_in_range
from views.api.http.contract import declared
from views.api.http.idempotency import idempotent
from views.api.http.keyset import Keyset, link_next
from views.api.resources import contracts as contracts
from views.api.resources.columns import narrowed
from views.api.resources.resource import Resource
from views.api.resources.writing import Foreseen, change, create, remove
from views.shared.reference_screen import row_digest


def api_of(resource: Resource) -> type[BaseApi]:
    """Return the API class of a resource: list and read, and for reference data create, change and delete."""
    name = "".join(part.capitalize() for part in resource.name.split("_"))
    routes = {**_reading(resource), **(_writing(resource) if resource.screen else {})}
    return type(f"{name}Api", (BaseApi,), {**_words(resource), **routes})


def _words(resource: Resource) -> dict[str, Any]:
    view = resource.permission[1]
    return {
        "__doc__": f"Generated from the declaration of `{resource.name}`.",
        "resource_name": resource.name,
        "class_permission_name": view,
        "base_permissions": permissions_on(view),
        "openapi_spec_tag": resource.name,
    }


def _reading(resource: Resource) -> dict[str, Any]:
    @expose("/", methods=["GET"])
    @declared(contracts.listing(resource))
    @needs(*resource.permission, scope="read")
    def get_list(self: Any) -> Response:
        order = order_of(resource)
        rows = list(db.session.scalars(order.page(narrowed(_rows(resource), resource.filters))))
        places = [_place(order, found) for found in rows]
        shown, after = order.cut(rows, places)
        response = answer([shown_row(resource, row) for row in shown])
        link_next(response, after)
        return response

    @expose("/<int:number>", methods=["GET"])
    @declared(contracts.reading(resource))
    @needs(*resource.permission, scope="read")
    def get(self: Any, number: int) -> Response:
        return _one(resource, find(resource, number))

    return {"get_list": get_list, "get": get}


def _writing(resource: Resource) -> dict[str, Any]:
    return {"post": _making(resource), "put": _changing(resource), "delete": _removing(resource)}


def _making(resource: Resource) -> Any:
    @expose("/", methods=["POST"])
    @declared(contracts.making(resource))
    @needs("can_write", "Reference")
    @idempotent
    def post(self: Any) -> Response:
        body = json_object()

        def write() -> Response:
            item, moved = create(resource, body)
            response = _one(resource, item, 201, moved)
            response.headers["Location"] = url_for(f"{self.endpoint}.get", number=_key(resource, item))
            return response

        return _in_one_transaction(write)

    return post


def _changing(resource: Resource) -> Any:
    @expose("/<int:number>", methods=["PUT"])
    @declared(contracts.changing(resource))
    @needs("can_write", "Reference")
    @idempotent
    def put(self: Any, number: int) -> Response:
        body = json_object()

        def write() -> Response:
            item, moved = change(resource, find(resource, number), body)
            return _one(resource, item, 200, moved)

        return _in_one_transaction(write)

    return put


def _removing(resource: Resource) -> Any:
    @expose("/<int:number>", methods=["DELETE"])
    @declared(contracts.removing(resource))
    @needs("can_write", "Reference")
    @idempotent
    def delete(self: Any, number: int) -> Response:
        def write() -> Response:
            remove(resource, find(resource, number), request.args.get("reason"))
            return Response(status=204)

        return _in_one_transaction(write)

    return delete


def _in_one_transaction(write: Callable[[], Response]) -> Response:
    """Run `write` in a transaction and return its response.

    A dry run is rolled back; its response gives the number of deadlines that would move.
    """
    try:
        with one_transaction():
            return write()
    except Foreseen as foreseen:
        return answer(None, moved=foreseen.moved)


def _rows(resource: Resource) -> Select[Any]:
    statement = select(resource.model).options(*resource.eager)
    return statement.where(resource.only()) if resource.only is not None else statement


def find(resource: Resource, number: int) -> Any:
    """Return the row. Raises Problem(404) if it does not exist or is not published."""
    largest = LARGEST_ID if isinstance(resource.key.type, BigInteger) else LARGEST_INTEGER
    row = db.session.scalars(_rows(resource).where(resource.key == id_in_range(number, largest))).first()
    if row is None:
        raise Problem(404)
    return row


def order_of(resource: Resource) -> Keyset:
    """Return the order requested by `sort`."""
    wanted = request.args.get("sort", resource.usual)
    name = wanted.removeprefix("-")
    column = resource.key if name == "id" else resource.sorts[name]
    return Keyset(column, resource.key, wanted.startswith("-"))


def _place(order: Keyset, row: Any) -> list[Any]:
    return [getattr(row, column.key) for column in order.columns]


def shown_row(resource: Resource, row: Any, detail: bool = False) -> dict[str, Any]:
    """Return the representation of a row; `detail` adds the columns that lists leave out."""
    columns = (*resource.columns, *resource.detail) if detail else resource.columns
    return {column.name: column.read(row) for column in columns}


def _key(resource: Resource, row: Any) -> int:
    return int(getattr(row, resource.key.key))


def _one(resource: Resource, row: Any, status: int = 200, moved: int | None = None) -> Response:
    more = {} if moved is None else {"moved": moved}
    response = answer(shown_row(resource, row, detail=True), status, id=_key(resource, row), **more)
    if resource.screen:
        response.headers["ETag"] = f'"{row_digest(row)}"'
    return response

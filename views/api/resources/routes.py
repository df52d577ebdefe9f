"""Generation of the routes of every resource from its declaration.

A small generator of our own in place of Flask-AppBuilder's ModelRestApi, which pages by offset, serialises whole
models by marshmallow, filters with any operator (rison), has its own error format, knows no reason, version or entity
tag, and keeps state between requests (app/web/fab_repairs.py).
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec

from flask import Response, request, url_for
from flask_appbuilder.api import BaseApi, expose
from sqlalchemy import Select, select

from app.access.roles import permissions_on
from app.core.problem import Problem
from app.core.rows import Keyset, find_row
from app.core.transaction import one_transaction
from app.web.json_input import json_object
from views.api.http.access import needs
from views.api.http.contract import Contract, declared
from views.api.http.idempotency import idempotent
from views.api.http.keyset import link_next, requested_page
from views.api.http.responses import answer
from views.api.resources import contracts as contracts
from views.api.resources.columns import narrowed
from views.api.resources.resource import Resource
from views.api.resources.writing import Foreseen, change, create, remove
from views.shared.reference_screen import row_digest

P = ParamSpec("P")


def api_of(resource: Resource) -> type[BaseApi]:
    """Return a new API class (FAB view) of a resource: list and read; with a screen also create, change, delete."""
    reads, writes = needs(*resource.permission, scope="read"), needs("can_write", "Reference")
    routes: list[tuple[str, str, str, Callable[[Resource], Contract], Any]] = [
        ("get_list", "/", "GET", contracts.listing, reads),
        ("get", "/<int:number>", "GET", contracts.reading, reads),
    ]
    if resource.screen:
        routes += [
            ("post", "/", "POST", contracts.making, writes),
            ("put", "/<int:number>", "PUT", contracts.changing, writes),
            ("delete", "/<int:number>", "DELETE", contracts.removing, writes),
        ]
    members: dict[str, Any] = {
        "__doc__": f"Generated from the declaration of `{resource.name}`.",
        "resource": resource,
        "resource_name": resource.name,
        "class_permission_name": resource.permission[1],
        "base_permissions": permissions_on(resource.permission[1]),
        "openapi_spec_tag": resource.name,
    }
    for name, rule, method, contract, access in routes:
        view = getattr(ResourceApi, name)
        guarded = access(view if method == "GET" else idempotent(_in_one_transaction(view)))
        members[name] = expose(rule, methods=[method])(declared(contract(resource))(guarded))
    name = "".join(part.capitalize() for part in resource.name.split("_"))
    return type(f"{name}Api", (ResourceApi,), members)


class ResourceApi(BaseApi):
    """The endpoints of one resource; `api_of` gives them routes, contracts and access checks."""

    resource: Resource

    def get_list(self) -> Response:
        """Return a JSON response with a page of the resource's rows, filtered and ordered by the query.

        Raises Problem(400) for an invalid cursor or page size.
        """
        resource = self.resource
        shown, after = requested_page(order_of(resource), narrowed(_rows(resource), resource.filters))
        response = answer([shown_row(resource, row) for row in shown])
        link_next(response, after)
        return response

    def get(self, number: int) -> Response:
        return _one(self.resource, find(self.resource, number))

    def post(self) -> Response:
        """Create a row from the JSON body; return a response with status 201, the row, and its URL in `Location`.

        Raises Problem: 422 for faulty input, 409 if the row exists.
        """
        item, moved = create(self.resource, json_object())
        response = _one(self.resource, item, 201, moved)
        response.headers["Location"] = url_for(f"{self.endpoint}.get", number=_key(self.resource, item))
        return response

    def put(self, number: int) -> Response:
        """Replace all fields of a row by the JSON body; return a JSON response with the changed row.

        Raises Problem: 404 for an unknown row, 428 without If-Match, 412 if it has changed, 409 if it may not change,
        422 for faulty input.
        """
        body = json_object()
        item, moved = change(self.resource, find(self.resource, number), body)
        return _one(self.resource, item, 200, moved)

    def delete(self, number: int) -> Response:
        remove(self.resource, find(self.resource, number), request.args.get("reason"))
        return Response(status=204)


def _in_one_transaction(view: Callable[P, Response]) -> Callable[P, Response]:
    """Return the view wrapped so that it runs in one transaction, which is committed.

    A dry run is rolled back and answered with `moved`, the number of deadlines that would move.
    """

    @wraps(view)
    def run(*args: P.args, **kwargs: P.kwargs) -> Response:
        try:
            with one_transaction():
                return view(*args, **kwargs)
        except Foreseen as foreseen:
            return answer(None, moved=foreseen.moved)

    return run


def _rows(resource: Resource) -> Select[Any]:
    statement = select(resource.model).options(*resource.eager)
    return statement.where(resource.only()) if resource.only is not None else statement


def find(resource: Resource, number: int) -> Any:
    """Return the row (ORM object) of a resource by its key. Raises Problem(404) if it does not exist or is not
    published.
    """
    row = find_row(_rows(resource), resource.key, number)
    if row is None:
        raise Problem(404)
    return row


def order_of(resource: Resource) -> Keyset:
    """Return the order (`Keyset`) that the query's `sort` requests, else the resource's usual one."""
    wanted = request.args.get("sort", resource.usual)
    name = wanted.removeprefix("-")
    column = resource.key if name == "id" else getattr(resource.model, name)
    return Keyset(column, resource.key, wanted.startswith("-"))


def shown_row(resource: Resource, row: Any, detail: bool = False) -> dict[str, Any]:
    """Return the JSON object (dict) of a row; `detail` adds the columns that lists leave out."""
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

"""FAB's generated screens with their side doors shut (stack 3a, reliability M4-M11); all our ModelViews descend from here."""

from typing import Any

from flask import abort, request
from flask_appbuilder import ModelView

from app.skin_views import ConfirmDelete

PAGE_SIZES = (25, 50, 100)
CRUD = {"list", "show", "add", "edit", "delete"}
READ_OR_WRITE = {
    "list": "read",
    "show": "read",
    "add": "write",
    "edit": "write",
    "delete": "write",
    "confirm_delete": "write",
}


class GuardedModelView(ConfirmDelete, ModelView):
    """Only the routes of plain CRUD exist (no download, no action by id), and list addresses are checked.

    Every descendant names its list, show, add, edit, search and order columns; a test refuses one that does not.
    """

    include_route_methods = CRUD
    class_permission_name = "Reference"
    method_permission_name = READ_OR_WRITE
    page_size = 25

    def _list(self) -> Any:
        """Refuse unreadable pages, page sizes nobody offered, and ordering by a column that is not shown as sortable."""
        name = type(self).__name__
        _check_number(request.args.get(f"page_{name}"), most=10**6)
        _check_choice(request.args.get(f"psize_{name}"), PAGE_SIZES)
        _check_choice(request.args.get(f"_oc_{name}"), tuple(self.order_columns))
        return super()._list()


def _check_number(text: str | None, most: int) -> None:
    if text is not None and not (text.isascii() and text.isdigit() and int(text) <= most):
        abort(400)


def _check_choice(text: str | None, offered: tuple[object, ...]) -> None:
    if text is not None and text not in {str(choice) for choice in offered}:
        abort(400)

"""Confirmation pages for FAB's views: ask before a deletion or an action, also without JavaScript."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import abort, current_app, flash, redirect, request, url_for
from flask_appbuilder import ModelView, expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.web.fab_repairs import safe_address

TEMPLATE = "appbuilder/general/confirm_page.html"


def asks_before_delete(view_name: str) -> bool:
    """Return whether the delete button of the view with this class name opens a confirmation dialog; False if the view
    asks on a page of its own.
    """
    views = current_app.appbuilder.baseviews  # type: ignore[attr-defined]
    return all(getattr(view, "asks_before_delete", True) for view in views if type(view).__name__ == view_name)


class ConfirmDelete(ModelView):
    """A mixin for FAB's model views that confirms deletions, and actions with a question, on a page of their own.

    Name it before FAB's class: ``class Users(ConfirmDelete, UserDBModelView)``. With JavaScript a dialog replaces the
    page. The page itself changes nothing; the change stays FAB's POST with its CSRF token and permission check.
    """

    include_route_methods: Any
    exclude_route_methods: Any

    asks_before_delete = True  # False if the view's delete route shows its own question

    def __init__(self) -> None:
        routes = self.include_route_methods
        if routes is not None:
            questions = {"delete": "confirm_delete", "action_post": "confirm_action", "action": "confirm_action"}
            asked = {question for route, question in questions.items() if route in routes}
            self.include_route_methods = set(routes) | asked
        elif "delete" in self.exclude_route_methods:
            self.exclude_route_methods = set(self.exclude_route_methods) | {"confirm_delete"}
        super().__init__()

    @expose("/confirm_delete/<pk>", methods=["GET", "POST"])
    @has_access
    @permission_name("delete")
    def confirm_delete(self, pk: str) -> str:
        """Return the HTML page that asks whether to delete a row; 404 for a row that the view's own filters exclude.
        Deletes nothing itself.
        """
        return self._ask_to_delete(self._visible(pk), pk)

    @expose("/confirm_action", methods=["POST"])
    def confirm_action(self) -> str | Response:
        """Return the HTML page that asks whether to run an action on the ticked rows, or on one row (``single``, or an
        action for one row); runs nothing itself. Redirect to the list if no row is ticked; 404 for an unknown action or
        row, 403 without permission.
        """
        name = request.form.get("action", "")
        action = self.actions.get(name)
        rows = request.form.getlist("rowid")
        if action is None:
            abort(404)
        if not self.appbuilder.sm.has_access(self.get_action_permission_name(name), self.class_permission_name):
            abort(403)
        if not rows:
            flash(gettext("Tick at least one row"), "warning")
            return redirect(self._list_address())
        items = [self.name_of(self._visible(pk)) for pk in rows]
        if "single" in request.form or not action.multiple:
            target = url_for(f"{self.endpoint}.action", name=name, pk=rows[0])
        else:
            target = url_for(f"{self.endpoint}.action_post")
        return self._ask(str(action.confirmation or action.text), items, target, action=name, rows=rows)

    def post_delete_redirect(self) -> Response:
        """Return the redirect response after a deletion: to the previous page, or to the list if that was the deleted
        row's own page.
        """
        target = self.get_redirect()
        own_page = f"{self.route_base}/show/{(request.view_args or {}).get('pk')}"
        return redirect(self._list_address() if urlsplit(target).path == own_page else target)

    def name_of(self, item: Any) -> str:
        """Return the name of a row for the question on the confirmation page; views override this for rows without a
        readable `str`.
        """
        return str(item)

    def _ask_to_delete(self, item: Any, pk: str) -> str:
        """Return the HTML page that asks whether to delete `item`; views that must show consequences override this."""
        name, target = self.name_of(item), url_for(f"{self.endpoint}.delete", pk=pk)
        return self._ask(gettext("Delete %(what)s?", what=name), [name], target)

    def _list_address(self) -> str:
        return str(url_for(f"{self.endpoint}.list"))

    def _visible(self, pk: str) -> Any:
        item = self.datamodel.get(self._deserialize_pk_if_composite(pk), self._base_filters)
        return item if item is not None else abort(404)

    def _ask(self, question: str, items: list[str], target: str, **fields: Any) -> str:
        back = safe_address(request.referrer) if request.referrer else self._list_address()
        return str(
            self.render_template(
                TEMPLATE,
                title=gettext("Confirm"),
                question=question,
                items=items,
                target=target,
                back=back,
                **fields,
            )
        )

"""Request checks for FAB's generated views, and eager loading for their lists."""

import re
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, abort, redirect, request, session, url_for
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_login import current_user
from sqlalchemy.orm import Query
from werkzeug.wrappers import Response

from app.access.current_person import may
from app.core.identifiers import LARGEST_ID, LARGEST_INTEGER

PAGE_SIZES = (25, 50, 100)
LARGEST_PAGE = 10**6
LONGEST_REMEMBERED = 300
BLANK_CHOICE = "__None"
_FILTER = re.compile(r"_flt_(\d)_(.*)")


class EagerInterface(SQLAInterface):
    """A data interface for FAB's views that loads the related rows shown in a list together with the list, not once per
    row.
    """

    def __init__(self, model: Any, session: Any = None, eager: tuple[Any, ...] = ()) -> None:
        super().__init__(model, session)
        self.eager = eager

    def apply_all(self, query: Query[Any], *args: Any, **kwargs: Any) -> Query[Any]:
        """Return FAB's query of a list (not yet run), with the options that load the related rows added."""
        found: Query[Any] = super().apply_all(query, *args, **kwargs)
        return found.options(*self.eager)


class GuardedRequests:
    """A mixin for FAB's generated views, named before FAB's class, that checks their requests (reliability M4, M7, M10,
    M11).

    A request with an invalid key, page, page size, order or filter gets 400 or 404; an action runs only on rows that
    the view itself shows.
    """

    def create_blueprint(self, *args: Any, **kwargs: Any) -> Blueprint:
        """Return FAB's blueprint of the view, with the checks of keys and list arguments registered before each
        request.
        """
        blueprint: Blueprint = super().create_blueprint(*args, **kwargs)  # type: ignore[misc]
        blueprint.before_request(self._refuse_unreadable)
        return blueprint

    def update_redirect(self) -> None:
        """Store this page's URL in the session for the redirect after a save, unless it is longer than 300 characters:
        five long ones overflow the session cookie.
        """
        if len(request.url) <= LONGEST_REMEMBERED:
            super().update_redirect()  # type: ignore[misc]

    def get_redirect(self) -> str:
        """Return the URL to open after a save or deletion: this view's list or the row's page, whichever was visited
        last, by default the list. Pages of other views (another tab) are ignored.
        """
        base, pk = str(self.route_base), (request.view_args or {}).get("pk")  # type: ignore[attr-defined]
        own = {f"{base}/list/", f"{base}/show/{pk}"}
        seen = (url for url in reversed(session.get("page_history", [])) if urlsplit(url).path in own)
        return next(seen, url_for(f"{self.endpoint}.list"))  # type: ignore[attr-defined]

    def _refuse_unreadable(self) -> Response | None:
        if "pk" in (request.view_args or {}):
            self._check_key((request.view_args or {})["pk"])
        for name in request.args:
            self._check_list_argument(name, request.args[name])
        if any(_FILTER.search(name) and request.args[name] == BLANK_CHOICE for name in request.args):
            # FAB would take the blank choice as the name of a row.
            return redirect(request.path)
        if (request.endpoint or "").rpartition(".")[2] in ("action", "action_post", "confirm_action"):
            return self._check_action()
        return None

    @staticmethod
    def _check_key(text: str) -> None:
        if not _is_number(text, LARGEST_ID):
            abort(404)

    def _check_list_argument(self, name: str, text: str) -> None:
        """Abort with 400 for an invalid list argument; FAB matches these names anywhere in an argument's name."""
        if "psize_" in name and text not in map(str, PAGE_SIZES):
            abort(400)
        if "page_" in name and not _is_number(text, LARGEST_PAGE):
            abort(400)
        if "_oc_" in name:
            ordered = name.partition("_oc_")[2]
            shown = [self, *(getattr(self, "_related_views", None) or [])]
            if not any(text in view.order_columns for view in shown if type(view).__name__ == ordered):
                abort(400)
        if matched := _FILTER.search(name):
            self._check_filter(int(matched[1]), matched[2], request.args.getlist(name))

    def _check_filter(self, index: int, column: str, values: list[str]) -> None:
        view: Any = self
        offered = view._filters.get_search_filters().get(column, ())
        if offered and index >= len(offered):
            abort(400)
        if any("\x00" in value for value in values):
            abort(400)
        if column in view.datamodel.list_properties and view.datamodel.is_relation(column):
            for value in values:
                if value != BLANK_CHOICE and not _is_number(value, LARGEST_INTEGER):
                    abort(400)

    def _check_action(self) -> Response | None:
        """Return None if the action of the request may run; abort with 404 for an unknown action or a row outside the
        view. Without permission abort with 403, or return a redirect to the login for anonymous users. FAB would answer
        with a redirect to nowhere, and would run the action on rows that the view does not show.
        """
        view: Any = self
        in_path = (request.view_args or {}).get("name")
        name = in_path or request.form.get("action")
        if name not in view.actions:
            abort(404)
        if not may(view.get_action_permission_name(name), view.class_permission_name):
            return abort(403) if current_user.is_authenticated else redirect(view.appbuilder.get_url_for_login)
        keys = [(request.view_args or {})["pk"]] if in_path else request.form.getlist("rowid")
        for key in keys:
            self._check_key(key)
            if view.datamodel.get(key, view._base_filters) is None:
                abort(404)
        return None


def _is_number(text: str, most: int) -> bool:
    """Return whether `text` is a whole number from 0 to `most`, written in at most 20 ASCII digits."""
    return text.isascii() and text.isdigit() and len(text) <= 20 and int(text) <= most

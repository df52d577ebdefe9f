"""Base of the pages that anybody may open."""

from typing import Any

from flask import Blueprint, Response
from flask_appbuilder import BaseView
from flask_limiter.errors import RateLimitExceeded


class PublicView(BaseView):
    """A page for citizens: kept by no cache, found by no search engine.

    A page with a form brings its own `too_many(error)`, which gives the form back filled in; without one, a request
    past the limit gets the page of status 429.
    """

    def create_blueprint(self, *args: Any, **kwargs: Any) -> Blueprint:
        blueprint: Blueprint = super().create_blueprint(*args, **kwargs)
        blueprint.after_request(keep_private)
        if (too_many := getattr(self, "too_many", None)) is not None:
            blueprint.register_error_handler(RateLimitExceeded, too_many)
        return blueprint


def keep_private(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    return response

"""Base class of public pages."""

from typing import Any

from flask import Blueprint, Response
from flask_appbuilder import BaseView
from flask_limiter.errors import RateLimitExceeded


class PublicView(BaseView):
    """Base of the pages for citizens, whose responses are neither cached nor indexed.

    A view with a form defines `too_many(error)`, which shows the form again filled in when the rate limit is exceeded;
    without it such a request gets the 429 page.
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

"""The rq-dashboard package at `/antrean`, for the administrator only, adapted to this program.

Unmodified it would unpickle data from Redis, open a connection for each request, and requeue jobs on a GET. It is
imported only here, so that workers do not load it.
"""

import secrets
from typing import Any

import rq
from flask import Flask, Response, abort, current_app, request
from flask_login import current_user
from redis.exceptions import RedisError
from rq.exceptions import InvalidJobOperation, NoSuchJobError
from rq.job import Job
from rq.serializers import JSONSerializer
from rq_dashboard import web
from werkzeug.exceptions import Conflict, NotFound, ServiceUnavailable
from werkzeug.wrappers import Response as AnyResponse

from app.access.current_person import may
from app.core.extensions import redis_client
from app.core.request_context import request_context
from views.shared.screen_access import to_login

PATH = "/antrean"
REGISTRIES = ("queued", "failed", "deferred", "started", "finished", "scheduled", "canceled")
MOST_A_PAGE = 1000


class JsonJob(Job):
    """An RQ job that is always deserialised as JSON."""

    @classmethod
    def fetch(cls, id: str, connection: Any = None, serializer: Any = None) -> Job:  # noqa: A002 (RQ's name)
        return super().fetch(id, connection=connection, serializer=JSONSerializer)


class JsonWorker(rq.Worker):
    """An RQ worker whose current job is deserialised as JSON."""

    @classmethod
    def all(
        cls,
        connection: Any = None,
        job_class: Any = None,
        queue_class: Any = None,
        queue: Any = None,
        serializer: Any = None,
    ) -> list[Any]:
        return super().all(connection, JsonJob, queue_class, queue, JSONSerializer)


class OursToTell(RedisError):
    """Never raised: replaces the error class that rq-dashboard would answer with a bare page and status 200."""


def _requeue(job_id: str, connection: Any) -> Job:
    return JsonJob.fetch(job_id, connection=connection).requeue()


def install(app: Flask) -> None:
    """Register the dashboard; its route that would write on a GET is limited to POST."""
    app.config["RQ_DASHBOARD_REDIS_URL"] = ("Redis",)
    app.url_map.redirect_defaults = False  # such a redirect would be sent before the access check
    app.register_blueprint(web.blueprint, url_prefix=PATH)
    app.jinja_env.globals["queue_nonce"] = _nonce
    for rule in app.url_map.iter_rules("rq_dashboard.requeue_all"):
        rule.methods = (rule.methods or set()) - {"GET", "HEAD"}


def _guard() -> AnyResponse | None:
    """Check access before each request: login redirect for visitors, 403 without permission, 404 for invalid URL
    parts.
    """
    if not current_user.is_authenticated:
        return to_login()
    if not may("can_manage", "System"):
        abort(403)
    if not _can_be(request.view_args or {}):
        abort(404)
    current_app.redis_conn = redis_client()  # type: ignore[attr-defined]
    return None


def _can_be(parts: dict[str, Any]) -> bool:
    """Return whether the URL parts are valid; rq-dashboard fails with an error on others."""
    numbers = [str(parts[name]) for name in ("page", "per_page") if name in parts]
    fitting = all(n.isascii() and n.isdigit() and 0 < int(n[:9]) <= MOST_A_PAGE for n in numbers)
    known = parts.get("registry_name", "queued") in REGISTRIES and parts.get("order", "asc") in ("asc", "dsc")
    return fitting and known and parts.get("instance_number", 0) == 0


def _nonce() -> str:
    context = request_context()
    context.queue_nonce = context.queue_nonce or secrets.token_urlsafe(16)
    return context.queue_nonce


def _own_policy(response: Response) -> Response:
    """Set a Content-Security-Policy that allows the dashboard's inline script by nonce and its compiled templates."""
    response.headers["Content-Security-Policy"] = (
        f"default-src 'self'; script-src 'self' 'nonce-{_nonce()}' 'unsafe-eval'; style-src 'self' 'unsafe-inline';"
        " img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
    return response


def _no_such_job(_error: NoSuchJobError) -> Any:
    return current_app.handle_http_exception(NotFound())


def _not_now(_error: InvalidJobOperation) -> Any:
    return current_app.handle_http_exception(Conflict())


def _redis_away(_error: RedisError) -> Any:
    return current_app.handle_http_exception(ServiceUnavailable())


def _prepare() -> None:
    """Replace the classes and error handlers of rq-dashboard, once per process."""
    web.config.serializer = JSONSerializer
    web.Job, web.Worker, web.requeue_job = JsonJob, JsonWorker, _requeue
    web.RedisConnectionError = OursToTell
    web.blueprint.before_request_funcs[None] = [_guard]
    web.blueprint.after_request(_own_policy)
    web.blueprint.register_error_handler(NoSuchJobError, _no_such_job)
    web.blueprint.register_error_handler(InvalidJobOperation, _not_now)
    web.blueprint.register_error_handler(RedisError, _redis_away)


_prepare()

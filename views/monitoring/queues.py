"""The rq-dashboard package at `/antrean`, for the administrator only, taught what it does not know of this program.

Left alone it would unpickle what stands in Redis, open a connection a request, and requeue jobs on a plain GET; none of
that may reach a web process. It is imported here alone, so no worker pays for it.
"""

import secrets
from typing import Any

import rq
from flask import Flask, Response, abort, current_app, g, request
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
from views.shared.screen_access import to_login

PATH = "/antrean"
REGISTRIES = ("queued", "failed", "deferred", "started", "finished", "scheduled", "canceled")
MOST_A_PAGE = 1000


class JsonJob(Job):
    """A job read as JSON, whatever the caller asks for."""

    @classmethod
    def fetch(cls, id: str, connection: Any = None, serializer: Any = None) -> Job:  # noqa: A002 (RQ's name)
        return super().fetch(id, connection=connection, serializer=JSONSerializer)


class JsonWorker(rq.Worker):
    """A worker whose job at hand is read as JSON."""

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
    """Never raised: in the place of the one absence of Redis that the package itself tells, as a bare page with 200."""


def _requeue(job_id: str, connection: Any) -> Job:
    return JsonJob.fetch(job_id, connection=connection).requeue()


def install(app: Flask) -> None:
    """Mount the pages; the one route of theirs that would write on a GET is left its POST only."""
    app.config["RQ_DASHBOARD_REDIS_URL"] = ("Redis",)
    app.url_map.redirect_defaults = False  # such a redirect would answer before the guard does
    app.register_blueprint(web.blueprint, url_prefix=PATH)
    app.jinja_env.globals["queue_nonce"] = _nonce
    for rule in app.url_map.iter_rules("rq_dashboard.requeue_all"):
        rule.methods = (rule.methods or set()) - {"GET", "HEAD"}


def _guard() -> AnyResponse | None:
    """Strangers to the login, officers without the right are told so, and only what can be there is asked for."""
    if not current_user.is_authenticated:
        return to_login()
    if not may("can_manage", "System"):
        abort(403)
    if not _can_be(request.view_args or {}):
        abort(404)
    current_app.redis_conn = redis_client()  # type: ignore[attr-defined]
    return None


def _can_be(parts: dict[str, Any]) -> bool:
    """Whether the parts of the address name something; the package answers others with a crash."""
    numbers = [str(parts[name]) for name in ("page", "per_page") if name in parts]
    fitting = all(n.isascii() and n.isdigit() and 0 < int(n[:9]) <= MOST_A_PAGE for n in numbers)
    known = parts.get("registry_name", "queued") in REGISTRIES and parts.get("order", "asc") in ("asc", "dsc")
    return fitting and known and parts.get("instance_number", 0) == 0


def _nonce() -> str:
    if "queue_nonce" not in g:
        g.queue_nonce = secrets.token_urlsafe(16)
    nonce: str = g.queue_nonce
    return nonce


def _own_policy(response: Response) -> Response:
    """These pages alone may run their one inline script, by its nonce, and compile their templates (underscore)."""
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
    """Put our parts into the package, once a process."""
    web.config.serializer = JSONSerializer
    web.Job, web.Worker, web.requeue_job = JsonJob, JsonWorker, _requeue
    web.RedisConnectionError = OursToTell
    web.blueprint.before_request_funcs[None] = [_guard]
    web.blueprint.after_request(_own_policy)
    web.blueprint.register_error_handler(NoSuchJobError, _no_such_job)
    web.blueprint.register_error_handler(InvalidJobOperation, _not_now)
    web.blueprint.register_error_handler(RedisError, _redis_away)


_prepare()

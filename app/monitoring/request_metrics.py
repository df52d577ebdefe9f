"""Prometheus metrics of HTTP requests by route; several processes share a folder."""

import os

from flask import Flask
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from app.servers.metrics_files import FOLDER_VARIABLE, undisturbed
from app.web.request_log import Answer, on_answer

BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
HERE = CollectorRegistry()
REQUESTS = Counter("lapor_http_requests", "Requests answered.", ("method", "route", "status"), registry=HERE)
SECONDS = Histogram(
    "lapor_http_request_seconds", "Seconds until an answer began.", ("route",), buckets=BUCKETS, registry=HERE
)


def install(app: Flask) -> None:
    """Count every HTTP response of the app and the seconds until it began, by URL rule.

    The label is the rule and not the path, so that visitors cannot create new series.
    """

    def count(answer: Answer) -> None:
        REQUESTS.labels(answer.method, answer.route, str(answer.status)).inc()
        SECONDS.labels(answer.route).observe(answer.seconds)

    on_answer(app, count)


def counted() -> bytes:
    """Return the request metrics of all processes of this web server as bytes in the Prometheus text format."""
    folder = os.environ.get(FOLDER_VARIABLE)
    if not folder:
        return generate_latest(HERE)
    together = CollectorRegistry()
    MultiProcessCollector(together, path=folder)
    with undisturbed(folder):
        return generate_latest(together)

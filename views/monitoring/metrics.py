"""`/metrics` in the Prometheus text format."""

import hmac
import ipaddress
import platform
import time
from collections.abc import Iterator
from typing import Any

from flask import Flask, Response, abort, current_app, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from app.core.clock import utc_now
from app.monitoring import request_metrics
from app.monitoring.gauges import Gauges, expected_workers, read_gauges
from app.outbound.notification_channels import CHANNELS

CACHE_SECONDS = 5.0
"""Seconds for which each process caches the gauges, so that frequent scraping does not load the database."""

FORWARDED = ("X-Forwarded-For", "X-Real-IP", "Forwarded", "Via")
VERSION = "0.1.0"
NUMBERS = {
    "outbox_waiting": "Messages that wait to be sent.",
    "outbox_oldest_seconds": "Seconds since the first waiting message should have left.",
    "outbox_failed": "Messages that were given up.",
    "sweep_lag_seconds": "Seconds since the first alarm of an open step should have been raised.",
    "sync_unnumbered": "Changes that have no place in the feed yet.",
    "sync_unnumbered_seconds": "Seconds since the first change without a place in the feed.",
    "peer_away_seconds": "Seconds since the peer (SP4N) has been away.",
    "webhook_waiting": "Webhook messages that wait.",
    "webhook_oldest_seconds": "Seconds since the first waiting webhook message should have left.",
    "webhook_parked": "Webhook messages that were given up.",
    "report_jobs_queued": "Reports that wait for a worker.",
    "report_jobs_running": "Reports that are being made.",
    "backup_age_seconds": "Seconds since the newest good backup; infinite without one.",
    "drill_age_seconds": "Seconds since the newest good drill of a restore; infinite without one.",
    "unarchived_seconds": "Seconds since the database's log was last archived while a complete piece waits.",
    "invariants_red": "Invariants of the records that the last nightly check found violated.",
    "invariants_age_seconds": "Seconds since the last nightly check of the records; 0 before the first.",
    "sending_held_seconds": "Seconds for which a restored copy has been held; 0 where nothing is held.",
    "clock_difference_seconds": "Seconds by which the database's clock is ahead of this host's.",
    "signing_certificate_seconds": "Seconds until the first certificate of an active officer ends.",
}
QUEUE_NUMBERS = (
    ("queue_jobs", "Jobs that wait.", "waiting"),
    ("queue_failed_jobs", "Jobs that failed and are kept for a look.", "failed"),
    ("queue_oldest_seconds", "Seconds for which the first job has waited.", "oldest"),
)


def install(app: Flask) -> None:
    request_metrics.install(app)
    app.add_url_rule("/metrics", "metrics", metrics)


def metrics() -> Response:
    """Return a response with the request counters and current gauges in the Prometheus text format; 404 without the
    right token.
    """
    if not _may_read():
        abort(404)
    read_at, gauges = current_app.extensions.get("gauges", (0.0, None))
    if gauges is None or time.monotonic() - read_at > CACHE_SECONDS:
        gauges = read_gauges(utc_now())
        current_app.extensions["gauges"] = (time.monotonic(), gauges)
    registry = CollectorRegistry()
    registry.register(GaugeCollector(gauges))
    return Response(request_metrics.counted() + generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _may_read() -> bool:
    """Return whether the request may read the metrics: it has the METRICS_TOKEN as bearer token.

    Without a configured token, only direct local requests outside production are allowed; behind a proxy every request
    would look local.
    """
    if token := current_app.config.get("METRICS_TOKEN"):
        kind, _, given = request.headers.get("Authorization", "").partition(" ")
        return kind.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), token.encode())
    if current_app.config["LAPOR_PRODUCTION"] or any(name in request.headers for name in FORWARDED):
        return False
    try:
        return ipaddress.ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False


class GaugeCollector(Collector):
    """A Prometheus collector that yields the current gauges; unknown values are left out, not reported as 0."""

    def __init__(self, found: Gauges) -> None:
        self.found = found

    def collect(self) -> Iterator[Metric]:
        found = self.found
        build = {"version": VERSION, "python": platform.python_version()}
        yield _labelled("build_info", "The program.", tuple(build), {tuple(build.values()): 1})
        yield _labelled("up", "Whether a part answers.", ("part",), {(name,): up for name, up in found.up.items()})
        for name, sentence in NUMBERS.items():
            if name in found.numbers:
                yield GaugeMetricFamily(f"lapor_{name}", sentence, found.numbers[name])
        if "breaches" in found.numbers:
            yield CounterMetricFamily("lapor_breaches", "Limits of steps that passed.", found.numbers["breaches"])
        if found.open_steps:
            states = {(state,): count for state, count in found.open_steps.items()}
            yield _labelled("open_steps", "Open steps by how their limit stands.", ("state",), states)
        if found.gateways_away is not None:
            away = {(channel,): found.gateways_away.get(channel, 0.0) for channel in CHANNELS}
            says = "Seconds since a message gateway has been away."
            yield _labelled("gateway_away_seconds", says, ("channel",), away)
        yield from _machine(found)
        yield GaugeMetricFamily("lapor_workers_expected", "Workers that there should be.", expected_workers())
        if found.workers_alive is not None:
            yield GaugeMetricFamily("lapor_workers_alive", "Workers that were heard just now.", found.workers_alive)
            alive = float(bool(found.scheduler_alive))
            yield GaugeMetricFamily("lapor_scheduler_alive", "Whether a scheduler was heard within a minute.", alive)
        for name, sentence, part in QUEUE_NUMBERS if found.queues else ():
            values = {(queue,): getattr(one, part) for queue, one in found.queues.items()}
            yield _labelled(name, sentence, ("queue",), values)


def _machine(found: Gauges) -> Iterator[Metric]:
    """Yield the metrics of the disks, and of the public certificate once it has been looked at."""
    free = {(disk.name,): disk.free for disk in found.disks}
    yield _labelled("disk_free_bytes", "Free bytes on the disk of a folder.", ("folder",), free)
    sizes = {(disk.name,): disk.size for disk in found.disks}
    yield _labelled("disk_size_bytes", "Bytes of the disk of a folder.", ("folder",), sizes)
    if found.certificate is None:
        return
    faults = {(fault,): found.certificate.fault == fault for fault in ("unreachable", "untrusted")}
    yield _labelled("certificate_fault", "What is wrong with the public address.", ("fault",), faults)
    if found.certificate.ends_at is not None:
        left = (found.certificate.ends_at - utc_now()).total_seconds()
        says = "Seconds until the certificate of the public address ends."
        yield GaugeMetricFamily("lapor_certificate_seconds", says, left)


def _labelled(name: str, sentence: str, labels: tuple[str, ...], values: dict[Any, Any]) -> Metric:
    family = GaugeMetricFamily(f"lapor_{name}", sentence, labels=labels)
    for words, value in values.items():
        family.add_metric(words, float(value))
    return family

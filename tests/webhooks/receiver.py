"""A real receiver of webhooks on 127.0.0.1: takes what comes, verifies it, and answers as it is told to, badly too."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from rq import Queue
from standardwebhooks import Webhook

from app.core.extensions import db, redis_client
from app.core.jobs import JobName, QueueName
from app.models import WebhookDelivery, WebhookEndpoint
from app.webhooks.deliver import deliver_webhook
from app.webhooks.manage import EndpointInput, add_endpoint
from app.webhooks.relay import relay_webhooks
from tests.office_zone import OFFICE_ZONE
from tests.output_search import OUTPUTS

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=OFFICE_ZONE)
Answering = Callable[[BaseHTTPRequestHandler], None]


def status(code: int, body: bytes = b"ok", **headers: str) -> Answering:
    """Answers at once."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(code)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def hangs(handler: BaseHTTPRequestHandler) -> None:
    """Says nothing until the other side goes."""
    handler.connection.settimeout(30)
    handler.connection.recv(1)


def drips(first: bytes) -> Answering:
    """A byte every tenth of a second, for ever."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(first)
        for _ in range(300):
            handler.wfile.write(b"a")
            handler.wfile.flush()
            handler.server.drops += 1  # type: ignore[attr-defined]
            time.sleep(0.1)

    return answer


def continues_for_ever(handler: BaseHTTPRequestHandler) -> None:
    """One interim answer after the other."""
    for _ in range(300):
        handler.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        handler.server.drops += 1  # type: ignore[attr-defined]
        time.sleep(0.1)


def sends_a_gigabyte(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", str(1024**3))
    handler.end_headers()
    piece = b"x" * 1024 * 1024
    for _ in range(1024):
        handler.wfile.write(piece)
        handler.server.sent += len(piece)  # type: ignore[attr-defined]


class Receiver(ThreadingHTTPServer):
    """`answers` are given in their order, the last one for ever; `got` is what came, verified or not."""

    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        self.answers: list[Answering] = [status(200)]
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.connections = 0
        self.sent = self.drops = 0
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/webhook"

    def get_request(self) -> tuple[socket.socket, Any]:
        self.connections += 1
        return super().get_request()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """The other side may go whenever it likes."""

    def next_answer(self) -> Answering:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def verified(self, secret: str) -> list[dict[str, Any]]:
        """The messages as the standard's own library reads them; it raises for a wrong signature or an old one."""
        return [Webhook(secret).verify(body, headers) for headers, body in self.got]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        OUTPUTS.search("webhook", "", self.path, body)
        self.server.got.append((dict(self.headers.items()), body))
        self.close_connection = True
        self.server.next_answer()(self)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the name is the library's)
        """Nothing on the test's own output."""


@contextmanager
def a_receiver() -> Iterator[Receiver]:
    with Receiver() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def an_endpoint(url: str, now: datetime, *types: str, name: str = "Uji") -> WebhookEndpoint:
    return add_endpoint(EndpointInput(name, url, types or ("complaint.*",)), None, now)


def work(now: datetime) -> None:
    """What the scheduler and the workers do at this moment: relay, then every job of the queue until none is left."""
    relay_webhooks(now)
    queue = Queue(QueueName.WEBHOOKS.value, connection=redis_client(), serializer="json")
    while jobs := queue.jobs:
        queue.empty()
        for job in jobs:
            if job.func_name == JobName.DELIVER_WEBHOOK.value:
                deliver_webhook(*job.args, now)
            else:
                relay_webhooks(now)
    db.session.expire_all()


def only_message() -> WebhookDelivery:
    db.session.expire_all()
    return db.session.query(WebhookDelivery).one()

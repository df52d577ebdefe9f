"""Asks a web server over HTTP and says how long each answer took: a process of its own, so that it measures no other.

    python -m tests.bench.driver < PLAN > ANSWERS      (both JSON)

PLAN: {"port", "clients", "calls": [{"method", "path", "headers", "body", "status"}]}; each client takes its share in
turn, over a connection that it keeps as long as the server does.
"""

from __future__ import annotations

import http.client
import json
import sys
import threading
import time
from typing import Any

Call = dict[str, Any]


class Client(threading.Thread):
    """One client: its calls one after the other."""

    def __init__(self, port: int, calls: list[Call]) -> None:
        super().__init__()
        self.connection, self.calls = http.client.HTTPConnection("127.0.0.1", port, timeout=120), calls
        self.seconds: list[float] = []
        self.bytes: list[int] = []
        self.wrong: list[str] = []

    def run(self) -> None:
        for call in self.calls:
            began = time.perf_counter()
            status, content = self._ask(call)
            self.seconds.append(time.perf_counter() - began)
            self.bytes.append(len(content))
            if status != call["status"]:
                self.wrong.append(f"{call['path']}: {status} {content[:300].decode(errors='replace')}")

    def _ask(self, call: Call) -> tuple[int, bytes]:
        self.connection.request(call["method"], call["path"], call["body"], call["headers"])
        answer = self.connection.getresponse()
        return answer.status, answer.read()


def main() -> None:
    """Read the plan, ask, write what was found."""
    plan = json.load(sys.stdin)
    count = plan["clients"]
    clients = [Client(plan["port"], plan["calls"][n::count]) for n in range(count)]
    began = time.perf_counter()
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    seconds = time.perf_counter() - began
    found = {name: [one for c in clients for one in getattr(c, name)] for name in ("seconds", "bytes", "wrong")}
    json.dump({**found, "whole": seconds}, sys.stdout)


if __name__ == "__main__":
    main()

"""SSRF guard: each address is refused for its own reason, and no connection reaches the own network."""

import socket
import threading
from typing import Any

import pytest
from flask import Flask

from app.core.clock import utc_now
from app.outbound import allowed_target
from app.outbound.allowed_target import PORTS, TargetRefused, find_target, read_place
from app.outbound.http_client import Unanswered, call
from tests.sp4n.reports import a_linked_case
from tests.webhooks.receiver import Receiver, a_receiver, an_endpoint, only_message, work

# `PORT` is where the sink listens; the guard of ports is taken away, so that every other one must hold by itself.
CORPUS = r"""
private https://127.0.0.1:PORT/
private https://127.0.0.1/
private https://127.1.2.3:PORT/
private https://0.0.0.0:PORT/
private https://10.0.0.1/
private https://10.255.255.255:PORT/
private https://172.16.0.1/
private https://172.31.255.254/
private https://192.168.0.1/
private https://192.168.255.255:PORT/
private https://169.254.169.254/latest/meta-data/
private https://169.254.0.1/
private https://100.64.0.1/
private https://100.127.255.254/
private https://192.0.0.1/
private https://192.0.2.1/
private https://192.88.99.1/
private https://198.18.0.1/
private https://198.51.100.7/
private https://203.0.113.9/
private https://224.0.0.1/
private https://239.255.255.250/
private https://240.0.0.1/
private https://255.255.255.255/
private https://[::1]:PORT/
private https://[::]:PORT/
private https://[::ffff:127.0.0.1]:PORT/
private https://[::ffff:7f00:1]:PORT/
private https://[::ffff:8.8.8.8]/
private https://[::127.0.0.1]:PORT/
private https://[::ffff:0:127.0.0.1]:PORT/
private https://[64:ff9b::7f00:1]:PORT/
private https://[64:ff9b::127.0.0.1]:PORT/
private https://[64:ff9b:1::7f00:1]/
private https://[2002:7f00:1::]:PORT/
private https://[2001:0:7f00:1::1]/
private https://[2001:db8::1]/
private https://[fc00::1]/
private https://[fd12:3456::1]/
private https://[fe80::1]/
private https://[fec0::1]/
private https://[ff02::1]/
private https://[100::1]/
private https://[5f00::1]/
private https://[3fff::1]/
host https://[fe80::1%25lo]:PORT/
private https://localhost:PORT/
private https://LOCALHOST:PORT/
private https://localhost.:PORT/
private https://sub.localhost/
private https://redis:PORT/
private https://metadata.google.internal/
private https://printer.local/
private https://router.lan/
private https://1.0.0.127.in-addr.arpa/
private https://rebind.example:PORT/
private https://mixed.example:PORT/
private https://metadata.example/
private https://six.example:PORT/
host https://127.1:PORT/
host https://2130706433:PORT/
host https://0x7f000001:PORT/
host https://0x7f.0.0.1:PORT/
host https://0177.0.0.1:PORT/
host https://017700000001:PORT/
host https://127.0.0.1.:PORT/
host https://127.0.0.1%00.example.com/
host https://%31%32%37.0.0.1:PORT/
host https:///webhook
host https://-a.example/
host https://a_b.example/
host https://a..example/
unreadable https://①②⑦.⓪.⓪.①:PORT/
unreadable https://127。0。0。1:PORT/
unreadable https://example.com\@127.0.0.1:PORT/
unreadable https://127.0.0.1:PORT#@example.com/
unreadable https://example.com:PORT/ HTTP/1.1
unreadable https://example.com\t@127.0.0.1/
unreadable https://example.com/\r\nHost: 127.0.0.1
unreadable https://[127.0.0.1]:PORT/
unreadable https://[::1/
unreadable https://example.com:99999/
unreadable https://example.com:8o/
credentials https://user:pass@example.com/
credentials https://example.com@127.0.0.1:PORT/
credentials https://example.com:443@127.0.0.1:PORT/
credentials https://@127.0.0.1:PORT/
scheme http://127.0.0.1:PORT/
scheme http://example.com/
scheme file:///etc/passwd
scheme gopher://127.0.0.1:PORT/_SET%20a%20b
scheme dict://127.0.0.1:PORT/
scheme ftp://127.0.0.1:PORT/
scheme redis://127.0.0.1:PORT/
scheme javascript:alert(1)
scheme //127.0.0.1:PORT/
scheme 127.0.0.1:PORT
scheme data:text/plain,a
unknown_name https://nowhere.example/
"""
NAMES = {
    "rebind.example": ["127.0.0.1"],
    "mixed.example": ["93.184.216.34", "127.0.0.1"],
    "metadata.example": ["169.254.169.254"],
    "six.example": ["::1"],
}
CASES = [tuple(line.split(" ", 1)) for line in CORPUS.strip("\n").split("\n")]


@pytest.fixture
def sink(monkeypatch: pytest.MonkeyPatch) -> Any:
    with a_receiver() as server:
        monkeypatch.setattr(allowed_target, "PORTS", PORTS | {server.server_port})
        monkeypatch.setattr(allowed_target, "look_up", lambda host, port: NAMES.get(host, []))
        yield server


def told(url: str, sink: Receiver) -> str:
    """What the guard says; where it says nothing the call is really made."""
    written = url.replace("PORT", str(sink.server_port)).replace(r"\t", "\t").replace(r"\r\n", "\r\n")
    try:
        target = find_target(written)
    except TargetRefused as refused:
        return refused.fault.value
    try:
        call("POST", target, headers={}, seconds=2, largest=10)
    except Unanswered as silence:
        return silence.fault
    return "answered"


def test_each_of_the_addresses_is_refused_for_its_own_reason_and_none_reaches_the_house(sink: Receiver) -> None:
    assert len(CASES) >= 60
    found = {url: told(url, sink) for _, url in CASES}
    assert found == {url: fault for fault, url in CASES}
    assert sink.connections == 0


@pytest.mark.parametrize("port", [22, 25, 80, 5432, 6379, 8080, 65535])
def test_other_services_are_not_knocked_at(port: int) -> None:
    with pytest.raises(TargetRefused, match="port"):
        read_place(f"https://example.com:{port}/")


@pytest.mark.parametrize(
    ("url", "host", "header", "path"),
    [
        ("https://Example.COM/a?b=1", "example.com", "example.com", "/a?b=1"),
        ("https://example.com:8443", "example.com", "example.com:8443", "/"),
        ("https://93.184.216.34/", "93.184.216.34", "93.184.216.34", "/"),
        ("https://[2606:2800:220:1::1]:443/x", "2606:2800:220:1::1", "[2606:2800:220:1::1]", "/x"),
        ("https://xn--lapor-9za.go.id./", "xn--lapor-9za.go.id", "xn--lapor-9za.go.id", "/"),
    ],
)
def test_ordinary_addresses_are_taken_apart(url: str, host: str, header: str, path: str) -> None:
    place = read_place(url)
    assert (place.host, place.host_header, place.path) == (host, header, path)


@pytest.mark.parametrize(
    "url", ["http://169.254.169.254/", "http://0.0.0.0/", "http://224.0.0.1/", "http://[fe80::1]/"]
)
def test_the_setting_lets_in_ones_own_networks_and_not_the_clouds_own_doors(url: str) -> None:
    assert find_target("http://127.0.0.1:8080/", allow_private=True).address == "127.0.0.1"
    with pytest.raises(TargetRefused, match="private"):
        find_target(url, allow_private=True)


def test_the_connection_goes_to_the_address_that_was_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that answers otherwise the second time is not asked a second time."""
    answers, asked, reached = [["93.184.216.34"], ["127.0.0.1"]], [], []

    def look_up(host: str, port: int) -> list[str]:
        asked.append(host)
        return answers.pop(0)

    def note(sock: socket.socket, address: Any) -> None:
        reached.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(allowed_target, "look_up", look_up)
    monkeypatch.setattr(socket.socket, "connect", note)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    with pytest.raises(Unanswered, match="unreachable"):
        call("POST", find_target("https://rebind.example/"), headers={}, seconds=2, largest=10)
    assert asked == ["rebind.example"]
    assert reached == [("93.184.216.34", 443)]


def test_an_address_that_turned_inwards_after_it_was_kept_is_refused_when_it_is_sent_to(
    context: Flask, sink: Receiver
) -> None:
    an_endpoint(f"https://rebind.example:{sink.server_port}/", utc_now())
    a_linked_case()
    work(utc_now())
    message = only_message()
    assert (message.state, message.attempts, message.last_fault) == ("queued", 1, "target_private")
    assert sink.connections == 0


def test_a_look_up_that_takes_too_long_is_no_address(monkeypatch: pytest.MonkeyPatch) -> None:
    held = threading.Event()

    def never(*args: Any, **more: Any) -> list[Any]:
        held.wait(20)
        return []

    monkeypatch.setattr(allowed_target, "LOOK_UP_SECONDS", 0.1)
    monkeypatch.setattr(socket, "getaddrinfo", never)
    with pytest.raises(TargetRefused, match="unknown_name"):
        find_target("https://slow.example/")
    held.set()

"""The buffering proxy: what a slow, broken or greedy client can do to others, and what reaches a worker."""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.launch.buffering_proxy import BufferingProxy, Connection, ProxyLimits
from app.launch.request_reading import ClientLimits
from app.servers.sockets import new_socket_folder, remove_socket_folder
from tests.story.live import wait_until
from tests.web.test_rate_limits import SOURCES

HOST = "127.0.0.1"
QUICK = ClientLimits(longest_pause=0.4, least_rate=2000, longest_head=4096, largest_body=100_000, memory=512)
Answer = Callable[[bytes], bytes]


def own_answer(status: int, request_line: bytes) -> bytes:
    return b"HTTP/1.1 %d by the proxy\r\nX-Line: %s\r\n\r\n" % (status, request_line)


class Stage:
    """A proxy on a port, before a worker that reads a request to its end, keeps it, and answers by `answer`."""

    def __init__(self, folder: Path, limits: ProxyLimits) -> None:
        self.path = str(folder / "w.sock")
        self.asked: list[bytes] = []
        self.answered = threading.Event()
        self.answer: Answer = lambda asked: b"HTTP/1.1 200 OK\r\n\r\nhello"
        self.listener = socket.create_server((HOST, 0), backlog=512)
        self.port: int = self.listener.getsockname()[1]
        self._worker = socket.socket(socket.AF_UNIX)
        self._worker.bind(self.path)
        self._worker.listen(64)
        self._loop = asyncio.new_event_loop()
        self.proxy = BufferingProxy([self.listener], self.path, own_answer, limits)
        self._stopped = threading.Event()
        threading.Thread(target=self._work, daemon=True).start()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._serve(),))
        self._thread.start()

    def _work(self) -> None:
        while True:
            try:
                client, _ = self._worker.accept()
            except OSError:
                return
            with client, contextlib.suppress(OSError):
                asked = hear(client)
                self.asked.append(asked)
                client.sendall(self.answer(asked))
                self.answered.set()

    async def _serve(self) -> None:
        self.proxy.start()
        while not self._stopped.is_set():
            await asyncio.sleep(0.02)
        await self.proxy.stop(patience=3)

    def close(self) -> None:
        self._stopped.set()
        self._thread.join(timeout=10)
        if not self._loop.is_closed():
            self._loop.close()
        self.listener.close()
        self._worker.close()

    def connect(self, source: str = HOST) -> socket.socket:
        return socket.create_connection((HOST, self.port), timeout=10, source_address=(source, 0))

    def told(self, *pieces: bytes, pause: float = 0) -> bytes:
        """What a client hears that sends these pieces."""
        with self.connect() as client:
            for piece in pieces:
                client.sendall(piece)
                time.sleep(pause)
            return hear(client)


def hear(client: socket.socket) -> bytes:
    """All that comes until the connection ends."""
    heard = b""
    with contextlib.suppress(ConnectionResetError):
        while piece := client.recv(65536):
            heard += piece
    return heard


@pytest.fixture
def stages() -> Iterator[Callable[..., Stage]]:
    made: list[Stage] = []

    def make(limits: ProxyLimits | None = None) -> Stage:
        made.append(Stage(new_socket_folder(), limits or ProxyLimits(client=QUICK)))
        return made[-1]

    yield make
    for stage in made:
        stage.close()
        remove_socket_folder(str(Path(stage.path).parent))


def test_a_request_is_handed_on_whole_behind_the_clients_address(stages: Callable[..., Stage]) -> None:
    stage = stages()
    pieces = [b"POST /a HTTP/1.1\r\nHo", b"st: x\r\nContent-Length: 6\r\n\r\nabc", b"def"]

    assert stage.told(*pieces, pause=0.05) == b"HTTP/1.1 200 OK\r\n\r\nhello"
    line, _, rest = stage.asked[0].partition(b"\r\n")
    assert line.startswith(b"PROXY TCP4 127.0.0.1 127.0.0.1 ")
    assert line.endswith(b" %d" % stage.port)
    assert rest == b"POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\nabcdef"


def test_no_client_can_name_its_own_address(stages: Callable[..., Stage]) -> None:
    stage = stages()
    stage.told(b"PROXY TCP4 8.8.8.8 127.0.0.1 1 2\r\nGET / HTTP/1.1\r\n\r\n")

    assert stage.asked[0].startswith(b"PROXY TCP4 127.0.0.1 ")
    assert stage.asked[0].count(b"PROXY ") == 2


@pytest.mark.parametrize(
    "seen",
    [
        b"GET / HTTP/1.1\r\nX-A: ",
        b"POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n",
    ],
)
def test_an_unfinished_request_is_408_after_a_while_and_never_reaches_a_worker(
    stages: Callable[..., Stage], seen: bytes
) -> None:
    stage = stages()
    began = time.monotonic()

    assert stage.told(seen).startswith(b"HTTP/1.1 408 by the proxy")
    assert time.monotonic() - began < 5
    assert stage.asked == []


def test_a_client_that_drips_is_408_as_well(stages: Callable[..., Stage]) -> None:
    stage = stages()
    drops = [b"POST / HTTP/1.1\r\nContent-Length: 1000\r\n\r\n", *[b"a"] * 20]

    with stage.connect() as client, contextlib.suppress(BrokenPipeError, ConnectionResetError):
        for drop in drops:
            client.sendall(drop)
            time.sleep(0.05)
        assert hear(client).startswith(b"HTTP/1.1 408")
    assert stage.asked == []


def test_a_client_that_sends_nothing_is_closed_without_a_word(stages: Callable[..., Stage]) -> None:
    assert stages().told() == b""


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"GET / HTTP/1.1\r\nX: " + b"a" * 9000, 431),
        (b"POST /p HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", 400),
        (b"POST /p HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n-3\r\nabc\r\n0\r\n\r\n", 400),
        (b"POST /p HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcde\r\n0\r\n\r\n", 400),
    ],
)
def test_what_has_no_end_that_can_be_found_is_refused(stages: Callable[..., Stage], sent: bytes, status: int) -> None:
    stage = stages()

    assert stage.told(sent).startswith(b"HTTP/1.1 %d by the proxy" % status)
    assert stage.asked == []


@pytest.mark.parametrize(
    "framing",
    [
        b"Content-Length: 3\r\nContent-Length: 3",
        b"Content-Length: 3\r\nContent-Length: 4",
        b"Content-Length: +3",
        b"Content-Length: 3, 3",
        b"Content-Length: 3\r\nTransfer-Encoding: chunked",
        b"Transfer-Encoding: gzip, chunked",
        b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
    ],
)
def test_a_doubtful_framing_is_left_to_the_web_server_with_no_body(
    stages: Callable[..., Stage], framing: bytes
) -> None:
    stage = stages()
    stage.told(b"POST / HTTP/1.1\r\n" + framing + b"\r\n\r\nabc")

    assert stage.asked[0].endswith(framing + b"\r\n\r\n")


def test_a_chunked_body_arrives_with_a_length(stages: Callable[..., Stage]) -> None:
    stage = stages()
    stage.told(
        b"POST / HTTP/1.1\r\nTransfer-Encoding: Chunked\r\nX-B: 1\r\n\r\n",
        b"4;ext=1\r\nabcd\r\n0A\r\n0123456789\r\n",
        b"0\r\nTrailer: x\r\n\r\n",
    )

    assert stage.asked[0].partition(b"\r\n")[2] == (
        b"POST / HTTP/1.1\r\nX-B: 1\r\nContent-Length: 14\r\n\r\nabcd0123456789"
    )


@pytest.mark.parametrize("chunked", [False, True])
def test_of_a_body_that_is_too_large_only_the_length_is_handed_on(stages: Callable[..., Stage], chunked: bool) -> None:
    stage = stages()
    head = b"Transfer-Encoding: chunked\r\n\r\n30D40\r\n" if chunked else b"Content-Length: 200000\r\n\r\n"

    assert stage.told(b"POST / HTTP/1.1\r\n" + head + b"a" * 1000).endswith(b"hello")
    length = b"100001" if chunked else b"200000"
    assert stage.asked[0].endswith(b"Content-Length: " + length + b"\r\n\r\n")


def test_a_client_that_asks_first_is_told_to_go_on(stages: Callable[..., Stage]) -> None:
    stage = stages()
    with stage.connect() as client:
        client.sendall(b"POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n")
        assert client.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.sendall(b"abc")
        assert hear(client).endswith(b"hello")

    assert b"Expect" not in stage.asked[0]


def test_a_slow_reader_does_not_hold_the_worker(stages: Callable[..., Stage]) -> None:
    stage = stages(ProxyLimits(client=ClientLimits(longest_pause=5)))
    large = bytes(random.Random(1).randbytes(20_000_000))
    stage.answer = lambda asked: large
    with stage.connect() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert stage.answered.wait(10), "the worker waits for the client"
        assert stage.told(b"GET / HTTP/1.1\r\n\r\n") == large


def test_a_reader_that_never_reads_is_let_go(stages: Callable[..., Stage]) -> None:
    stage = stages(ProxyLimits(waiting_answer=1_000_000, client=ClientLimits(longest_pause=0.3, least_rate=1_000_000)))
    stage.answer = lambda asked: b"a" * 40_000_000
    with stage.connect() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.sendall(b"GET / HTTP/1.1\r\n\r\n")
        deadline = time.monotonic() + 10
        while stage.told(b"GET /b HTTP/1.1\r\n\r\n")[:1] != b"a":
            assert time.monotonic() < deadline


def test_without_a_worker_the_answer_is_503(stages: Callable[..., Stage]) -> None:
    stage = stages()
    stage.answer = lambda asked: b""

    assert stage.told(b"GET /x HTTP/1.1\r\n\r\n") == b"HTTP/1.1 503 by the proxy\r\nX-Line: GET /x HTTP/1.1\r\n\r\n"


def test_an_early_answer_is_heard_though_the_worker_did_not_read_all(stages: Callable[..., Stage]) -> None:
    stage = stages(ProxyLimits(client=ClientLimits(largest_body=50_000_000)))

    def work() -> None:
        client, _ = stage._worker.accept()
        with client:
            client.recv(100)
            client.sendall(b"HTTP/1.1 401 early\r\n\r\n")

    stage._worker.close()
    Path(stage.path).unlink()
    stage._worker = socket.socket(socket.AF_UNIX)
    stage._worker.bind(stage.path)
    stage._worker.listen(8)
    threading.Thread(target=work, daemon=True).start()

    assert stage.told(b"POST / HTTP/1.1\r\nContent-Length: 9000000\r\n\r\n", b"a" * 9_000_000).startswith(
        b"HTTP/1.1 401 early"
    )


@pytest.mark.parametrize(("address", "source"), SOURCES)
def test_clients_are_told_apart_by_their_network(address: str, source: str) -> None:
    with socket.socket() as client:
        assert Connection(client, (address, 40000)).source == source


def test_a_crowd_from_one_source_gives_way_to_a_client_from_another(stages: Callable[..., Stage]) -> None:
    stage = stages(ProxyLimits(connections=20, client=ClientLimits(longest_pause=30)))
    crowd = [stage.connect("127.0.0.2") for _ in range(20)]
    slow = stage.connect("127.0.0.3")
    for client in (*crowd, slow):
        with contextlib.suppress(OSError):
            client.sendall(b"GET /")
    for _ in range(10):
        crowd.append(stage.connect("127.0.0.2"))

    assert stage.told(b"GET / HTTP/1.1\r\n\r\n").endswith(b"hello")
    slow.sendall(b" HTTP/1.1\r\n\r\n")
    assert hear(slow).endswith(b"hello")
    assert hear(crowd[0]) == b""
    for client in (*crowd, slow):
        client.close()


def test_unfinished_bodies_together_have_a_limit_and_the_largest_has_to_go(stages: Callable[..., Stage]) -> None:
    stage = stages(ProxyLimits(spooled=100_000, client=ClientLimits(longest_pause=30, memory=1000)))
    with stage.connect() as greedy, stage.connect() as other:
        greedy.sendall(b"POST / HTTP/1.1\r\nContent-Length: 90000\r\n\r\n" + b"a" * 80_000)
        wait_until(lambda: stage.proxy._spooled >= 80_000, "the first body is held")
        other.sendall(b"POST / HTTP/1.1\r\nContent-Length: 30000\r\n\r\n" + b"b" * 30_000)

        assert hear(other).endswith(b"hello")
        assert hear(greedy) == b""
    assert stage.told(b"POST / HTTP/1.1\r\nContent-Length: 200000\r\n\r\n", b"a" * 200_000).startswith(b"HTTP/1.1 503")


def test_random_bodies_in_random_pieces_come_and_go_unchanged(stages: Callable[..., Stage]) -> None:
    stage, dice = stages(ProxyLimits(client=ClientLimits(memory=1000))), random.Random(7)
    stage.answer = lambda asked: b"HTTP/1.1 200 OK\r\n\r\n" + asked.partition(b"\r\n\r\n")[2]
    for _ in range(60):
        body = dice.randbytes(dice.choice([0, 1, 10, 999, 70_000, 300_000]))
        sent = b"POST / HTTP/1.1\r\n"
        if dice.random() < 0.5:
            sent += b"Content-Length: %d\r\n\r\n" % len(body) + body
        else:
            sent += b"Transfer-Encoding: chunked\r\n\r\n"
            at = 0
            while at < len(body):
                size = dice.randint(1, 100_000)
                sent += b"%x\r\n%s\r\n" % (len(body[at : at + size]), body[at : at + size])
                at += size
            sent += b"0\r\n\r\n"
        cuts = sorted(dice.randrange(len(sent)) for _ in range(dice.randint(0, 4)))
        pieces = [sent[a:b] for a, b in zip([0, *cuts], [*cuts, len(sent)], strict=True)]
        assert stage.told(*pieces).partition(b"\r\n\r\n")[2] == body


def test_at_a_stop_what_has_arrived_is_answered_and_what_is_arriving_has_a_moment(stages: Callable[..., Stage]) -> None:
    stage, go_on = stages(ProxyLimits()), threading.Event()
    stage.answer = lambda asked: b"HTTP/1.1 200 OK\r\n\r\nhello" if go_on.wait(10) else b""
    with stage.connect() as at_work, stage.connect() as arriving, stage.connect() as idle:
        at_work.sendall(b"GET /a HTTP/1.1\r\n\r\n")
        arriving.sendall(b"GET /b HTTP/1.1\r\n")
        wait_until(
            lambda: len(stage.asked) == 1 and len(stage.proxy._connections) == 3, "one is at work, all are there"
        )
        stop = threading.Thread(target=stage.close)
        stop.start()
        wait_until(lambda: stage.listener.fileno() == -1, "nobody is accepted any more")
        with pytest.raises(ConnectionRefusedError):
            stage.connect()
        arriving.sendall(b"\r\n")
        go_on.set()

        assert hear(at_work).endswith(b"hello")
        assert hear(arriving).endswith(b"hello")
        assert hear(idle) == b""
        stop.join(10)

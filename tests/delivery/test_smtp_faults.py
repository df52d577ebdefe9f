"""Whatever a mail server does, each message ends as sent or failed, and at most one copy more than one arrives."""

import ssl
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from flask import Flask
from sqlalchemy import select, update

from app.core.clock import utc_now
from app.core.extensions import db, redis_client
from app.core.jobs import QueueName
from app.delivery.deliver import DELAYS, deliver, relay_deliveries
from app.models import Delivery
from app.outbound.gateway import ComposedMessage
from app.outbound.notification_channels import CHANNELS, EMAIL
from app.outbound.smtp_gateway import address_of
from jobs.registry import queue
from tests.delivery.faulty_mail_server import CUT, HANG, FaultyMailServer, faulty_mail_server
from tests.factories import a_complaint

PASSING = [
    {"connect": "421 too many"},
    {"connect": "554 not today"},
    {"connect": CUT},
    {"connect": HANG},
    {"EHLO": CUT},
    {"MAIL": "452 full"},
    {"RCPT": "421 closing"},
    {"RCPT": "451 greylisted"},
    {"RCPT": HANG},
    {"DATA": "451 later"},
    {"before dot": CUT},
    {"dot": "421 closing"},
    {"dot": "451 later"},
    {"dot": CUT},
    {"dot": HANG},
]
STAYING = [
    {"connect": "421 too many"},
    {"connect": HANG},
    {"RCPT": "451 greylisted"},
    {"before dot": CUT},
    {"dot": CUT},
]
FINAL = [{"RCPT": "550 unknown"}, {"RCPT": "553 bad"}, {"DATA": "554 no"}, {"dot": "554 refused"}, {"MAIL": "552 big"}]


@pytest.fixture
def office(context: Flask, freeze: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch) -> Flask:
    """The office is at work and one second is patience enough."""
    freeze("2026-11-24 10:00")
    monkeypatch.setitem(context.config, "SMTP_SECONDS", 0.3)
    return context


@pytest.fixture
def server(office: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultyMailServer]:
    with faulty_mail_server() as running:
        monkeypatch.setitem(office.config, "SMTP_URL", f"smtp://{running.address}")
        yield running


def a_message(**user: str) -> Delivery:
    """The one message of a case that waits for the section head, whose account may be changed."""
    a_complaint(at="check")
    (message,) = [m for m in db.session.scalars(select(Delivery)) if m.user.username == "kasi"]
    db.session.execute(update(Delivery).where(Delivery.id != message.id).values(state="sent"))
    for name, value in user.items():
        setattr(message.user, name, value)
    db.session.commit()
    return message


def carry_on(now: datetime) -> None:
    """What scheduler and workers do: hand out what is due, and try all that stands in Redis."""
    relay_deliveries(now)
    waiting = queue(QueueName.NOTICES, redis_client())
    hints = [job.args for job in waiting.get_jobs()]
    waiting.empty()
    for hint in hints:
        deliver(*hint, now)


def carry_to_the_end(message: Delivery) -> datetime:
    """Carry on whenever something is due until the message waits no longer; when that was."""
    now = utc_now()
    for _ in range(2 * len(DELAYS)):
        carry_on(now)
        if message.state != "queued":
            return now
        assert message.next_try_at > now, "it waits, and its time is over"
        now = message.next_try_at
    raise AssertionError("it is tried for ever")


@pytest.mark.parametrize("fault", PASSING, ids=str)
def test_a_fault_that_passes_costs_nothing_but_time(server: FaultyMailServer, fault: dict[str, str]) -> None:
    message, server.script = a_message(), fault
    carry_on(utc_now())
    assert (message.state, message.attempts) == ("queued", 1)
    assert message.last_error
    server.script = {}
    assert carry_to_the_end(message) == utc_now() + timedelta(seconds=DELAYS[0])
    assert message.state == "sent"
    assert len(server.mails) == (2 if fault in ({"dot": CUT}, {"dot": HANG}) else 1)
    assert {mail["Message-ID"] for mail in server.mails} == {f"<delivery-{message.id}@localhost>"}


@pytest.mark.parametrize("fault", STAYING, ids=str)
def test_a_fault_that_stays_ends_as_failed_after_hours(server: FaultyMailServer, fault: dict[str, str]) -> None:
    message, server.script = a_message(), fault
    assert carry_to_the_end(message) - utc_now() > timedelta(hours=4)
    assert message.state == "failed"
    assert message.attempts == server.conversations == len(DELAYS) + 1


@pytest.mark.parametrize("fault", FINAL, ids=str)
def test_a_refusal_is_final_at_once(server: FaultyMailServer, fault: dict[str, str]) -> None:
    message, server.script = a_message(), fault
    carry_on(utc_now())
    assert message.state == "failed"
    assert next(iter(fault.values())).split()[0] in (message.last_error or "")
    server.script = {}
    carry_on(utc_now() + timedelta(days=1))
    assert server.conversations == 1
    assert server.mails == []


@pytest.mark.parametrize("good_bye", ["421 closing", "554 what?", CUT, HANG])
def test_what_was_taken_is_sent_however_the_server_says_good_bye(server: FaultyMailServer, good_bye: str) -> None:
    message, server.script = a_message(), {"QUIT": good_bye}
    carry_on(utc_now())
    assert message.state == "sent"
    assert len(server.mails) == 1


def test_what_redis_holds_twice_does_not_use_up_the_tries(server: FaultyMailServer) -> None:
    message, server.script = a_message(), {"RCPT": "451 later"}
    assert [deliver(message.id, utc_now()) for _ in range(12)] == ["queued", *["elsewhere"] * 11]
    assert (message.attempts, server.conversations) == (1, 1)


@pytest.mark.parametrize("address", ["kasi@balangan.example\r\nBcc: lain@uji.example", "kasi@a\nX: y", ""])
def test_an_address_that_is_none_fails_and_reaches_nobody(server: FaultyMailServer, address: str) -> None:
    message = a_message(email=address)
    carry_on(utc_now())
    assert message.state == "failed"
    assert message.last_error
    assert server.recipients == []


def test_an_address_with_a_second_one_behind_it_reaches_only_one(server: FaultyMailServer) -> None:
    a_message(email="kasi@balangan.example, lain@uji.example")
    carry_on(utc_now())
    assert len(server.recipients) <= 1
    assert not any("lain" in line for line in server.recipients)


def test_a_fault_that_nobody_foresaw_comes_to_an_end_too(
    server: FaultyMailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = a_message()

    def breaks(url: str, address: str, message: ComposedMessage) -> None:
        raise RuntimeError("the template is broken")

    monkeypatch.setitem(CHANNELS, EMAIL.name, replace(EMAIL, gateway=breaks))
    carry_to_the_end(message)
    assert message.state == "failed"
    assert "the template is broken" in (message.last_error or "")


@pytest.mark.parametrize("answer", ["", "454 not now", "554 never", "220 go on"])
def test_without_tls_no_message_leaves_and_the_administrator_has_hours(
    server: FaultyMailServer, office: Flask, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    monkeypatch.setitem(office.config, "SMTP_URL", f"smtp+starttls://{server.address}")
    offered = {"EHLO": "250-here\r\n250 STARTTLS", "STARTTLS": answer} if answer else {}
    message, server.script = a_message(), offered
    assert carry_to_the_end(message) - utc_now() > timedelta(hours=4)
    assert message.state == "failed"
    assert server.recipients == []


def test_a_wrong_password_fails_no_message_before_the_administrator_could_mend_it(
    server: FaultyMailServer, office: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(office.config, "SMTP_URL", f"smtp://lapor:salah@{server.address}")
    message, server.script = a_message(), {"AUTH": "535 wrong"}
    carry_on(utc_now())
    assert (message.state, message.attempts) == ("queued", 1)
    server.script = {}
    carry_to_the_end(message)
    assert message.state == "sent"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and a certificate for `localhost` that it signed itself."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "uji")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
    builder = builder.not_valid_after(datetime(2040, 1, 1, tzinfo=UTC))
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    path = tmp_path_factory.mktemp("tls") / "certificate.pem"
    encoding, private = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    secret = key.private_bytes(encoding, private, serialization.NoEncryption())
    path.write_bytes(secret + builder.sign(key, hashes.SHA256()).public_bytes(encoding))
    return path


@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
@pytest.mark.parametrize(("trusted", "ends"), [(True, "sent"), (False, "queued")])
def test_only_a_server_with_a_certificate_that_is_trusted_gets_the_message(
    office: Flask, monkeypatch: pytest.MonkeyPatch, certificate: Path, scheme: str, trusted: bool, ends: str
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with faulty_mail_server(context) as server:
        monkeypatch.setitem(office.config, "SMTP_URL", f"{scheme}://{server.address}")
        message = a_message()
        if scheme == "smtp+starttls":
            server.script = {"EHLO": "250-here\r\n250 STARTTLS", "STARTTLS": "220 go on"}
        carry_on(utc_now())
        assert message.state == ends
        assert len(server.mails) == trusted


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("smtps://mail.example", ("mail.example", 465)),
        ("smtps://u:p@mail.example:2465", ("mail.example", 2465)),
        ("smtp://mail.example", ("mail.example", 25)),
        ("smtp+starttls://mail.example", ("mail.example", 25)),
        ("smtp://", ("localhost", 25)),
    ],
)
def test_a_server_without_a_port_is_asked_at_the_port_of_its_protocol(url: str, address: tuple[str, int]) -> None:
    assert address_of(urlsplit(url)) == address

"""By TLS the receiver must be who its name says, at the address that was judged."""

import datetime
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from app.outbound import allowed_target
from app.outbound.allowed_target import Target
from app.outbound.http_client import Answer, Unanswered, call
from tests.webhooks.receiver import Receiver, a_receiver


def a_certificate(folder: Path) -> Path:
    """For `hook.example` alone, signed by itself; key and certificate in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "hook.example")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("hook.example")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "hook.pem"
    plain = serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    path.write_bytes(pem + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    return a_certificate(tmp_path)


@pytest.fixture
def names() -> list[str | None]:
    return []


@pytest.fixture
def receiver(certificate: Path, names: list[str | None]) -> Iterator[Receiver]:
    """A receiver with TLS that notes for which name it was asked."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    context.sni_callback = lambda sock, name, old: names.append(name)
    with a_receiver() as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        yield server


def post(receiver: Receiver, host: str, authority: Path | None) -> Answer:
    target = Target("https", host, receiver.server_port, "/webhook", "127.0.0.1")
    trusted = str(authority) if authority else None
    return call("POST", target, body=b"{}", headers={}, seconds=5, largest=100, authority=trusted)


def test_the_name_is_asked_for_at_the_judged_address(
    receiver: Receiver, certificate: Path, names: list[str | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(allowed_target, "look_up", lambda host, port: 1 / 0)
    assert post(receiver, "hook.example", certificate).status == 200
    assert names == ["hook.example"]
    assert receiver.got[0][0]["Host"] == f"hook.example:{receiver.server_port}"


def test_another_name_and_a_stranger_are_refused(receiver: Receiver, certificate: Path) -> None:
    for host, authority in (("other.example", certificate), ("hook.example", None), ("127.0.0.1", certificate)):
        with pytest.raises(Unanswered, match="tls"):
            post(receiver, host, authority)
    assert receiver.got == []

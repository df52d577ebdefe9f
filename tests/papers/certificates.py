"""A certificate authority of the tests' own: officers' PKCS#12 files of every quality, and a time-stamping service."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

PASSPHRASE = "frasa-sandi-uji-8842"
NOW = datetime(2026, 11, 24, 2, tzinfo=UTC)
Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@dataclass(frozen=True)
class Identity:
    """A certificate with its key."""

    key: Key
    certificate: x509.Certificate

    def der(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.DER)


def named(common: str) -> x509.Name:
    organisation = x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Contoh Uji")
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common), organisation])


@cache
def new_key(kind: str = "rsa2048") -> Key:
    """A key of its kind; made once, since making one takes a second."""
    if kind == "ec":
        return ec.generate_private_key(ec.SECP256R1())
    return rsa.generate_private_key(65537, int(kind.removeprefix("rsa")))


def issued(
    common: str,
    key: Key,
    by: Identity | None = None,
    days: tuple[int, int] = (-30, 365),
    extensions: tuple[tuple[x509.ExtensionType, bool], ...] = (),
) -> Identity:
    issuer = by.certificate.subject if by else named(common)
    builder = x509.CertificateBuilder(issuer, named(common), key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(NOW + timedelta(days[0])).not_valid_after(NOW + timedelta(days[1]))
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return Identity(key, builder.sign((by or Identity(key, None)).key, hashes.SHA256()))  # type: ignore[arg-type]


def usage(**more: bool) -> tuple[x509.KeyUsage, bool]:
    names = (
        "digital_signature content_commitment key_encipherment data_encipherment key_agreement key_cert_sign crl_sign"
        " encipher_only decipher_only"
    )
    return x509.KeyUsage(**{name: more.get(name, False) for name in names.split()}), True


@cache
def authority() -> Identity:
    ca = (x509.BasicConstraints(ca=True, path_length=None), True)
    return issued(
        "CA Uji",
        rsa.generate_private_key(65537, 2048),
        days=(-900, 3000),
        extensions=(ca, usage(key_cert_sign=True, crl_sign=True)),
    )


@cache
def stamping_service() -> Identity:
    for_stamps = (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), True)
    key = rsa.generate_private_key(65537, 2048)
    return issued("TSA Uji", key, authority(), extensions=(usage(digital_signature=True), for_stamps))


def officer(name: str = "Kepala Uji", kind: str = "rsa2048", crl: str = "", **more: Any) -> Identity:
    """An officer's certificate; keywords of the key usage and `days` make it worse."""
    days = more.pop("days", (-30, 365))
    found = [usage(**(more or {"digital_signature": True, "content_commitment": True}))]
    if crl:
        point = x509.DistributionPoint([x509.UniformResourceIdentifier(crl)], None, None, None)
        found.append((x509.CRLDistributionPoints([point]), False))  # type: ignore[arg-type]
    return issued(name, new_key(kind), authority(), days, tuple(found))


def file_of(identity: Identity, passphrase: str = PASSPHRASE) -> bytes:
    """The PKCS#12 file of an officer, with the authority's certificate in it."""
    locked = serialization.BestAvailableEncryption(passphrase.encode())
    chain = [authority().certificate]
    return pkcs12.serialize_key_and_certificates(b"uji", identity.key, identity.certificate, chain, locked)


def revocation_list() -> bytes:
    """The authority's list of revoked certificates: none."""
    builder = x509.CertificateRevocationListBuilder(authority().certificate.subject)
    builder = builder.last_update(NOW - timedelta(1)).next_update(NOW + timedelta(30))
    return builder.sign(authority().key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)  # type: ignore[arg-type]

"""Why a client believes the lab: a Noise certificate chain under its root key, and TLS under its own CA."""

from __future__ import annotations

import datetime
import hmac
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from google.protobuf.message import DecodeError

from comptoir.lab import protobufs as pb
from comptoir.lab.crypto import KeyPair, xeddsa_sign, xeddsa_verify

HOSTS = ("web.whatsapp.com", "*.whatsapp.net", "*.cdn.whatsapp.net", "*.whatsapp.com", "localhost")
"""Chat, then the media hosts; a wildcard stands for one label."""

_DAY = 86_400
_ROOT_SERIAL = 0
_INTERMEDIATE_SERIAL = 1
_LEAF_SERIAL = 2
_VALID_DAYS = 365


class CertificateError(Exception):
    """A Noise certificate chain a client must refuse; the text says which check failed."""


def noise_chain(root: KeyPair, server_static_public: bytes, now: int) -> bytes:
    """A CertChain for the server's static key, valid from a day before `now` (Unix seconds) for a year."""
    intermediate = KeyPair.generate()
    chain = pb.cert.CertChain()
    chain.intermediate.details = _details(_INTERMEDIATE_SERIAL, _ROOT_SERIAL, intermediate.public, now)
    chain.intermediate.signature = xeddsa_sign(root.private, chain.intermediate.details)
    chain.leaf.details = _details(_LEAF_SERIAL, _INTERMEDIATE_SERIAL, server_static_public, now)
    chain.leaf.signature = xeddsa_sign(intermediate.private, chain.leaf.details)
    return bytes(chain.SerializeToString())


def verify_noise_chain(chain: bytes, server_static_public: bytes, root_public: bytes, now: int) -> None:
    """Check a chain as clients do (whatsmeow, handshake.go). Raises CertificateError."""
    details = pb.cert.CertChain.NoiseCertificate.Details
    try:
        certificates = pb.cert.CertChain.FromString(chain)
        intermediate = details.FromString(certificates.intermediate.details)
        leaf = details.FromString(certificates.leaf.details)
    except DecodeError as error:
        raise CertificateError(f"a CertChain was expected: {error}") from error
    _verify_signature(certificates.intermediate, root_public, "the intermediate is not signed by the root key")
    _verify_signature(certificates.leaf, intermediate.key, "the leaf is not signed by the intermediate")
    if intermediate.issuerSerial != _ROOT_SERIAL or leaf.issuerSerial != intermediate.serial:
        raise CertificateError("a certificate's issuerSerial is not the serial of its issuer")
    if not hmac.compare_digest(leaf.key, server_static_public):
        raise CertificateError("the leaf certificate is for another key than the server's")
    if not all(each.notBefore <= now <= each.notAfter for each in (intermediate, leaf)):
        raise CertificateError("a certificate is not valid at this time")


def _details(serial: int, issuer_serial: int, key: bytes, now: int) -> bytes:
    details = pb.cert.CertChain.NoiseCertificate.Details(
        serial=serial,
        issuerSerial=issuer_serial,
        key=key,
        notBefore=now - _DAY,
        notAfter=now + _VALID_DAYS * _DAY,
    )
    return bytes(details.SerializeToString())


def _verify_signature(certificate: Any, issuer_public: bytes, fault: str) -> None:
    if not xeddsa_verify(issuer_public, certificate.details, certificate.signature):
        raise CertificateError(fault)


@dataclass(frozen=True, slots=True)
class Authority:
    """A CA of the lab's own, in PEM."""

    certificate: bytes
    key: bytes


@dataclass(frozen=True, slots=True)
class Leaf:
    """A server certificate and its private key, in PEM."""

    certificate: bytes
    key: bytes


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """Where the PEM files lie: `ca_file` is for clients, the other two are for the server's SSLContext."""

    ca_file: Path
    certificate_file: Path
    key_file: Path


def make_ca(now: int) -> Authority:
    """A new CA, valid from a day before `now` (Unix seconds) for a year."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name("Comptoir lab CA")
    builder = (
        _builder(name, name, key.public_key(), now)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(signs_certificates=True), critical=True)
    )
    return Authority(*_pem(builder, key, key))


def make_leaf(authority: Authority, now: int, hosts: tuple[str, ...] = HOSTS) -> Leaf:
    """A certificate for `hosts`, signed by the CA, valid as long as `make_ca`'s."""
    ca = x509.load_pem_x509_certificate(authority.certificate)
    ca_key = load_pem_private_key(authority.key, password=None)
    assert isinstance(ca_key, ec.EllipticCurvePrivateKey)
    key = ec.generate_private_key(ec.SECP256R1())
    names = x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts])
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key())
    builder = (
        _builder(_name(hosts[0]), ca.subject, key.public_key(), now)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(names, critical=False)
        .add_extension(issuer, critical=False)
    )
    return Leaf(*_pem(builder, key, ca_key))


def write_tls_files(folder: Path, now: int) -> TlsFiles:
    """Write a new CA and leaf into `folder`, which must exist. The CA's own key is thrown away."""
    authority = make_ca(now)
    leaf = make_leaf(authority, now)
    files = TlsFiles(folder / "ca.pem", folder / "server.pem", folder / "server.key")
    files.ca_file.write_bytes(authority.certificate)
    files.certificate_file.write_bytes(leaf.certificate)
    files.key_file.touch(mode=0o600)
    files.key_file.write_bytes(leaf.key)
    return files


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _builder(
    subject: x509.Name, issuer: x509.Name, public: ec.EllipticCurvePublicKey, now: int
) -> x509.CertificateBuilder:
    start = datetime.datetime.fromtimestamp(now - _DAY, datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + datetime.timedelta(days=_VALID_DAYS))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _pem(
    builder: x509.CertificateBuilder, key: ec.EllipticCurvePrivateKey, issuer_key: ec.EllipticCurvePrivateKey
) -> tuple[bytes, bytes]:
    certificate = builder.sign(issuer_key, SHA256())
    return (
        certificate.public_bytes(Encoding.PEM),
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
    )

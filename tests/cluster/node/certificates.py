"""The authorities and certificates of a cluster, made anew at each start."""

from __future__ import annotations

import datetime
import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from ..places import HOST_IP, NODE_IP, NODE_NAME, SERVICE_API

__all__ = ["USERS", "make_certificates"]

_LIFE = datetime.timedelta(days=30)
_SERVICE_NAMES = ("kubernetes", "kubernetes.default", "kubernetes.default.svc")

#: Who talks to the API server, as what: file name -> common name, organization.
USERS = {
    "admin": ("kubernetes-admin", "system:masters"),
    "kube-controller-manager": ("system:kube-controller-manager", None),
    "kube-scheduler": ("system:kube-scheduler", None),
    "kube-proxy": ("system:kube-proxy", None),
    "kubelet": (f"system:node:{NODE_NAME}", "system:nodes"),
    "apiserver-kubelet-client": ("kube-apiserver-kubelet-client", "system:masters"),
}


def make_certificates(folder: Path) -> None:
    """Write all keys and certificates of a cluster into a folder."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    cluster, front = _Authority.make("box-ca"), _Authority.make("box-front-proxy-ca")
    _write(folder / "ca", cluster.certificate, cluster.key)
    _write(folder / "front-proxy-ca", front.certificate, front.key)
    for name, (common_name, organization) in USERS.items():
        _write(folder / name, *cluster.issue(common_name, organization))
    _write(folder / "front-proxy-client", *front.issue("front-proxy-client"))
    service_names = ["localhost", *_SERVICE_NAMES, "kubernetes.default.svc.cluster.local"]
    addresses = ["127.0.0.1", SERVICE_API, NODE_IP, HOST_IP]
    _write(folder / "apiserver", *cluster.issue("kube-apiserver", names=service_names, addresses=addresses))
    node_addresses = [NODE_IP, "127.0.0.1"]
    serving = cluster.issue(f"system:node:{NODE_NAME}", names=[NODE_NAME], addresses=node_addresses)
    _write(folder / "kubelet-server", *serving)
    _write_service_account_keys(folder)


@dataclass(frozen=True)
class _Authority:
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @classmethod
    def make(cls, name: str) -> _Authority:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = _name(name)
        unsigned = (
            _unsigned(subject, subject, key)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(_usage(authority=True), critical=True)
        )
        return cls(unsigned.sign(key, hashes.SHA256()), key)

    def issue(
        self,
        common_name: str,
        organization: str | None = None,
        *,
        names: Iterable[str] = (),
        addresses: Iterable[str] = (),
    ) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
        """Return a certificate of a client, or of a server when it has names or addresses, and its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        alternatives: list[x509.GeneralName] = [x509.DNSName(name) for name in names]
        alternatives += [x509.IPAddress(ipaddress.ip_address(address)) for address in addresses]
        purpose = ExtendedKeyUsageOID.SERVER_AUTH if alternatives else ExtendedKeyUsageOID.CLIENT_AUTH
        unsigned = (
            _unsigned(_name(common_name, organization), self.certificate.subject, key)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(authority=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
        )
        if alternatives:
            unsigned = unsigned.add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        return unsigned.sign(self.key, hashes.SHA256()), key


def _name(common_name: str, organization: str | None = None) -> x509.Name:
    parts = [x509.NameAttribute(NameOID.COMMON_NAME, common_name)]
    if organization:
        parts.insert(0, x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization))
    return x509.Name(parts)


def _unsigned(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey
) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    return x509.CertificateBuilder(
        issuer_name=issuer,
        subject_name=subject,
        public_key=key.public_key(),
        serial_number=x509.random_serial_number(),
        not_valid_before=now - datetime.timedelta(hours=1),
        not_valid_after=now + _LIFE,
    )


def _usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=authority,
        crl_sign=authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _write(stem: Path, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> None:
    stem.with_suffix(".crt").write_bytes(certificate.public_bytes(Encoding.PEM))
    _write_key(stem.with_suffix(".key"), key)


def _write_key(file: Path, key: ec.EllipticCurvePrivateKey) -> None:
    file.touch(mode=0o600)
    file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()))


def _write_service_account_keys(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    _write_key(folder / "service-accounts.key", key)
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (folder / "service-accounts.pub").write_bytes(public)

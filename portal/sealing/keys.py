"""Keys and certificates of the seal: offline root, issuing authority, report seal, and their revocation lists.

Profiles follow RFC 5280. Everything is P-256 with SHA-256, which every PDF reader of the last ten years can check.
"""

import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID, ObjectIdentifier

ROOT_DAYS = 3652
ISSUING_DAYS = 1826
SEAL_DAYS = 730
ROOT_CRL_DAYS = 365
ISSUING_CRL_DAYS = 90
# Clocks of receivers may be a little behind ours.
BACKDATED = timedelta(minutes=5)
DOCUMENT_SIGNING = ObjectIdentifier("1.3.6.1.5.5.7.3.36")  # RFC 9336
OWNER_ONLY = 0o600
FOLDER_OWNER_ONLY = 0o700

ROOT_KEY, ROOT, ROOT_CRL = "root-key.pem", "root.pem", "root.crl"
ISSUING_KEY, ISSUING, ISSUING_CRL = "issuing-key.pem", "issuing.pem", "issuing.crl"
SEAL_KEY, SEAL_CHAIN = "seal-key.pem", "seal-chain.pem"
ALL_FILES = (ROOT_KEY, ROOT, ROOT_CRL, ISSUING_KEY, ISSUING, ISSUING_CRL, SEAL_KEY, SEAL_CHAIN)


class KeysExistError(Exception):
    """The directory already holds keys; they are never overwritten."""


@dataclass(frozen=True, slots=True)
class Authority:
    """A key that signs certificates and revocation lists, with its own certificate."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate


def make_keys(directory: Path, *, organization: str, at: datetime) -> None:
    """Write eight files into `directory`, readable by their owner only: three keys, certificates, revocation lists.

    Valid from `at`: root 10 years, issuing 5 years, report seal 2 years. Raises KeysExistError without writing anything
    when one of the files is there.
    """
    there = [name for name in ALL_FILES if (directory / name).exists()]
    if there:
        raise KeysExistError(f"{directory} already holds {', '.join(there)}. Name an empty directory.")
    directory.mkdir(mode=FOLDER_OWNER_ONLY, parents=True, exist_ok=True)
    root = _make_root(organization, at)
    issuing = _make_issuing(organization, root, at)
    seal_key = _new_key()
    seal = _make_seal(organization, seal_key, issuing, at)
    for name, content in (
        (ROOT_KEY, _key_pem(root.key)),
        (ROOT, _pem(root.certificate)),
        (ISSUING_KEY, _key_pem(issuing.key)),
        (ISSUING, _pem(issuing.certificate)),
        (SEAL_KEY, _key_pem(seal_key)),
        (SEAL_CHAIN, _pem(seal) + _pem(issuing.certificate) + _pem(root.certificate)),
        (ROOT_CRL, _revocation_list(root, at, ROOT_CRL_DAYS)),
        (ISSUING_CRL, _revocation_list(issuing, at, ISSUING_CRL_DAYS)),
    ):
        _write_new(directory / name, content)


def renew_crls(directory: Path, *, at: datetime) -> list[str]:
    """Write fresh revocation lists for the authorities whose key is in `directory`; return the names of the files.

    What was revoked stays revoked. A running worker picks the new list up when the old one ends.
    """
    renewed = []
    for key, certificate, crl, days in (
        (ROOT_KEY, ROOT, ROOT_CRL, ROOT_CRL_DAYS),
        (ISSUING_KEY, ISSUING, ISSUING_CRL, ISSUING_CRL_DAYS),
    ):
        if not (directory / key).exists():
            continue
        authority = _load_authority(directory / key, directory / certificate)
        revoked = list(x509.load_pem_x509_crl((directory / crl).read_bytes()))
        _replace(directory / crl, _revocation_list(authority, at, days, revoked))
        renewed.append(crl)
    return renewed


def _new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def _name(organization: str, role: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization[:64]),
            x509.NameAttribute(NameOID.COMMON_NAME, f"{organization[:40]} {role}"),
        ]
    )


def _make_root(organization: str, at: datetime) -> Authority:
    key, name = _new_key(), _name(organization, "Root")
    builder = _builder(name, key.public_key(), at, ROOT_DAYS).issuer_name(name)
    builder = _authority_profile(builder, path_length=1)
    return Authority(key, builder.sign(key, hashes.SHA256()))


def _make_issuing(organization: str, root: Authority, at: datetime) -> Authority:
    key = _new_key()
    builder = _builder(_name(organization, "Issuing"), key.public_key(), at, ISSUING_DAYS)
    builder = _authority_profile(_issued_by(builder, root), path_length=0)
    return Authority(key, builder.sign(root.key, hashes.SHA256()))


def _make_seal(
    organization: str, key: ec.EllipticCurvePrivateKey, issuing: Authority, at: datetime
) -> x509.Certificate:
    builder = _builder(_name(organization, "Report Seal"), key.public_key(), at, SEAL_DAYS)
    builder = (
        _issued_by(builder, issuing)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(signs_documents=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage([DOCUMENT_SIGNING]), critical=False)
    )
    return builder.sign(issuing.key, hashes.SHA256())


def _builder(name: x509.Name, key: ec.EllipticCurvePublicKey, at: datetime, days: int) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - BACKDATED)
        .not_valid_after(at + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _issued_by(builder: x509.CertificateBuilder, issuer: Authority) -> x509.CertificateBuilder:
    return builder.issuer_name(issuer.certificate.subject).add_extension(_key_identifier(issuer), critical=False)


def _authority_profile(builder: x509.CertificateBuilder, path_length: int) -> x509.CertificateBuilder:
    return builder.add_extension(x509.BasicConstraints(ca=True, path_length=path_length), critical=True).add_extension(
        _key_usage(signs_documents=False), critical=True
    )


def _key_usage(*, signs_documents: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=signs_documents,
        content_commitment=signs_documents,
        key_cert_sign=not signs_documents,
        crl_sign=not signs_documents,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _key_identifier(issuer: Authority) -> x509.AuthorityKeyIdentifier:
    identifier = issuer.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier)


def _revocation_list(
    authority: Authority, at: datetime, days: int, revoked: list[x509.RevokedCertificate] | None = None
) -> bytes:
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(authority.certificate.subject)
        .last_update(at - BACKDATED)
        .next_update(at + timedelta(days=days))
        # Grows with time and needs no counter file.
        .add_extension(x509.CRLNumber(int(at.timestamp())), critical=False)
        .add_extension(_key_identifier(authority), critical=False)
    )
    for certificate in revoked or []:
        builder = builder.add_revoked_certificate(certificate)
    return builder.sign(authority.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def _load_authority(key: Path, certificate: Path) -> Authority:
    loaded = serialization.load_pem_private_key(key.read_bytes(), password=None)
    if not isinstance(loaded, ec.EllipticCurvePrivateKey):
        raise TypeError(f"{key} is not an elliptic curve key")
    return Authority(loaded, x509.load_pem_x509_certificate(certificate.read_bytes()))


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write_new(path: Path, content: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY), "wb") as file:
        file.write(content)


def _replace(path: Path, content: bytes) -> None:
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    _write_new(fresh, content)
    fresh.replace(path)

"""The seal: what it covers, what it notices, what it refuses, and what other readers say about it."""

import shutil
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from subprocess import run
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pypdf import PdfReader

from cvs.rendering import render_report
from cvs.snapshot import machine_readable
from portal.sealing import Sealer, SealUnavailable, check_seal, make_keys, process_sealer, renew_crls
from portal.sealing.check import NO_SEAL, load_roots
from tests.cvs.snapshots import ORDINARY

AT = datetime(2026, 6, 3, 14, 5, tzinfo=UTC)
ORGANIZATION = "Example Commission"


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    directory = tmp_path_factory.mktemp("seal") / "keys"
    make_keys(directory, organization=ORGANIZATION, at=AT - timedelta(days=1))
    return directory


@pytest.fixture(scope="module")
def report() -> bytes:
    return render_report(ORDINARY)


@pytest.fixture(scope="module")
def sealed(keys, report) -> bytes:
    return _sealer(keys).seal(report, at=AT, facts_json=machine_readable(ORDINARY))


@pytest.fixture(scope="module")
def roots(keys):
    return load_roots(keys / "root.pem")


@pytest.fixture
def own_keys(keys, tmp_path) -> Path:
    """A copy of the keys that a test may damage."""
    return Path(shutil.copytree(keys, tmp_path / "keys"))


def _catalog(pdf: bytes) -> Any:
    """Return the document catalog; pypdf cannot know which kind of object is where."""
    return PdfReader(BytesIO(pdf)).trailer["/Root"]


def _sealer(keys: Path) -> Sealer:
    return Sealer.from_files(keys / "seal-key.pem", keys / "seal-chain.pem", [keys / "root.crl", keys / "issuing.crl"])


def test_sealed_report_is_genuine(sealed, roots):
    check = check_seal(sealed, roots)

    assert check.genuine
    assert (check.intact, check.trusted, check.covers_whole_document, check.certified_no_changes) == (True,) * 4
    assert check.signer == "Example Commission Report Seal"
    assert check.signed_at == AT


def test_seal_is_the_only_revision_after_the_rendered_bytes(sealed, report):
    assert sealed.startswith(report)
    assert sealed.count(b"%%EOF") == report.count(b"%%EOF") + 1
    assert sealed.rstrip().endswith(b"%%EOF")


def test_seal_moves_no_glyph(sealed, report):
    before = [page.extract_text() for page in PdfReader(BytesIO(report)).pages]
    after = [page.extract_text() for page in PdfReader(BytesIO(sealed)).pages]

    assert after == before


def test_report_json_is_inside_the_sealed_bytes(sealed):
    reader = PdfReader(BytesIO(sealed))
    specification = _catalog(sealed)["/AF"][0].get_object()

    assert reader.attachments == {"report.json": [machine_readable(ORDINARY)]}
    assert specification["/AFRelationship"] == "/Data"
    assert specification["/UF"] == "report.json"


def test_certificates_and_revocation_lists_are_embedded(sealed, keys):
    store = _catalog(sealed)["/DSS"]
    lists = {crl.get_object().get_data() for crl in store["/CRLs"]}
    expected = {
        x509.load_pem_x509_crl((keys / name).read_bytes()).public_bytes(serialization.Encoding.DER)
        for name in ("root.crl", "issuing.crl")
    }

    assert lists == expected
    assert len(store["/Certs"]) == 3
    assert "/VRI" not in store


def test_seal_field_is_invisible(sealed):
    field = _catalog(sealed)["/AcroForm"]["/Fields"][0].get_object()

    assert field["/T"] == "Seal"
    assert list(field["/Rect"]) == [0, 0, 0, 0]


def test_poppler_calls_the_seal_valid_and_total(sealed, tmp_path):
    file = tmp_path / "sealed.pdf"
    file.write_bytes(sealed)

    said = run(["pdfsig", str(file)], capture_output=True, text=True, check=False).stdout

    assert "Signature Validation: Signature is Valid." in said
    assert "Total document signed" in said
    assert "Signature Type: ETSI.CAdES.detached" in said
    assert said.count("Signature #") == 1


def _container(sealed: bytes) -> range:
    """Return where the signature container lies; it cannot sign itself, every other byte is signed."""
    start = sealed.rindex(b"/Contents <")
    return range(start, sealed.index(b">", start))


def test_one_flipped_bit_anywhere_outside_the_container_is_noticed(sealed, roots):
    container = _container(sealed)
    positions = [at for at in range(20, len(sealed), len(sealed) // 60) if at not in container]

    for position in positions:
        damaged = bytearray(sealed)
        damaged[position] ^= 1

        assert not check_seal(bytes(damaged), roots).genuine, position

    assert len(positions) > 40


def test_changed_signature_value_is_noticed(sealed, roots):
    container = _container(sealed)
    last_digit = max(at for at in container if sealed[at : at + 1] not in b"0>")
    damaged = bytearray(sealed)
    damaged[last_digit - 20] = ord("0") if damaged[last_digit - 20] != ord("0") else ord("1")

    assert not check_seal(bytes(damaged), roots).genuine


def test_appended_revision_is_noticed(sealed, roots):
    writer = IncrementalPdfFileWriter(BytesIO(sealed))
    page = writer.root["/Pages"]["/Kids"][0]
    page["/Annots"] = generic.ArrayObject()
    writer.update_container(page)
    writer.root["/Lang"] = generic.pdf_string("fr")
    writer.update_root()
    changed = BytesIO()
    writer.write(changed)

    check = check_seal(changed.getvalue(), roots)

    assert not check.covers_whole_document
    assert not check.genuine


def test_bytes_after_the_end_are_noticed(sealed, roots):
    assert not check_seal(sealed + b"\n% more\n", roots).genuine


def test_seal_of_a_stranger_is_not_trusted(sealed, tmp_path):
    make_keys(tmp_path / "other", organization=ORGANIZATION, at=AT)

    check = check_seal(sealed, load_roots(tmp_path / "other" / "root.pem"))

    assert check.intact
    assert not check.trusted
    assert not check.genuine


@pytest.mark.parametrize("content", [b"", b"hello", b"%PDF-1.7\n%%EOF", b"\x00" * 5000])
def test_file_that_is_no_pdf_is_not_genuine(content, roots):
    assert check_seal(content, roots) == NO_SEAL


def test_report_without_a_seal_is_not_genuine(report, roots):
    assert check_seal(report, roots) == NO_SEAL


def test_truncated_report_is_not_genuine(sealed, roots):
    for length in (100, len(sealed) // 2, len(sealed) - 10):
        assert not check_seal(sealed[:length], roots).genuine


def test_report_stays_genuine_after_its_seal_certificate_has_ended(keys, report, roots):
    old = _sealer(keys).seal(report, at=AT, facts_json=b"{}")

    assert check_seal(old, roots).genuine
    with pytest.raises(SealUnavailable):
        _sealer(keys).seal(report, at=AT + timedelta(days=800), facts_json=b"{}")


def test_key_is_read_once_for_many_seals(own_keys, report, roots):
    sealer = _sealer(own_keys)
    for name in ("seal-key.pem", "seal-chain.pem"):
        (own_keys / name).unlink()

    seals = [sealer.seal(report, at=AT, facts_json=b"{}") for _ in range(3)]

    assert all(check_seal(one, roots).genuine for one in seals)


@pytest.mark.parametrize("missing", ["seal-key.pem", "seal-chain.pem", "issuing.crl", "root.crl"])
def test_missing_file_is_named(own_keys, missing):
    (own_keys / missing).unlink()

    with pytest.raises(SealUnavailable, match=missing):
        _sealer(own_keys)


@pytest.mark.parametrize("damaged", ["seal-key.pem", "seal-chain.pem", "issuing.crl"])
def test_unreadable_file_makes_the_seal_unavailable(own_keys, damaged):
    (own_keys / damaged).write_text("not a PEM file")

    with pytest.raises(SealUnavailable):
        _sealer(own_keys)


def test_key_of_another_certificate_is_refused(own_keys):
    shutil.copy(own_keys / "issuing-key.pem", own_keys / "seal-key.pem")

    with pytest.raises(SealUnavailable, match=r"is not the key of the first certificate"):
        _sealer(own_keys)


def test_chain_in_the_wrong_order_is_refused(own_keys):
    chain = x509.load_pem_x509_certificates((own_keys / "seal-chain.pem").read_bytes())
    swapped = [chain[0], chain[2], chain[1]]
    (own_keys / "seal-chain.pem").write_bytes(b"".join(one.public_bytes(serialization.Encoding.PEM) for one in swapped))

    with pytest.raises(SealUnavailable, match="is not a chain of seal, issuing and root"):
        _sealer(own_keys)


def test_revocation_list_of_one_authority_is_not_enough(keys):
    with pytest.raises(SealUnavailable, match=r"no valid revocation list of .*Example Commission Root"):
        Sealer.from_files(keys / "seal-key.pem", keys / "seal-chain.pem", [keys / "issuing.crl"])


def test_ended_revocation_list_names_the_remedy(keys, report):
    with pytest.raises(SealUnavailable, match=r"has ended\. Run `\./dev manage make_seal_keys --renew-crl"):
        _sealer(keys).seal(report, at=AT + timedelta(days=120), facts_json=b"{}")


def test_running_sealer_picks_up_a_renewed_revocation_list(own_keys, report, roots):
    later = AT + timedelta(days=120)
    sealer = _sealer(own_keys)

    renewed = renew_crls(own_keys, at=later)
    sealed_later = sealer.seal(report, at=later, facts_json=b"{}")

    assert renewed == ["root.crl", "issuing.crl"]
    assert check_seal(sealed_later, roots).genuine


def _revoke_seal(keys: Path) -> None:
    """Write an issuing.crl that lists the seal certificate, signed as the issuing authority does."""
    issuing_key = serialization.load_pem_private_key((keys / "issuing-key.pem").read_bytes(), password=None)
    assert isinstance(issuing_key, ec.EllipticCurvePrivateKey)
    old = x509.load_pem_x509_crl((keys / "issuing.crl").read_bytes())
    seal = x509.load_pem_x509_certificate((keys / "seal-chain.pem").read_bytes())
    entry = x509.RevokedCertificateBuilder().serial_number(seal.serial_number).revocation_date(AT).build()
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(old.issuer)
        .last_update(AT)
        .next_update(AT + timedelta(days=90))
        .add_revoked_certificate(entry)
    )
    crl = builder.sign(issuing_key, hashes.SHA256())
    (keys / "issuing.crl").write_bytes(crl.public_bytes(serialization.Encoding.PEM))


def test_revoked_seal_certificate_is_refused_and_stays_revoked_when_renewed(own_keys):
    _revoke_seal(own_keys)

    with pytest.raises(SealUnavailable, match=r"Report Seal.* was revoked"):
        _sealer(own_keys)
    renew_crls(own_keys, at=AT + timedelta(days=1))
    with pytest.raises(SealUnavailable, match=r"Report Seal.* was revoked"):
        _sealer(own_keys)


def test_process_without_key_files_cannot_seal(settings):
    settings.SEAL_KEY_FILE = ""
    process_sealer.cache_clear()

    with pytest.raises(SealUnavailable, match="Set SEAL_KEY_PATH, SEAL_CHAIN_PATH and SEAL_CRL_PATHS"):
        process_sealer()


def test_process_sealer_is_made_once_from_the_settings(settings, keys, report, roots):
    settings.SEAL_KEY_FILE = str(keys / "seal-key.pem")
    settings.SEAL_CHAIN_FILE = str(keys / "seal-chain.pem")
    settings.SEAL_CRL_FILES = [str(keys / "root.crl"), str(keys / "issuing.crl")]
    process_sealer.cache_clear()

    sealer = process_sealer()

    assert process_sealer() is sealer
    assert check_seal(sealer.seal(report, at=AT, facts_json=b"{}"), roots).genuine
    process_sealer.cache_clear()

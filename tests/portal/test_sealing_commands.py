"""Key files and the commands around the seal."""

import stat
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from cryptography import x509
from django.conf import settings
from django.core.management import CommandError, call_command

from cvs.rendering import render_report
from portal.management.commands.make_seal_keys import Command as MakeSealKeys
from portal.management.commands.verify_pdf import Command as VerifyPdf
from portal.sealing import Sealer
from tests.cvs.snapshots import ORDINARY

FILES = {
    "root-key.pem",
    "root.pem",
    "root.crl",
    "issuing-key.pem",
    "issuing.pem",
    "issuing.crl",
    "seal-key.pem",
    "seal-chain.pem",
}


@pytest.fixture
def keys(tmp_path):
    call_command(MakeSealKeys(), "--directory", str(tmp_path / "keys"), stdout=StringIO())
    return tmp_path / "keys"


def _contents(directory: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in directory.iterdir()}


def _certificates(file: Path) -> list[x509.Certificate]:
    return x509.load_pem_x509_certificates(file.read_bytes())


def test_command_makes_eight_files_for_their_owner_only(keys):
    assert {path.name for path in keys.iterdir()} == FILES
    assert {stat.S_IMODE(path.stat().st_mode) for path in keys.iterdir()} == {0o600}
    assert stat.S_IMODE(keys.stat().st_mode) == 0o700


def test_command_says_where_the_root_key_belongs(tmp_path):
    said = StringIO()

    call_command(MakeSealKeys(), "--directory", str(tmp_path / "keys"), stdout=said)

    assert "Move root-key.pem to a place without a network" in said.getvalue()


def test_chain_is_seal_issuing_root_with_their_terms(keys):
    chain = _certificates(keys / "seal-chain.pem")
    days = [(one.not_valid_after_utc - one.not_valid_before_utc).days for one in chain]
    authorities = [one.extensions.get_extension_for_class(x509.BasicConstraints).value for one in chain]

    assert days == [730, 1826, 3652]
    assert [(one.ca, one.path_length) for one in authorities] == [(False, None), (True, 0), (True, 1)]
    assert chain[0].issuer == chain[1].subject
    assert chain[1].issuer == chain[2].subject == chain[2].issuer


def test_command_never_overwrites_keys(keys):
    before = _contents(keys)

    with pytest.raises(CommandError, match="already holds"):
        call_command(MakeSealKeys(), "--directory", str(keys))

    assert _contents(keys) == before


def test_one_leftover_key_is_enough_to_refuse(tmp_path):
    (tmp_path / "root-key.pem").write_text("precious")

    with pytest.raises(CommandError, match=r"already holds root-key\.pem"):
        call_command(MakeSealKeys(), "--directory", str(tmp_path))

    assert _contents(tmp_path) == {"root-key.pem": b"precious"}


def test_renewal_replaces_only_the_revocation_lists(keys):
    before = _contents(keys)

    call_command(MakeSealKeys(), "--directory", str(keys), "--renew-crl", stdout=StringIO())

    after = _contents(keys)
    assert {name for name in FILES if after[name] != before[name]} == {"root.crl", "issuing.crl"}
    assert after.keys() == before.keys()
    assert {stat.S_IMODE(path.stat().st_mode) for path in keys.iterdir()} == {0o600}


def test_renewal_without_the_offline_root_key_renews_the_issuing_list(keys):
    (keys / "root-key.pem").unlink()
    before = _contents(keys)
    said = StringIO()

    call_command(MakeSealKeys(), "--directory", str(keys), "--renew-crl", stdout=said)

    assert said.getvalue().strip().endswith("issuing.crl.")
    assert _contents(keys)["root.crl"] == before["root.crl"]
    assert _contents(keys)["issuing.crl"] != before["issuing.crl"]


def test_renewal_without_any_key_is_refused(tmp_path):
    with pytest.raises(CommandError, match="holds no key that signs revocation lists"):
        call_command(MakeSealKeys(), "--directory", str(tmp_path), "--renew-crl")

    assert _contents(tmp_path) == {}


@pytest.fixture
def sealed_file(keys, tmp_path):
    crls = [keys / "root.crl", keys / "issuing.crl"]
    sealer = Sealer.from_files(keys / "seal-key.pem", keys / "seal-chain.pem", crls)
    file = tmp_path / "report.pdf"
    file.write_bytes(sealer.seal(render_report(ORDINARY), at=datetime.now(UTC), facts_json=b"{}"))
    return file


def test_verify_pdf_calls_a_sealed_report_genuine(sealed_file, keys):
    said = StringIO()

    call_command(VerifyPdf(), str(sealed_file), "--root", str(keys / "root.pem"), stdout=said)

    lines = said.getvalue().splitlines()
    assert lines[-1] == "Genuine."
    assert f"Sealed by: {settings.ORGANIZATION['name']} Report Seal" in lines
    assert "Seal covers the whole document: yes" in lines


def test_verify_pdf_trusts_the_configured_chain(sealed_file, keys, settings):
    settings.SEAL_CHAIN_FILE = str(keys / "seal-chain.pem")
    said = StringIO()

    call_command(VerifyPdf(), str(sealed_file), stdout=said)

    assert said.getvalue().endswith("Genuine.\n")


def test_verify_pdf_fails_for_a_changed_report(sealed_file, keys):
    sealed_file.write_bytes(sealed_file.read_bytes() + b"\n")
    said = StringIO()

    with pytest.raises(CommandError, match="NOT genuine"):
        call_command(VerifyPdf(), str(sealed_file), "--root", str(keys / "root.pem"), stdout=said)

    assert "Seal covers the whole document: NO" in said.getvalue()
    assert "Genuine." not in said.getvalue()


def test_verify_pdf_names_a_file_that_is_not_there(keys, tmp_path):
    with pytest.raises(CommandError, match=r"absent\.pdf"):
        call_command(VerifyPdf(), str(tmp_path / "absent.pdf"), "--root", str(keys / "root.pem"))


def test_keys_are_valid_from_a_little_before_they_were_made(keys):
    made = _certificates(keys / "seal-chain.pem")[0].not_valid_before_utc

    assert timedelta(minutes=4) < datetime.now(UTC) - made < timedelta(minutes=10)

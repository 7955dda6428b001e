"""The development authority, and the three files of a service."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import given
from hypothesis import strategies as st

from servicekit.errors import StartError
from servicekit.rpc.certificates import issue, write_authority
from servicekit.rpc.tls import Identity, TlsFiles, parse_identity
from tests.servicekit.rpc.serving import Authority


def test_a_certificate_carries_one_identity_and_serves_both_ends(cdap: Path) -> None:
    leaf = x509.load_pem_x509_certificate((cdap / "service.pem").read_bytes())
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    usages = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert names.get_values_for_type(x509.UniformResourceIdentifier) == ["spiffe://partenaire/test/cdap"]
    assert names.get_values_for_type(x509.DNSName) == ["cdap.test.partenaire.internal", "localhost"]
    assert [str(address) for address in names.get_values_for_type(x509.IPAddress)] == ["127.0.0.1"]
    assert set(usages) == {ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH}
    assert leaf.not_valid_after_utc - datetime.now(UTC) <= timedelta(days=30)
    key = leaf.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    assert key.curve.name == "secp256r1"


def test_keys_are_readable_by_their_owner_only(authority: Authority, cdap: Path) -> None:
    for key in (authority.directory / "ca-key.pem", cdap / "service-key.pem"):
        assert key.stat().st_mode & 0o777 == 0o600


def test_without_another_place_the_files_lie_beside_the_authority(tmp_path: Path) -> None:
    write_authority(tmp_path)
    assert issue(tmp_path, "auth", "demo") == tmp_path / "auth"
    assert TlsFiles(tmp_path / "auth").read().identity == Identity("demo", "auth")


def test_the_stamp_changes_when_a_certificate_is_replaced(tmp_path: Path) -> None:
    write_authority(tmp_path)
    files = TlsFiles(issue(tmp_path, "auth", "demo"))
    first = files.stamp()
    issue(tmp_path, "auth", "demo")
    assert files.stamp() != first
    (tmp_path / "auth" / "service.pem").unlink()
    assert files.stamp() == ()


def test_a_service_does_not_start_with_files_that_are_not_its_own(tmp_path: Path) -> None:
    write_authority(tmp_path)
    auth, cdap = issue(tmp_path, "auth", "demo"), issue(tmp_path, "cdap", "demo")
    with pytest.raises(StartError, match="certificate of spiffe://partenaire/demo/auth, not of"):
        TlsFiles(auth).read_for(Identity("demo", "habpps"))
    with pytest.raises(StartError, match="not of spiffe://partenaire/production/auth"):
        TlsFiles(auth).read_for(Identity("production", "auth"))
    shutil.copy(cdap / "service-key.pem", auth / "service-key.pem")
    with pytest.raises(StartError, match="is not the key of"):
        TlsFiles(auth).read()
    (cdap / "service.pem").write_text("not a certificate", encoding="utf-8")
    with pytest.raises(StartError, match="not readable PEM"):
        TlsFiles(cdap).read()
    (cdap / "ca.pem").unlink()
    with pytest.raises(StartError, match=r"ca\.pem cannot be read: No such file"):
        TlsFiles(cdap).read()


def test_an_expired_certificate_is_named_with_its_date(tmp_path: Path) -> None:
    write_authority(tmp_path)
    folder = issue(tmp_path, "auth", "demo", lifetime=timedelta(seconds=-1))
    with pytest.raises(StartError, match="expired on"):
        TlsFiles(folder).read_for(Identity("demo", "auth"))


@pytest.mark.parametrize(
    "uris",
    [
        [],
        ["spiffe://partenaire/test/cdap", "spiffe://partenaire/test/auth"],
        ["spiffe://partenaire/test/cdap", "https://example.org"],
        ["spiffe://other/test/cdap"],
        ["spiffe://partenaire/test"],
        ["spiffe://partenaire/test/cdap/more"],
        ["spiffe://partenaire/test/CDAP"],
        ["spiffe://partenaire/test/cdap\n"],
    ],
)
def test_an_identity_is_exactly_one_uri_of_our_form(uris: list[str]) -> None:
    assert parse_identity(uris) is None


@given(st.lists(st.text(), max_size=3))
def test_any_names_are_one_identity_or_none(uris: list[str]) -> None:
    identity = parse_identity(uris)
    assert identity is None or [identity.uri] == uris

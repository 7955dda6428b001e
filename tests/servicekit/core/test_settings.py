"""Settings: where values come from, what is refused, what is shown."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr
from pydantic_settings import SettingsConfigDict

from servicekit.settings import (
    PublicUrl,
    RelyingPartySettings,
    ServiceSettings,
    SettingsError,
    describe,
    https_unless_loopback,
    load_settings,
    template,
)
from tests.promises import promise


class SampleSettings(ServiceSettings):
    """Settings as a service writes its own."""

    model_config = SettingsConfigDict(env_prefix="SAMPLE_")

    service: str = "sample"
    issuer: PublicUrl = "http://localhost:8400"
    client_secret: SecretStr = SecretStr("")


@pytest.fixture(autouse=True)
def _nothing_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SAMPLE_WEB_PORT", "SAMPLE_CLIENT_SECRET", "SAMPLE_PUBLIC_URL"):
        monkeypatch.delenv(name, raising=False)


def _file(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "sample.env"
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    return path


def test_the_environment_wins_over_the_file_and_the_file_over_the_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAMPLE_WEB_PORT", "1111")
    settings = load_settings(SampleSettings, _file(tmp_path, "SAMPLE_WEB_PORT=2222\nSAMPLE_RPC_PORT=3333\n"))
    assert (settings.web_port, settings.rpc_port, settings.web_threads) == (1111, 3333, 8)


def test_the_database_is_in_the_data_folder_unless_said_otherwise(tmp_path: Path) -> None:
    assert SampleSettings(data_directory=tmp_path).database_url == f"sqlite:///{tmp_path}/sample.sqlite3"
    assert SampleSettings(database_url="postgresql:///x").database_url == "postgresql:///x"


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("SAMPLE_WEB_PRT=1", "SAMPLE_WEB_PRT: there is no setting of this name"),
        ("SAMPLE_WEB_PORT=many", "SAMPLE_WEB_PORT: Input should be a valid integer"),
        ("SAMPLE_WEB_PORT=70000", "SAMPLE_WEB_PORT: Input should be less than or equal to 65535"),
        (
            "SAMPLE_PUBLIC_URL=http://compte.example.org",
            "SAMPLE_PUBLIC_URL: https is required unless the host is local",
        ),
        ("SAMPLE_ISSUER=compte.example.org", "SAMPLE_ISSUER: an absolute"),
        ("SAMPLE_ENVIRONMENT=Prod!", "SAMPLE_ENVIRONMENT: String should match"),
    ],
)
def test_a_wrong_setting_is_named_in_one_sentence(tmp_path: Path, line: str, sentence: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(SampleSettings, _file(tmp_path, line + "\n"))
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_wrong_value_is_never_repeated(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(SampleSettings, _file(tmp_path, "SAMPLE_CLIENT_SECRET=s3cret\nSAMPLE_WEB_PORT=s3cret\n"))
    assert "s3cret" not in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"none\.env does not exist"):
        load_settings(SampleSettings, tmp_path / "none.env")


@pytest.mark.parametrize("url", ["http://localhost:8400", "http://127.0.0.1", "http://a.localhost:1", "https://x.fr/a"])
def test_an_address_keeps_its_form_without_the_last_slash(url: str) -> None:
    assert https_unless_loopback(url + "/") == url


@given(st.text(max_size=60))
def test_any_text_is_a_safe_address_or_refused(text: str) -> None:
    try:
        url = https_unless_loopback(text)
    except ValueError:
        return
    assert url.lower().startswith(("https://", "http://"))


def test_secrets_are_masked_when_settings_are_shown() -> None:
    url = "postgresql://sample:s3cret@db/sample"
    settings = SampleSettings(client_secret=SecretStr("s3cret"), database_url=url)
    shown = {variable: value for variable, value, _ in describe(settings)}
    assert "s3cret" not in str(shown)
    assert shown["SAMPLE_CLIENT_SECRET"] == "********"
    assert shown["SAMPLE_DATABASE_URL"] == "postgresql://sample:********@db/sample"


def test_every_setting_says_what_it_is() -> None:
    assert all(field.description for field in ServiceSettings.model_fields.values())
    assert all(description for variable, _, description in describe(SampleSettings()) if variable == "SAMPLE_SERVICE")


class PartySettings(RelyingPartySettings):
    """Settings of a service that signs people in."""

    model_config = SettingsConfigDict(env_prefix="PARTY_")

    service: str = "party"


@promise("product:forgotten-settings-are-safe")
def test_the_environment_that_was_forgotten_is_not_the_one_of_demonstrations() -> None:
    assert SampleSettings().environment == "production"


def test_the_portal_and_the_audience_follow_the_addresses_given() -> None:
    settings = PartySettings(issuer="https://compte.example", public_url="https://party.example")
    assert (settings.portal, settings.audience, settings.client_id) == (
        "https://compte.example",
        "https://party.example",
        "party",
    )
    assert PartySettings(portal_url="https://portail.example").portal == "https://portail.example"


@pytest.mark.parametrize(("secret", "words"), [("", "is empty"), ("short", "has 5 characters"), ("x" * 31, "has 31")])
def test_pages_that_nobody_could_sign_in_to_do_not_start(secret: str, words: str) -> None:
    settings = PartySettings(client_secret=SecretStr(secret))
    missing = settings.what_is_missing(web=True)
    assert missing is not None
    assert missing.startswith(f"PARTY_CLIENT_SECRET {words}")
    assert secret == "" or secret not in missing
    assert settings.what_is_missing(web=False) is None
    assert PartySettings(client_secret=SecretStr("x" * 32)).what_is_missing(web=True) is None


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32", "latin-1"])
def test_a_file_that_is_not_utf_8_is_one_sentence(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "sample.env"
    path.write_bytes("SAMPLE_WEB_PORT=1 # réglé".encode(encoding))
    with pytest.raises(SettingsError, match=r"UTF-8|not a text file"):
        load_settings(SampleSettings, path)


def test_a_file_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "sample.env"
    path.write_bytes(b"\xef\xbb\xbfSAMPLE_WEB_PORT=1234\r\n")
    assert load_settings(SampleSettings, path).web_port == 1234


@pytest.mark.parametrize(
    "line",
    [
        "SAMPLE_CLIENT_SECRET=********",
        "SAMPLE_CLIENT_SECRET=(empty)",
        "SAMPLE_DATA_DIRECTORY=None",
        "SAMPLE_DATABASE_URL=postgresql://u:********@db/sample",
    ],
)
def test_what_was_printed_in_the_place_of_a_value_is_not_taken_for_one(tmp_path: Path, line: str) -> None:
    with pytest.raises(SettingsError, match="in the place of a value"):
        load_settings(SampleSettings, _file(tmp_path, line + "\n"))


@promise("product:forgotten-settings-are-safe")
@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660])
@pytest.mark.parametrize(
    "line", ["SAMPLE_CLIENT_SECRET=s3cret-of-sample", "SAMPLE_DATABASE_URL=postgresql://u:s3cret@db/sample"]
)
def test_a_file_with_a_secret_that_others_may_read_is_refused(tmp_path: Path, line: str, mode: int) -> None:
    path = _file(tmp_path, line + "\n")
    path.chmod(mode)
    with pytest.raises(SettingsError, match="chmod 600") as caught:
        load_settings(SampleSettings, path)
    assert "s3cret" not in str(caught.value)


def test_a_file_without_secret_may_be_read_by_others(tmp_path: Path) -> None:
    path = _file(tmp_path, "SAMPLE_WEB_PORT=1234\n")
    path.chmod(0o644)
    assert load_settings(SampleSettings, path).web_port == 1234


def test_the_template_read_as_it_is_says_what_the_defaults_say(tmp_path: Path) -> None:
    lines = list(template(PartySettings))
    assert all(not line or line.startswith("#") for line in lines)
    uncommented = "\n".join(line.removeprefix("#") for line in lines if line.startswith("#PARTY_"))
    given = "\n".join(line for line in uncommented.splitlines() if not line.endswith("="))
    assert load_settings(PartySettings, _file(tmp_path, given)) == PartySettings()

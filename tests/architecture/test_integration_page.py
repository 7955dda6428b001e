"""The page for extranet teams registers clients that auth knows, and shows what the tests run."""

import json
import re

import pytest

from auth.clients.domain.client_registration import KNOWN_KEYS, parse_client
from servicekit.identifiers import hash_secret
from tests.architecture.tree import ROOT
from tests.system.integration_page import CLIENTS, HERE, ISSUER, PAGE, SECRET, block, entry

LANGUAGES = {
    "oauth2-proxy": "toml",
    "Spring Security": "yaml",
    "Authlib (Flask)": "python",
    "oidc-client-ts (browser)": "js",
    "go-oidc": "go",
}


@pytest.mark.parametrize("client", CLIENTS)
def test_each_client_of_the_page_can_be_registered_as_it_stands(client: str) -> None:
    shown = entry(client)
    assert set(shown) - KNOWN_KEYS == set()
    secret = hash_secret(shown["secret"]) if "secret" in shown else ""
    assert parse_client(shown, secret).client_id == shown["client_id"]


def test_every_other_client_of_the_page_can_be_registered_too() -> None:
    shown = [
        json.loads(text) for text in re.findall(r"^```json\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    ]
    assert len(shown) == len(CLIENTS) + 2
    for description in shown:
        secret = description.get("secret")
        assert parse_client(description, hash_secret(secret) if secret else "").client_id


def test_the_page_names_keys_of_a_client_that_exist() -> None:
    table = PAGE.read_text().split("## What you register")[1].split("## ")[0]
    named = {line.split("`")[1] for line in table.splitlines() if line.startswith("| `")}
    assert named
    assert named - KNOWN_KEYS == set()


@pytest.mark.parametrize(
    ("client", "language", "test"),
    [
        ("openid-client (Node.js)", "js", "tests/system/test_openid_client.py"),
        ("mod_auth_openidc (Apache)", "apache", "tests/system/test_mod_auth_openidc.py"),
        *[(client, language, "tests/system/test_real_clients.py") for client, language in LANGUAGES.items()],
    ],
)
def test_the_configurations_of_the_page_are_those_the_tests_run(client: str, language: str, test: str) -> None:
    assert ISSUER in block(client, language)
    assert HERE in block(client, language) or language == "yaml"  # Spring takes its own address from the request
    source = (ROOT / test).read_text() + (ROOT / "tests/system/real_clients/spring_sources.py").read_text()
    name = "_OF_THE_PAGE" if f'_OF_THE_PAGE = "{client}"' in source else f'"{client}"'
    assert f'block({name}, "{language}", ' in source
    assert f"entry({name}, " in source or "for client in REGISTERED" in source


@pytest.mark.parametrize("client", CLIENTS)
def test_configuration_and_registration_of_a_client_agree(client: str) -> None:
    language = LANGUAGES.get(client, "apache" if "Apache" in client else "js")
    shown, configuration = entry(client), block(client, language)
    assert shown["client_id"] in configuration
    for word in shown["scope"].split():
        assert word in configuration
    if language == "apache":
        assert SECRET in configuration


@pytest.mark.parametrize("folder", ["openid_client", "real_clients/oidc_client_ts"])
def test_the_lock_file_of_npm_holds_hashes_and_no_address(folder: str) -> None:
    lock = (ROOT / "tests/system" / folder / "package-lock.json").read_text()
    assert "://" not in lock
    assert lock.count('"integrity": "sha512-') == lock.count('"node_modules/')

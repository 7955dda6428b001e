"""Whom auth believes when it calls out, and what the log says when a call fails."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any

import pytest
import structlog

from auth.ground.adapters.clients.guarded_fetch import FetchRefusedError, GuardedFetch
from auth.ground.adapters.clients.tls_trust import TlsTrust
from auth.people.adapters.clients.logout_calls import HttpLogoutCalls
from auth.people.domain.logout import LogoutAnswer
from servicekit.errors import StartError
from tests.auth.clients.adapters.test_clients import a_free_port
from tests.auth.ground.adapters.test_guarded_fetch import a_certificate, a_server, names, with_bytes
from tests.promises import promise

NAMES = names(localhost=["127.0.0.1"])


def _trusting(folder: Path) -> tuple[ssl.SSLContext, TlsTrust]:
    serving, _ = a_certificate(folder, "localhost")
    pem = (folder / "server.pem").read_text()
    (folder / "further.pem").write_text(pem[pem.index("-----BEGIN CERTIFICATE-----") :])
    return serving, TlsTrust(folder / "further.pem")


def _call(address: str, *, of_the_house: bool, trust: TlsTrust | None = None) -> tuple[LogoutAnswer, list[Any]]:
    fetch = GuardedFetch(allow_loopback=True, resolve=NAMES, trust=trust)
    calls = HttpLogoutCalls(fetch, fetch)
    with structlog.testing.capture_logs() as lines:
        answer = calls.post(address, "a.secret.token", of_the_house=of_the_house)
    assert "a.secret.token" not in str(lines)
    return answer, [line["why"] for line in lines if line["event"] == "a client did not take its logout token"]


@promise("clients:tls-trust")
@pytest.mark.parametrize("of_the_house", [False, True])
def test_the_authority_of_the_file_is_believed_and_no_other(tmp_path: Path, of_the_house: bool) -> None:
    serving, trust = _trusting(tmp_path)
    with a_server(serving) as server:
        server.answer = with_bytes(b"", 204)
        address = f"https://localhost:{server.port}/logout"
        assert _call(address, of_the_house=of_the_house, trust=trust) == (LogoutAnswer.TAKEN, [])
        assert _call(address, of_the_house=of_the_house) == (LogoutAnswer.NONE, ["CERTIFICATE_NOT_TRUSTED"])


@promise("clients:tls-trust")
def test_keys_of_clients_are_fetched_with_the_same_trust(tmp_path: Path) -> None:
    serving, trust = _trusting(tmp_path)
    with a_server(serving) as server:
        address = f"https://localhost:{server.port}/keys"
        assert GuardedFetch(allow_loopback=True, resolve=NAMES, trust=trust).json(address) == {"keys": []}
        with structlog.testing.capture_logs() as lines, pytest.raises(FetchRefusedError):
            GuardedFetch(allow_loopback=True, resolve=NAMES).json(address)
        assert [line["why"] for line in lines if "why" in line] == ["CERTIFICATE_NOT_TRUSTED"]


@promise("clients:tls-trust")
@pytest.mark.parametrize("of_the_house", [False, True])
def test_the_log_says_why_a_call_failed(of_the_house: bool) -> None:
    refused = f"http://localhost:{a_free_port()}/logout"
    assert _call(refused, of_the_house=of_the_house) == (LogoutAnswer.NONE, ["CONNECTION_REFUSED"])
    with a_server(None) as server:
        server.answer = with_bytes(b"", 400)
        plain = f"http://localhost:{server.port}/logout"
        assert _call(plain, of_the_house=of_the_house) == (LogoutAnswer.REFUSED, ["REFUSED_BY_CLIENT"])
        encrypted = plain.replace("http:", "https:")
        assert _call(encrypted, of_the_house=of_the_house) == (LogoutAnswer.NONE, ["TLS_FAILED"])


def test_the_system_is_believed_beside_the_file(tmp_path: Path) -> None:
    _serving, trust = _trusting(tmp_path)
    usual = len(ssl.create_default_context().get_ca_certs())
    assert len(trust.context.get_ca_certs()) in (usual, usual + 1)
    assert trust.context.verify_mode is ssl.CERT_REQUIRED
    assert trust.context.check_hostname


@pytest.mark.parametrize("content", [None, "", "no certificate", "é"])
def test_a_file_that_holds_no_authority_stops_the_start(tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "further.pem"
    if content is not None:
        file.write_text(content)
    with pytest.raises(StartError, match="further authorities"):
        TlsTrust(file)

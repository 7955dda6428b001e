"""A program invites somebody as docs/administer-by-program.md shows it; she signs in and CDAP is open to her."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import secrets
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser

from onebox.cast import RIVEBELLE
from onebox.layout import PARTNER_SOFTWARE, Layout
from tests.architecture.tree import ROOT
from tests.promises import promise
from tests.system.apache.server import apache
from tests.system.auth_alone import auth_alone, spare_port
from tests.system.browser import Visitor
from tests.system.onebox_process import OneboxProcess, free_first_port
from tests.system.openid_client.clients import issue_certificates
from tests.system.openid_client.person import Surfer, query
from tests.system.test_story import Story, enter_for_the_first_time

PAGE = ROOT / "docs" / "administer-by-program.md"
EMAIL = "avidal-7777@demo.example"
RETURN = "http://localhost:9/retour"

pytestmark = [pytest.mark.system, pytest.mark.timeout(300)]


def block(language: str, addresses: dict[str, str]) -> str:
    """The block of the page in this language, with addresses of the test."""
    found = re.search(rf"^```{language}\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    assert found is not None
    text = found[1]
    for shown, real in addresses.items():
        text = text.replace(shown, real)
    return text


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout(tmp_path / "demo", free_first_port())


@pytest.fixture
def addresses(layout: Layout) -> dict[str, str]:
    """What stands on the page -> where it is here."""
    return {
        "https://habpps.partenaires.example": layout.url("habpps"),
        "https://rh.rivebelle.example/retour": RETURN,
        "https://mtls.compte.partenaire.example": f"https://localhost:{spare_port(layout)}",
        "habpps.internal:9401": layout.rpc_address("habpps"),
        "/etc/logiciel-rh/tls": str(layout.tls(PARTNER_SOFTWARE)),
    }


@pytest.fixture
def services(layout: Layout, addresses: dict[str, str], tmp_path: Path) -> Iterator[OneboxProcess]:
    """The real services with the client of the page, behind a proxy that asks for client certificates."""
    settings = {
        "AUTH_MTLS_URL": addresses["https://mtls.compte.partenaire.example"],
        "AUTH_CLIENT_CERTIFICATE_HEADER": "Client-Cert",
        "AUTH_TRUSTED_PROXIES": "127.0.0.1",
    }
    tls = issue_certificates(tmp_path / "tls").folder
    client = json.loads(block("json", addresses))
    with auth_alone(layout, [client], settings, beside=["companions"]):
        own = (layout.tls(PARTNER_SOFTWARE) / "ca.pem").read_text()
        (tls / "trusted.pem").write_text((tls / "trusted.pem").read_text() + own)
        upstream = f"http://127.0.0.1:{layout.web_port('auth')}"
        defined = f'Define UPSTREAM "{upstream}"\nDefine CERTIFICATES "{tls}"\n'
        configuration = defined + (ROOT / "tests/system/apache/client_certificates.conf").read_text()
        with apache(spare_port(layout), configuration, modules="ssl headers proxy proxy_http"):
            yield OneboxProcess(layout, lines=[str(tls / "ca.pem")])


def code_for(layout: Layout) -> tuple[str, str]:
    """What comes back from the sign-in of the administrator, and the verifier of PKCE."""
    verifier = secrets.token_urlsafe(48)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {
        "client_id": "logiciel-rh",
        "response_type": "code",
        "redirect_uri": RETURN,
        "scope": "openid habpps",
        "resource": layout.url("habpps"),
        "state": secrets.token_urlsafe(16),
        "nonce": secrets.token_urlsafe(16),
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    marc = Surfer(RIVEBELLE.administrators[0])
    try:
        back = marc.visit(f"{layout.url('auth')}/authorize?{urlencode(asked)}", RETURN)
    finally:
        marc.close()
    return query(back)["code"], verifier


def run(layout: Layout, addresses: dict[str, str], services: OneboxProcess, folder: Path) -> list[str]:
    """The program of the page; gives what it prints."""
    authorities = folder / "authorities.pem"  # of the installation, and of the proxy in front of auth
    own = layout.tls(PARTNER_SOFTWARE) / "ca.pem"
    authorities.write_text(own.read_text() + Path(services.lines[0]).read_text())
    source = block("python", addresses).replace('cafile=f"{TLS}/ca.pem"', f"cafile={str(authorities)!r}")
    code, verifier = code_for(layout)
    given = {"CODE": code, "VERIFIER": verifier, "EMAIL": EMAIL, "KEY": "aude-vidal-0001"}
    done = subprocess.run(
        [sys.executable, "-c", source], env={**os.environ, **given}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


@pytest.mark.browser
@promise("program:same-acts-as-pages", "program:each-act-once")
def test_whom_a_program_invites_signs_in_and_has_what_the_group_opens(
    layout: Layout, addresses: dict[str, str], services: OneboxProcess, browser: Browser, tmp_path: Path
) -> None:
    first = run(layout, addresses, services, tmp_path)
    again = run(layout, addresses, services, tmp_path)
    assert first[0] == "done"
    assert again == ["done", first[1], "True"], "the same key, from another sign-in of the same person"
    aude = Visitor(browser, layout)
    try:
        enter_for_the_first_time(aude, Story(services), EMAIL)
        aude.open("auth")
        assert "CDAP" in aude.text()
    finally:
        aude.close()

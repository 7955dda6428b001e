"""The peer: node-oidc-provider with everything in memory, on the measured core."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx

from servicekit.identifiers import new_secret
from tests.architecture.tree import ROOT
from tests.bench.auth.processes import MEASURED_CORE, MeasurementError, Program
from tests.bench.sign_in import CHALLENGE, VERIFIER

BASIC, JWT = "bench-basic", "bench-jwt"
FOLDER = ROOT / "tests" / "bench" / "peer"


class Peer:
    """node-oidc-provider, prepared in a folder and started on two ports."""

    def __init__(self, folder: Path, ports: tuple[int, int], public_jwk: Mapping[str, Any]) -> None:
        """`public_jwk` verifies the assertions of private_key_jwt. The second port mints codes."""
        self.url = f"http://localhost:{ports[0]}"
        self.resource = f"{self.url}/api"
        self.secret = new_secret()
        self._mint_url = f"http://localhost:{ports[1]}"
        self._redirect_uri = f"{self.url}/retour"
        self._file = folder / "peer.json"
        self._log = folder / "peer.log"
        self._file.touch(mode=0o600)
        self._file.write_text(
            json.dumps(
                {
                    "port": ports[0],
                    "mintPort": ports[1],
                    "resource": self.resource,
                    "redirectUri": self._redirect_uri,
                    "challenge": CHALLENGE,
                    "basic": {"id": BASIC, "secret": self.secret},
                    "jwt": {"id": JWT, "jwk": dict(public_jwk)},
                }
            )
        )

    @property
    def token_url(self) -> str:
        """The token endpoint."""
        return f"{self.url}/token"

    def program(self) -> Program:
        """How it is started."""
        return Program(
            "node-oidc-provider",
            (shutil.which("node") or "node", str(FOLDER / "server.js"), str(self._file)),
            MEASURED_CORE,
            f"{self.url}/.well-known/openid-configuration",
            self._log,
            {"NODE_ENV": "production"},
        )

    def codes(self, count: int) -> Sequence[str]:
        """New codes, each good for an hour."""
        with urllib.request.urlopen(f"{self._mint_url}/?count={count}", timeout=120) as answer:
            return answer.read().decode().split("\n")  # type: ignore[no-any-return]

    def refresh_tokens(self, count: int) -> Sequence[str]:
        """New refresh tokens."""
        with httpx.Client(auth=(BASIC, self.secret)) as browser:
            return [self._exchanged(browser, code) for code in self.codes(count)]

    def exchange_form(self, code: str) -> dict[str, str]:
        """The token request for a code."""
        return {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._redirect_uri,
            "code_verifier": VERIFIER,
        }

    def _exchanged(self, browser: httpx.Client, code: str) -> str:
        answer = browser.post(self.token_url, data=self.exchange_form(code))
        answer.raise_for_status()
        return str(answer.json()["refresh_token"])


def install() -> None:
    """The packages of the peer, each checked against the lock; quick when they are there.

    Raises:
        MeasurementError: npm could not install them; holds what it said.
    """
    lock = FOLDER / "package-lock.json"
    done = FOLDER / "node_modules" / ".package-lock.json"
    if done.exists() and done.stat().st_mtime >= lock.stat().st_mtime:
        return
    answer = subprocess.run(
        ["npm", "ci", "--ignore-scripts", "--silent"],
        cwd=FOLDER,
        env={**os.environ},
        capture_output=True,
        text=True,
        check=False,
    )
    if answer.returncode != 0:
        raise MeasurementError(f"npm could not install the peer: {(answer.stderr or answer.stdout).strip()[-500:]}")

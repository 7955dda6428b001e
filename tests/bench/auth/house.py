"""Our side: auth alone on the measured core, with its real database and outbox; audit and habpps on the other core.

Codes are read and written by the repositories of auth while auth is not running: one process per SQLite file.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import Connection

from auth.bootstrap.repositories import SqlRepositories
from auth.protocol.domain.grants import AuthorizationCode
from onebox.cast import RIVEBELLE
from onebox.demonstration import client_secrets
from onebox.layout import Layout
from onebox.preparation import prepare
from onebox.programs import service_environment
from servicekit.database import open_database
from servicekit.identifiers import hash_secret, new_id, new_secret
from tests.bench.auth.processes import MEASURED_CORE, OTHER_CORE, Child, Children, MeasurementError, Program
from tests.bench.sign_in import VERIFIER, sign_in
from tests.system.onebox_process import free_first_port

CLIENT = "cdap"
"""The relying party whose codes are exchanged: an extranet, so the rights of the person are evaluated each time."""
BASIC, JWT = "bench-basic", "bench-jwt"
WEB_THREADS = 16
_CODES_LIVE = timedelta(hours=2)
_IN_ONE_TRANSACTION = 2_000


class House:
    """The services audit, habpps and auth, prepared as `make demo` prepares them."""

    def __init__(self, folder: Path) -> None:
        """Makes databases, certificates, people and clients in `folder`."""
        self.layout = Layout(folder / "house", free_first_port())
        self.layout.directory.mkdir(mode=0o700)
        prepare(self.layout, dossiers=300, tell=lambda _sentence: None)
        self.secret = client_secrets(self.layout)[CLIENT]
        self.basic_secret = new_secret()
        self._minted: list[str] = []
        self.auth: Child | None = None

    @property
    def token_url(self) -> str:
        """The token endpoint."""
        return f"{self.layout.url('auth')}/token"

    @property
    def resource(self) -> str:
        """The resource of the two clients without people."""
        return f"{self.layout.url('auth')}/bench"

    def import_clients(self, entries: Sequence[dict[str, Any]]) -> str | None:
        """Registers more clients while auth is down; gives what auth said against them, or None."""
        file = self.layout.seeds / "bench-clients.json"
        file.write_text(json.dumps(list(entries)))
        answer = subprocess.run(
            [sys.executable, "-m", "auth", "import-clients", str(file)],
            env={**os.environ, **self._environment("auth")},
            capture_output=True,
            text=True,
            check=False,
        )
        return None if answer.returncode == 0 else (answer.stderr or answer.stdout).strip()

    def start_all(self, children: Children) -> Child:
        """Auth on the measured core; audit acknowledges, habpps feeds the rights: neither takes time of that core.
        Together, as habpps is well only while auth answers."""
        neighbours = [self._program(name, OTHER_CORE) for name in ("audit", "habpps")]
        self.auth, *_ = children.start(self._program("auth", MEASURED_CORE), *neighbours)
        return self.auth

    def start(self, children: Children) -> Child:
        """Starts auth again."""
        (self.auth,) = children.start(self._program("auth", MEASURED_CORE))
        return self.auth

    def template(self) -> str:
        """A code that a signed-in person was given by the authorization endpoint."""
        with sign_in(self.layout, RIVEBELLE.users[1], CLIENT) as person:
            return person.code()

    def mint(self, template: str, count: int) -> None:
        """Writes `count` codes like `template`, each a family of its own, good for two hours. auth must be down."""
        database = open_database(self._environment("auth")["AUTH_DATABASE_URL"])
        try:
            found = database.read(lambda connection: SqlRepositories(connection).codes.find(hash_secret(template)))
            if found is None:
                raise MeasurementError("the code that auth gave is not in its database")
            now = datetime.now(UTC)
            pattern = replace(found.kept, issued_at=now, expires_at=now + _CODES_LIVE)
            for start in range(0, count, _IN_ONE_TRANSACTION):
                codes = [new_secret() for _ in range(min(_IN_ONE_TRANSACTION, count - start))]
                database.write(partial(_add, pattern, codes))
                self._minted += codes
        finally:
            database.close()

    def codes(self, count: int) -> Sequence[str]:
        """The next `count` unused codes, or as many as are left."""
        return self._minted[:count]

    def codes_used(self, count: int) -> None:
        """The first `count` of them are spent."""
        del self._minted[:count]

    def refresh_tokens(self, count: int) -> Sequence[str]:
        """So many new refresh tokens, each of a family of its own."""
        with httpx.Client(auth=(CLIENT, self.secret)) as browser:
            tokens = [_exchanged(browser, self.token_url, self.exchange_form(code)) for code in self._minted[:count]]
        self.codes_used(count)
        return tokens

    def exchange_form(self, code: str) -> dict[str, str]:
        """The token request for a code."""
        return {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": f"{self.layout.url(CLIENT)}/retour",
            "code_verifier": VERIFIER,
        }

    def _environment(self, service: str) -> dict[str, str]:
        database = f"sqlite:///{self.layout.data(service) / service}.sqlite3"
        common = service_environment(self.layout, service, client_secrets(self.layout).get(service, ""))
        more = (
            {"AUTH_WEB_MACHINE_THREADS": str(WEB_THREADS), "AUTH_DATABASE_URL": database} if service == "auth" else {}
        )
        return common | more | {f"{service.upper()}_CORE": "off"}  # taskset has chosen

    def _program(self, service: str, core: int) -> Program:
        return Program(
            service,
            (sys.executable, "-m", service, "serve"),
            core,
            f"{self.layout.url(service)}/healthz",
            self.layout.log(service),
            self._environment(service),
        )


def basic(identifier: str, secret: str) -> str:
    """The Authorization header of client_secret_basic."""
    return "Basic " + base64.b64encode(f"{identifier}:{secret}".encode()).decode()


def _add(pattern: AuthorizationCode, codes: Sequence[str], connection: Connection) -> None:
    repos = SqlRepositories(connection)
    for code in codes:
        repos.codes.add(replace(pattern, code_hash=hash_secret(code), family_id=new_id()))


def _exchanged(browser: httpx.Client, url: str, form: dict[str, str]) -> str:
    answer = browser.post(url, data=form)
    answer.raise_for_status()
    return str(answer.json()["refresh_token"])


def client_entries(house: House, public_jwk: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The two clients that act for themselves, as a clients file holds them (names of RFC 7591)."""
    common = {
        "grant_types": ["client_credentials"],
        "code": "bench",
        "scope": "bench",
        "resource": house.resource,
        "requires_service_contract": False,
    }
    return [
        {
            **common,
            "client_id": BASIC,
            "owner": "national",
            "name": "Measurement",
            "token_endpoint_auth_method": "client_secret_basic",
            "secret": house.basic_secret,
        },
        {
            **common,
            "client_id": JWT,
            "owner": "national",
            "name": "Measurement",
            "token_endpoint_auth_method": "private_key_jwt",
            "jwks": {"keys": [dict(public_jwk)]},
        },
    ]

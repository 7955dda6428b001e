"""Signs a professional in over plain HTTP and mints authorization codes, as a relying party's test client would."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx

from onebox.cast import CastMember
from onebox.demonstration import client_secrets
from onebox.layout import Layout

VERIFIER = "a-verifier-for-measurements-that-is-long-enough-for-the-rfc"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


class SignInError(Exception):
    """auth did not do what a relying party expects of it."""


@dataclass
class SignedIn:
    """A person with a session at auth, seen from the relying party `client_id`."""

    layout: Layout
    browser: httpx.Client
    client_id: str

    def __enter__(self) -> SignedIn:
        return self

    def __exit__(self, *_: object) -> None:
        self.browser.close()

    @property
    def secret(self) -> str:
        """The client's secret."""
        return client_secrets(self.layout)[self.client_id]

    def authorization_url(self) -> str:
        """An authorization request of this client."""
        parameters = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": f"{self.layout.url(self.client_id)}/retour",
            "scope": f"openid profile {self.client_id}",
            "resource": self.layout.url(self.client_id),
            "state": "state-of-a-measurement",
            "nonce": "nonce-of-a-measurement",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
        }
        return f"{self.layout.url('auth')}/authorize?{urlencode(parameters)}"

    def code(self) -> str:
        """A fresh authorization code."""
        answer = self.browser.get(self.authorization_url())
        query = parse_qs(urlsplit(answer.headers.get("location", "")).query)
        if "code" not in query:
            raise SignInError(f"no code: {answer.status_code} {answer.headers.get('location')}")
        return str(query["code"][0])

    def exchange_form(self, code: str) -> dict[str, str]:
        """The token request for a code."""
        return {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": f"{self.layout.url(self.client_id)}/retour",
            "code_verifier": VERIFIER,
        }

    def access_token(self) -> str:
        """An access token for the client's own resource."""
        answer = self.browser.post(
            f"{self.layout.url('auth')}/token", data=self.exchange_form(self.code()), auth=(self.client_id, self.secret)
        )
        answer.raise_for_status()
        return str(answer.json()["access_token"])


def sign_in(layout: Layout, person: CastMember, client_id: str) -> SignedIn:
    """Signs a person in at the login page."""
    browser = httpx.Client(follow_redirects=False, timeout=10)
    page = browser.get(f"{layout.url('auth')}/login")
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)
    if found is None:
        raise SignInError("the login page has no CSRF token")
    answer = browser.post(
        f"{layout.url('auth')}/login",
        data={"csrf_token": found[1], "username": person.username, "password": person.password},
    )
    if answer.status_code not in {302, 303}:
        raise SignInError(f"sign-in answered {answer.status_code}")
    if "/engagement" in answer.headers["location"]:
        _accept_engagement(browser, f"{layout.url('auth')}{answer.headers['location']}")
    return SignedIn(layout, browser, client_id)


def _accept_engagement(browser: httpx.Client, address: str) -> None:
    """As a person does at the first sign-in."""
    page = browser.get(address)
    form = {name: value for name, value in re.findall(r'name="([^"]+)" value="([^"]*)"', page.text) if name != "refuse"}
    answer = browser.post(address, data=form)
    if answer.status_code not in {302, 303}:
        raise SignInError(f"the engagement answered {answer.status_code}")

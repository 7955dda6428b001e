"""PKCE as two tables: what an authorization request must bring, and what the exchange of its code must."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace

import pytest

from auth.protocol.domain.pkce import challenge_problem, verifier_problem
from tests.auth.builders import a_client

VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
"""RFC 7636, appendix B."""

BASELINE = a_client()
CERTIFIED = a_client(profile="interoperable")
PUBLIC = replace(CERTIFIED, auth_method="none", secret_hash="")


@pytest.mark.parametrize(
    ("client", "challenge", "method", "is_good"),
    [
        (BASELINE, CHALLENGE, "S256", True),
        (BASELINE, None, None, False),
        (BASELINE, CHALLENGE, None, False),  # plain is the default of an absent method
        (BASELINE, CHALLENGE, "plain", False),
        (BASELINE, CHALLENGE[:-1], "S256", False),
        (BASELINE, CHALLENGE[:-1] + "=", "S256", False),
        (BASELINE, None, "S256", False),
        (CERTIFIED, None, None, True),
        (CERTIFIED, None, "S256", False),
        (CERTIFIED, CHALLENGE, "plain", False),
    ],
)
def test_a_challenge_is_a_sha_256_and_only_certified_clients_do_without(
    client: object, challenge: str | None, method: str | None, is_good: bool
) -> None:
    assert (challenge_problem(client, challenge, method) is None) is is_good  # type: ignore[arg-type]


def test_a_public_client_never_does_without_whatever_its_profile() -> None:
    assert not PUBLIC.is_confidential
    assert challenge_problem(PUBLIC, None, None) is not None


@pytest.mark.parametrize(
    ("challenge", "verifier", "is_good"),
    [
        (CHALLENGE, VERIFIER, True),
        (CHALLENGE, VERIFIER + "x", False),
        (CHALLENGE, "", False),
        (CHALLENGE, CHALLENGE, False),
        ("", "", True),
        ("", VERIFIER, False),  # somebody took the challenge out of the request (RFC 9700 section 4.8.2)
    ],
)
def test_a_verifier_fits_the_challenge_and_is_there_exactly_when_the_challenge_was(
    challenge: str, verifier: str, is_good: bool
) -> None:
    assert (verifier_problem(challenge, verifier) is None) is is_good


@pytest.mark.parametrize("verifier", ["short", "x" * 129, "é" * 50, "x" * 50 + " "])
def test_a_verifier_outside_of_the_rfc_fits_nothing(verifier: str) -> None:
    digest = hashlib.sha256(verifier.encode("ascii", "replace")).digest()
    challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    assert verifier_problem(challenge, verifier) is not None

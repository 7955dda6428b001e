"""PKCE with S256 only: Authlib alone lets confidential clients skip it and accepts `plain`."""

from __future__ import annotations

from typing import Any

from authlib.oauth2.rfc6749 import InvalidGrantError, InvalidRequestError
from authlib.oauth2.rfc7636 import CodeChallenge

from auth.clients.domain.client_profiles import pkce_required
from auth.protocol.domain.grants import verifier_matches


class OurCodeChallenge(CodeChallenge):  # type: ignore[misc]  # Authlib is untyped
    """RFC 7636 §4.6. A wrong verifier leaves the code as it is: it has 60 seconds and 256 bits to be guessed."""

    SUPPORTED_CODE_CHALLENGE_METHOD = ("S256",)
    DEFAULT_CODE_CHALLENGE_METHOD = "S256"

    def validate_code_challenge(self, grant: Any, redirect_uri: str) -> None:
        """At the authorization endpoint; a challenge is required of nearly every client."""
        if not grant.request.payload.data.get("code_challenge"):
            if pkce_required(grant.request.client.registered):
                raise InvalidRequestError("Missing 'code_challenge'", redirect_uri=redirect_uri)
            return
        super().validate_code_challenge(grant, redirect_uri)

    def validate_code_verifier(self, grant: Any, _result: object) -> None:
        """At the token endpoint: the verifier fits the challenge; none without a challenge (RFC 9700 §2.1.1)."""
        verifier = grant.request.form.get("code_verifier")
        challenge = grant.request.authorization_code.code_challenge
        if not challenge:
            if verifier:
                raise InvalidGrantError("code_verifier without code_challenge")
            return
        if not verifier:
            raise InvalidGrantError("Missing 'code_verifier'")  # so the certification of FAPI 2.0 asks
        if not verifier_matches(verifier, challenge):
            raise InvalidGrantError("Code challenge failed.")

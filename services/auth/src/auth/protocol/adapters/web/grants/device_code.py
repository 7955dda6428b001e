"""grant_type=device_code: a device asks whether its user has said yes (RFC 8628 §3.4)."""

from __future__ import annotations

from typing import Any

from authlib.oauth2.rfc6749 import InvalidRequestError, UnauthorizedClientError
from authlib.oauth2.rfc8628 import DeviceCodeGrant

from auth.clients.domain.clients import AUTHENTICATION_METHODS
from auth.protocol.use_cases.serve_devices import ServeDevices


class DeviceGrant(DeviceCodeGrant):  # type: ignore[misc]  # Authlib is untyped
    """The use case knows the states of a request; Authlib's own steps would read it three times."""

    TOKEN_ENDPOINT_AUTH_METHODS = AUTHENTICATION_METHODS

    def __init__(self, request: object, server: object, *, serve_devices: ServeDevices) -> None:
        super().__init__(request, server)
        self._serve_devices = serve_devices

    def validate_token_request(self) -> None:
        """The client, and that there is a code."""
        if not self.request.sent.device_code:
            raise InvalidRequestError("Missing 'device_code'")
        client = self.authenticate_token_endpoint_client()
        if not client.check_grant_type(self.GRANT_TYPE):
            raise UnauthorizedClientError("the client is not registered for devices")
        self.request.client = client

    def create_token_response(self) -> tuple[int, dict[str, Any], list[tuple[str, str]]]:
        """Called once the client is checked."""
        client, code = self.request.client.registered, self.request.sent.device_code
        tokens = self._serve_devices.poll(client, code, self.request.sender)
        return 200, tokens.to_answer(), self.TOKEN_RESPONSE_HEADER

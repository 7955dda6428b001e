"""POST /device_authorization: a device asks for a code to show (RFC 8628 §3.1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from auth.clients.domain.clients import DEVICE_CODE
from auth.ground.adapters.web.errors import Answer, json_answer
from auth.ground.domain.errors import RequestRefusedError
from auth.protocol.adapters.web.client_endpoint import Calls, ClientEndpoint
from auth.protocol.adapters.web.plain_requests import PlainRequest
from auth.protocol.domain.user_codes import shown_user_code
from auth.protocol.use_cases.serve_devices import ServeDevices


class DeviceAuthorizationEndpoint(ClientEndpoint):
    """The person goes to /device."""

    path = "/device_authorization"

    def __init__(self, calls: Calls, serve_devices: ServeDevices) -> None:
        """See the use case."""
        super().__init__(calls)
        self._serve_devices = serve_devices

    def answer(self, request: PlainRequest, environ: Mapping[str, Any]) -> Answer:  # noqa: ARG002
        """§3.2."""
        client = self.client(request)
        if not client.may_use(DEVICE_CODE):
            raise RequestRefusedError("unauthorized_client", "the client is not registered for devices")
        audience = client.audience(self._calls.issuer)
        request.sent.require_resource(audience)
        codes = self._serve_devices.ask(client, request.sent.scope, audience)
        shown, page = shown_user_code(codes.user_code), f"{self._calls.issuer}/device"
        return json_answer(
            200,
            {
                "device_code": codes.device_code,
                "user_code": shown,
                "verification_uri": page,
                "verification_uri_complete": f"{page}?user_code={shown}",
                "expires_in": codes.expires_in,
                "interval": codes.interval,
            },
        )

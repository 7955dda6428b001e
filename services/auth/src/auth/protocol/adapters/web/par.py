"""POST /par: an authorization request sent ahead by its authenticated client (RFC 9126)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from auth.clients.domain.clients import Client
from auth.ground.adapters.web.errors import Answer, AuthorizationRefusedError, json_answer
from auth.ground.domain.errors import RequestRefusedError
from auth.protocol.adapters.web.checks.asked import Asked, Questions
from auth.protocol.adapters.web.checks.table import SENT_BACK, SHOWN_HERE
from auth.protocol.adapters.web.client_endpoint import Calls, ClientEndpoint
from auth.protocol.adapters.web.plain_requests import PlainRequest, given
from auth.protocol.use_cases.push_request import PushRequest
from auth.protocol.use_cases.read_request_object import ReadRequestObject

_OF_THE_CALL = frozenset({"client_secret", "client_assertion", "client_assertion_type"})


class PushedRequestEndpoint(ClientEndpoint):
    """The request is checked here as it is at /authorize, so that the client learns at once what is wrong with it."""

    path = "/par"

    def __init__(self, calls: Calls, push: PushRequest, read_object: ReadRequestObject, questions: Questions) -> None:
        """`questions`: see `Asked`; nobody is present here."""
        super().__init__(calls)
        self._push = push
        self._read_object = read_object
        self._questions = questions

    def answer(self, request: PlainRequest, environ: Mapping[str, Any]) -> Answer:  # noqa: ARG002
        """201 with a `request_uri` (§2.2)."""
        client = self.client(request)
        lists: Mapping[str, list[str]] = request.payload.datalist
        if "request_uri" in lists:
            raise RequestRefusedError("invalid_request", "request_uri is not a parameter of a pushed request")
        sent = {name: values for name, values in lists.items() if name not in _OF_THE_CALL}
        parameters, signed = self._parameters(client, sent)
        dpop_key = self._dpop_key(parameters, request)
        self._check(client, parameters, signed=signed)
        request_uri = self._push(client, parameters, dpop_key)
        return json_answer(201, {"request_uri": request_uri, "expires_in": int(self._push.life.total_seconds())})

    def _parameters(
        self, client: Client, sent: Mapping[str, Sequence[str]]
    ) -> tuple[Mapping[str, Sequence[str]], bool]:
        """What is asked for: only what is signed counts where something is (RFC 9126 §3)."""
        if "request" not in sent:
            return {**sent, "client_id": (client.client_id,)}, False
        return given(self._read_object(client, sent["request"][0])), True

    def _dpop_key(self, parameters: Mapping[str, Sequence[str]], request: PlainRequest) -> str:
        """RFC 9449 §10.1: the key of the proof, which `dpop_jkt` must not contradict."""
        shown, named = request.sender.dpop_key, next(iter(parameters.get("dpop_jkt", ())), "")
        if shown and named and shown != named:
            raise RequestRefusedError("invalid_dpop_proof", "dpop_jkt is not the key of the proof")
        return str(shown or named)

    def _check(self, client: Client, parameters: Mapping[str, Sequence[str]], *, signed: bool) -> None:
        asked = Asked(
            parameters=parameters,
            client=client,
            issuer=self._calls.issuer,
            is_pushed=True,
            is_signed=signed,
            own=self._questions,
        )
        try:
            for check in (*SHOWN_HERE, *SENT_BACK):
                check(asked)
        except AuthorizationRefusedError as error:
            raise RequestRefusedError(error.code, error.description) from error

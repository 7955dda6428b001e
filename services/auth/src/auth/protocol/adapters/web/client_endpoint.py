"""What every endpoint does that a client posts a form to: a subclass fills in its own part and can forget no step.

Order: form, client, its own part; errors only from the RFC writer; nothing is stored by anyone in between.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from authlib.oauth2.rfc6749.errors import OAuth2Error

from auth.clients.adapters.web.cross_origin import note_caller
from auth.clients.domain.clients import Client
from auth.ground.adapters.web.errors import Answer, client_error, json_error
from auth.ground.domain.errors import ClientRefusedError, ServerNonceNeededError
from auth.protocol.adapters.web.authlib_server import written
from auth.protocol.adapters.web.client_authentication import ClientAuthentication
from auth.protocol.adapters.web.plain_requests import Certificates, PlainRequest, read_call
from servicekit.errors import ServiceError
from servicekit.logging import get_logger

log = get_logger("auth.clients")


@dataclass(frozen=True, kw_only=True)
class Calls:
    """What every endpoint for clients works with. `mtls_issuer`: the second public address, where clients show
    certificates (RFC 8705 §5)."""

    authenticate: ClientAuthentication
    certificates: Certificates
    issuer: str
    mtls_issuer: str = ""

    def address(self, host: str, path: str) -> str:
        """The public address that was called: a proof and an assertion may name it."""
        by_certificate = self.mtls_issuer and host and self.mtls_issuer.endswith(f"//{host}")
        return f"{self.mtls_issuer if by_certificate else self.issuer}{path}"

    def next_nonce(self) -> tuple[str, str]:
        """RFC 9449 §8.2: the header with a nonce for the next proof."""
        return "DPoP-Nonce", self.authenticate.check_dpop.current_nonce()


class ClientEndpoint:
    """A callable for `HotEndpoints`."""

    path: ClassVar[str]

    def __init__(self, calls: Calls) -> None:
        """A subclass asks for its use case beside it."""
        self._calls = calls

    def __call__(self, environ: Mapping[str, Any]) -> Answer:
        """Answers with JSON whatever happens."""
        request = None
        try:
            host = str(environ.get("HTTP_X_FORWARDED_HOST") or environ.get("HTTP_HOST", ""))
            request = read_call(environ, self._calls.address(host, self.path), self._calls.certificates)
            answer = self.answer(request, environ)
        except OAuth2Error as error:
            return self._with_nonce(environ, written(*error()))
        except ServiceError as error:
            log.info("client refused", endpoint=self.path, reason=error.reason, why=str(error))
            return self._refused(environ, error)
        except Exception:  # the outermost translator of these endpoints
            log.exception("request of a client failed", endpoint=self.path)
            return json_error(500, "server_error", "")
        finally:
            note_caller(environ, request.caller if request is not None else None)
        return self._with_nonce(environ, answer)

    def answer(self, request: PlainRequest, environ: Mapping[str, Any]) -> Answer:
        """The part of the endpoint."""
        raise NotImplementedError

    def client(self, request: PlainRequest) -> Client:
        """The client that calls, authenticated."""
        return self._calls.authenticate(request)

    def _refused(self, environ: Mapping[str, Any], error: ServiceError) -> Answer:
        status, body, headers = client_error(error)
        if isinstance(error, ClientRefusedError) and environ.get("HTTP_AUTHORIZATION"):
            headers = [*headers, ("WWW-Authenticate", 'Basic realm="clients"')]  # RFC 6749 §5.2
        return self._with_nonce(environ, (status, body, headers), needed=isinstance(error, ServerNonceNeededError))

    def _with_nonce(self, environ: Mapping[str, Any], answer: Answer, *, needed: bool = False) -> Answer:
        """RFC 9449 §8.2: a nonce for the next proof comes with every answer to a proof."""
        if not needed and "HTTP_DPOP" not in environ:
            return answer
        status, body, headers = answer
        return status, body, [*headers, self._calls.next_nonce()]

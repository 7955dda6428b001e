"""GET and POST /userinfo (OIDC Core §5.3, RFC 6750, RFC 9449 §7, RFC 9470), without Flask."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from auth.clients.adapters.web.cross_origin import note_caller
from auth.clients.domain.clients import Client
from auth.ground.adapters.web.bodies import read_body
from auth.ground.adapters.web.errors import Answer, json_answer, json_error, unavailable
from auth.ground.domain.errors import (
    BindingRefusedError,
    CertificateRefusedError,
    DpopRefusedError,
    RequestRefusedError,
    ServerNonceNeededError,
    StepUpNeededError,
)
from auth.keys.use_cases.ports import Signer
from auth.protocol.adapters.web.client_endpoint import Calls
from auth.protocol.adapters.web.plain_requests import parse_form, read_dpop
from auth.protocol.domain.bindings import Sender
from auth.protocol.use_cases.read_person import ReadPerson
from auth.protocol.use_cases.read_token import ReadToken
from servicekit.errors import NotAuthenticatedError, ServiceError
from servicekit.logging import get_logger
from servicekit.media_types import FORM, media_type_of

log = get_logger("auth.userinfo")

_ALGORITHMS = "ES256 PS256 EdDSA"
_DPOP = f'DPoP algs="{_ALGORITHMS}"'


class UserinfoEndpoint:
    """A resource server of our own: what it asks of a token is what every other one should."""

    path = "/userinfo"

    def __init__(self, calls: Calls, read_token: ReadToken, read_person: ReadPerson, signer: Signer) -> None:
        """`signer`: for the answer as a JWT."""
        self._calls = calls
        self._read_token = read_token
        self._read_person = read_person
        self._signer = signer

    def __call__(self, environ: Mapping[str, Any]) -> Answer:
        """Never a token in the query (RFC 9700 §4.3.2)."""
        try:
            scheme, unverified_token = _token(environ, str(environ["REQUEST_METHOD"]))
            if unverified_token is None:
                return json_answer(401, {}, [("WWW-Authenticate", "Bearer"), ("WWW-Authenticate", _DPOP)])
            answer = self._answer(environ, scheme, unverified_token)
        except RequestRefusedError as error:
            challenge = [("WWW-Authenticate", f'Bearer error="{error.code}"')]  # RFC 6750 §3: with every refusal
            return json_error(400, error.code, error.description, challenge)
        except ServiceError as error:
            return self._refused(environ, error)
        except Exception:  # the outermost translator of this endpoint
            log.exception("userinfo failed")
            return json_error(500, "server_error", "")
        return answer

    def _answer(self, environ: Mapping[str, Any], scheme: str, unverified_token: str) -> Answer:
        token = self._read_token.access_token(unverified_token)
        note_caller(environ, token.client)
        if "openid" not in str(token.claims.get("scope", "")).split():
            return _challenge(scheme, "insufficient_scope", 403)
        sender = self._sender(environ, scheme, unverified_token)
        person = self._read_person(token, sender)
        algorithm = token.client.userinfo_signed_response_alg
        if algorithm is None:
            return json_answer(200, person)
        return self._signed(person, token.client, algorithm)

    def _sender(self, environ: Mapping[str, Any], scheme: str, unverified_token: str) -> Sender:
        certificate = self._calls.certificates.of(environ)
        shown = certificate.thumbprint if certificate is not None else ""
        proof = read_dpop(environ)
        if scheme != "DPoP" or proof is None:
            return Sender("", shown)  # a bound token sent as a bearer shows no key (RFC 9449 §7.2)
        address = self._calls.address(str(environ.get("HTTP_HOST", "")), self.path)
        method = str(environ["REQUEST_METHOD"])
        key = self._calls.authenticate.check_dpop(proof, method, address, access_token=unverified_token)
        return Sender(key, shown)

    def _signed(self, person: Mapping[str, Any], client: Client, algorithm: str) -> Answer:
        """OIDC Core §5.3.2."""
        claims = {**person, "iss": self._calls.issuer, "aud": client.client_id}
        signed = self._signer.sign("JWT", claims, algorithm)
        return 200, signed.encode(), [("Content-Type", "application/jwt"), ("Cache-Control", "no-store")]

    def _refused(self, environ: Mapping[str, Any], error: ServiceError) -> Answer:
        log.info("userinfo refused", reason=error.reason)
        asked_with = str(environ.get("HTTP_AUTHORIZATION", "")).partition(" ")[0].lower()
        scheme = "DPoP" if "HTTP_DPOP" in environ or asked_with == "dpop" else "Bearer"
        if isinstance(error, StepUpNeededError):
            return _challenge(scheme, "insufficient_user_authentication", 401, f', max_age="{error.max_age_s}"')
        if isinstance(error, ServerNonceNeededError):
            status, body, headers = _challenge("DPoP", "use_dpop_nonce", 401)
            return status, body, [*headers, self._calls.next_nonce()]
        if isinstance(error, DpopRefusedError):
            return _challenge("DPoP", "invalid_dpop_proof", 401)
        if isinstance(error, BindingRefusedError | NotAuthenticatedError | CertificateRefusedError):
            return _challenge(scheme, "invalid_token", 401)
        return unavailable(error)


def _token(environ: Mapping[str, Any], method: str) -> tuple[str, str | None]:
    """RFC 6750 §2.1 and §2.2: in the header, whose scheme is written in any case, or in the form of a POST."""
    scheme, _, token = str(environ.get("HTTP_AUTHORIZATION", "")).partition(" ")
    name = {"bearer": "Bearer", "dpop": "DPoP"}.get(scheme.lower(), "")
    in_form: list[str] = []
    if method == "POST" and media_type_of(environ.get("CONTENT_TYPE")) == FORM:
        in_form = parse_form(read_body(environ)).get("access_token", [])
    if name and token.strip():
        if in_form:
            raise RequestRefusedError("invalid_request", "the token is sent in two ways")
        return name, token.strip()
    if len(in_form) > 1:
        raise RequestRefusedError("invalid_request", "a parameter is there more than once")
    return "Bearer", in_form[0] if in_form else None


def _challenge(scheme: str, code: str, status: int, more: str = "") -> Answer:
    """RFC 6750 §3, RFC 9449 §7.1, RFC 9470 §3."""
    algorithms = f'algs="{_ALGORITHMS}"' if scheme == "DPoP" else ""
    error = f'error="{code}"{more}' if code else ""
    detail = ", ".join(filter(None, (error, algorithms)))
    header = ("WWW-Authenticate", f"{scheme} {detail}" if detail else scheme)
    return json_answer(status, {"error": code} if code else {}, [header])

"""How an authorization response goes back to the client: query or form, plain or as a signed JWT (JARM).

OAuth 2.0 Form Post Response Mode; JWT Secured Authorization Response Mode §4; RFC 9207. Never in a fragment: only codes
are given, and RFC 9700 §4.3 keeps them out of where scripts look.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import urlencode, urlsplit, urlunsplit

from flask import make_response, redirect, render_template
from werkzeug.wrappers import Response

from auth.clients.domain.clients import SIGNED_MODES
from auth.keys.use_cases.ports import Signer
from auth.protocol.adapters.web.checks.asked import Asked
from servicekit.web import allow_form_target

_LIFE = timedelta(minutes=10)  # JARM §2.1

Parameters = Sequence[tuple[str, str]]


def respond(asked: Asked, parameters: Parameters, signer: Signer) -> Response:
    """The browser goes back to the client with `parameters`; `state` and `iss` are added here."""
    by_redirect = location(asked, parameters, signer)
    if by_redirect is not None:
        return redirect(by_redirect, 303)
    address = str(asked.one("redirect_uri"))
    allow_form_target(address)
    sent = _sent(asked, parameters, signer)
    return make_response(render_template("form_post.html", address=address, parameters=sent, client=asked.known))


def location(asked: Asked, parameters: Parameters, signer: Signer) -> str | None:
    """Where a redirect leads with the same answer, or None when it goes back by a form."""
    if asked.response_mode.startswith("form_post"):
        return None
    return with_query(str(asked.one("redirect_uri")), _sent(asked, parameters, signer))


def _sent(asked: Asked, parameters: Parameters, signer: Signer) -> Parameters:
    sent = list(parameters)
    state = asked.one("state")
    if state is not None:
        sent.append(("state", state))
    if asked.response_mode in SIGNED_MODES:
        return [("response", _signed(asked, sent, signer))]
    return [*sent, ("iss", asked.issuer)]


def error_parameters(code: str, description: str) -> Parameters:
    """RFC 6749 §4.1.2.1."""
    return [("error", code), ("error_description", description)] if description else [("error", code)]


def _signed(asked: Asked, parameters: Parameters, signer: Signer) -> str:
    """JARM §2.1: issuer, audience and end, with what the plain response would hold."""
    claims = {
        "iss": asked.issuer,
        "aud": asked.known.client_id,
        "exp": int((asked.now + _LIFE).timestamp()),
        **dict(parameters),
    }
    return signer.sign("JWT", claims, asked.known.authorization_signed_response_alg)


def with_query(address: str, parameters: Parameters) -> str:
    """The address with more parameters; those it has are kept as they are (RFC 6749 §3.1.2)."""
    parts = urlsplit(address)
    query = "&".join(filter(None, (parts.query, urlencode(parameters))))
    return urlunsplit(parts._replace(query=query))

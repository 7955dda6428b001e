"""The outermost translator of the pages: every failure becomes a page people can act on, or problem+json (RFC 9457).

Page and JSON carry the same reference number: the request id that is on every log line of the request.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import ceil

import orjson
from flask import Flask, Response, g, jsonify, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse

from servicekit.errors import (
    DependencyUnavailableError,
    InvalidInputError,
    NotAuthenticatedError,
    ServiceError,
    TooManyRequestsError,
)
from servicekit.logging import get_logger
from servicekit.metrics import count_refusal
from servicekit.web.links import this_page
from servicekit.web.refusal_texts import CSRF_REFUSED, KINDS, SHARED_REASONS, STATUSES, RefusalText

RETRY_AFTER_S = "2"
"""Seconds after which what depends on a neighbour is worth another try."""

log = get_logger("servicekit.web")

_SECRET_FIELDS = ("csrf", "password", "passe", "secret", "code", "token", "suite", "current", "confirmation")

_BY_STATUS: dict[int, RefusalText] = {
    400: KINDS[InvalidInputError][1],
    **{status: text for status, text in KINDS.values() if status not in {400, 409}},
    **STATUSES,
}


def wants_json() -> bool:
    """Whether the client prefers JSON to a page."""
    accepts = request.accept_mimetypes
    json = max(accepts["application/json"], accepts["application/problem+json"])
    return request.is_json or (bool(request.accept_mimetypes) and json > accepts["text/html"])


def typed_text() -> list[tuple[str, str]]:
    """What the form of this request holds, without secrets and hidden values of ours: to be shown once more."""
    return [
        (name, value)
        for name, value in request.form.items(multi=True)
        if value and not any(word in name.lower() for word in _SECRET_FIELDS)
    ]


@dataclass(frozen=True)
class Look:
    """Another template for a refusal (one that extends servicekit/error.html) and the values it needs."""

    template: str = "servicekit/error.html"
    values: Mapping[str, object] = field(default_factory=dict)


class ErrorPages:
    """Renders refusals; one per application. `register` adds the texts of a service."""

    def __init__(self) -> None:
        self._texts: dict[str, RefusalText] = dict(SHARED_REASONS)
        self._stale: dict[str, Callable[[], BaseResponse]] = {}
        self.tell: Callable[[str, RefusalText], RefusalText] = lambda _reason, text: text

    def register(self, texts: Mapping[str, RefusalText | tuple[str, str, str, str]]) -> None:
        """Texts by reason; a later one wins."""
        self._texts.update({reason: RefusalText(*text) for reason, text in texts.items()})

    def install(self, app: Flask) -> None:
        """Handlers for every failure, the unexpected one included."""
        app.register_error_handler(ServiceError, self.refused)
        app.register_error_handler(CSRFError, self._csrf)
        app.register_error_handler(HTTPException, self._http)
        app.register_error_handler(Exception, self._unexpected)

    def refused(self, error: ServiceError, look: Look | None = None) -> Response:
        """The answer for one of our errors."""
        count_refusal(error)
        status, text = next((KINDS[kind] for kind in type(error).__mro__ if kind in KINDS), (500, STATUSES[500]))
        text = self.tell(error.reason, self._texts.get(error.reason, text))
        log.info("request refused", reason=error.reason, error_kind=type(error).__name__, status=status)
        answer = self.page(status, text, error.reason, look)
        if isinstance(error, InvalidInputError) and error.fields and answer.is_json:
            answer.set_data(orjson.dumps({**(answer.get_json() or {}), "fields": dict(error.fields)}))
        if isinstance(error, TooManyRequestsError):
            answer.headers["Retry-After"] = str(max(ceil(error.retry_after.total_seconds()), 1))
        elif isinstance(error, DependencyUnavailableError):
            answer.headers["Retry-After"] = RETRY_AFTER_S
        if isinstance(error, NotAuthenticatedError):
            answer.headers["WWW-Authenticate"] = "Bearer"
        return answer

    def page(self, status: int, text: RefusalText, reason: str, look: Look | None = None) -> Response:
        """A refusal as the client wants it: a page, or problem+json when it prefers JSON."""
        reference = g.get("request_id", "")
        if wants_json():
            answer = jsonify(
                type="about:blank",
                title=str(text.title),
                status=status,
                detail=f"{text.what} {text.why} {text.who_can_help}",
                reason=reason,
                reference=reference,
            )
            answer.mimetype = "application/problem+json"
        else:
            look = look or Look()
            about = {"refusal": text, "status": status, "reason": reason, "reference": reference}
            answer = Response(render_template(look.template, **about, **look.values), mimetype="text/html")
        answer.status_code = status
        return answer

    def _csrf(self, _error: CSRFError) -> BaseResponse:
        log.info("form refused", reason="CSRF_REFUSED", status=400)
        on_stale = self._stale.get(request.endpoint or "")
        if on_stale is not None and not wants_json():
            return on_stale()
        values = {"typed": typed_text(), "again_url": this_page()}
        return self.page(400, CSRF_REFUSED, "CSRF_REFUSED", Look("servicekit/stale_form.html", values))

    def when_stale(self, endpoint: str, answer: Callable[[], BaseResponse]) -> None:
        """`answer` leads on from the form of `endpoint` when it was open for too long; it must do nothing the form
        would have done."""
        self._stale[endpoint] = answer

    def _http(self, error: HTTPException) -> Response:
        if error.code is None or error.code < 400:
            return error.get_response(request.environ)  # type: ignore[return-value]
        text = _BY_STATUS.get(error.code, STATUSES[500] if error.code >= 500 else KINDS[InvalidInputError][1])
        answer = self.page(error.code, text, f"HTTP_{error.code}")
        for name, value in error.get_headers(request.environ):
            if name.lower() in {"allow", "retry-after", "www-authenticate"}:
                answer.headers[name] = value
        return answer

    def _unexpected(self, error: Exception) -> Response:
        log.error("request failed", exc_info=error, path=request.path, method=request.method)
        return self.page(500, STATUSES[500], "INTERNAL")

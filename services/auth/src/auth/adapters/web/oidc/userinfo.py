"""GET and POST /userinfo (OIDC Core §5.3, RFC 6750)."""

from __future__ import annotations

from flask import Blueprint, jsonify, request
from werkzeug.wrappers import Response

from auth.adapters.web.parts import Parts
from servicekit.errors import NotAuthenticatedError


class UserinfoEndpoint:
    """The view."""

    def __init__(self, parts: Parts) -> None:
        """See `Parts`."""
        self._parts = parts

    def blueprint(self) -> Blueprint:
        """Clients call it with a token, without a cookie."""
        blueprint = Blueprint("userinfo", __name__)
        blueprint.add_url_rule("/userinfo", "userinfo", self.userinfo, methods=["GET", "POST"])
        self._parts.app.csrf_exempt(self.userinfo)
        return blueprint

    def userinfo(self) -> Response:
        """Never a token in the query (RFC 9700 §4.3.2)."""
        unverified_token = self._token()
        if unverified_token is None:
            return _refused("")
        try:
            claims = self._parts.use_cases.own_tokens.access_token(unverified_token)
            if "openid" not in str(claims.get("scope", "")).split():
                return _refused("insufficient_scope", 403)
            answer: Response = jsonify(dict(self._parts.use_cases.read_person(claims)))
        except NotAuthenticatedError:
            return _refused("invalid_token")
        return answer

    def _token(self) -> str | None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer" and token:
            return token.strip()
        return request.form.get("access_token") if request.method == "POST" else None


def _refused(code: str, status: int = 401) -> Response:
    answer: Response = jsonify({"error": code} if code else {})
    answer.status_code = status
    answer.headers["WWW-Authenticate"] = f'Bearer error="{code}"' if code else "Bearer"
    return answer

"""The five addresses of a relying party: /connexion, /retour, /deconnexion, /deconnecte, /backchannel-logout."""

import hmac
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Blueprint, Response, g, jsonify, make_response, redirect, render_template, request, session, url_for
from flask_babel import get_locale
from werkzeug.wrappers import Response as BaseResponse

from servicekit.clock import Clock
from servicekit.errors import AccessDeniedError, InvalidInputError, ServiceError
from servicekit.identifiers import hash_secret, new_secret
from servicekit.logging import get_logger
from servicekit.tokens import IssuerUnreachableError, TokenRefusedError
from servicekit.web.app import ServiceApp, ask_before_signing_out
from servicekit.web.error_pages import Look, wants_json
from servicekit.web.links import local_path
from servicekit.web.oidc.attempts import LIFE, Attempt, Attempts
from servicekit.web.oidc.provider import IssuerRefusedError, OidcLoginSettings, Provider
from servicekit.web.oidc.provider_tokens import ASKED_OF_THE_ID_TOKEN
from servicekit.web.oidc.sign_in import PartySignIn
from servicekit.web.oidc.texts import login_error_reason
from servicekit.web.origins import sent_by_our_page
from servicekit.web.public_pages import public
from servicekit.web.sessions import SessionContent, WebSession, WebSessions

log = get_logger("servicekit.web.oidc")

_LONGEST_ARGUMENT = 4096
_SIGN_OUT_S = 600
_ONCE_MORE_S = 120


class LoginFailedError(InvalidInputError):
    """The sign-in cannot be finished; a page says why and offers to begin again."""


class LoginDeniedError(AccessDeniedError):
    """The issuer knows the person and gives no access to this service."""

    reason = "LOGIN_ACCESS_DENIED"


@dataclass(frozen=True, kw_only=True)
class LoginParts:
    """What the views work with."""

    app: ServiceApp
    settings: OidcLoginSettings
    sessions: WebSessions
    clock: Clock
    provider: Provider
    sign_in: PartySignIn
    attempts: Attempts


class LoginViews:
    """The views; one per application."""

    def __init__(self, parts: LoginParts) -> None:
        """Nothing is fetched before the first sign-in."""
        self._parts = parts

    def blueprint(self) -> Blueprint:
        """The five addresses. Machines call the last one: it reads no cookie. Neither it nor signing out needs a CSRF
        token: a page that was left open must sign out too (see `servicekit.web.origins`)."""
        blueprint = Blueprint("oidc_login", __name__)
        blueprint.add_url_rule("/connexion", "begin", self.begin)
        blueprint.add_url_rule("/retour", "finish", self.finish)
        blueprint.add_url_rule("/deconnexion", "sign_out", self.sign_out, methods=["POST"])
        blueprint.add_url_rule("/deconnecte", "signed_out", self.signed_out)
        blueprint.add_url_rule("/backchannel-logout", "back_channel", self.back_channel, methods=["POST"])
        self._parts.app.csrf_exempt(self.back_channel)
        self._parts.app.csrf_exempt(self.sign_out)
        return blueprint

    @public
    def begin(self) -> BaseResponse:
        """To the issuer, with a request that only this browser can finish."""
        return self._to_the_issuer(local_path(request.args.get("suite")))

    def _to_the_issuer(self, return_to: str) -> BaseResponse:
        settings, attempt = self._parts.settings, self._parts.attempts.begin(return_to)
        locale = get_locale()
        query = {
            "response_type": "code",
            "client_id": settings.client_id,
            "redirect_uri": self._address("/retour"),
            "scope": settings.scope,
            "resource": settings.resource,
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": attempt.challenge,
            "code_challenge_method": "S256",
            "claims": ASKED_OF_THE_ID_TOKEN,
            "ui_locales": locale.language if locale else "fr",
        }
        answer = redirect(_with_query(self._parts.provider.metadata().authorization_endpoint, query), 303)
        self._parts.attempts.remember(attempt, request, answer)  # type: ignore[arg-type]
        return answer

    @public
    def finish(self) -> BaseResponse:
        """Back from the issuer: checks the answer, opens the session, goes on to the page that was asked.

        An old answer (a bookmark, the back button, a page left open over night) leads on all the same: to the service
        when somebody is signed in, else through one new sign-in, in which nothing of the old answer counts.
        """
        attempt: Attempt | None = None
        try:
            attempt = self._attempt()
            content = self._content(attempt)
        except ServiceError as error:
            log.info("sign-in refused", reason=error.reason, detail=str(error))
            onwards = self._once_more(error, attempt)
            if onwards is not None:
                return onwards
            answer = self._failure_page(error)
            self._parts.attempts.forget(request.args.get("state", ""), answer)
            self._delete_cookie(answer, "reprise")
            return answer
        old_cookie = request.cookies.get(self._cookie("session"))
        cookie = self._parts.sessions.open(content, instead_of=old_cookie)
        done = redirect(attempt.return_to, 303)
        self._parts.attempts.forget(attempt.state, done)  # type: ignore[arg-type]
        self._set_cookie(done, "session", cookie)
        self._delete_cookie(done, "reprise")
        return done

    @public
    def sign_out(self) -> BaseResponse | str:
        """Ends the session here, then at the issuer, which ends it everywhere (RP-Initiated Logout 1.0 §2)."""
        if not sent_by_our_page(self._parts.settings.public_url):
            return ask_before_signing_out(url_for("oidc_login.sign_out"))
        web_session: WebSession | None = g.get("web_session")
        session.clear()
        if web_session is None:
            return self._forget_session(redirect(url_for("oidc_login.signed_out"), 303))
        self._parts.sessions.end(web_session)
        g.web_session = None
        try:
            endpoint = self._parts.provider.metadata().end_session_endpoint
        except IssuerUnreachableError:
            endpoint = ""
        if not endpoint:
            page = make_response(render_template("servicekit/signed_out.html", complete=False))
            return self._forget_session(page)
        query = {"id_token_hint": web_session.content.id_token, "client_id": self._parts.settings.client_id}
        if self._parts.settings.ends_at_issuer:
            return self._forget_session(redirect(_with_query(endpoint, query), 303))
        state = new_secret()
        query |= {"post_logout_redirect_uri": self._address("/deconnecte"), "state": state}
        answer = redirect(_with_query(endpoint, query), 303)
        self._set_cookie(answer, "deconnexion", hash_secret(state), _SIGN_OUT_S)
        return self._forget_session(answer)

    @public
    def signed_out(self) -> BaseResponse:
        """The last page: signed out, everywhere when the issuer says so with our own state."""
        expected = request.cookies.get(self._cookie("deconnexion"), "")
        state = request.args.get("state", "")
        complete = bool(state) and hmac.compare_digest(hash_secret(state).encode(), expected.encode())
        if g.get("web_session") is not None:
            return redirect("/", 303)
        page = make_response(render_template("servicekit/signed_out.html", complete=complete or not expected))
        self._delete_cookie(page, "deconnexion")
        return page

    @public
    def back_channel(self) -> tuple[Response, int]:
        """The issuer says that sessions ended (Back-Channel Logout 1.0 §2.5 to §2.8)."""
        try:
            token = self._parts.sign_in.verify_logout(request.form.get("logout_token", ""))
        except TokenRefusedError as error:
            return _logout_refused(str(error))
        ended = self._parts.sessions.end_once(token)
        if ended is None:
            return _logout_refused("replayed")
        log.info("sessions ended by the issuer", ended=ended)
        return jsonify(), 200

    def _attempt(self) -> Attempt:
        state = request.args.get("state", "")
        attempt = self._parts.attempts.find(state, request)
        if attempt is None or not self._parts.sessions.accept_once("sign-in", state, self._parts.clock.now() + LIFE):
            raise LoginFailedError("state unknown, expired or used", reason="LOGIN_ATTEMPT_UNKNOWN")
        return attempt

    def _content(self, attempt: Attempt) -> SessionContent:
        arguments, issuer = request.args, self._parts.settings.issuer
        expects_iss = "iss" in arguments or self._parts.provider.metadata().sends_iss
        if expects_iss and arguments.get("iss") != issuer:  # RFC 9207 §2.4
            raise LoginFailedError("the answer is of another issuer", reason="LOGIN_RESPONSE_INVALID")
        if "error" in arguments:
            raise _authorization_error(arguments["error"])
        code = arguments.get("code", "")
        if not code or len(code) > _LONGEST_ARGUMENT:
            raise LoginFailedError("no code", reason="LOGIN_RESPONSE_INVALID")
        return self._parts.sign_in.finish(attempt, code, self._address("/retour"))

    def _once_more(self, error: ServiceError, attempt: Attempt | None) -> BaseResponse | None:
        """The way on from an answer that is too old, or None when the page must say what happened."""
        too_old = error.reason == "LOGIN_ATTEMPT_UNKNOWN" or isinstance(error, IssuerRefusedError)
        if not too_old or wants_json():
            return None
        if g.get("web_session") is not None:
            return redirect(attempt.return_to if attempt is not None else "/", 303)
        if self._cookie("reprise") in request.cookies:  # it has been tried: no circle
            return None
        answer = self._to_the_issuer(attempt.return_to if attempt is not None else "/")
        self._set_cookie(answer, "reprise", "1", _ONCE_MORE_S)
        return answer

    def _failure_page(self, error: ServiceError) -> Response:
        values = {"denied": isinstance(error, LoginDeniedError), "retry_url": url_for("oidc_login.begin")}
        answer = self._parts.app.error_pages.refused(error, Look("servicekit/login_failed.html", values))
        if isinstance(error, IssuerRefusedError | TokenRefusedError):
            answer.status_code = 400
            answer.headers.pop("WWW-Authenticate", None)
        return answer

    def _address(self, path: str) -> str:
        return self._parts.settings.public_url.rstrip("/") + path

    def _cookie(self, purpose: str) -> str:
        return self._parts.app.cookie_name(purpose)

    def _set_cookie(self, answer: BaseResponse, purpose: str, value: str, max_age: int | None = None) -> None:
        secure = self._parts.app.secure_cookies
        answer.set_cookie(
            self._cookie(purpose), value, max_age=max_age, httponly=True, samesite="Lax", secure=secure, path="/"
        )

    def _delete_cookie(self, answer: BaseResponse, purpose: str) -> None:
        secure = self._parts.app.secure_cookies
        answer.delete_cookie(self._cookie(purpose), httponly=True, samesite="Lax", secure=secure, path="/")

    def _forget_session(self, answer: BaseResponse) -> BaseResponse:
        self._delete_cookie(answer, "session")
        return answer


def _with_query(endpoint: str, query: dict[str, str]) -> str:
    return endpoint + ("&" if "?" in endpoint else "?") + urlencode(query)


def _authorization_error(oauth_error: str) -> ServiceError:
    reason = login_error_reason(oauth_error)
    if reason == "LOGIN_ACCESS_DENIED":
        return LoginDeniedError("the issuer answered access_denied")
    if reason == "ISSUER_UNREACHABLE":
        return IssuerUnreachableError("the issuer answered that it is not available")
    return LoginFailedError("the issuer answered an error", reason=reason)


def _logout_refused(why: str) -> tuple[Response, int]:
    log.warning("logout token refused", detail=why)
    return jsonify(error="invalid_request", error_description="The logout token was refused."), 400

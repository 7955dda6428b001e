"""Sign-in of a relying party with OpenID Connect: every view needs it unless it is marked `@public`.

Authorization code flow with PKCE S256, state, nonce and `iss` (RFC 9207); refresh before expiry; RP-initiated and
back-channel logout. The checks of tokens are in `oidc/sign_in.py`, the cookie of an attempt in `oidc/attempts.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flask import Response, g, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from servicekit.clock import Clock
from servicekit.errors import NotAuthenticatedError
from servicekit.tokens import TokenOrganisation, TokenRefusedError, VerifiedAccessToken
from servicekit.web.app import ServiceApp
from servicekit.web.error_pages import Look, typed_text, wants_json
from servicekit.web.frame import CurrentPerson, PageFrame
from servicekit.web.headers import is_static
from servicekit.web.links import this_page
from servicekit.web.oidc.attempts import Attempts
from servicekit.web.oidc.provider import OidcLoginSettings, Provider
from servicekit.web.oidc.refresh import Refresher
from servicekit.web.oidc.sign_in import PartySignIn
from servicekit.web.oidc.texts import LOGIN_TEXTS, SESSION_ENDED
from servicekit.web.oidc.views import LoginParts, LoginViews
from servicekit.web.public_pages import is_public
from servicekit.web.sessions import WebSession, WebSessions

if TYPE_CHECKING:
    import httpx


@dataclass(frozen=True, kw_only=True)
class Professional:
    """Who asks, proved by the access token of the request."""

    account_id: str
    display_name: str
    organisation: TokenOrganisation
    session_id: str
    access_token: str
    token: VerifiedAccessToken
    last_login_at: datetime | None


def current_professional() -> Professional:
    """The person of this request.

    Raises:
        NotAuthenticatedError: nobody is signed in (only on a page marked `@public`).
    """
    professional = g.get("professional")
    if not isinstance(professional, Professional):
        raise NotAuthenticatedError("nobody is signed in", reason="SIGN_IN_REQUIRED")
    return professional


class OidcLogin:
    """Adds /connexion, /retour, /deconnexion, /deconnecte and /backchannel-logout, and asks for sign-in elsewhere."""

    def __init__(
        self,
        app: ServiceApp,
        settings: OidcLoginSettings,
        sessions: WebSessions,
        clock: Clock,
        *,
        http: httpx.Client | None = None,
    ) -> None:
        """`http` may be given by tests. Nothing is fetched before the first sign-in."""
        self._app = app
        self._settings = settings
        self._sessions = sessions
        self._clock = clock
        provider = Provider(settings, clock, http)
        self._sign_in = PartySignIn(provider, settings, clock)
        self._refresher = Refresher(self._sign_in, sessions, clock, settings.refresh_before)
        sealer = app.web_secrets.sealer("sign-in attempts")
        attempts = Attempts(app.cookie_name("connexion"), sealer, clock, secure=app.secure_cookies)
        app.register_refusal_texts(LOGIN_TEXTS)
        app.security_headers.allow_form_target(settings.issuer)
        app.set_page_frame(self._frame)
        app.before_request(self._require_sign_in)
        views = LoginViews(
            LoginParts(
                app=app,
                settings=settings,
                sessions=sessions,
                clock=clock,
                provider=provider,
                sign_in=self._sign_in,
                attempts=attempts,
            )
        )
        app.register_blueprint(views.blueprint())

    def _require_sign_in(self) -> BaseResponse | None:
        if is_static():
            return None
        g.web_session = self._session()
        view = self._app.view_functions.get(request.endpoint or "")
        if view is None or is_public(view):
            return None
        g.web_session = self._refresher.fresh(g.web_session) if g.web_session else None
        if g.web_session is None:
            return self._ask_to_sign_in()
        try:
            g.professional = self._professional(g.web_session)
        except TokenRefusedError:
            self._sessions.end(g.web_session)
            g.web_session = None
            return self._ask_to_sign_in()
        return None

    def _session(self) -> WebSession | None:
        cookie = request.cookies.get(self._app.cookie_name("session"), "")
        found = self._sessions.find(cookie) if cookie else None
        g.web_session_secret = cookie if found is not None else ""
        return found

    def _professional(self, web_session: WebSession) -> Professional:
        content = web_session.content
        token = self._sign_in.verify_access_token(content.access_token)
        if (token.subject, token.session_id) != (content.subject, content.sid):
            raise TokenRefusedError("the token is of another session")
        return Professional(
            account_id=token.subject,
            display_name=content.display_name,
            organisation=token.organisation,
            session_id=token.session_id,
            access_token=content.access_token,
            token=token,
            last_login_at=_moment(content.last_login_at),
        )

    def _ask_to_sign_in(self) -> BaseResponse:
        if wants_json():
            raise NotAuthenticatedError("sign-in is needed", reason="SIGN_IN_REQUIRED")
        if request.method in {"GET", "HEAD"}:
            return redirect(url_for("oidc_login.begin", suite=this_page()), 303)
        return self._form_after_the_end()

    def _form_after_the_end(self) -> Response:
        """What was typed is shown once more, so that nothing is lost silently."""
        values = {"typed": typed_text(), "sign_in_url": url_for("oidc_login.begin", suite=this_page())}
        look = Look("servicekit/session_ended.html", values)
        return self._app.error_pages.page(401, SESSION_ENDED, "SESSION_ENDED", look)

    def _frame(self) -> PageFrame:
        settings = self._settings
        portal = settings.portal_url or settings.issuer
        not_me = settings.not_me_url or f"{settings.issuer}/ce-n-etait-pas-moi"
        web_session: WebSession | None = g.get("web_session")
        if web_session is None:
            return PageFrame(portal_url=portal)
        content = web_session.content
        person = CurrentPerson(content.display_name, content.organisation, _moment(content.last_login_at))
        return PageFrame(person, url_for("oidc_login.sign_out"), not_me, portal)


def _moment(seconds: float | None) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds is not None else None

"""The web application of auth: the pages behind Flask, the hot endpoints in front of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask_babel import lazy_gettext as _l

from auth.clients.adapters.web.client_pages import REFUSALS as CLIENT_REFUSALS
from auth.clients.adapters.web.client_pages import ClientPages
from auth.clients.adapters.web.cross_origin import CrossOrigin
from auth.clients.adapters.web.register import RegisterEndpoint
from auth.front.adapters.web.hot_endpoints import HotEndpoints, Served
from auth.front.adapters.web.parts import Parts
from auth.front.adapters.web.sign_in_steps import SignInSteps
from auth.front.use_cases.catalogue import UseCases
from auth.keys.adapters.web.jwks import JwksEndpoint
from auth.people.adapters.web.engagement_pages import EngagementPages
from auth.people.adapters.web.known_devices import KnownDevices
from auth.people.adapters.web.portal_pages import PortalPages
from auth.people.adapters.web.session_pages import SessionPages
from auth.people.adapters.web.sign_in_pages import PATHS_WITH_PASSWORDS, SignInPages
from auth.people.adapters.web.visitor import Visitor
from auth.protocol.adapters.web.authlib_server import PlainServer
from auth.protocol.adapters.web.authorize import AuthorizeEndpoint
from auth.protocol.adapters.web.device_authorization import DeviceAuthorizationEndpoint
from auth.protocol.adapters.web.device_pages import DevicePages
from auth.protocol.adapters.web.discovery import PATHS as DISCOVERY_PATHS
from auth.protocol.adapters.web.discovery import DiscoveryEndpoint
from auth.protocol.adapters.web.end_session import EndSessionEndpoint
from auth.protocol.adapters.web.introspect import IntrospectEndpoint
from auth.protocol.adapters.web.par import PushedRequestEndpoint
from auth.protocol.adapters.web.plain_requests import Certificates
from auth.protocol.adapters.web.revoke import RevokeEndpoint
from auth.protocol.adapters.web.token import TokenEndpoint, make_server
from auth.protocol.adapters.web.userinfo import UserinfoEndpoint
from auth.protocol.domain.claims import tells_of_work
from partnerkit.reasons.pages import teller
from partnerkit.web import TRANSLATIONS
from servicekit.clock import Clock
from servicekit.front import only_pages
from servicekit.health import database_check
from servicekit.web import RefusalText, WebOptions, WebSettings, allow_image, create_app

_AGAIN = _l("Recommencez dans quelques instants. Si cela dure, prévenez l'administrateur de votre organisation.")


@dataclass(frozen=True, kw_only=True)
class WebParts:
    """What the application is made of."""

    use_cases: UseCases
    settings: WebSettings
    clock: Clock
    issuer: str
    jwks: Callable[[], bytes]
    minimum_password_length: int = 12
    database: object = None
    certificates: Certificates = field(default_factory=lambda: Certificates("", (), lambda _value: None))
    mtls_issuer: str = ""
    proxies: frozenset[str] = frozenset()


def create_web(web: WebParts) -> HotEndpoints:
    """The WSGI application; its `lane_of` says who answers what."""
    app = create_app(
        "auth.front.adapters.web",
        service_label="Portail",
        settings=web.settings,
        database=web.database,
        options=WebOptions(translations=(TRANSLATIONS,)),
    )
    visitor = Visitor(app, web.use_cases, web.clock)
    parts = Parts(
        app=app,
        use_cases=web.use_cases,
        visitor=visitor,
        clock=web.clock,
        issuer=web.issuer,
        minimum_password_length=web.minimum_password_length,
        devices=KnownDevices(app),
        proxies=web.proxies,
    )
    server, steps = make_server(web.use_cases), SignInSteps(parts)
    for views in (
        SignInPages(parts),
        EngagementPages(visitor, web.use_cases.accept_engagement, parts.go_on_in, parts.waiting_client),
        PortalPages(parts),
        SessionPages(parts),
        AuthorizeEndpoint(parts, server),
        DevicePages(parts),
        ClientPages(parts),
        EndSessionEndpoint(parts),
    ):
        app.register_blueprint(views.blueprint())
    steps.know_pages()
    app.jinja_env.globals |= {"shown_logo": _shown_logo, "tells_of_work": tells_of_work}
    app.jinja_env.globals.update(helpers_now=parts.helpers, help_parts=("_who_helps.html",))
    app.register_refusal_texts({**_TEXTS, **CLIENT_REFUSALS})
    app.set_refusal_teller(teller(parts.reader))
    register = RegisterEndpoint(web.use_cases.register_dynamically, web.issuer)
    endpoints = {**_client_endpoints(web, server), register.path: Served(register, ("POST",))}
    entries = {register.entries: Served(register, ("GET", "PUT", "DELETE"))}
    return HotEndpoints(
        app, CrossOrigin(web.use_cases.client.has_origin), endpoints, entries, computing=PATHS_WITH_PASSWORDS
    )


def _shown_logo(address: str) -> str:
    """The address of a client's logo, on a page that may then show it (CSP img-src): that client's and no other."""
    allow_image(address)
    return address


def health_and_lanes(
    database: object, beside: frozenset[str], web: HotEndpoints | None, hashing: int
) -> dict[str, Any]:
    """What a `Process` needs to know: the database must be well, what works `beside` is only mentioned, who answers."""
    return {
        "health": (("database", database_check(database)),),
        "notes": beside,
        "lane_of": web.lane_of if web is not None else only_pages,
        "computing_threads": hashing + 1,
    }


def _client_endpoints(web: WebParts, server: PlainServer) -> Mapping[str, Served]:
    """What clients call, without Flask."""
    discovery = DiscoveryEndpoint(web.issuer, web.mtls_issuer)
    userinfo = UserinfoEndpoint(web.use_cases, web.issuer, web.certificates, web.mtls_issuer)
    endpoints = {
        "/jwks": Served(JwksEndpoint(web.jwks), ("GET",), for_everybody=True, at_once=True),
        userinfo.path: Served(userinfo, ("GET", "POST")),
        **dict.fromkeys(DISCOVERY_PATHS, Served(discovery, ("GET",), for_everybody=True, at_once=True)),
    }
    for endpoint in (
        TokenEndpoint,
        PushedRequestEndpoint,
        IntrospectEndpoint,
        RevokeEndpoint,
        DeviceAuthorizationEndpoint,
    ):
        made = endpoint(server, web.issuer, web.certificates, web.mtls_issuer)
        endpoints[endpoint.path] = Served(made, ("POST",))
    return endpoints


_TEXTS = {
    "RIGHTS_STALE": RefusalText(
        _l("Vos droits ne peuvent pas être vérifiés pour l'instant"),
        _l("Aucun extranet ne peut être ouvert pendant ce temps. Rien n'est perdu."),
        _l("Le service des habilitations ne répond pas, et nous n'ouvrons rien sans l'avoir interrogé."),
        _AGAIN,
    ),
    "PASSWORD_CHECKS_OVERLOADED": RefusalText(
        _l("Trop de personnes se connectent en même temps"),
        _l("Votre mot de passe n'a pas pu être vérifié."),
        _l("Le service est très demandé en ce moment."),
        _AGAIN,
    ),
    "TOO_MANY_ATTEMPTS": RefusalText(
        _l("Trop de demandes ont été faites"),
        _l("Votre demande n'a pas été traitée."),
        _l("Le nombre de demandes est limité, pour protéger les comptes."),
        _l("Attendez une heure avant de recommencer."),
    ),
    "ORGANISATION_NOT_YOURS": RefusalText(
        _l("Vous n'êtes pas rattaché à cette organisation"),
        _l("L'organisation n'a pas été changée."),
        _l("Votre compte n'y est pas, ou n'y est plus, actif."),
        _l("L'administrateur de cette organisation peut vous y rattacher dans Habpps."),
    ),
}

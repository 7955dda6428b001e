"""The web application put together: the pages behind Flask, the endpoints for clients in front of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from auth.bootstrap.protocol import Around, client_endpoints, client_entries, protocol_pages
from auth.clients.adapters.web.client_pages import ClientPages
from auth.clients.adapters.web.cross_origin import CrossOrigin
from auth.front.adapters.web.app import make_app
from auth.front.adapters.web.hot_endpoints import HotEndpoints
from auth.front.adapters.web.parts import Parts
from auth.front.adapters.web.sign_in_steps import SignInSteps
from auth.front.use_cases.catalogue import UseCases
from auth.people.adapters.web.engagement_pages import EngagementPages
from auth.people.adapters.web.known_devices import KnownDevices
from auth.people.adapters.web.portal_pages import PortalPages
from auth.people.adapters.web.session_pages import SessionPages
from auth.people.adapters.web.sign_in_pages import PATHS_WITH_PASSWORDS, SignInPages
from auth.people.adapters.web.visitor import Visitor
from auth.people.adapters.web.ways import Ways
from auth.protocol.adapters.web.plain_requests import Certificates
from partnerkit.reasons.pages import teller
from partnerkit.web import speak_to_readers
from servicekit.clock import Clock
from servicekit.web import WebSettings


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
    app = make_app(web.settings, web.database)
    visitor = Visitor(app, web.use_cases, web.clock)
    ways = Ways(visitor, web.use_cases.client)
    parts = Parts(
        app=app,
        use_cases=web.use_cases,
        visitor=visitor,
        ways=ways,
        clock=web.clock,
        issuer=web.issuer,
        minimum_password_length=web.minimum_password_length,
        devices=KnownDevices(app),
        proxies=web.proxies,
    )
    steps = SignInSteps(parts)
    for views in (
        SignInPages(parts),
        EngagementPages(visitor, web.use_cases.accept_engagement, parts.go_on_in, parts.waiting_client),
        PortalPages(parts),
        SessionPages(parts),
        ClientPages(parts),
    ):
        app.register_blueprint(views.blueprint())
    for blueprint in protocol_pages(web.use_cases, Around(app=app, visitor=visitor, ways=ways, reader=parts.reader)):
        app.register_blueprint(blueprint)
    steps.know_pages()
    speak_to_readers(app, caf=parts.caf, helpers=parts.helpers)
    app.set_refusal_teller(teller(parts.reader))
    return HotEndpoints(
        app,
        CrossOrigin(web.use_cases.client.has_origin),
        client_endpoints(web.use_cases, web.certificates, web.mtls_issuer, web.jwks),
        client_entries(web.use_cases),
        computing=PATHS_WITH_PASSWORDS,
    )

"""The web application put together: the pages behind Flask, the endpoints for clients in front of it."""

from __future__ import annotations

from collections.abc import Callable

from auth.bootstrap.clients import client_pages, registration
from auth.bootstrap.people import build_around, caf_declarer, people_pages
from auth.bootstrap.protocol import client_endpoints, protocol_pages
from auth.bootstrap.rooms import Rooms
from auth.clients.adapters.web.cross_origin import CrossOrigin
from auth.front.adapters.web.app import make_app
from auth.front.adapters.web.hot_endpoints import HotEndpoints
from auth.front.adapters.web.sign_in_steps import SignInSteps
from auth.people.adapters.web.sign_in_pages import PATHS_WITH_PASSWORDS
from auth.settings import AuthSettings
from partnerkit.reasons.pages import teller
from partnerkit.web import speak_to_readers


def create_web(settings: AuthSettings, rooms: Rooms, jwks: Callable[[], bytes], database: object) -> HotEndpoints:
    """The WSGI application; its `lane_of` says who answers what. `jwks`: our public keys, as the answer to be sent."""
    clients, people, protocol, clock = rooms.clients, rooms.people, rooms.protocol, rooms.protocol.clock
    app = make_app(settings, database)
    around = build_around(app, people, clients, clock)
    steps = SignInSteps(app, around.visitor, around.ways, people.next_step)
    for blueprint in (
        *people_pages(settings, people, clients, around),
        client_pages(clients, caf_declarer(around, people, clock), settings.issuer),
        *protocol_pages(protocol, clients, people, around),
    ):
        app.register_blueprint(blueprint)
    steps.know_pages()
    speak_to_readers(app, caf=around.reader.caf, helpers=around.reader.helpers)
    app.set_refusal_teller(teller(around.reader))
    endpoints, entries = registration(clients, settings.issuer)
    return HotEndpoints(
        app,
        CrossOrigin(clients.known.has_origin),
        {**client_endpoints(settings, protocol, jwks), **endpoints},
        entries,
        computing=PATHS_WITH_PASSWORDS,
    )

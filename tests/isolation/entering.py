"""Signs the actors in at auth and at each service that lets them in.

Whom auth does not let into a service gets a session there all the same, with a token that auth's key signs and that
says no more than the person's own tokens do: the service has to refuse by itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from joserfc import jws
from werkzeug.test import Client, TestResponse

from auth.keys.adapters.crypto.keys import load_keys
from servicekit.clock import SystemClock
from servicekit.database import open_database
from servicekit.identifiers import new_id
from servicekit.web import SessionContent, WebSessions
from tests.isolation.cast import PASSWORD, Somebody
from tests.isolation.stage import PARTIES, World
from tests.plain import reads_plainly


def enter(world: World, actor: str, somebody: Somebody | None) -> None:
    """A browser at each service, signed in where auth allows it."""
    for service in ("auth", *PARTIES):
        world.browsers[service, actor] = reads_plainly(Client(world.app(service), TestResponse))
    if somebody is None:
        return
    form = {"username": somebody.username, "password": PASSWORD}
    answer = world.ask("auth", actor, "/login", "POST", **form)
    assert answer.status_code == 303, answer.text
    for service in PARTIES:
        world.let_in[actor, service] = _sign_in(world, actor, service)
    for service in PARTIES:
        if not world.let_in[actor, service]:
            _force(world, actor, service)


def _sign_in(world: World, actor: str, service: str) -> bool:
    """Follow the redirections from the page of a service to auth and back; whether they end at the service."""
    at, path = service, "/"
    for _ in range(8):
        answer = world.ask(at, actor, path)
        if answer.status_code != 303:
            return at == service and answer.status_code < 500 and "session" in _cookies(world, service, actor)
        parts = urlsplit(answer.headers["Location"])
        if parts.netloc:
            at = next(name for name, url in world.addresses.items() if urlsplit(url).netloc == parts.netloc)
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        if at == service and _cookies(world, service, actor) and path == "/":
            return True
    raise AssertionError(f"{actor} goes round in circles at {service}")


def _cookies(world: World, service: str, actor: str) -> str:
    cookie = world.app(service).cookie_name("session")
    found = world.browser(service, actor).get_cookie(cookie, domain="localhost")
    return f"session {found.value}" if found is not None else ""


def _force(world: World, actor: str, service: str) -> None:
    """A session with what the person's token for another service says."""
    elsewhere = next(name for name in PARTIES if world.let_in[actor, name])
    known = session_of(world, elsewhere, actor)
    claims = json.loads(jws.extract_compact(known.access_token.encode()).payload)
    claims |= {
        "aud": world.addresses[service],
        "client_id": service,
        "scope": f"openid profile {service}",
        "jti": new_id(),
    }
    keys = load_keys(world.house["auth"].settings.keys_directory)  # type: ignore[attr-defined]
    content = SessionContent(
        sid=known.sid,
        subject=known.subject,
        display_name=known.display_name,
        organisation=known.organisation,
        access_token=keys.sign("at+jwt", claims),
        access_expires_at=known.access_expires_at,
        refresh_token=None,
        id_token=known.id_token,
        last_login_at=None,
    )
    app = world.app(service)
    with _sessions(world, service) as sessions:
        cookie = sessions.open(content)
    world.browser(service, actor).set_cookie(app.cookie_name("session"), cookie, domain="localhost")


@contextmanager
def _sessions(world: World, service: str) -> Iterator[WebSessions]:
    database = open_database(world.house[service].settings.database_url, threads=1)
    try:
        yield WebSessions(database, world.app(service).web_secrets, SystemClock())
    finally:
        database.close()


def session_of(world: World, service: str, actor: str) -> SessionContent:
    cookie = world.browser(service, actor).get_cookie(world.app(service).cookie_name("session"), domain="localhost")
    assert cookie is not None
    with _sessions(world, service) as sessions:
        found = sessions.find(cookie.value)
    assert found is not None
    return found.content

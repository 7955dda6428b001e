"""What is asked of both sides: five kinds of request, and who answers each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import httpx

from tests.bench.auth import house as our
from tests.bench.auth import peer as their
from tests.bench.auth.assertions import AssertionKey
from tests.bench.auth.house import House, basic
from tests.bench.auth.load import Contestant, Load, Supply
from tests.bench.auth.peer import Peer

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"  # RFC 7523 §2.2
OURS, PEER, HTTP_FLOOR, SIGNED_FLOOR = "auth", "node-oidc-provider", "floor: HTTP", "floor: HTTP + ES256"
_CC = {"grant_type": "client_credentials"}
_SAME_PER_S = 30_000
"""Lines of one token to begin with: they cost nothing, and there must be enough of them."""


class NotAnsweredError(Exception):
    """A side does not answer this kind of request; the text is what it said."""


@dataclass
class Scenario:
    """One kind of request. `aim`: how many times the rate of the peer issue 3 asks for, 0 when it names none."""

    name: str
    title: str
    aim: float
    contestants: list[Contestant]


def _body(form: Mapping[str, str]) -> str:
    return urlencode(form, safe="@")


def client_credentials(house: House, peer: Peer) -> tuple[Contestant, Contestant]:
    """A secret in the header, an ES256 access token for a resource."""
    ours = Load(house.token_url, _body(_CC | {"resource": house.resource}), basic(our.BASIC, house.basic_secret))
    theirs = Load(
        peer.token_url, _body(_CC | {"resource": peer.resource, "scope": "api"}), basic(their.BASIC, peer.secret)
    )
    return Contestant(OURS, ours), Contestant(PEER, theirs)


def private_key_jwt(house: House, peer: Peer, key: AssertionKey) -> tuple[Contestant, Contestant]:
    """An ES256 assertion instead of the secret."""
    form = _CC | {"client_assertion_type": ASSERTION_TYPE, "client_assertion": "@"}
    ours = Load(house.token_url, _body(form | {"resource": house.resource}), mode="pool")
    theirs = Load(peer.token_url, _body(form | {"resource": peer.resource, "scope": "api"}), mode="pool")
    return (
        Contestant(OURS, ours, key.supply(our.JWT, house.layout.url("auth"))),
        Contestant(PEER, theirs, key.supply(their.JWT, peer.url)),
    )


def code_exchange(house: House, peer: Peer) -> tuple[Contestant, Contestant]:
    """PKCE; access, ID and refresh token."""
    ours = Load(house.token_url, _body(house.exchange_form("@")), basic(our.CLIENT, house.secret), "pool")
    theirs = Load(peer.token_url, _body(peer.exchange_form("@")), basic(their.BASIC, peer.secret), "pool")
    return Contestant(OURS, ours, house.codes, house.codes_used), Contestant(PEER, theirs, peer.codes)


def refresh(house: House, peer: Peer) -> tuple[Contestant, Contestant]:
    """The client authenticates, so neither rotates: many families, used in turn."""
    form = {"grant_type": "refresh_token", "refresh_token": "@"}
    ours = Load(house.token_url, _body(form), basic(our.CLIENT, house.secret), "ring")
    theirs = Load(peer.token_url, _body(form), basic(their.BASIC, peer.secret), "ring")
    return Contestant(OURS, ours, house.refresh_tokens), Contestant(PEER, theirs, peer.refresh_tokens)


def introspection(house: House, peer: Peer) -> tuple[Contestant, Contestant]:
    """A living access token: ours a JWT of a person, the peer's opaque, since it does not keep its JWTs."""

    def our_token() -> str:
        form = house.exchange_form(house.codes(1)[0])
        house.codes_used(1)
        return _token(house.token_url, form, (our.CLIENT, house.secret))

    def their_token() -> str:
        return _token(peer.token_url, _CC | {"scope": "api"}, (their.BASIC, peer.secret))

    ours = Load(f"{house.layout.url('auth')}/introspect", "token=@", basic(our.CLIENT, house.secret), "pool")
    theirs = Load(f"{peer.url}/token/introspection", "token=@", basic(their.BASIC, peer.secret), "pool")
    return (
        Contestant(OURS, ours, _same(our_token), guess_per_s=_SAME_PER_S),
        Contestant(PEER, theirs, _same(their_token), guess_per_s=_SAME_PER_S),
    )


def _same(make: Callable[[], str]) -> Supply:
    """One new token for a run, over and over: a resource server asks about the same tokens again and again."""
    return lambda count: [make()] * count


def _token(url: str, form: Mapping[str, str], credentials: tuple[str, str]) -> str:
    answer = httpx.post(url, data=dict(form), auth=credentials)
    if answer.status_code != 200:
        raise NotAnsweredError(f"{answer.status_code} {answer.text[:200]}")
    return str(answer.json()["access_token"])


def probe(contestant: Contestant) -> bytes:
    """The body of one answer.

    Raises:
        NotAnsweredError: it is no 200.
    """
    load, body = contestant.load, contestant.load.body
    if contestant.supply is not None:
        body = body.replace("@", contestant.supply(1)[0])
        contestant.used(1)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    if load.authorization:
        headers["Authorization"] = load.authorization
    answer = httpx.post(load.url, content=body, headers=headers)
    if answer.status_code != 200 or b'"active":false' in answer.content:
        raise NotAnsweredError(f"{answer.status_code} {' '.join(answer.text.split())[:120]}")
    return answer.content


def floors(url: str, folder: Path, scenario: str, ours: Contestant, answer: bytes) -> list[Contestant]:
    """Two floors that get the same kind of request and give the same bytes as auth."""
    (folder / scenario).write_bytes(answer)
    body = ours.load.body
    if ours.supply is not None:
        body = body.replace("@", "x" * 43)
    return [
        Contestant(name, Load(f"{url}/{kind}/{scenario}", body, ours.load.authorization))
        for name, kind in ((HTTP_FLOOR, "http"), (SIGNED_FLOOR, "signed"))
    ]

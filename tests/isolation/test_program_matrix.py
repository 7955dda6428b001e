"""Who reaches what as a program: every method of `Administration` in the name of every actor, at running services."""

from __future__ import annotations

import base64
import hashlib
import json
import ssl
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from joserfc import jws

from auth.keys.adapters.crypto.keys import load_keys
from partenaire.habpps.v1 import administration_pb2 as pb
from partenaire.habpps.v1.administration_pb2_grpc import AdministrationStub
from servicekit.identifiers import new_id
from servicekit.rpc.certificates import issue
from tests.isolation.cast import ACTORS, NOT_FOR
from tests.isolation.entering import session_of
from tests.isolation.stage import World
from tests.promises import promise

TABLE = Path(__file__).with_name("programs.txt")
METHODS = tuple(pb.DESCRIPTOR.services_by_name["Administration"].methods_by_name)
LONGEST_S = 10.0
WORDS = {
    grpc.StatusCode.UNAUTHENTICATED: "token",
    grpc.StatusCode.PERMISSION_DENIED: "denied",
    grpc.StatusCode.NOT_FOUND: "unknown",
    grpc.StatusCode.INVALID_ARGUMENT: "in",
}


def rows() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each method with the outcome of each actor."""
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            method, *outcomes = line.split()
            assert len(outcomes) == len(ACTORS), line
            yield method, tuple(outcomes)


ROWS = tuple(rows())


class Programs:
    """A channel of a program, and a token for it of each actor."""

    def __init__(self, world: World, folder: Path) -> None:
        ours = world.house["auth"].settings.tls_directory.parent
        certificate = issue(ours, "partner-software", "test", into=folder / "program")
        pem = (certificate / "service.pem").read_bytes()
        roots = (ours / "ca.pem").read_bytes()
        credentials = grpc.ssl_channel_credentials(roots, (certificate / "service-key.pem").read_bytes(), pem)
        self.world = world
        self.channel = grpc.secure_channel(f"localhost:{world.house['habpps'].settings.rpc_port}", credentials)
        digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem.decode())).digest()
        self.thumbprint = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

    def token(self, actor: str) -> str:
        """What the person's own token for Habpps says, bound to the certificate of the program."""
        known = session_of(self.world, "habpps", actor)
        claims = json.loads(jws.extract_compact(known.access_token.encode()).payload)
        now = int(time.time())
        claims |= {"client_id": "logiciel-rh", "iat": now, "exp": now + 300, "cnf": {"x5t#S256": self.thumbprint}}
        claims |= {"jti": f"{new_id()}~1"}
        keys = load_keys(self.world.house["auth"].settings.keys_directory)  # type: ignore[attr-defined]
        return keys.sign("at+jwt", claims)

    def ask(self, method: str, actor: str) -> tuple[str, Any]:
        """The outcome in the words of the table, and the answer."""
        metadata = [("authorization", f"Bearer {self.token(actor)}")] if ACTORS[actor] is not None else []
        call = getattr(AdministrationStub(self.channel), method)
        try:
            return "in", call(question(method, self.world.things[actor]), timeout=LONGEST_S, metadata=metadata)
        except grpc.RpcError as error:
            failed: Any = error
            return WORDS[failed.code()], None


def question(method: str, things: dict[str, str]) -> Any:
    """About Alphaville and its people (for the administrator of Deltaville, about that); nothing is changed by it."""
    lock = {"user_id": things["user_id"], "reason": ""}
    act = pb.Act(name="habpps.user.locked", content=json.dumps(lock))
    known: dict[str, Any] = {
        "organisation_id": things["organisation_id"],
        "account_id": things["account_id"],
        "request_id": things["request_id"],
        "act": act,
        "idempotency_key": "matrix-0001",
        "decision": pb.DECISION_REFUSE,
        "reason": "essai",
    }
    made = getattr(pb, f"{method}Request")
    return made(**{name: value for name, value in known.items() if name in made.DESCRIPTOR.fields_by_name})


@pytest.fixture(scope="module")
def programs(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Programs]:
    opened = Programs(world, tmp_path_factory.mktemp("programs"))
    yield opened
    opened.channel.close()


def test_every_method_has_a_row() -> None:
    assert [method for method, _ in ROWS] == list(METHODS), f"write a row for each actor into {TABLE.name}"


@promise("isolation:every-method-and-caller")
@pytest.mark.parametrize(("method", "outcomes"), ROWS, ids=METHODS)
def test_each_actor_gets_what_the_table_says_and_sees_nobody_elses(
    programs: Programs, method: str, outcomes: tuple[str, ...]
) -> None:
    found = {actor: programs.ask(method, actor) for actor in ACTORS}
    assert {actor: word for actor, (word, _) in found.items()} == dict(zip(ACTORS, outcomes, strict=True))
    for actor, (_, answer) in found.items():
        seen = [name for name in NOT_FOR[actor] if name in str(answer)]
        assert seen == [], f"{actor} sees {seen} by {method}"


def test_a_token_without_the_certificate_of_the_program_opens_nothing(programs: Programs, world: World) -> None:
    """Those of the pages of Habpps itself are bound to no key."""
    token = session_of(world, "habpps", "partner").access_token
    with pytest.raises(grpc.RpcError) as refused:
        AdministrationStub(programs.channel).DescribeActs(
            pb.DescribeActsRequest(), timeout=LONGEST_S, metadata=(("authorization", f"Bearer {token}"),)
        )
    failed: Any = refused.value
    assert failed.code() is grpc.StatusCode.UNAUTHENTICATED

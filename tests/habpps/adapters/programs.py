"""A program that administers: a real server with mutual TLS, tokens signed by the test, the register of a database."""

from __future__ import annotations

import base64
import hashlib
import json
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from habpps.adapters.rpc.administration import AdministrationParts, AdministrationServicer
from habpps.adapters.rpc.program_authors import ProgramAuthors, SignInRules
from habpps.bootstrap import ADMINISTRATION
from habpps.domain.authorship import Author
from habpps.domain.reach import Reach
from habpps.use_cases.act_entry import Act
from habpps.use_cases.acts import ACTS
from habpps.use_cases.identify_administrator import IdentifyAdministrator
from habpps.use_cases.ports import Repositories
from habpps.use_cases.receipt_ports import ActReceipt
from partenaire.habpps.v1 import administration_pb2 as pb
from partenaire.habpps.v1.administration_pb2_grpc import AdministrationStub, add_AdministrationServicer_to_server
from partnerkit.event_words import words_of
from rights.token_marks import TokenMarks
from servicekit.event_words import TYPE
from servicekit.rpc import CallerPolicy, ChannelOptions, RpcServer, ServerOptions, open_channel, open_server
from servicekit.rpc.channel import bearer
from servicekit.rpc.errors import remote_errors
from servicekit.tokens import AccessTokenVerifier
from tests.habpps.adapters.conftest import Habpps
from tests.habpps.builders import Commune
from tests.servicekit.rpc.serving import Authority

ISSUER, AUDIENCE = "http://localhost:8400", "http://localhost:8401"
KEY = ECKey.generate_key("P-256", {"kid": "k1"})
CALLERS = Path(__file__).parents[3] / "services/habpps/src/habpps/adapters/rpc/callers.toml"
TITLES = {one.code: (one.french, one.english) for one in words_of("habpps") if one.kind == TYPE}
SOFTWARE = "partner-software"


@dataclass
class KnownSessions:
    """Which sessions have ended, as the test says."""

    ended: set[str] = field(default_factory=set)
    confirmed_ago: timedelta = timedelta(0)
    is_asked: threading.Event = field(default_factory=threading.Event)
    may_answer: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.may_answer.set()

    def is_ended(self, token: TokenMarks) -> bool:
        return token.session_id in self.ended

    def age(self) -> timedelta:
        self.is_asked.set()
        assert self.may_answer.wait(30)
        return self.confirmed_ago


@dataclass
class Program:
    """The software of somebody: it calls with the token of whoever the test says."""

    habpps: Habpps
    authority: Authority
    server: RpcServer
    sessions: KnownSessions

    def token(self, author: Author, **changes: object) -> str:
        """An access token as auth makes it for this person; a claim that is None is left out."""
        now = int(self.habpps.clock.now().timestamp())
        detail = {
            "type": "administration",
            "extranet": "habpps",
            "organisation": author.organisation_id,
            "role": author.role.value,
            "caf": author.caf,
        }
        claims: dict[str, object] = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": author.account_id,
            "client_id": "logiciel-rh",
            "sid": "sid-1",
            "scope": "openid habpps",
            "iat": now,
            "exp": now + 300,
            "auth_time": now,
            "acr": "https://refeds.org/profile/sfa",
            "amr": ["pwd"],
            "jti": "family~1",
            "rights_revision": 1,
            "org": {"id": author.organisation_id, "siret": "21920050800014", "name": "Nanterre"},
            "authorization_details": [detail],
            "cnf": {"x5t#S256": self.thumbprint(SOFTWARE)},
        }
        kept = {name: value for name, value in (claims | changes).items() if value is not None}
        return jwt.encode({"alg": "ES256", "typ": "at+jwt", "kid": "k1"}, kept, KEY, algorithms=["ES256"])

    def thumbprint(self, service: str) -> str:
        """Of the certificate that a caller shows (RFC 8705 §3.1)."""
        pem = (self.authority.certificate(service) / "service.pem").read_text()
        digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

    @contextmanager
    def stub(self, service: str = SOFTWARE) -> Iterator[AdministrationStub]:
        """A channel with the certificate of a caller."""
        options = ChannelOptions(
            address=f"localhost:{self.server.port}",
            server="habpps",
            service=service,
            environment="test",
            tls_directory=self.authority.certificate(service),
        )
        channel = open_channel(options)
        try:
            yield AdministrationStub(channel)
        finally:
            channel.close()

    def call(self, method: str, request: Any, by: Author | str) -> Any:
        """What a method answers; refusals are `ServiceError`s."""
        token = by if isinstance(by, str) else self.token(by)
        with self.stub() as stub, remote_errors():
            return getattr(stub, method)(request, metadata=tuple(bearer(token)), timeout=10)

    def perform(self, by: Author | str, act: pb.Act, key: str = "key-0001", caf: str = "") -> pb.PerformResponse:
        """Do an act."""
        answer: pb.PerformResponse = self.call("Perform", pb.PerformRequest(idempotency_key=key, caf=caf, act=act), by)
        return answer


def an_act(name: str, content: Mapping[str, Any] | str) -> pb.Act:
    """A message with this content."""
    return pb.Act(name=name, content=content if isinstance(content, str) else json.dumps(content))


def as_message(servicer_json: Any, act: Act[Any]) -> pb.Act:
    """The same act, as a program writes it."""
    return an_act(*servicer_json.written(act))


def add_receipt(its: Commune, store: Repositories) -> None:
    """What became of an act under the key key-0001, of each Caf its own."""
    receipt = ActReceipt(
        client_id="program",
        organisation_id=its.id,
        caf=its.partner.caf,
        key="key-0001",
        digest="",
        outcome={},
        done_at=datetime(2026, 11, 23, tzinfo=UTC),
    )
    store.within(Reach(its.partner.caf)).receipts.add(receipt, datetime(2026, 1, 1, tzinfo=UTC))


@contextmanager
def serving(
    habpps: Habpps, authority: Authority, *, rules: SignInRules | None = None, calls: int = 4
) -> Iterator[Program]:
    """The administration of a register, served."""
    sessions = KnownSessions()
    verifier = AccessTokenVerifier(
        ISSUER, AUDIENCE, lambda: KeySet([KEY]), clock=habpps.clock, scope="habpps", bound=True
    )
    authors = ProgramAuthors(
        verify=verifier.verify,
        identify=IdentifyAdministrator(habpps.work, habpps.clock),
        sessions=sessions,
        rules=rules or SignInRules(longest=timedelta(hours=1)),
        clock=habpps.clock,
    )
    parts = AdministrationParts(authors=authors, use_cases=habpps.all.acts, acts=ACTS, titles=TITLES, calls=calls)
    options = ServerOptions(
        service="habpps", environment="test", host="localhost", port=0, tls_directory=authority.certificate("habpps")
    )
    served = (add_AdministrationServicer_to_server, AdministrationServicer(parts), ADMINISTRATION.full_name)
    server = open_server(options, services=[served], callers=_callers())
    server.start()
    server.set_serving(serving=True)
    try:
        yield Program(habpps, authority, server, sessions)
    finally:
        server.stop()


def _callers() -> CallerPolicy:
    allowed = CallerPolicy.load(CALLERS, _every_service()).table()
    return CallerPolicy(allowed)


def _every_service() -> list[Any]:
    """Those of habpps, as its server registers them."""
    from habpps import bootstrap

    return [one for one in vars(bootstrap).values() if hasattr(one, "methods_by_name")]

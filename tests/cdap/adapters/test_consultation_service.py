"""gRPC of the consultation, on a real server with mutual TLS and signed tokens."""

import base64
import hashlib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import grpc
import orjson
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from cdap.adapters.rpc.consultation import ConsultationServicer
from cdap.bootstrap import CONSULTATION
from partenaire.cdap.v1 import consultation_pb2 as pb
from partenaire.cdap.v1.consultation_pb2_grpc import ConsultationStub, add_ConsultationServicer_to_server
from servicekit.errors import (
    AccessDeniedError,
    DependencyUnavailableError,
    InvalidInputError,
    NotAuthenticatedError,
    NotFoundError,
)
from servicekit.rpc import CallerPolicy, ChannelOptions, ServerOptions, open_channel, open_server
from servicekit.rpc.channel import bearer
from servicekit.rpc.errors import remote_errors
from servicekit.tokens import AccessTokenVerifier
from tests.cdap.adapters.conftest import NO_JOURNAL, Cdap
from tests.cdap.builders import NOW, PURPOSES, the_document, the_snapshot, token_details
from tests.promises import promise
from tests.servicekit.rpc.serving import Authority

ISSUER, AUDIENCE = "http://localhost:8400", "http://localhost:8402"
KEY = ECKey.generate_key("P-256", {"kid": "k1"})
CALLERS = Path(__file__).parents[3] / "services/cdap/src/cdap/adapters/rpc/callers.toml"


def signed_token(profile: str = "T2", **changes: object) -> str:
    now = int(NOW.timestamp())
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": f"account-{profile}",
        "client_id": "software",
        "sid": "sid-1",
        "scope": "openid cdap",
        "iat": now,
        "exp": now + 300,
        "auth_time": now,
        "acr": "eidas1",
        "amr": ["pwd"],
        "jti": "jti-1",
        "rights_revision": 42,
        "org": {"id": "org-commune", "siret": "21920050600012", "name": "Commune d'exemple", "caf": "921"},
        "authorization_details": list(token_details(f"account-{profile}")),
    } | changes
    return jwt.encode({"alg": "ES256", "typ": "at+jwt", "kid": "k1"}, claims, KEY, algorithms=["ES256"])


def the_call(**changes: object) -> pb.ConsultDossierRequest:
    known: dict[str, object] = {
        "caf": "921",
        "matricule": "0346145",
        "name": "lefevre",
        "purpose": PURPOSES["T2"],
        "person_informed": True,
    }
    return pb.ConsultDossierRequest(**(known | changes))  # type: ignore[arg-type]


class Software:
    """The software of a partner that calls cdap."""

    def __init__(self, cdap: Cdap, authority: Authority, port: int) -> None:
        self.cdap = cdap
        self._authority = authority
        self._port = port

    @contextmanager
    def stub(self, service: str = "partner-software") -> Iterator[ConsultationStub]:
        options = ChannelOptions(
            address=f"localhost:{self._port}",
            server="cdap",
            service=service,
            environment="test",
            tls_directory=self._authority.certificate(service),
        )
        channel = open_channel(options)
        try:
            yield ConsultationStub(channel)
        finally:
            channel.close()

    def thumbprint(self, service: str) -> str:
        """Of the certificate that a service shows (RFC 8705 §3.1)."""
        pem = (self._authority.certificate(service) / "service.pem").read_text()
        digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

    def ask(self, token: str | None = None, **changes: object) -> pb.ConsultDossierResponse:
        with self.stub() as stub, remote_errors():
            metadata = tuple(bearer(token or signed_token()))
            return stub.ConsultDossier(the_call(**changes), metadata=metadata, timeout=5)


@pytest.fixture
def software(on_sqlite: Cdap, tmp_path: Path) -> Iterator[Software]:
    authority = Authority.new(tmp_path / "tls")
    verifier = AccessTokenVerifier(ISSUER, AUDIENCE, lambda: KeySet([KEY]), clock=on_sqlite.clock, scope="cdap")
    server = open_server(
        ServerOptions(
            service="cdap", environment="test", host="localhost", port=0, tls_directory=authority.certificate("cdap")
        ),
        services=[
            (
                add_ConsultationServicer_to_server,
                ConsultationServicer(on_sqlite.consult, verifier),
                CONSULTATION.full_name,
            )
        ],
        callers=CallerPolicy.load(CALLERS, [CONSULTATION]),
    )
    server.start()
    server.set_serving(serving=True)
    yield Software(on_sqlite, authority, server.port)
    server.stop()


@promise("extranet:fields-over-grpc")
def test_partner_software_gets_the_fields_of_the_profile_and_the_reference(software: Software) -> None:
    answer = software.ask()
    dossier = orjson.loads(answer.dossier)
    assert (answer.result, answer.profile, answer.rights_revision) == ("FOUND", "T2", 42)
    assert dossier["annual_resources"] == the_document()["annual_resources"]
    assert "quotient_familial" not in dossier
    assert dict(answer.figures) == {"annual_resources": "IN_FORCE", "previous_annual_resources": "OLD"}
    assert "USE_FOR_PARTICIPATION" in answer.notices
    event = software.cdap.journal.events[-1]
    assert event.event_id == answer.event_id
    payload = software.cdap.journal.payload()
    assert payload["caller"] == "partner-software"
    assert payload["ip"] in {"127.0.0.1", "::1"}


@promise("rfc9449:resource-servers")
def test_a_token_bound_to_a_certificate_serves_its_holder_only(software: Software) -> None:
    own = software.thumbprint("partner-software")
    assert software.ask(signed_token(cnf={"x5t#S256": own})).result == "FOUND"
    for cnf in ({"x5t#S256": "of-somebody-else"}, {"jkt": own}):
        with pytest.raises(NotAuthenticatedError):
            software.ask(signed_token(cnf=cnf))


@promise("rfc8693:method-table")
def test_a_token_without_the_scope_of_cdap_is_refused(software: Software) -> None:
    with pytest.raises(NotAuthenticatedError):
        software.ask(signed_token(scope="openid profile"))


@promise("extranet:no-oracle-over-grpc")
def test_unknown_and_out_of_territory_are_the_same_error(software: Software) -> None:
    told = []
    for changes in ({"matricule": "9999999"}, {"matricule": "0346147"}, {"caf": "751", "matricule": "0346147"}):
        with pytest.raises(NotFoundError) as caught:
            software.ask(**changes)
        told.append((caught.value.reason, str(caught.value)))
    assert len(set(told)) == 1
    assert [reason for _, reason in software.cdap.journal.told()] == [
        "DOSSIER_UNKNOWN",
        "OUT_OF_TERRITORY",
        "OUT_OF_TERRITORY",
    ]


def test_a_suspended_contract_is_refused_with_its_reason(software: Software) -> None:
    software.cdap.rights.snapshot = the_snapshot(state="suspended")
    with pytest.raises(AccessDeniedError) as caught:
        software.ask()
    assert caught.value.reason == "SERVICE_CONTRACT_SUSPENDED"


@pytest.mark.parametrize("patience", [NO_JOURNAL])
def test_without_audit_nothing_is_answered(software: Software) -> None:
    software.cdap.journal.available = False
    with pytest.raises(DependencyUnavailableError) as caught:
        software.ask()
    assert caught.value.reason == "AUDIT_UNAVAILABLE"


@promise("extranet:errors-name-the-field")
def test_a_malformed_question_names_the_field(software: Software) -> None:
    with pytest.raises(InvalidInputError) as caught:
        software.ask(matricule="12AB")
    assert caught.value.fields == {"matricule": "MATRICULE_FORMAT"}


@pytest.mark.parametrize("changes", [{"aud": "http://localhost:8401"}, {"iss": "http://evil.example"}, {"exp": 1}])
def test_a_token_for_somebody_else_is_refused(software: Software, changes: dict[str, object]) -> None:
    with pytest.raises(NotAuthenticatedError):
        software.ask(signed_token("T2", **changes))
    assert software.cdap.journal.events == []


def test_without_a_token_nobody_is_answered(software: Software) -> None:
    with software.stub() as stub, pytest.raises(NotAuthenticatedError), remote_errors():
        stub.ConsultDossier(the_call(), timeout=5)


@promise("extranet:callers-are-listed")
def test_a_service_that_is_not_on_the_list_is_refused_even_with_a_good_token(software: Software) -> None:
    with software.stub("habpps") as stub, pytest.raises(grpc.RpcError) as caught:
        stub.ConsultDossier(the_call(), metadata=tuple(bearer(signed_token())), timeout=5)
    assert caught.value.code() is grpc.StatusCode.PERMISSION_DENIED
    assert software.cdap.journal.events == []

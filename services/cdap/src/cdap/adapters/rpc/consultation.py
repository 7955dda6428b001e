"""gRPC of the consultation: the same use case as the pages, with the person's access token in the metadata."""

from typing import NoReturn
from urllib.parse import unquote

import grpc
import orjson

from cdap.use_cases.consult_dossier import ConsultDossier
from cdap.use_cases.consultation import Answer, ConsultDossierRequest, NotFound, Refusal, Requester
from cdap.use_cases.refusals import refusal_error
from partenaire.cdap.v1 import consultation_pb2 as pb
from partenaire.cdap.v1 import consultation_pb2_grpc
from servicekit.errors import NotAuthenticatedError, NotFoundError
from servicekit.rpc import Call, current_call
from servicekit.tokens import AccessTokenVerifier, VerifiedAccessToken


class TokenMissingError(NotAuthenticatedError):
    """The call carries no access token."""

    reason = "TOKEN_MISSING"


class DossierUnknownError(NotFoundError):
    """No dossier for this person under this Caf, matricule and name."""

    reason = "DOSSIER_UNKNOWN"


class ConsultationServicer(consultation_pb2_grpc.ConsultationServicer):
    """Implements partenaire.cdap.v1.Consultation."""

    def __init__(self, consult: ConsultDossier, verifier: AccessTokenVerifier) -> None:
        """`verifier` accepts tokens made for cdap."""
        self._consult = consult
        self._verifier = verifier

    def ConsultDossier(  # noqa: N802 -- name of the method in the proto
        self, request: pb.ConsultDossierRequest, context: grpc.ServicerContext
    ) -> pb.ConsultDossierResponse:
        """See consultation.proto."""
        call = current_call()
        if call.bearer is None:
            raise TokenMissingError("no access token in the authorization metadata")
        token = self._verifier.verify(call.bearer, call.certificate)
        asked = ConsultDossierRequest(
            caf=request.caf,
            matricule=request.matricule,
            name=request.name,
            profile=request.profile,
            purpose=request.purpose,
            person_informed=request.person_informed,
        )
        return response_of(self._consult(asked, _requester(token, call, context.peer())))


def _requester(token: VerifiedAccessToken, call: Call, peer: str) -> Requester:
    return Requester(
        account_id=token.subject,
        organisation_id=token.organisation.id,
        session_id=token.session_id,
        token_id=token.token_id,
        client_id=token.client_id,
        token_issued_at=token.issued_at,
        token_details=token.authorization_details,
        ip=_address_of(peer),
        caller=call.caller,
    )


def _address_of(peer: str) -> str:
    """ "ipv4:192.0.2.1:4711" -> "192.0.2.1", "ipv6:%5B::1%5D:4711" -> "::1"; whatever else is kept as it is."""
    _, _, address = unquote(peer).partition(":")
    return address.rpartition(":")[0].strip("[]") or peer


def response_of(answer: Answer) -> pb.ConsultDossierResponse:
    """The answer on the wire.

    Raises:
        ServiceError: the consultation is refused, or nothing was found.
    """
    if isinstance(answer, Refusal):
        raise refusal_error(answer)
    if isinstance(answer, NotFound):
        _raise_unknown(answer)
    return pb.ConsultDossierResponse(
        event_id=answer.event_id,
        dossier=orjson.dumps(answer.dossier, option=orjson.OPT_SORT_KEYS),
        profile=answer.profile,
        table_version=answer.table_version,
        rights_revision=answer.rights_revision,
        reference_month=answer.reference_month,
        result=answer.kind.value,
        figures={name: standing.value for name, standing in answer.standings.items()},
        notices=[notice.kind.value for notice in answer.notices],
    )


def _raise_unknown(answer: NotFound) -> NoReturn:
    raise DossierUnknownError(
        "no dossier with this Caf, matricule and name for this person", details={"event_id": answer.event_id}
    )

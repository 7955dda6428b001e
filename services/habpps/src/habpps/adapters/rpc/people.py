"""What people answer, over gRPC: auth shows it to them and calls here. Translation only."""

from datetime import UTC, datetime, timedelta

import grpc

from habpps.use_cases.answer_people import AnswerPeople
from partenaire.habpps.v1 import people_pb2 as pb
from partenaire.habpps.v1 import people_pb2_grpc

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class PeopleServicer(people_pb2_grpc.PeopleServicer):
    """Implements partenaire.habpps.v1.People."""

    def __init__(self, answers: AnswerPeople) -> None:
        self._answers = answers

    def GetInvitation(  # noqa: N802 -- name of the method in the proto
        self, request: pb.GetInvitationRequest, _context: grpc.ServicerContext
    ) -> pb.GetInvitationResponse:
        """See the proto."""
        card = self._answers.invitation(request.invitation_id)
        asked = card.invitation
        return pb.GetInvitationResponse(
            organisation_name=card.organisation_name,
            invited_by=asked.invited_by_name,
            given_name=asked.person.given_name,
            family_name=asked.person.family_name,
            administrator=asked.as_administrator,
            open=card.is_open,
            expires_at_us=(asked.expires_at - _EPOCH) // timedelta(microseconds=1),
        )

    def AnswerInvitation(  # noqa: N802 -- name of the method in the proto
        self, request: pb.AnswerInvitationRequest, _context: grpc.ServicerContext
    ) -> pb.AnswerInvitationResponse:
        """See the proto."""
        outcome = self._answers.answer(request.invitation_id, request.account_id, accepted=request.accepted)
        return pb.AnswerInvitationResponse(outcome=pb.InvitationOutcome.Value(f"INVITATION_OUTCOME_{outcome.upper()}"))

    def OpenInvitedAccount(  # noqa: N802 -- name of the method in the proto
        self, request: pb.OpenInvitedAccountRequest, _context: grpc.ServicerContext
    ) -> pb.OpenInvitedAccountResponse:
        """See the proto."""
        self._answers.open_account(request.invitation_id)
        return pb.OpenInvitedAccountResponse()

    def FirstSignIn(  # noqa: N802 -- name of the method in the proto
        self, request: pb.FirstSignInRequest, _context: grpc.ServicerContext
    ) -> pb.FirstSignInResponse:
        """See the proto."""
        return pb.FirstSignInResponse(accepted=self._answers.first_sign_in(request.account_id))

    def GetAddressChange(  # noqa: N802 -- name of the method in the proto
        self, request: pb.GetAddressChangeRequest, _context: grpc.ServicerContext
    ) -> pb.GetAddressChangeResponse:
        """See the proto."""
        card = self._answers.address_change(request.change_id)
        return pb.GetAddressChangeResponse(
            account_id=card.change.account_id,
            display_name=card.display_name,
            email=card.change.email,
            open=card.is_open,
            needs_sign_in=card.needs_sign_in,
        )

    def ConfirmAddressChange(  # noqa: N802 -- name of the method in the proto
        self, request: pb.ConfirmAddressChangeRequest, _context: grpc.ServicerContext
    ) -> pb.ConfirmAddressChangeResponse:
        """See the proto."""
        self._answers.confirm_address(request.change_id, request.account_id)
        return pb.ConfirmAddressChangeResponse()

"""habpps over gRPC: what people answer."""

from datetime import UTC, datetime, timedelta
from typing import Any

import grpc

from auth.people.use_cases.answers import AddressCard, InvitationCard, WhatFollows
from partenaire.habpps.v1 import people_pb2 as pb
from partenaire.habpps.v1.people_pb2_grpc import PeopleStub
from servicekit.rpc import remote_errors

DEADLINE_SECONDS = 5.0
AT_SIGN_IN_SECONDS = 2.0
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PREFIX = "INVITATION_OUTCOME_"


class GrpcAnswers:
    """Implements `answers.Answers`."""

    def __init__(self, channel: grpc.Channel) -> None:
        self._stub: Any = PeopleStub(channel)

    def invitation(self, invitation_id: str) -> InvitationCard:
        """See the port."""
        asked = pb.GetInvitationRequest(invitation_id=invitation_id)
        with remote_errors():
            said = self._stub.GetInvitation(asked, timeout=DEADLINE_SECONDS)
        return InvitationCard(
            organisation_name=said.organisation_name,
            invited_by=said.invited_by,
            given_name=said.given_name,
            family_name=said.family_name,
            administrator=said.administrator,
            is_open=said.open,
            expires_at=_EPOCH + timedelta(microseconds=said.expires_at_us),
        )

    def answer(self, invitation_id: str, account_id: str, *, accepted: bool) -> WhatFollows:
        """See the port."""
        asked = pb.AnswerInvitationRequest(invitation_id=invitation_id, account_id=account_id, accepted=accepted)
        with remote_errors():
            said = self._stub.AnswerInvitation(asked, timeout=DEADLINE_SECONDS)
        return WhatFollows(pb.InvitationOutcome.Name(said.outcome).removeprefix(_PREFIX).lower())

    def open_account(self, invitation_id: str) -> None:
        """See the port."""
        with remote_errors():
            asked = pb.OpenInvitedAccountRequest(invitation_id=invitation_id)
            self._stub.OpenInvitedAccount(asked, timeout=DEADLINE_SECONDS)

    def first_sign_in(self, account_id: str) -> int:
        """See the port."""
        with remote_errors():
            asked = pb.FirstSignInRequest(account_id=account_id)
            return int(self._stub.FirstSignIn(asked, timeout=AT_SIGN_IN_SECONDS).accepted)

    def address_change(self, change_id: str) -> AddressCard:
        """See the port."""
        with remote_errors():
            asked = pb.GetAddressChangeRequest(change_id=change_id)
            said = self._stub.GetAddressChange(asked, timeout=DEADLINE_SECONDS)
        return AddressCard(said.account_id, said.display_name, said.email, said.open, said.needs_sign_in)

    def confirm_address(self, change_id: str, account_id: str) -> None:
        """See the port."""
        with remote_errors():
            asked = pb.ConfirmAddressChangeRequest(change_id=change_id, account_id=account_id)
            self._stub.ConfirmAddressChange(asked, timeout=DEADLINE_SECONDS)

"""habpps as auth asks it about people, in memory."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from auth.people.use_cases.answers import AddressCard, InvitationCard, WhatFollows
from servicekit.errors import AccessDeniedError, ConflictError, DependencyUnavailableError, NotFoundError


class InMemoryAnswers:
    """What was asked is in `asked`; `away`: it does not answer; `exists`: a person of the name has an account."""

    def __init__(self) -> None:
        self.invitations: dict[str, InvitationCard] = {}
        self.changes: dict[str, AddressCard] = {}
        self.outcome = WhatFollows.ACCEPTED
        self.waiting: dict[str, int] = {}
        self.asked: list[tuple[str, ...]] = []
        self.away = False
        self.exists = False
        self.owner = ""

    def invite(self, invitation_id: str, given_name: str = "Chloé", family_name: str = "Durand") -> None:
        self.invitations[invitation_id] = InvitationCard(
            organisation_name="Ville de Rivebelle",
            invited_by="Marc Petit",
            given_name=given_name,
            family_name=family_name,
            administrator=False,
            is_open=True,
            expires_at=datetime(2026, 12, 10, tzinfo=UTC),
        )

    def _answers(self, *asked: str) -> None:
        if self.away:
            raise DependencyUnavailableError("habpps is away", reason="UNAVAILABLE")
        self.asked.append(asked)

    def invitation(self, invitation_id: str) -> InvitationCard:
        self._answers("invitation", invitation_id)
        if invitation_id not in self.invitations:
            raise NotFoundError("no such invitation")
        return self.invitations[invitation_id]

    def answer(self, invitation_id: str, account_id: str, *, accepted: bool) -> WhatFollows:
        self._answers("answer", invitation_id, account_id, "yes" if accepted else "no")
        self.invitations[invitation_id] = replace(self.invitations[invitation_id], is_open=False)
        return self.outcome if accepted else WhatFollows.DECLINED

    def open_account(self, invitation_id: str) -> None:
        self._answers("open_account", invitation_id)
        if self.exists:
            raise ConflictError("a person of this name has an account", reason="ACCOUNT_EXISTS")

    def first_sign_in(self, account_id: str) -> int:
        self._answers("first_sign_in", account_id)
        return self.waiting.pop(account_id, 0)

    def address_change(self, change_id: str) -> AddressCard:
        self._answers("address_change", change_id)
        if change_id not in self.changes:
            raise NotFoundError("no such change")
        return self.changes[change_id]

    def confirm_address(self, change_id: str, account_id: str) -> None:
        self._answers("confirm_address", change_id, account_id)
        card = self.changes[change_id]
        if account_id != self.owner and card.needs_sign_in:
            raise AccessDeniedError("another person's", reason="ROLE_NOT_ALLOWED")
        self.changes[change_id] = replace(card, is_open=False)

"""What habpps asks about a person: other names or another address, an invitation into an organisation."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from auth.ground.use_cases.shelves import HasAccounts, HasCommands, HasMails
from auth.people.domain.accounts import Account, AccountState, without_password
from auth.people.domain.links import LinkKind, LinkTo
from auth.people.domain.mails import MailKind, QueuedMail
from auth.people.use_cases import events
from auth.people.use_cases.manage_accounts import (
    ManageAccounts,
    NewPerson,
    checked_person,
    queue_account_mails,
    tell,
)
from auth.people.use_cases.orders import Order, carried_out_once
from auth.people.use_cases.stores.accounts import ChangedAccounts, Commands
from auth.people.use_cases.stores.queues import QueueOfMails
from servicekit.audit_events import NATIONAL, AuditEvent, RecordedWork
from servicekit.clock import Clock
from servicekit.identifiers import new_id

_LINK, _NOTHING = "link", "nothing"


@dataclass(frozen=True, kw_only=True)
class Invited:
    """Whom, by which invitation. `renew`: nothing holds the account any more, so a lock of it is lifted."""

    person: NewPerson
    invitation_id: str
    expires_at: datetime
    renew: bool


class Store(HasAccounts[ChangedAccounts], HasCommands[Commands], HasMails[QueueOfMails], Protocol):
    """What `ChangePerson` sees of a transaction."""


class ChangePerson:
    """One method per command."""

    def __init__(self, work: RecordedWork[Store], clock: Clock, manage: ManageAccounts) -> None:
        """`manage` creates accounts."""
        self._work = work
        self._clock = clock
        self._manage = manage

    def update(self, order: Order, person: NewPerson) -> None:
        """Takes over names and address, and tells the person.

        Raises:
            InvalidInputError: a name or the mail address cannot be one.
            AccountUnknownError: no such account.
        """
        said = checked_person(person)

        def change(repos: Store, account: Account, now: datetime) -> tuple[str, tuple[AuditEvent, ...]]:
            named = (said.given_name, said.family_name) != (account.given_name, account.family_name)
            moved = said.email != account.email
            after = replace(account, given_name=said.given_name, family_name=said.family_name, email=said.email)
            begins = moved and account.state is AccountState.PROVISIONAL
            repos.accounts.save(without_password(after, now) if begins else after)
            if begins:
                queue_account_mails(repos, after, order, now, said)
            elif moved:
                tell(repos, after, MailKind.ADDRESS_CHANGED, order, now)
            if named:
                tell(repos, after, MailKind.NAMES_CORRECTED, order, now)
            changed = [*(["names"] if named else []), *(["address"] if moved else [])]
            corrected = events.done("account.corrected", after, now, actor_id=order.requested_by, changed=changed)
            return "done", (corrected,)

        carried_out_once(self._work, self._clock, order, change)

    def invite(self, order: Order, invited: Invited) -> bool:
        """Passes an invitation on. Gives whether the two mails of a new account leave: signing in is then the answer.

        Its events are national: the auditor of a Caf does not read there whom an organisation of another one invites.

        Raises:
            InvalidInputError: a name or the mail address cannot be one.
        """
        said = checked_person(invited.person)
        known = self._work.read(lambda repos: repos.accounts.find(order.account_id))
        if known is None:
            self._manage.create(order, replace(said, owner=NATIONAL))  # no Caf reads there whom another one knows
            return True

        def change(repos: Store, account: Account, now: datetime) -> tuple[str, tuple[AuditEvent, ...]]:
            locked = account.state is AccountState.LOCKED
            if account.state is AccountState.PROVISIONAL or (locked and invited.renew):
                return "done", self._begin_again(repos, account, order, said, now)
            if locked:
                return _NOTHING, (
                    events.done("invitation.held", account, now, actor_id=order.requested_by, owner=NATIONAL),
                )
            repos.mails.add(_invitation(account, order, invited, said, now))
            return _LINK, (events.done("invitation.sent", account, now, actor_id=order.requested_by, owner=NATIONAL),)

        return carried_out_once(self._work, self._clock, order, change) not in {_LINK, _NOTHING}

    def prove_address(self, order: Order, email: str, change: LinkTo, organisation_name: str) -> None:
        """Sends a link to the new address, and says so at the present one.

        Raises:
            InvalidInputError: the mail address cannot be one.
            AccountUnknownError: no such account.
        """

        def ask(repos: Store, account: Account, now: datetime) -> tuple[str, tuple[AuditEvent, ...]]:
            said = checked_person(
                NewPerson(
                    account_id=account.account_id,
                    given_name=account.given_name,
                    family_name=account.family_name,
                    email=email,
                    organisation_name=organisation_name,
                )
            )
            mail = QueuedMail(
                mail_id=new_id(),
                account_id=account.account_id,
                kind=MailKind.ADDRESS_TO_PROVE,
                queued_at=now,
                next_attempt_at=now,
                requested_by=order.requested_by,
                organisation_name=said.organisation_name,
                address=said.email,
                link=change,
            )
            repos.mails.add(mail)
            notice = replace(mail, mail_id=new_id(), kind=MailKind.ADDRESS_ASKED, address="", link=None)
            repos.mails.add(replace(notice, about=said.email))
            return "done", (events.done("address.asked", account, now, actor_id=order.requested_by),)

        carried_out_once(self._work, self._clock, order, ask)

    def _begin_again(
        self, repos: Store, account: Account, order: Order, said: NewPerson, now: datetime
    ) -> tuple[AuditEvent, ...]:
        """With a new provisional password: the one before, if any, is forgotten."""
        opened = replace(account, locked_at=None, locked_reason=None, locked_by=None)
        repos.accounts.save(without_password(opened, now))
        queue_account_mails(repos, opened, order, now, said)
        reset = events.done("password.reset", account, now, actor_id=order.requested_by)
        if account.state is not AccountState.LOCKED:
            return (reset,)
        return (events.done("account.unlocked", account, now, actor_id=order.requested_by), reset)


def _invitation(account: Account, order: Order, invited: Invited, said: NewPerson, now: datetime) -> QueuedMail:
    return QueuedMail(
        mail_id=new_id(),
        account_id=account.account_id,
        kind=MailKind.INVITATION,
        queued_at=now,
        next_attempt_at=now,
        requested_by=order.requested_by,
        organisation_name=said.organisation_name,
        about=f"{said.given_name} {said.family_name}",
        address=said.email,
        link=LinkTo(kind=LinkKind.INVITATION, reference=invited.invitation_id, expires_at=invited.expires_at),
    )

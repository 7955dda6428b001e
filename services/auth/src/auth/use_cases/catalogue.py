"""Every use case, built once by `bootstrap` and given to the pages and to gRPC."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from auth.domain.clients import Client
from auth.domain.sessions import Session
from auth.use_cases.choose_password import ChoosePassword
from auth.use_cases.exchange_code import ExchangeCode
from auth.use_cases.give_consent import GiveConsent
from auth.use_cases.issue_code import IssueCode
from auth.use_cases.keep_session import ChooseOrganisation, DisownLogin, FindSession, SignOut
from auth.use_cases.manage_accounts import ManageAccounts
from auth.use_cases.person_rights import PersonRights
from auth.use_cases.ports import AuthWork, OwnTokens
from auth.use_cases.read_person import ReadPerson
from auth.use_cases.refresh_tokens import RefreshTokens
from auth.use_cases.request_password import RequestPassword
from auth.use_cases.sign_in import SignIn
from auth.use_cases.tell_clients import LogoutReport


@dataclass(frozen=True)
class UseCases:
    """What the provider can do."""

    work: AuthWork
    rights: PersonRights
    own_tokens: OwnTokens
    sign_in: SignIn
    choose_password: ChoosePassword
    request_password: RequestPassword
    find_session: FindSession
    choose_organisation: ChooseOrganisation
    sign_out: SignOut
    disown_login: DisownLogin
    issue_code: IssueCode
    exchange_code: ExchangeCode
    refresh_tokens: RefreshTokens
    read_person: ReadPerson
    give_consent: GiveConsent
    manage_accounts: ManageAccounts
    wait_for_logout: Callable[[str], LogoutReport]

    def client(self, client_id: str | None) -> Client | None:
        """A registered client, or None."""
        if not client_id or not client_id.isprintable():  # PostgreSQL takes no NUL
            return None
        return self.work.read(lambda repos: repos.clients.find(client_id))

    def has_consent(self, session: Session, client: Client, scope: str) -> bool:
        """Whether the person need not be asked: a service of the house, or asked before."""
        if client.first_party:
            return True
        words = scope.split()
        return self.work.read(lambda repos: repos.clients.has_consent(session.account_id, client.client_id, words))

"""Every use case, built once by `bootstrap` and given to the pages and to gRPC."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from auth.clients.domain.subjects import Subjects
from auth.clients.use_cases.known_clients import KnownClients
from auth.clients.use_cases.register_clients import RegisterClients
from auth.clients.use_cases.register_dynamically import RegisterDynamically
from auth.clients.use_cases.try_client import TryClient
from auth.keys.use_cases.ports import OwnTokens, Signer
from auth.people.use_cases.accept_engagement import AcceptEngagement
from auth.people.use_cases.choose_password import ChoosePassword
from auth.people.use_cases.keep_session import ChooseOrganisation, DisownLogin, FindSession, SignOut
from auth.people.use_cases.manage_accounts import ManageAccounts
from auth.people.use_cases.name_helpers import NameHelpers
from auth.people.use_cases.next_step import NextStep
from auth.people.use_cases.person_history import PersonHistory
from auth.people.use_cases.person_rights import PersonRights
from auth.people.use_cases.person_sessions import PersonSessions
from auth.people.use_cases.remember_language import RememberLanguage
from auth.people.use_cases.request_identifier import RequestIdentifier
from auth.people.use_cases.request_password import RequestPassword
from auth.people.use_cases.sign_in import SignIn
from auth.people.use_cases.tell_clients import LogoutReport
from auth.protocol.use_cases.authenticate_client import AuthenticateClient
from auth.protocol.use_cases.check_dpop import CheckDpop
from auth.protocol.use_cases.exchange_code import ExchangeCode
from auth.protocol.use_cases.exchange_token import ExchangeToken
from auth.protocol.use_cases.give_consent import GiveConsent
from auth.protocol.use_cases.issue_client_token import IssueClientToken
from auth.protocol.use_cases.issue_code import IssueCode
from auth.protocol.use_cases.push_request import PushRequest
from auth.protocol.use_cases.read_person import ReadPerson
from auth.protocol.use_cases.read_request_object import ReadRequestObject
from auth.protocol.use_cases.read_token import ReadToken
from auth.protocol.use_cases.refresh_tokens import RefreshTokens
from auth.protocol.use_cases.serve_devices import ServeDevices
from servicekit.clock import Clock


@dataclass(frozen=True, kw_only=True)
class UseCases:
    """What the provider can do."""

    issuer: str
    rights: PersonRights
    name_helpers: NameHelpers
    own_tokens: OwnTokens
    signer: Signer
    subjects: Subjects
    clock: Clock
    client: KnownClients
    sign_in: SignIn
    choose_password: ChoosePassword
    request_password: RequestPassword
    request_identifier: RequestIdentifier
    find_session: FindSession
    remember_language: RememberLanguage
    next_step: NextStep
    accept_engagement: AcceptEngagement
    person_history: PersonHistory
    choose_organisation: ChooseOrganisation
    sign_out: SignOut
    disown_login: DisownLogin
    person_sessions: PersonSessions
    authenticate_client: AuthenticateClient
    check_dpop: CheckDpop
    push_request: PushRequest
    read_request_object: ReadRequestObject
    issue_code: IssueCode
    exchange_code: ExchangeCode
    refresh_tokens: RefreshTokens
    issue_client_token: IssueClientToken
    exchange_token: ExchangeToken
    serve_devices: ServeDevices
    read_token: ReadToken
    read_person: ReadPerson
    give_consent: GiveConsent
    manage_accounts: ManageAccounts
    register_clients: RegisterClients
    try_client: TryClient
    register_dynamically: RegisterDynamically
    wait_for_logout: Callable[[str], LogoutReport]

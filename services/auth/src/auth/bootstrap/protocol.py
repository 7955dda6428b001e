"""The room `protocol` put together: its use cases, its pages and its endpoints for clients."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Blueprint

from auth.bootstrap.clients import Clients
from auth.bootstrap.people import Around, People, session_limits
from auth.bootstrap.world import World
from auth.front.adapters.web.hot_endpoints import Served
from auth.keys.adapters.crypto.own_tokens import OwnTokens
from auth.keys.adapters.web.jwks import JwksEndpoint
from auth.keys.use_cases.ports import Signer
from auth.people.use_cases.person_rights import PersonRights
from auth.protocol.adapters.crypto.client_certificates import read_certificate, same_dn
from auth.protocol.adapters.crypto.client_tokens import JoseClientTokens
from auth.protocol.adapters.crypto.dpop import JoseDpopProofs
from auth.protocol.adapters.crypto.dpop_nonces import DpopNonces
from auth.protocol.adapters.web.authorization_answer import AuthorizationAnswers
from auth.protocol.adapters.web.authorization_request import AuthorizationRequests
from auth.protocol.adapters.web.authorize import AuthorizeEndpoint
from auth.protocol.adapters.web.checks.asked import Questions
from auth.protocol.adapters.web.client_authentication import ClientAuthentication
from auth.protocol.adapters.web.client_endpoint import Calls, ClientEndpoint
from auth.protocol.adapters.web.consent_page import ConsentPage
from auth.protocol.adapters.web.device_authorization import DeviceAuthorizationEndpoint
from auth.protocol.adapters.web.device_pages import DevicePages
from auth.protocol.adapters.web.discovery import PATHS as DISCOVERY_PATHS
from auth.protocol.adapters.web.discovery import DiscoveryEndpoint
from auth.protocol.adapters.web.end_session import EndSessionEndpoint
from auth.protocol.adapters.web.introspect import IntrospectEndpoint
from auth.protocol.adapters.web.logout_request import LogoutRequests
from auth.protocol.adapters.web.par import PushedRequestEndpoint
from auth.protocol.adapters.web.plain_requests import Certificates
from auth.protocol.adapters.web.request_sources import RequestSources
from auth.protocol.adapters.web.revoke import RevokeEndpoint
from auth.protocol.adapters.web.token import TokenEndpoint, TokenUseCases
from auth.protocol.adapters.web.userinfo import UserinfoEndpoint
from auth.protocol.use_cases.authenticate_client import AuthenticateClient
from auth.protocol.use_cases.check_dpop import CheckDpop
from auth.protocol.use_cases.exchange_code import ExchangeCode
from auth.protocol.use_cases.exchange_token import ExchangeToken
from auth.protocol.use_cases.give_consent import GiveConsent
from auth.protocol.use_cases.issue_client_token import IssueClientToken
from auth.protocol.use_cases.issue_code import IssueCode
from auth.protocol.use_cases.make_tokens import MakeTokens, TokenPolicy
from auth.protocol.use_cases.push_request import PushRequest
from auth.protocol.use_cases.read_person import ReadPerson
from auth.protocol.use_cases.read_request_object import ReadRequestObject
from auth.protocol.use_cases.read_token import ReadToken
from auth.protocol.use_cases.refresh_tokens import RefreshTokens
from auth.protocol.use_cases.serve_devices import ServeDevices
from auth.settings import AuthSettings
from servicekit.clock import Clock


@dataclass(frozen=True, kw_only=True)
class OpenId:
    """What clients can ask for."""

    issuer: str
    clock: Clock
    signer: Signer
    hinted: Callable[[str], Mapping[str, Any] | None]
    authenticate: ClientAuthentication
    push_request: PushRequest
    read_request_object: ReadRequestObject
    issue_code: IssueCode
    give_consent: GiveConsent
    tokens: TokenUseCases
    read_token: ReadToken
    read_person: ReadPerson
    questions: Questions


def build_protocol(settings: AuthSettings, world: World, clients: Clients, people: People) -> OpenId:
    """Stands on the other rooms: a token speaks of a client and of a person, and is signed."""
    work, clock, keys, rights, issuer = world.work, world.clock, world.keys, people.rights, settings.issuer
    policy = TokenPolicy(issuer, timedelta(seconds=settings.access_token_seconds), session_limits(settings))
    own_tokens = OwnTokens(keys, issuer, clock)
    client_tokens = JoseClientTokens(world.fetch, clock)
    read_token = ReadToken(work, clients.known, own_tokens, world.subjects, clock, policy.session_limits, rights)
    issue_code = IssueCode(work, rights, clock, timedelta(seconds=settings.code_seconds))
    give_consent = GiveConsent(work, clock)
    return OpenId(
        issuer=issuer,
        clock=clock,
        signer=keys,
        hinted=own_tokens.id_token_hint,
        authenticate=ClientAuthentication(
            client=clients.known,
            authenticate=AuthenticateClient(work, client_tokens, same_dn, clock, issuer),
            check_dpop=CheckDpop(work, JoseDpopProofs(), DpopNonces(world.secret.key("DPoP nonces"), clock), clock),
        ),
        push_request=PushRequest(work, clock),
        read_request_object=ReadRequestObject(client_tokens, clock, issuer),
        issue_code=issue_code,
        give_consent=give_consent,
        tokens=_ways_to_a_token(world, policy, rights, read_token),
        read_token=read_token,
        read_person=ReadPerson(clock, issuer),
        questions=Questions(
            hinted=own_tokens.id_token_hint,
            subject_of=world.subjects.of,
            next_step=people.next_step,
            has_consent=give_consent.is_given,
            check_open=issue_code.check_open,
        ),
    )


def _ways_to_a_token(world: World, policy: TokenPolicy, rights: PersonRights, read_token: ReadToken) -> TokenUseCases:
    work, clock = world.work, world.clock
    make_tokens = MakeTokens(rights, world.keys, world.subjects, clock, policy)
    return TokenUseCases(
        exchange_code=ExchangeCode(work, make_tokens, clock),
        refresh_tokens=RefreshTokens(work, make_tokens, clock, world.secret.keys("successors of refresh tokens")),
        issue_client_token=IssueClientToken(work, world.keys, clock, policy),
        exchange_token=ExchangeToken(work, read_token, make_tokens, clock),
        serve_devices=ServeDevices(work, make_tokens, rights, clock),
    )


def protocol_pages(own: OpenId, clients: Clients, people: People, around: Around) -> Sequence[Blueprint]:
    """What a browser is shown on the way to a client and back."""
    visitor, rights, client = around.visitor, people.rights, clients.known
    requests = AuthorizationRequests(
        visitor=visitor,
        sources=RequestSources(client=client, pushed=own.push_request.find, signed=own.read_request_object),
        questions=own.questions,
        clock=own.clock,
        issuer=own.issuer,
    )
    answers = AuthorizationAnswers(
        signer=own.signer, label_of=rights.label_of, reader=around.reader, end_pushed=own.push_request.end
    )
    consent = ConsentPage(
        requests=requests,
        answers=answers,
        ways=around.ways,
        give_consent=own.give_consent,
        elsewhere=rights.other_extranets,
    )
    authorize = AuthorizeEndpoint(requests=requests, answers=answers, issue_code=own.issue_code, consent=consent)
    devices = DevicePages(
        visitor=visitor, client=client, serve_devices=own.tokens.serve_devices, rights=rights, reader=around.reader
    )
    leaving = EndSessionEndpoint(
        app=around.app,
        visitor=visitor,
        requests=LogoutRequests(client=client, hinted=own.hinted),
        sign_out=people.sign_out,
        wait_for_logout=people.wait_for_logout,
        issuer=own.issuer,
    )
    return authorize.blueprint(around.app), devices.blueprint(), leaving.blueprint()


def client_endpoints(settings: AuthSettings, own: OpenId, jwks: Callable[[], bytes]) -> Mapping[str, Served]:
    """What clients call, without Flask."""
    calls = Calls(
        authenticate=own.authenticate,
        certificates=Certificates(settings.client_certificate_header, settings.proxies, read_certificate),
        issuer=own.issuer,
        mtls_issuer=settings.mtls_url,
    )
    posted: tuple[ClientEndpoint, ...] = (
        TokenEndpoint(calls, own.tokens),
        PushedRequestEndpoint(calls, own.push_request, own.read_request_object, own.questions),
        IntrospectEndpoint(calls, own.read_token, own.signer, own.clock),
        RevokeEndpoint(calls, own.read_token),
        DeviceAuthorizationEndpoint(calls, own.tokens.serve_devices),
    )
    discovery = Served(DiscoveryEndpoint(own.issuer, settings.mtls_url), ("GET",), for_everybody=True, at_once=True)
    userinfo = UserinfoEndpoint(calls, own.read_token, own.read_person, own.signer)
    return {
        "/jwks": Served(JwksEndpoint(jwks), ("GET",), for_everybody=True, at_once=True),
        userinfo.path: Served(userinfo, ("GET", "POST")),
        **dict.fromkeys(DISCOVERY_PATHS, discovery),
        **{endpoint.path: Served(endpoint, ("POST",)) for endpoint in posted},
    }

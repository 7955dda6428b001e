"""The room `protocol` put together: its pages and its endpoints for clients."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from flask import Blueprint

from auth.clients.adapters.web.register import RegisterEndpoint
from auth.front.adapters.web.hot_endpoints import Served
from auth.front.use_cases.catalogue import UseCases
from auth.keys.adapters.web.jwks import JwksEndpoint
from auth.people.adapters.web.visitor import Visitor
from auth.people.adapters.web.ways import Ways
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
from partnerkit.reasons import Reader
from servicekit.web import ServiceApp


@dataclass(frozen=True, kw_only=True)
class Around:
    """What the pages of the protocol take from those of the people."""

    app: ServiceApp
    visitor: Visitor
    ways: Ways
    reader: Callable[[], Reader]


def questions(own: UseCases) -> Questions:
    """What the checks of an authorization request ask."""
    return Questions(
        hinted=own.own_tokens.id_token_hint,
        subject_of=own.subjects.of,
        next_step=own.next_step,
        has_consent=own.give_consent.is_given,
        check_open=own.issue_code.check_open,
    )


def protocol_pages(own: UseCases, around: Around) -> Sequence[Blueprint]:
    """What a browser is shown on the way to a client and back."""
    visitor, rights = around.visitor, own.rights
    sources = RequestSources(client=own.client, pushed=own.push_request.find, signed=own.read_request_object)
    requests = AuthorizationRequests(
        visitor=visitor, sources=sources, questions=questions(own), clock=own.clock, issuer=own.issuer
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
        visitor=visitor, client=own.client, serve_devices=own.serve_devices, rights=rights, reader=around.reader
    )
    leaving = EndSessionEndpoint(
        app=around.app,
        visitor=visitor,
        requests=LogoutRequests(client=own.client, hinted=own.own_tokens.id_token_hint),
        sign_out=own.sign_out,
        wait_for_logout=own.wait_for_logout,
        issuer=own.issuer,
    )
    return authorize.blueprint(around.app), devices.blueprint(), leaving.blueprint()


def client_endpoints(
    own: UseCases, certificates: Certificates, mtls_issuer: str, jwks: Callable[[], bytes]
) -> Mapping[str, Served]:
    """What clients call, without Flask."""
    authenticate = ClientAuthentication(
        client=own.client, authenticate=own.authenticate_client, check_dpop=own.check_dpop
    )
    calls = Calls(authenticate=authenticate, certificates=certificates, issuer=own.issuer, mtls_issuer=mtls_issuer)
    tokens = TokenUseCases(
        exchange_code=own.exchange_code,
        refresh_tokens=own.refresh_tokens,
        issue_client_token=own.issue_client_token,
        exchange_token=own.exchange_token,
        serve_devices=own.serve_devices,
    )
    posted: tuple[ClientEndpoint, ...] = (
        TokenEndpoint(calls, tokens),
        PushedRequestEndpoint(calls, own.push_request, own.read_request_object, questions(own)),
        IntrospectEndpoint(calls, own.read_token, own.signer, own.clock),
        RevokeEndpoint(calls, own.read_token),
        DeviceAuthorizationEndpoint(calls, own.serve_devices),
    )
    discovery = Served(DiscoveryEndpoint(own.issuer, mtls_issuer), ("GET",), for_everybody=True, at_once=True)
    userinfo = UserinfoEndpoint(calls, own.read_token, own.read_person, own.signer)
    register = RegisterEndpoint(own.register_dynamically, own.issuer)
    return {
        "/jwks": Served(JwksEndpoint(jwks), ("GET",), for_everybody=True, at_once=True),
        userinfo.path: Served(userinfo, ("GET", "POST")),
        register.path: Served(register, ("POST",)),
        **dict.fromkeys(DISCOVERY_PATHS, discovery),
        **{endpoint.path: Served(endpoint, ("POST",)) for endpoint in posted},
    }


def client_entries(own: UseCases) -> Mapping[str, Served]:
    """What clients call about themselves, by what the path begins with."""
    register = RegisterEndpoint(own.register_dynamically, own.issuer)
    return {register.entries: Served(register, ("GET", "PUT", "DELETE"))}

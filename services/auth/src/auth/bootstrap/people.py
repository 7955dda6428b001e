"""The room `people` put together: its use cases and its pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import Blueprint

from auth.bootstrap.clients import Clients
from auth.bootstrap.world import World
from auth.ground.adapters.files.data_files import common_passwords
from auth.people.adapters.crypto.one_time_codes import TotpCodes
from auth.people.adapters.web.caf_declarer import CafDeclarer
from auth.people.adapters.web.engagement_pages import EngagementPages
from auth.people.adapters.web.factor_pages import FactorPages
from auth.people.adapters.web.known_devices import KnownDevices
from auth.people.adapters.web.link_pages import LinkPages
from auth.people.adapters.web.network_address import NetworkAddress
from auth.people.adapters.web.page_reader import PageReader
from auth.people.adapters.web.portal_pages import HomePage, NotMePage, OrganisationPage, portal_pages
from auth.people.adapters.web.second_step_page import SecondStepPage
from auth.people.adapters.web.session_pages import HistoryPage, SessionPages
from auth.people.adapters.web.sign_in_pages import ChoosePasswordPage, ForgottenPages, LoginPage, sign_in_pages
from auth.people.adapters.web.visitor import Visitor, VisitorUseCases
from auth.people.adapters.web.ways import Ways
from auth.people.domain.engagement import Document
from auth.people.domain.passwords import PasswordRules
from auth.people.domain.sessions import SessionLimits
from auth.people.domain.throttling import AttemptLimits
from auth.people.use_cases.accept_engagement import AcceptEngagement
from auth.people.use_cases.answers import Answers, FindLink, FirstSignIn
from auth.people.use_cases.change_person import ChangePerson
from auth.people.use_cases.choose_password import ChoosePassword
from auth.people.use_cases.guard_sign_in import GuardSignIn
from auth.people.use_cases.keep_session import ChooseOrganisation, DisownLogin, FindSession, SignOut
from auth.people.use_cases.manage_accounts import ManageAccounts
from auth.people.use_cases.manage_factors import ManageFactors
from auth.people.use_cases.name_helpers import NameHelpers
from auth.people.use_cases.next_step import NextStep
from auth.people.use_cases.person_history import PersonHistory
from auth.people.use_cases.person_rights import PersonRights
from auth.people.use_cases.person_sessions import PersonSessions
from auth.people.use_cases.remember_language import RememberLanguage
from auth.people.use_cases.request_identifier import RequestIdentifier
from auth.people.use_cases.request_password import RequestPassword
from auth.people.use_cases.show_second_factor import EVERYWHERE, ShowSecondFactor
from auth.people.use_cases.sign_in import SignIn
from auth.people.use_cases.tell_clients import LogoutReport
from auth.settings import AuthSettings
from servicekit.clock import Clock
from servicekit.web import ServiceApp


@dataclass(frozen=True, kw_only=True)
class People:
    """What people can do, and what is done for them."""

    rights: PersonRights
    name_helpers: NameHelpers
    sign_in: SignIn
    show_second_factor: ShowSecondFactor
    manage_factors: ManageFactors
    choose_password: ChoosePassword
    request_password: RequestPassword
    request_identifier: RequestIdentifier
    next_step: NextStep
    accept_engagement: AcceptEngagement
    choose_organisation: ChooseOrganisation
    find_session: FindSession
    remember_language: RememberLanguage
    sign_out: SignOut
    disown_login: DisownLogin
    person_sessions: PersonSessions
    person_history: PersonHistory
    manage_accounts: ManageAccounts
    change_person: ChangePerson
    find_link: FindLink
    answers: Answers
    first_sign_in: FirstSignIn
    wait_for_logout: Callable[[str], LogoutReport]


def build_people(settings: AuthSettings, world: World, rights: PersonRights, engagement: Document) -> People:
    """`engagement`: the text that everybody accepts."""
    work, passwords, clock = world.work, world.passwords, world.clock
    limits = session_limits(settings)
    rules = PasswordRules(minimum_length=settings.password_minimum_length, common=common_passwords())
    attempts = AttemptLimits(maximum=settings.login_attempts)
    manage, first_sign_in = ManageAccounts(work, clock), FirstSignIn(world.answers)
    guard = GuardSignIn(work, clock, attempts, settings.login_attempts_per_address)
    code_guard = GuardSignIn(work, clock, attempts, settings.login_attempts_per_address, everywhere=EVERYWHERE)
    codes = TotpCodes(world.factors_secret.sealer("one-time codes"))
    return People(
        rights=rights,
        name_helpers=NameHelpers(work, rights),
        sign_in=SignIn(work, passwords, rights, clock, guard, limits, engagement),
        show_second_factor=ShowSecondFactor(work, codes, clock, code_guard),
        manage_factors=ManageFactors(work, codes, clock),
        choose_password=ChoosePassword(work, passwords, rights, clock, rules, first_sign_in),
        request_password=RequestPassword(work, clock),
        request_identifier=RequestIdentifier(work, clock),
        next_step=NextStep(rights),
        accept_engagement=AcceptEngagement(work, clock, engagement),
        choose_organisation=ChooseOrganisation(work, rights, clock),
        find_session=FindSession(work, clock, limits),
        remember_language=RememberLanguage(work),
        sign_out=SignOut(work, clock),
        disown_login=DisownLogin(work, clock, rights),
        person_sessions=PersonSessions(work, clock, limits),
        person_history=PersonHistory(work),
        manage_accounts=manage,
        change_person=ChangePerson(work, clock, manage),
        find_link=FindLink(work, clock),
        answers=world.answers,
        first_sign_in=first_sign_in,
        wait_for_logout=world.wait_for_logout,
    )


def session_limits(settings: AuthSettings) -> SessionLimits:
    """How long a session lasts."""
    return SessionLimits(settings.session_idle, settings.session_absolute)


@dataclass(frozen=True, kw_only=True)
class Around:
    """What every page stands in: who is there, where they go on to, who reads."""

    app: ServiceApp
    visitor: Visitor
    ways: Ways
    reader: PageReader


def build_around(app: ServiceApp, people: People, clients: Clients, clock: Clock) -> Around:
    """Made once per application."""
    asked = VisitorUseCases(
        find_session=people.find_session, remember_language=people.remember_language, rights=people.rights
    )
    visitor = Visitor(app, asked, clock)
    reader = PageReader(visitor=visitor, rights=people.rights, name_helpers=people.name_helpers)
    return Around(app=app, visitor=visitor, ways=Ways(visitor, clients.known, people.next_step.page), reader=reader)


def caf_declarer(around: Around, people: People, clock: Clock) -> CafDeclarer:
    """Who declares clients."""
    return CafDeclarer(visitor=around.visitor, ways=around.ways, rights=people.rights, clock=clock)


def people_pages(settings: AuthSettings, people: People, clients: Clients, around: Around) -> Sequence[Blueprint]:
    """What a person sees of themselves."""
    visitor, ways = around.visitor, around.ways
    sessions = SessionPages(
        visitor=visitor,
        ways=ways,
        person_sessions=people.person_sessions,
        rights=people.rights,
        client=clients.known,
        wait_for_logout=people.wait_for_logout,
    )
    return (
        _sign_in(settings, people, around),
        _second_step(settings, people, around).blueprint(),
        FactorPages(visitor=visitor, ways=ways, manage=people.manage_factors).blueprint(),
        EngagementPages(visitor, people.accept_engagement, ways.go_on_in, ways.waiting_client).blueprint(),
        _portal(people, around),
        _links(people, around).blueprint(),
        sessions.blueprint(HistoryPage(visitor=visitor, history=people.person_history)),
    )


def _sign_in(settings: AuthSettings, people: People, around: Around) -> Blueprint:
    visitor, ways, address = around.visitor, around.ways, NetworkAddress(settings.proxies)
    return sign_in_pages(
        around.app,
        LoginPage(
            visitor=visitor, ways=ways, sign_in=people.sign_in, devices=KnownDevices(around.app), address=address
        ),
        ChoosePasswordPage(
            visitor=visitor, ways=ways, choose=people.choose_password, minimum_length=settings.password_minimum_length
        ),
        ForgottenPages(
            request_password=people.request_password, request_identifier=people.request_identifier, address=address
        ),
    )


def _second_step(settings: AuthSettings, people: People, around: Around) -> SecondStepPage:
    return SecondStepPage(
        visitor=around.visitor,
        ways=around.ways,
        show=people.show_second_factor,
        devices=KnownDevices(around.app),
        name_helpers=people.name_helpers,
        address=NetworkAddress(settings.proxies),
    )


def _links(people: People, around: Around) -> LinkPages:
    return LinkPages(
        visitor=around.visitor,
        find_link=people.find_link,
        answers=people.answers,
        is_signed_in=lambda session: people.next_step(session) is None,
        has_begun=people.manage_accounts.has_begun,
        come_back_to=around.ways.come_back_to,
    )


def _portal(people: People, around: Around) -> Blueprint:
    visitor, ways, rights = around.visitor, around.ways, people.rights
    return portal_pages(
        HomePage(
            visitor=visitor,
            rights=rights,
            history=people.person_history,
            reader=around.reader,
            first_sign_in=people.first_sign_in,
        ),
        OrganisationPage(
            visitor=visitor,
            ways=ways,
            rights=rights,
            next_step=people.next_step,
            choose_organisation=people.choose_organisation,
        ),
        NotMePage(visitor=visitor, disown_login=people.disown_login, wait_for_logout=people.wait_for_logout),
    )

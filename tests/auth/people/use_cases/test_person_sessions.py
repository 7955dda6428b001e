"""Ending one's sessions elsewhere and withdrawing consents: what ends, what is told, what is recorded."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from auth.ground.domain.errors import SessionEndedError, SignInAgainError
from auth.people.domain.sessions import Session
from tests.auth.builders import DIRECTOR, PASSWORD, Provider, a_client, an_account, sent_back


def opened(provider: Provider, *client_ids: str) -> Session:
    """A session in which these clients got tokens."""
    session = provider.sign_in().session
    for client_id in client_ids:
        provider.work.write(lambda repos, known=client_id: repos.sessions.remember_client(session.session_id, known))
    return session


def ended_ids(provider: Provider) -> list[str]:
    return [ended.session_id for ended in provider.read(lambda repos: repos.ended_sessions.rows)]


def consented(provider: Provider) -> dict[str, Any]:
    """The tokens of a client that is not of the house, with consent."""
    provider.add(a_client("omega", 8411, first_party=False, requires_service_contract=False))
    browser = provider.browser()
    page = browser.follow(browser.authorize("omega", 8411))
    consent = browser.follow(browser.follow(browser.submit(page, "/login", username="cdurand-4821", password=PASSWORD)))
    back = browser.follow(browser.submit(consent, "/consent", allow="1"))
    tokens: dict[str, Any] = browser.exchange(sent_back(back)["code"], "omega", 8411).json
    return tokens


def test_the_overview_holds_the_living_sessions_and_their_clients(provider: Provider) -> None:
    provider.add(an_account("account-social-worker", "amartin-0007"))
    provider.sign_in("amartin-0007")
    old = opened(provider, "cdap")
    provider.clock.advance(timedelta(minutes=20))
    here = opened(provider, "cdap", "mon-enfant")
    shown = provider.people.person_sessions.overview(here).sessions
    assert [one.session.session_id for one in shown] == [here.session_id, old.session_id]
    assert [[client.client_id for client in one.clients] for one in shown] == [["cdap", "mon-enfant"], ["cdap"]]
    provider.clock.advance(timedelta(minutes=15))  # the first is over and not yet swept away
    assert [one.session for one in provider.people.person_sessions.overview(here).sessions] == [here]


def test_another_session_is_ended_told_and_recorded_with_the_person_as_actor(provider: Provider) -> None:
    other, here = opened(provider, "cdap"), opened(provider, "cdap")
    third = opened(provider)
    assert provider.people.person_sessions.end(here, other.session_id) == (other.session_id,)
    assert ended_ids(provider) == [other.session_id]
    assert provider.deliver(other.session_id).done == 1
    event = provider.work.events[-1]
    assert (event.type, event.actor_id, event.payload["session_id"]) == (
        "auth.session.ended",
        DIRECTOR,
        other.session_id,
    )
    assert provider.people.person_sessions.end(here, other.session_id) == ()
    assert not provider.read(lambda repos: repos.sessions.find(third.session_id)).ended_at


def test_all_other_sessions_end_and_this_one_stays(provider: Provider) -> None:
    others = sorted(opened(provider, "cdap").session_id for _ in range(3))
    here = opened(provider)
    assert sorted(provider.people.person_sessions.end_others(here)) == others
    assert provider.read(lambda repos: repos.sessions.open_of(DIRECTOR)) == [here]
    assert provider.people.person_sessions.end_others(here) == ()


def test_nobody_ends_the_session_of_another_person_nor_this_way_their_own(provider: Provider) -> None:
    provider.add(an_account("account-social-worker", "amartin-0007"))
    foreign, here = provider.sign_in("amartin-0007").session, opened(provider)
    for session_id in (foreign.session_id, here.session_id, "", "unknown"):
        assert provider.people.person_sessions.end(here, session_id) == ()
    assert ended_ids(provider) == []


ENDS: tuple[Callable[[Provider, Session, str], object], ...] = (
    lambda provider, here, other: provider.people.person_sessions.end(here, other),
    lambda provider, here, _other: provider.people.person_sessions.end_others(here),
)


@pytest.mark.parametrize("end", ENDS)
def test_an_end_elsewhere_needs_a_password_typed_lately(
    provider: Provider, end: Callable[[Provider, Session, str], object]
) -> None:
    other, here = opened(provider), opened(provider)
    provider.clock.advance(timedelta(minutes=10))
    assert not provider.people.person_sessions.must_sign_in_again(here)
    provider.clock.advance(timedelta(seconds=1))
    with pytest.raises(SignInAgainError):
        end(provider, here, other.session_id)
    assert ended_ids(provider) == []


@pytest.mark.parametrize("end", ENDS)
def test_a_session_that_has_ended_ends_no_other(
    provider: Provider, end: Callable[[Provider, Session, str], object]
) -> None:
    other, here = opened(provider), opened(provider)
    provider.people.sign_out(here.session_id)
    with pytest.raises(SessionEndedError):
        end(provider, here, other.session_id)
    assert ended_ids(provider) == [here.session_id]


def test_a_withdrawn_consent_ends_the_tokens_of_the_client_and_is_recorded(provider: Provider) -> None:
    tokens = consented(provider)
    here = opened(provider)
    (given,) = provider.people.person_sessions.overview(here).consents
    assert (given.client.client_id, given.consent.scope) == ("omega", ("openid", "profile", "email", "omega"))
    assert provider.people.person_sessions.withdraw_consent(here, "omega")
    assert provider.people.person_sessions.overview(here).consents == ()
    event = provider.work.events[-1]
    assert (event.type, event.actor_id, event.payload["client_id"]) == ("auth.consent.withdrawn", DIRECTOR, "omega")
    browser = provider.browser()
    again = browser.token("omega", grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert again.json["error"] == "invalid_grant"
    told = browser.client.get("/userinfo", headers={"Authorization": f"Bearer {tokens['access_token']}"})
    assert told.status_code == 401
    assert not provider.people.person_sessions.withdraw_consent(here, "omega")


def test_withdrawing_leaves_the_tokens_of_other_clients_alone(provider: Provider) -> None:
    consented(provider)
    browser = provider.browser()
    browser.sign_in()
    token = browser.exchange(browser.code()).json["refresh_token"]
    provider.people.person_sessions.withdraw_consent(opened(provider), "omega")
    assert browser.token(grant_type="refresh_token", refresh_token=token).status_code == 200


def test_a_session_that_has_ended_withdraws_nothing(provider: Provider) -> None:
    consented(provider)
    here = opened(provider)
    provider.people.sign_out(here.session_id)
    with pytest.raises(SessionEndedError):
        provider.people.person_sessions.withdraw_consent(here, "omega")
    assert provider.read(lambda repos: repos.consents.of(DIRECTOR, "omega")) is not None

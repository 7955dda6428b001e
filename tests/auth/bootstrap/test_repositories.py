"""One conformance suite for the repositories: on the fakes, on SQLite and on PostgreSQL."""

from __future__ import annotations

from dataclasses import replace

from auth.clients.domain.dynamic_registration import InitialAccessToken
from auth.people.domain.accounts import ProvisionalPassword
from auth.people.domain.consents import Consent
from auth.protocol.domain.grants import (
    DeviceRequest,
    DeviceState,
    FoundCode,
    FoundToken,
    PushedRequest,
)
from tests.auth.bootstrap.repository_builders import NOW, SECOND, Run, a_code, a_refresh_token, a_session
from tests.auth.builders import a_client, an_account
from tests.auth.protocol_fakes import holder_of


def test_accounts_are_found_and_kept_whole(run: Run) -> None:
    pending = ProvisionalPassword("hash", NOW + SECOND)
    account = an_account(provisional=pending, locked_at=NOW, locked_reason="LEFT", last_login_at=NOW - SECOND)
    run(lambda repos: repos.accounts.add(account))
    assert run(lambda repos: repos.accounts.find(account.account_id)) == account
    assert run(lambda repos: repos.accounts.find_by_username(account.username)) == account
    assert run(lambda repos: repos.accounts.several([account.account_id, "other"])) == [account]
    assert run(lambda repos: repos.accounts.find("other")) is None
    changed = replace(account, provisional=None, locked_at=None, locked_reason=None)
    run(lambda repos: repos.accounts.save(changed))
    assert run(lambda repos: repos.accounts.find(account.account_id)) == changed


def test_a_provisional_password_is_used_once(run: Run) -> None:
    account = an_account(provisional=ProvisionalPassword("hash", NOW + SECOND))
    run(lambda repos: repos.accounts.add(account))
    use = lambda repos: repos.accounts.use_provisional(account.account_id, "hash", NOW)  # noqa: E731
    assert not run(lambda repos: repos.accounts.use_provisional(account.account_id, "other hash", NOW))
    assert run(use)
    assert not run(use)


def test_sessions_end_once_and_then_do_not_change(run: Run) -> None:
    run(lambda repos: repos.sessions.add(a_session()))
    assert run(lambda repos: repos.sessions.find_by_cookie("c1")) == a_session()
    assert run(lambda repos: repos.sessions.touch("s1", NOW + SECOND))
    assert run(lambda repos: [s.session_id for s in repos.sessions.open_of("a1")]) == ["s1"]
    assert run(lambda repos: repos.sessions.end("s1", NOW + SECOND))
    assert not run(lambda repos: repos.sessions.end("s1", NOW + SECOND))
    assert not run(lambda repos: repos.sessions.touch("s1", NOW + SECOND))
    run(lambda repos: repos.sessions.save(a_session(organisation_id="o")))
    assert run(lambda repos: repos.sessions.find("s1")).organisation_id is None
    assert run(lambda repos: repos.sessions.open_of("a1")) == []


def test_sessions_whose_time_is_over_are_found(run: Run) -> None:
    run(lambda repos: repos.sessions.add(a_session()))
    late = a_session(session_id="s2", cookie_hash="c2", seen_at=NOW + 60 * SECOND)
    run(lambda repos: repos.sessions.add(late))
    found = run(lambda repos: repos.sessions.expired(NOW, NOW - SECOND, 10))
    assert found == ["s1"]
    assert len(run(lambda repos: repos.sessions.expired(NOW - SECOND, NOW, 10))) == 2


def test_clients_of_a_session_are_remembered_once(run: Run) -> None:
    for client_id in ("b", "a", "b"):
        run(lambda repos, client_id=client_id: repos.sessions.remember_client("s1", client_id))
    assert run(lambda repos: list(repos.sessions.clients_of("s1"))) == ["a", "b"]


def test_the_feed_of_ends_has_no_gap(run: Run) -> None:
    revision, epoch = run(lambda repos: repos.ended_sessions.position())
    assert (revision, bool(epoch)) == (0, True)
    for number in range(3):
        session = a_session(session_id=f"s{number}")
        run(lambda repos, session=session: repos.ended_sessions.append(session, NOW, "LOGOUT"))
    assert run(lambda repos: repos.ended_sessions.position()) == (3, epoch)
    assert [end.revision for end in run(lambda repos: repos.ended_sessions.after(1, 10))] == [2, 3]
    assert len(run(lambda repos: repos.ended_sessions.after(0, 2))) == 2
    assert len(run(lambda repos: repos.ended_sessions.since(NOW))) == 3


def test_a_code_is_used_once(run: Run) -> None:
    run(lambda repos: repos.codes.add(a_code()))
    assert run(lambda repos: repos.codes.find("h")) == FoundCode(a_code(), None)
    assert not run(lambda repos: repos.codes.use("h", NOW))
    account = an_account("a1")
    run(lambda repos: repos.accounts.add(account))
    run(lambda repos: repos.sessions.add(a_session()))
    assert run(lambda repos: repos.codes.find("h")) == FoundCode(a_code(), holder_of(a_session(), account))
    assert run(lambda repos: repos.codes.use("h", NOW))
    assert not run(lambda repos: repos.codes.use("h", NOW))
    assert run(lambda repos: repos.codes.find("h")).kept.used_at == NOW
    run(lambda repos: repos.codes.forget_before(NOW + 61 * SECOND))
    assert run(lambda repos: repos.codes.find("h")) is None


def test_codes_of_a_client_are_spent_together_and_go_with_it(run: Run) -> None:
    for name, client_id in (("h1", "cdap"), ("h2", "cdap"), ("h3", "omega")):
        code = replace(a_code(), code_hash=name, client_id=client_id, family_id=f"f-{name}")
        run(lambda repos, code=code: repos.codes.add(code))
    assert list(run(lambda repos: repos.codes.spend("s1", "cdap", NOW))) == ["f-h1", "f-h2"]
    assert run(lambda repos: repos.codes.find("h1")).kept.used_at == NOW
    assert run(lambda repos: repos.codes.find("h3")).kept.used_at is None
    run(lambda repos: repos.codes.delete_of("cdap"))
    assert run(lambda repos: [repos.codes.find(one) is None for one in ("h1", "h2", "h3")]) == [True, True, False]
    run(lambda repos: repos.refresh_tokens.add(a_refresh_token()))
    run(lambda repos: repos.refresh_tokens.delete_of("cdap"))
    assert run(lambda repos: repos.refresh_tokens.find("r1")) is None


def test_waiting_requests_of_a_client_are_counted(run: Run) -> None:
    run(
        lambda repos: repos.pushed_requests.add(
            PushedRequest(request_hash="h", client_id="cdap", parameters="{}", dpop_key="", expires_at=NOW + SECOND)
        )
    )
    device = DeviceRequest(
        device_code_hash="h",
        user_code="BCDFGHJK",
        client_id="cdap",
        scope="openid",
        audience="http://localhost",
        issued_at=NOW,
        expires_at=NOW + SECOND,
        family_id="f",
    )
    run(lambda repos: repos.device_requests.add(device))
    for store in ("pushed_requests", "device_requests"):
        count = lambda repos, one="cdap", at=NOW, store=store: getattr(repos, store).waiting_of(one, at)  # noqa: E731
        assert run(count) == 1
        assert run(lambda repos, count=count: count(repos, "omega")) == 0
        assert run(lambda repos, count=count: count(repos, "cdap", NOW + SECOND)) == 0
    run(lambda repos: repos.device_requests.delete_of("cdap"))
    assert run(lambda repos: repos.device_requests.find("h")) is None


def test_a_refresh_token_is_used_once_and_its_family_ends_together(run: Run) -> None:
    for name in ("r1", "r2"):
        run(lambda repos, name=name: repos.refresh_tokens.add(a_refresh_token(name)))
    assert not run(lambda repos: repos.refresh_tokens.use("r1", NOW))
    run(lambda repos: repos.sessions.add(a_session()))
    assert run(lambda repos: repos.refresh_tokens.find("r1")) == FoundToken(a_refresh_token(), None)
    assert run(lambda repos: repos.refresh_tokens.use("r1", NOW))
    assert not run(lambda repos: repos.refresh_tokens.use("r1", NOW))
    other = replace(a_refresh_token("r9"), family_id="e")
    run(lambda repos: repos.refresh_tokens.add(other))
    assert run(lambda repos: list(repos.refresh_tokens.families_of("s1", "cdap"))) == ["e", "f"]
    assert run(lambda repos: list(repos.refresh_tokens.families_of("s1", "other"))) == []
    assert run(lambda repos: list(repos.refresh_tokens.families_of("s2", "cdap"))) == []
    assert run(lambda repos: repos.refresh_tokens.revoke_family("f", NOW))
    assert not run(lambda repos: repos.refresh_tokens.revoke_family("f", NOW))
    assert run(lambda repos: list(repos.refresh_tokens.families_of("s1", "cdap"))) == ["e"]
    assert not run(lambda repos: repos.refresh_tokens.use("r2", NOW))
    run(lambda repos: repos.refresh_tokens.forget_before(NOW + SECOND))
    assert run(lambda repos: repos.refresh_tokens.find("r1")) is None


def test_clients_and_consents_are_kept_whole(run: Run) -> None:
    client = a_client(logo_uri="https://example.org/logo.svg")
    run(lambda repos: repos.clients.save(a_client()))
    run(lambda repos: repos.clients.save(client))
    assert run(lambda repos: repos.clients.find("cdap")) == client
    assert run(lambda repos: list(repos.clients.all())) == [client]
    assert run(lambda repos: repos.clients.find("other")) is None
    assert run(lambda repos: repos.consents.of("a1", "cdap")) is None
    run(lambda repos: repos.consents.remember("a1", "cdap", ["openid", "profile"], NOW))
    run(lambda repos: repos.consents.remember("a1", "cdap", ["openid", "email"], NOW + SECOND))
    given = Consent("cdap", ("openid", "email"), NOW + SECOND)
    assert run(lambda repos: repos.consents.of("a1", "cdap")) == given
    assert run(lambda repos: list(repos.consents.all_of("a1"))) == [given]
    assert run(lambda repos: repos.consents.forget("a1", "cdap"))
    assert not run(lambda repos: repos.consents.forget("a1", "cdap"))
    run(lambda repos: repos.consents.remember("a1", "cdap", ["openid"], NOW))
    run(lambda repos: repos.clients.delete("cdap"))
    assert run(lambda repos: repos.clients.find("cdap")) is None
    assert run(lambda repos: repos.consents.of("a1", "cdap")) is None


def test_a_pushed_request_is_used_once(run: Run) -> None:
    request = PushedRequest(
        request_hash="h", client_id="cdap", parameters="{}", dpop_key="key", expires_at=NOW + 60 * SECOND
    )
    run(lambda repos: repos.pushed_requests.add(request))
    assert run(lambda repos: repos.pushed_requests.find("h")) == request
    assert run(lambda repos: repos.pushed_requests.use("h", NOW))
    assert not run(lambda repos: repos.pushed_requests.use("h", NOW))
    assert run(lambda repos: repos.pushed_requests.find("h")).used_at == NOW
    run(lambda repos: repos.pushed_requests.forget_before(NOW + 61 * SECOND))
    assert run(lambda repos: repos.pushed_requests.find("h")) is None


def test_a_device_request_changes_only_from_the_state_it_was_in(run: Run) -> None:
    request = DeviceRequest(
        device_code_hash="h",
        user_code="BCDFGHJK",
        client_id="cdap",
        scope="openid",
        audience="http://localhost",
        issued_at=NOW,
        expires_at=NOW + 60 * SECOND,
        family_id="f",
    )
    run(lambda repos: repos.device_requests.add(request))
    assert run(lambda repos: repos.device_requests.find_by_user_code("BCDFGHJK")) == request
    granted = replace(request, state=DeviceState.GRANTED, account_id="a1", session_id="s1", organisation_id="o1")
    assert run(lambda repos: repos.device_requests.save(granted, DeviceState.WAITING))
    assert not run(lambda repos: repos.device_requests.save(request, DeviceState.WAITING))
    assert run(lambda repos: repos.device_requests.find("h")) == granted
    run(lambda repos: repos.device_requests.forget_before(NOW + 61 * SECOND))
    assert run(lambda repos: repos.device_requests.find("h")) is None


def test_a_token_is_seen_once_and_revoked_by_itself_or_with_its_family(run: Run) -> None:
    assert run(lambda repos: repos.seen_tokens.add("k", NOW))
    assert not run(lambda repos: repos.seen_tokens.add("k", NOW))
    run(lambda repos: repos.seen_tokens.forget_before(NOW + SECOND))
    assert run(lambda repos: repos.seen_tokens.add("k", NOW))
    assert not run(lambda repos: repos.revoked_tokens.contains("f~1"))
    assert run(lambda repos: repos.revoked_tokens.add("f~1", NOW))
    assert not run(lambda repos: repos.revoked_tokens.add("f~1", NOW))
    found = [run(lambda repos, one=one: repos.revoked_tokens.contains(one)) for one in ("f~1", "f~2", "g~1")]
    assert found == [True, False, False]
    run(lambda repos: repos.revoked_tokens.add("f", NOW + SECOND))
    run(lambda repos: repos.revoked_tokens.forget_before(NOW + SECOND))
    assert run(lambda repos: repos.revoked_tokens.contains("f~2"))


def test_an_initial_access_token_serves_as_often_as_it_says(run: Run) -> None:
    token = InitialAccessToken(
        token_hash="h",
        name="Omega",
        created_at=NOW,
        expires_at=NOW + 60 * SECOND,
        uses_left=1,
        profile="interoperable",
        owner="921",
    )
    run(lambda repos: repos.initial_access_tokens.add(token))
    assert run(lambda repos: list(repos.initial_access_tokens.all())) == [token]
    assert not run(lambda repos: repos.initial_access_tokens.use("h", NOW + 60 * SECOND))
    assert run(lambda repos: repos.initial_access_tokens.use("h", NOW))
    assert not run(lambda repos: repos.initial_access_tokens.use("h", NOW))
    assert run(lambda repos: repos.initial_access_tokens.find("h")).uses_left == 0
    assert run(lambda repos: repos.initial_access_tokens.delete("h"))
    assert not run(lambda repos: repos.initial_access_tokens.delete("h"))


def test_attempts_are_counted_by_key(run: Run) -> None:
    for key, at in (("a", NOW), ("a", NOW + SECOND), ("b", NOW)):
        run(lambda repos, key=key, at=at: repos.attempts.add(key, at))
    assert run(lambda repos: list(repos.attempts.of("a", NOW - SECOND))) == [NOW, NOW + SECOND]
    assert run(lambda repos: list(repos.attempts.of("a", NOW))) == [NOW + SECOND]
    run(lambda repos: repos.attempts.forget_one("a", NOW))
    assert run(lambda repos: list(repos.attempts.of("a", NOW - SECOND))) == [NOW + SECOND]
    run(lambda repos: repos.attempts.forget("a"))
    run(lambda repos: repos.attempts.forget_before(NOW + SECOND))
    assert run(lambda repos: list(repos.attempts.of("b", NOW - SECOND))) == []

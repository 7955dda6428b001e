"""What is kept of the sign-ins of people, on the fakes, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select, update

from auth.bootstrap.repositories import SqlRepositories
from auth.ground.adapters.database.person_tables import credential
from auth.ground.adapters.database.tables import session as session_table
from auth.people.domain.accounts import AccountState, without_password
from auth.people.domain.credentials import Credential, CredentialKind
from auth.people.domain.engagement import Acceptance
from auth.people.domain.factors import Factor, FactorKind
from auth.people.domain.sessions import SessionLimits
from auth.people.domain.sign_ins import PastSignIn, SignInOutcome
from auth.people.domain.steps import Step
from servicekit.database import open_database
from tests.auth.bootstrap.repository_builders import NOW, SECOND, Run, a_session
from tests.auth.builders import an_account
from tests.promises import promise

StoredRun = tuple[Run, Callable[[Any], Any]]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def stored_run(request: pytest.FixtureRequest) -> Iterator[StoredRun]:
    """As `run`, and what executes a statement of its own."""
    url = request.getfixturevalue(f"{request.param}_url")
    database = open_database(url)
    yield (
        lambda work: database.write(lambda connection: work(SqlRepositories(connection))),
        lambda statement: database.write(lambda connection: connection.execute(statement)),
    )
    database.close()


def test_a_session_keeps_its_factors_and_what_remains(run: Run) -> None:
    factors = (Factor(FactorKind.PASSWORD, NOW - SECOND),)
    pending = (Step.CHOOSE_PASSWORD, Step.CHOOSE_ORGANISATION)
    run(lambda repos: repos.sessions.add(a_session(factors=factors, pending=pending)))
    found = run(lambda repos: repos.sessions.find("s1"))
    assert (found.factors, found.pending) == (factors, pending)
    assert run(lambda repos: repos.sessions.open_of("a1")) == [found]
    left = replace(found, pending=(Step.CHOOSE_ORGANISATION,), cookie_hash="another")
    assert run(lambda repos: repos.sessions.keep_pending(left))
    found = run(lambda repos: repos.sessions.find_by_cookie("c1"))
    assert found.pending == (Step.CHOOSE_ORGANISATION,)
    run(lambda repos: repos.sessions.save(replace(found, factors=(), pending=())))
    assert run(lambda repos: repos.sessions.find("s1")).is_finished
    run(lambda repos: repos.sessions.end("s1", NOW))
    assert not run(lambda repos: repos.sessions.keep_pending(left))


@pytest.mark.parametrize("stored", ["enrol_factor", "choose_password retina_scan", "retina_scan", "unknown"])
def test_a_step_that_this_version_cannot_show_leaves_nobody_signed_in(stored_run: StoredRun, stored: str) -> None:
    """As an older version finds what a newer one wrote."""
    run, execute = stored_run
    run(lambda repos: repos.sessions.add(a_session()))
    execute(update(session_table).values(pending=stored, factors="pwd:1 retina:2 pwd:x"))
    found = run(lambda repos: repos.sessions.find("s1"))
    assert found.pending == (Step.UNKNOWN,)
    assert not found.is_alive(SessionLimits(), NOW)
    assert found.amr == ("pwd",)


@promise("engagement:once-per-version")
def test_a_version_is_accepted_once_and_the_first_moment_stays(run: Run) -> None:
    first = Acceptance("a1", "engagement", "1", NOW)
    assert run(lambda repos: repos.acceptances.find("a1", "engagement", "1")) is None
    assert run(lambda repos: repos.acceptances.add(first))
    assert not run(lambda repos: repos.acceptances.add(replace(first, accepted_at=NOW + SECOND)))
    assert run(lambda repos: repos.acceptances.add(replace(first, version="2")))
    assert run(lambda repos: repos.acceptances.find("a1", "engagement", "1")) == first
    assert run(lambda repos: repos.acceptances.find("a2", "engagement", "1")) is None


def test_the_history_of_one_person_is_read_from_the_newest_and_forgotten_from_the_oldest(run: Run) -> None:
    outcomes = [*SignInOutcome, SignInOutcome.WRONG_PASSWORD]
    entries = [PastSignIn("a1", NOW + number * SECOND, one, "::1", "Firefox") for number, one in enumerate(outcomes)]
    for entry in [*entries, PastSignIn("a2", NOW, SignInOutcome.SIGNED_IN)]:
        run(lambda repos, entry=entry: repos.sign_ins.add(entry))
    assert run(lambda repos: repos.sign_ins.of("a1", 10)) == entries[::-1]
    assert run(lambda repos: repos.sign_ins.of("a1", 2, 1)) == entries[-2:0:-1][:2]
    assert run(lambda repos: repos.sign_ins.count("a1")) == len(entries)
    assert run(lambda repos: repos.sign_ins.last_success("a1")) == entries[0]
    assert run(lambda repos: repos.sign_ins.last_success("nobody")) is None
    run(lambda repos: repos.sign_ins.forget_before(NOW + SECOND))
    assert run(lambda repos: repos.sign_ins.count("a1")) == len(entries) - 1
    assert run(lambda repos: repos.sign_ins.count("a2")) == 0


def test_failures_are_counted_from_a_moment_on(run: Run) -> None:
    wrong = SignInOutcome.WRONG_CODE
    entries = [PastSignIn("a1", NOW + number * SECOND, wrong) for number in range(4)]
    for entry in [*entries, PastSignIn("a1", NOW, SignInOutcome.SIGNED_IN), PastSignIn("a2", NOW + SECOND, wrong)]:
        run(lambda repos, entry=entry: repos.sign_ins.add(entry))
    assert run(lambda repos: repos.sign_ins.count_since("a1", wrong, NOW + SECOND)) == 3
    assert run(lambda repos: repos.sign_ins.count_since("a3", wrong, NOW)) == 0


def a_credential(name: str, account_id: str = "a1", kind: CredentialKind = CredentialKind.AUTHENTICATOR) -> Credential:
    return Credential(credential_id=name, account_id=account_id, kind=kind, created_at=NOW, name=name)


@promise("second-step:a-code-serves-once")
def test_the_code_of_a_counter_is_taken_once_and_never_an_older_one(run: Run) -> None:
    run(lambda repos: repos.credentials.add(a_credential("phone"), "sealed", 5))
    takes = [(5, False), (6, True), (6, False), (4, False), (9, True), (7, False)]
    for counter, taken in takes:
        assert run(lambda repos, counter=counter: repos.credentials.use("phone", counter, "again", NOW)) is taken
    (kept,) = run(lambda repos: repos.credentials.secrets("a1", {CredentialKind.AUTHENTICATOR}))
    assert (kept.counter, kept.content) == (9, "again")
    assert not run(lambda repos: repos.credentials.use("nothing", 10, "x", NOW))
    assert run(lambda repos: repos.credentials.revoke("phone", NOW))
    assert not run(lambda repos: repos.credentials.revoke("phone", NOW))
    assert not run(lambda repos: repos.credentials.use("phone", 10, "x", NOW))
    assert run(lambda repos: repos.credentials.secrets("a1", {CredentialKind.AUTHENTICATOR})) == []


def test_what_a_person_signs_in_with_is_read_by_kind_and_by_person(run: Run) -> None:
    run(lambda repos: repos.accounts.add(an_account("a1")))
    run(lambda repos: repos.credentials.add(a_credential("phone"), "sealed", 1))
    run(lambda repos: repos.credentials.add(a_credential("code", kind=CredentialKind.RECOVERY_CODE), "hash"))
    run(lambda repos: repos.credentials.add(a_credential("only codes", "a2", CredentialKind.RECOVERY_CODE), "hash"))
    kinds = [one.kind for one in run(lambda repos: repos.credentials.of("a1"))]
    assert sorted(kind.value for kind in kinds) == ["password", "recovery_code", "totp"]
    (kept,) = run(lambda repos: repos.credentials.secrets("a1", {CredentialKind.RECOVERY_CODE}))
    assert (kept.credential_id, kept.content, kept.counter) == ("code", "hash", 0)
    assert run(lambda repos: set(repos.credentials.with_second_factor(["a1", "a2", "a3"]))) == {"a1"}
    assert run(lambda repos: set(repos.credentials.with_second_factor([]))) == set()


def test_of_two_entries_of_one_moment_the_later_one_is_the_newer(run: Run) -> None:
    for outcome in (SignInOutcome.WRONG_PASSWORD, SignInOutcome.SIGNED_IN):
        run(lambda repos, outcome=outcome: repos.sign_ins.add(PastSignIn("a1", NOW, outcome)))
    found = run(lambda repos: repos.sign_ins.of("a1", 5))
    assert [one.outcome for one in found] == [SignInOutcome.SIGNED_IN, SignInOutcome.WRONG_PASSWORD]


def test_a_browser_is_known_to_the_account_that_used_it(run: Run) -> None:
    assert not run(lambda repos: repos.known_devices.see("a1", "d1", NOW))
    assert run(lambda repos: repos.known_devices.see("a1", "d1", NOW + SECOND))
    assert not run(lambda repos: repos.known_devices.see("a2", "d1", NOW))
    run(lambda repos: repos.known_devices.forget_before(NOW + SECOND))
    assert run(lambda repos: repos.known_devices.see("a1", "d1", NOW + SECOND)), "seen since"
    assert not run(lambda repos: repos.known_devices.see("a2", "d1", NOW))
    run(lambda repos: repos.known_devices.forget_of("a1"))
    assert not run(lambda repos: repos.known_devices.see("a1", "d1", NOW))
    assert run(lambda repos: repos.known_devices.see("a2", "d1", NOW))


def passwords(execute: Callable[[Any], Any]) -> list[tuple[str, datetime, bool]]:
    """Content, creation and whether it was revoked, of each password of the account, the oldest first."""
    c = credential.c
    rows = execute(select(c.content, c.created_at, c.revoked_at).order_by(c.created_at))
    return [(content, created_at, revoked_at is not None) for content, created_at, revoked_at in rows]


def test_another_password_is_another_credential_and_the_hash_before_is_erased(stored_run: StoredRun) -> None:
    run, execute = stored_run
    account = an_account(password_hash="first", password_changed_at=NOW)
    run(lambda repos: repos.accounts.add(account))
    run(lambda repos: repos.accounts.save(replace(account, password_hash="the same hashed better")))
    assert passwords(execute) == [("the same hashed better", NOW, False)]
    second = replace(account, password_hash="second", password_changed_at=NOW + SECOND)
    run(lambda repos: repos.accounts.save(second))
    assert passwords(execute) == [("", NOW, True), ("second", NOW + SECOND, False)]
    assert run(lambda repos: repos.accounts.find(account.account_id)) == second
    run(lambda repos: repos.accounts.save(without_password(second, NOW + 2 * SECOND)))
    assert [revoked for _content, _at, revoked in passwords(execute)] == [True, True]
    found = run(lambda repos: repos.accounts.find_by_username(account.username))
    assert (found.password_hash, found.state) == (None, AccountState.PROVISIONAL)
    third = replace(found, password_hash="third", password_changed_at=NOW + 3 * SECOND)
    run(lambda repos: repos.accounts.save(third))
    assert run(lambda repos: repos.accounts.several([account.account_id])) == [third]


def test_what_an_account_signs_in_with_is_listed(run: Run) -> None:
    account = an_account(password_changed_at=NOW, last_login_at=NOW + SECOND)
    run(lambda repos: repos.accounts.add(account))
    (found,) = run(lambda repos: repos.credentials.of(account.account_id))
    assert (found.kind, found.created_at, found.last_used_at) == (CredentialKind.PASSWORD, NOW, NOW + SECOND)
    run(lambda repos: repos.accounts.save(without_password(account, NOW)))
    assert run(lambda repos: repos.credentials.of(account.account_id)) == []
    assert run(lambda repos: repos.credentials.of("nobody")) == []


def test_a_credential_of_a_kind_that_is_unknown_is_not_listed(stored_run: StoredRun) -> None:
    run, execute = stored_run
    execute(credential.insert().values(credential_id="c1", account_id="a1", kind="retina", created_at=NOW))
    assert run(lambda repos: repos.credentials.of("a1")) == []


def test_an_account_has_one_living_password(stored_run: StoredRun) -> None:
    run, execute = stored_run
    run(lambda repos: repos.accounts.add(an_account()))
    values = {"account_id": an_account().account_id, "kind": "password", "created_at": NOW, "content": "another"}
    with pytest.raises(Exception, match=r"(?i)unique"):
        execute(credential.insert().values(credential_id="c2", **values))

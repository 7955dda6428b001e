"""Whose a grant is, as the store says it: the suite of the repositories, on the fakes, on SQLite and on PostgreSQL."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from auth.people.domain.factors import Factor, FactorKind
from auth.people.domain.steps import Step
from tests.auth.bootstrap.repository_builders import NOW, SECOND, Run, a_refresh_token, a_session
from tests.auth.builders import an_account
from tests.auth.protocol_fakes import holder_of


def test_a_holder_is_a_session_with_its_account_unless_its_token_was_revoked(run: Run) -> None:
    session = a_session(
        organisation_id="o1",
        factors=(Factor(FactorKind.PASSWORD, NOW),),
        pending=(Step.ACCEPT_ENGAGEMENT,),
        previous_login_at=NOW - SECOND,
    )
    run(lambda repos: repos.sessions.add(session))
    assert run(lambda repos: repos.holders.of_session("s1")) is None
    account = an_account("a1", password_changed_at=NOW - SECOND)
    run(lambda repos: repos.accounts.add(account))
    holder = holder_of(session, account)
    assert (holder.changed_at, holder.may_sign_in) == (NOW - SECOND, True)
    assert run(lambda repos: repos.holders.of_session("s1")) == holder
    assert run(lambda repos: repos.holders.of_token("s1", "f~1")) == holder
    assert run(lambda repos: repos.holders.of_session("s2")) is None
    run(lambda repos: repos.revoked_tokens.add("f~2", NOW))
    assert run(lambda repos: [repos.holders.of_token("s1", one) is None for one in ("f~1", "f~2")]) == [False, True]
    run(lambda repos: repos.revoked_tokens.add("f", NOW))
    assert run(lambda repos: repos.holders.of_token("s1", "f~1")) is None
    run(lambda repos: repos.sessions.save(replace(session, ended_at=NOW)))
    assert run(lambda repos: repos.holders.of_session("s1")).ended_at == NOW


@pytest.mark.parametrize("change", [{"locked_at": NOW}, {"password_hash": None, "password_changed_at": None}])
def test_who_is_locked_or_has_no_password_may_not_sign_in(run: Run, change: dict[str, Any]) -> None:
    account = an_account("a1")
    run(lambda repos: repos.accounts.add(account))
    run(lambda repos: repos.sessions.add(a_session()))
    run(lambda repos: repos.refresh_tokens.add(a_refresh_token()))
    assert run(lambda repos: repos.refresh_tokens.stands("r1"))
    assert run(lambda repos: repos.holders.of_session("s1")).may_sign_in
    run(lambda repos: repos.accounts.save(replace(account, **change)))
    assert not run(lambda repos: repos.holders.of_session("s1")).may_sign_in
    assert not run(lambda repos: repos.refresh_tokens.stands("r1"))


@pytest.mark.parametrize("change", [{"ended_at": NOW}, {"pending": (Step.CHOOSE_PASSWORD,)}])
def test_a_refresh_token_stands_as_long_as_its_session_is_open_and_finished(run: Run, change: dict[str, Any]) -> None:
    run(lambda repos: repos.accounts.add(an_account("a1")))
    run(lambda repos: repos.refresh_tokens.add(a_refresh_token()))
    assert not run(lambda repos: repos.refresh_tokens.stands("r1"))
    run(lambda repos: repos.sessions.add(a_session()))
    assert run(lambda repos: repos.refresh_tokens.stands("r1"))
    run(lambda repos: repos.sessions.save(a_session(**change)))
    assert not run(lambda repos: repos.refresh_tokens.stands("r1"))


def test_a_refresh_token_that_was_revoked_stands_no_longer(run: Run) -> None:
    run(lambda repos: repos.accounts.add(an_account("a1")))
    run(lambda repos: repos.sessions.add(a_session()))
    run(lambda repos: repos.refresh_tokens.add(a_refresh_token()))
    assert run(lambda repos: [repos.refresh_tokens.stands(one) for one in ("r1", "r2")]) == [True, False]
    run(lambda repos: repos.refresh_tokens.revoke_family("f", NOW))
    assert not run(lambda repos: repos.refresh_tokens.stands("r1"))

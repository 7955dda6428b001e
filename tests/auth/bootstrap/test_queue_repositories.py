"""The conformance suite of queues: mails, notices of logout, commands, and what is forgotten."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from auth.people.domain.logout import LogoutNotice
from auth.people.domain.mails import MailKind, QueuedMail
from tests.auth.bootstrap.repository_builders import NOW, SECOND, Run, a_session


def test_a_mail_is_claimed_by_one_and_tried_again(run: Run) -> None:
    mail = QueuedMail(
        mail_id="m1",
        account_id="a1",
        kind=MailKind.IDENTIFIER,
        queued_at=NOW,
        next_attempt_at=NOW,
        requested_by="admin",
        organisation_name="Commune",
    )
    run(lambda repos: repos.mails.add(mail))
    assert run(lambda repos: list(repos.mails.due(NOW, 10))) == ["m1"]
    assert run(lambda repos: repos.mails.find("m1")) == mail
    assert run(lambda repos: repos.mails.find("m2")) is None
    assert run(lambda repos: repos.mails.waiting(["a1", "a2"])) == {"a1"}
    assert run(lambda repos: repos.mails.claim(mail, NOW + 60 * SECOND))
    assert not run(lambda repos: repos.mails.claim(mail, NOW + 60 * SECOND))
    assert run(lambda repos: list(repos.mails.due(NOW, 10))) == []
    run(lambda repos: repos.mails.release(replace(mail, attempts=1), NOW + SECOND))
    assert run(lambda repos: list(repos.mails.due(NOW + SECOND, 10))) == ["m1"]
    assert run(lambda repos: repos.mails.find("m1").attempts) == 1
    run(lambda repos: repos.mails.mark_sent("m1", NOW))
    assert run(lambda repos: repos.mails.waiting(["a1"])) == frozenset()


def test_what_is_set_aside_is_shown_and_not_tried_until_it_is_taken_up(run: Run) -> None:
    late, fresh = NOW - 7_200 * SECOND, NOW
    for mail_id, account_id, queued_at in (("m1", "a1", fresh), ("m2", "a2", late), ("m3", "a3", fresh)):
        mail = QueuedMail(
            mail_id=mail_id,
            account_id=account_id,
            kind=MailKind.IDENTIFIER,
            queued_at=queued_at,
            next_attempt_at=queued_at,
            attempts=3,
        )
        run(lambda repos, mail=mail: repos.mails.add(mail))
    run(lambda repos: repos.mails.set_aside("m1", "RECIPIENT_REFUSED", NOW))
    accounts = ["a1", "a2", "a3"]
    assert run(lambda repos: list(repos.mails.due(NOW, 10))) == ["m2", "m3"]
    assert run(lambda repos: repos.mails.waiting(accounts)) == set(accounts)
    problems = run(lambda repos: dict(repos.mails.problems(accounts, NOW - 3_600 * SECOND)))
    assert problems == {"a1": "RECIPIENT_REFUSED", "a2": "MAIL_LATE"}
    assert [mail.mail_id for mail in run(lambda repos: repos.mails.unsent())] == ["m1", "m2", "m3"]
    assert run(lambda repos: repos.mails.take_up("m1", NOW + SECOND))
    assert not run(lambda repos: repos.mails.take_up("m1", NOW + SECOND))
    assert run(lambda repos: repos.mails.find("m1").attempts) == 0
    run(lambda repos: repos.mails.set_aside("m1", "ValueError", NOW))
    run(lambda repos: repos.mails.forget_before(NOW + SECOND))
    assert run(lambda repos: repos.mails.find("m1")) is None
    run(
        lambda repos: repos.logout_notices.add(
            LogoutNotice(
                notice_id="n1",
                session_id="s1",
                account_id="a1",
                client_id="cdap",
                queued_at=NOW,
                next_attempt_at=NOW,
                attempts=5,
            )
        )
    )
    run(lambda repos: repos.logout_notices.set_aside("n1", "LOGOUT_NOT_ANSWERED", NOW))
    assert run(lambda repos: list(repos.logout_notices.due(NOW, 10))) == []
    assert run(lambda repos: list(repos.logout_notices.apart())) == [("n1", "cdap", "LOGOUT_NOT_ANSWERED")]
    assert run(lambda repos: repos.logout_notices.take_up("n1", NOW))
    assert run(lambda repos: list(repos.logout_notices.due(NOW, 10))) == [("n1", "cdap")]


def test_a_logout_notice_is_claimed_by_one(run: Run) -> None:
    notice = LogoutNotice(
        notice_id="n1", session_id="s1", account_id="a1", client_id="cdap", queued_at=NOW, next_attempt_at=NOW
    )
    run(lambda repos: repos.logout_notices.add(notice))
    assert run(lambda repos: list(repos.logout_notices.due(NOW, 10))) == [("n1", "cdap")]
    assert run(lambda repos: repos.logout_notices.find("n1")) == notice
    assert run(lambda repos: repos.logout_notices.claim(notice, NOW + SECOND))
    assert not run(lambda repos: repos.logout_notices.claim(notice, NOW + SECOND))
    run(lambda repos: repos.logout_notices.mark_delivered("n1", NOW))
    assert [found.delivered_at for found in run(lambda repos: repos.logout_notices.of_session("s1"))] == [NOW]
    assert run(lambda repos: list(repos.logout_notices.due(NOW + 9 * SECOND, 10))) == []
    run(lambda repos: repos.logout_notices.forget_before(NOW + SECOND))
    assert run(lambda repos: list(repos.logout_notices.of_session("s1"))) == []


def test_commands_are_remembered_with_their_answer(run: Run) -> None:
    assert run(lambda repos: repos.commands.answer_of("c")) is None
    run(lambda repos: repos.commands.remember("c", "3", NOW))
    assert run(lambda repos: repos.commands.answer_of("c")) == "3"


def test_old_rows_are_forgotten_and_young_ones_kept(run: Run) -> None:
    old, young = a_session(ended_at=NOW), a_session(session_id="s2", cookie_hash="c2", ended_at=NOW + 2 * SECOND)
    living = a_session(session_id="s3", cookie_hash="c3")

    def fill(repos: Any) -> None:
        for session in (old, young, living):
            repos.sessions.add(session)
            repos.sessions.remember_client(session.session_id, "cdap")
        repos.ended_sessions.append(old, NOW, "LOGOUT")
        repos.ended_sessions.append(young, NOW + 2 * SECOND, "LOGOUT")
        for number, sent_at in enumerate((NOW, NOW + 2 * SECOND, None)):
            mail = QueuedMail(
                mail_id=f"m{number}", account_id="a1", kind=MailKind.IDENTIFIER, queued_at=NOW, next_attempt_at=NOW
            )
            repos.mails.add(mail)
            if sent_at is not None:
                repos.mails.mark_sent(mail.mail_id, sent_at)
            repos.commands.remember(f"c{number}", "done", sent_at or NOW + 3 * SECOND)

    def forget(repos: Any) -> None:
        for kept in (repos.sessions, repos.ended_sessions, repos.mails, repos.commands):
            kept.forget_before(NOW + SECOND)

    run(fill)
    run(forget)
    sessions = [run(lambda repos, one=one: repos.sessions.find(one)) for one in ("s1", "s2", "s3")]
    assert sessions == [None, young, living]
    assert run(lambda repos: [list(repos.sessions.clients_of(one)) for one in ("s1", "s2")]) == [[], ["cdap"]]
    assert [end.session_id for end in run(lambda repos: repos.ended_sessions.after(0, 10))] == ["s2"]
    assert run(lambda repos: repos.ended_sessions.position())[0] == 2
    assert run(lambda repos: [repos.commands.answer_of(f"c{number}") for number in range(3)]) == [None, "done", "done"]
    assert run(lambda repos: list(repos.mails.due(NOW, 10))) == ["m2"]

"""Every change of an account is told by mail: who asked, what to do, whom to ask; and never two secrets in one mail."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest

from auth.people.adapters.clients.mail_texts import MailTexts
from auth.people.domain.mails import Letter, MailKind, QueuedMail
from auth.people.domain.notices import Access, Notice, NoticeKind
from auth.people.use_cases.manage_accounts import NewPerson
from auth.people.use_cases.orders import Order
from servicekit.typography import typeset
from tests.auth.builders import DIRECTOR, ISSUER, PASSWORD, Provider, an_account
from tests.promises import promise

PROVISIONAL = "ABCD-EFGH-JKLM-NPQR"
ADMIN = "account-partner-administrator"


@pytest.fixture
def administered(provider: Provider) -> Provider:
    provider.add(
        an_account(ADMIN, "cperrin-0001", given_name="Claire", family_name="Perrin", email="c@commune.example")
    )
    return provider


def mails(provider: Provider) -> list[tuple[str, str, str]]:
    provider.clock.advance(timedelta(seconds=2))
    provider.send_mails()
    return [(mail.to, plainly(mail.subject), plainly(mail.text)) for mail in provider.mailer.sent]


def plainly(text: str) -> str:
    """As a keyboard writes it."""
    return text.replace("\u2019", "'").replace("\u00a0", " ")


EVERY_KIND = [(kind, None) for kind in MailKind if kind is not MailKind.NOTICE] + [
    (MailKind.NOTICE, notice) for notice in NoticeKind
]


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize(("kind", "told"), EVERY_KIND)
@pytest.mark.parametrize("asked_by", ["Claire Perrin", ""])
@promise("people:two-secrets-two-mails")
def test_no_mail_holds_identifier_and_password_and_each_says_whom_to_ask(
    provider: Provider, kind: MailKind, told: NoticeKind | None, asked_by: str, language: str
) -> None:
    account, now = replace(an_account(), language=language), provider.clock.now()
    password = PROVISIONAL if kind.carries_password else None
    cdap = (Access("CDAP", "T2"),)
    notice = Notice(told, cdap, cdap, date(2026, 12, 1), "CONV-2026-001", "contrôle") if told else None
    queued = QueuedMail(
        mail_id="m",
        account_id=DIRECTOR,
        kind=kind,
        queued_at=now,
        next_attempt_at=now,
        requested_by=ADMIN,
        organisation_name="Ville de l'Isle",
        about="Jean Petit",
        notice=notice,
    )
    texts = MailTexts(ISSUER, 72, "Caf des Hauts-de-Seine, partenaires@caf.example")
    mail = texts(Letter(queued, account, password, asked_by, ("Dominique Martin",)))
    text = mail.text
    assert not (account.username in text and PROVISIONAL in text)
    assert (PROVISIONAL in text) == kind.carries_password
    assert "partenaires@caf.example" in text
    assert "Dominique Martin" in text
    assert PASSWORD not in text
    assert "None" not in text
    assert "{" not in text + mail.subject
    assert max(map(len, text.splitlines())) < 130
    if language == "fr":
        assert (typeset(text), typeset(mail.subject)) == (text, mail.subject)
    assert text.startswith({"fr": "Bonjour ", "en": "Dear "}[language])


def test_each_notice_says_what_it_is_about_and_who_did_it(provider: Provider) -> None:
    cdap, account, now = (Access("CDAP", "T2"),), an_account(), provider.clock.now()
    for told in NoticeKind:
        notice = Notice(told, cdap, cdap, date(2026, 12, 1), "CONV-2026-001", "contrôle")
        queued = QueuedMail(
            mail_id="m",
            account_id=DIRECTOR,
            kind=MailKind.NOTICE,
            queued_at=now,
            next_attempt_at=now,
            requested_by=ADMIN,
            organisation_name="Ville de Rivebelle",
            notice=notice,
        )
        text = MailTexts(ISSUER)(Letter(queued, account, None, "Claire Perrin")).text
        assert "« Ville de Rivebelle »" in plainly(text), told
        by_nobody = {NoticeKind.DEPARTURE_NEAR, NoticeKind.REQUEST_WAITING}  # who asks is on the page of the request
        assert told in by_nobody or "Claire Perrin" in text, told
        if told.value.startswith("access"):
            assert "CDAP (profil T2)" in text, told
        if told.value.startswith(("contract", "convention")):
            assert "CONV-2026-001" in text, told
        if told in {NoticeKind.DEPARTURE_NOTED, NoticeKind.DEPARTURE_NEAR, NoticeKind.CONVENTION_DENOUNCED}:
            assert "1er décembre 2026" in text, told


@promise("people:told-of-their-rights")
def test_a_notice_leaves_once_however_often_it_is_asked_for(administered: Provider) -> None:
    notice = Notice(NoticeKind.ACCESS_SUSPENDED, closed=(Access("CDAP", "T2"),))
    for _again in range(2):
        administered.people.manage_accounts.notify(
            Order(command_id="c1", account_id=DIRECTOR, requested_by=ADMIN), notice, "Ville de Rivebelle"
        )
    (mail,) = mails(administered)
    assert mail[1].endswith("votre accès est suspendu")
    assert "C'est Claire Perrin qui l'a fait" in mail[2]
    sent = [event for event in administered.work.events if event.type == "auth.mail.sent"]
    assert [event.payload["kind"] for event in sent] == ["notice"]


def test_a_password_overtakes_the_notices_that_wait(administered: Provider) -> None:
    manage = administered.people.manage_accounts
    for number in range(30):
        notice = Notice(NoticeKind.ACCESS_ENDED, closed=(Access("CDAP", "T2"),))
        manage.notify(
            Order(command_id=f"n{number}", account_id=DIRECTOR, requested_by=ADMIN), notice, "Ville de Rivebelle"
        )
    manage.reset_password(Order(command_id="r", account_id=DIRECTOR, requested_by=ADMIN))
    assert mails(administered)[0][1].endswith("votre mot de passe provisoire")


def test_a_waiting_notice_does_not_say_that_the_password_has_not_left(administered: Provider) -> None:
    manage = administered.people.manage_accounts
    manage.notify(
        Order(command_id="n", account_id=DIRECTOR, requested_by=ADMIN),
        Notice(NoticeKind.ACCESS_ENDED),
        "Ville de Rivebelle",
    )
    assert [view.mails_sent for view in manage.several([DIRECTOR])] == [True]


def test_mails_speak_the_language_in_which_the_person_last_read_our_pages(administered: Provider) -> None:
    account = administered.people.manage_accounts.several([DIRECTOR])[0].account
    for language in ("en", "de"):
        administered.people.remember_language(account, language)
    administered.people.manage_accounts.lock(
        Order(command_id="c1", account_id=DIRECTOR, requested_by=ADMIN, reason="LEFT")
    )
    assert mails(administered)[0][1].endswith("your account is locked")


def test_a_new_person_reads_what_is_open_beside_the_identifier(administered: Provider) -> None:
    opened = (Access("CDAP", "T1"), Access("CDAP", "T2"))
    person = NewPerson(
        account_id="a-new",
        given_name="Benoît",
        family_name="Petit",
        email="b@commune.example",
        organisation_name="Ville de Rivebelle",
        opened=opened,
    )
    administered.people.manage_accounts.create(Order(command_id="c1", account_id="a-new", requested_by=ADMIN), person)
    first, second = (text for _to, _subject, text in mails(administered))
    assert "CDAP (profil T1), CDAP (profil T2)" in first
    assert "CDAP" not in second


@promise("people:changes-are-told")
def test_who_asked_and_for_which_organisation_stand_in_the_first_mails(administered: Provider) -> None:
    person = NewPerson(
        account_id="a-new",
        given_name="Benoît",
        family_name="Petit",
        email="b@commune.example",
        organisation_name="Ville de Rivebelle",
    )
    administered.people.manage_accounts.create(Order(command_id="c1", account_id="a-new", requested_by=ADMIN), person)
    for _to, _subject, text in mails(administered):
        assert "à la demande de Claire Perrin, pour « Ville de Rivebelle »" in text


@promise("people:changes-are-told")
def test_a_password_of_ones_own_that_changes_is_told(provider: Provider) -> None:
    session = provider.sign_in().session
    provider.people.choose_password(session, "brouette lampe nuage", "brouette lampe nuage", PASSWORD)
    (mail,) = mails(provider)
    assert mail[1].endswith("votre mot de passe a changé")
    assert "Ce n'était pas vous ?" in mail[2]


@promise("people:changes-are-told")
def test_a_lock_and_its_end_are_told_once_each_with_who_did_it(administered: Provider) -> None:
    manage = administered.people.manage_accounts
    for command in ("c1", "c2"):
        manage.lock(Order(command_id=command, account_id=DIRECTOR, requested_by=ADMIN, reason="LEFT"))
    for command in ("c3", "c4"):
        manage.unlock(Order(command_id=command, account_id=DIRECTOR, requested_by=ADMIN))
    subjects = [subject for _to, subject, _text in mails(administered)]
    assert [subject.rpartition(" est ")[2] for subject in subjects] == ["verrouillé", "déverrouillé"]
    assert all("par Claire Perrin" in text for _to, _subject, text in mails(administered))


@promise("people:changes-are-told")
def test_a_sign_in_that_was_disowned_is_told_to_the_administrator_too(administered: Provider) -> None:
    administered.people.disown_login(administered.sign_in().session)
    told = {to: (subject, text) for to, subject, text in mails(administered)}
    assert set(told) == {"chloe.durand@commune.example", "c@commune.example"}
    subject, text = told["c@commune.example"]
    assert "connexion signalée" in subject
    assert "Chloé Durand vient de signaler" in text
    assert not re.search(r"([A-Z0-9]{4}-){3}", text)


def test_the_mail_of_a_forgotten_password_does_not_contradict_itself(provider: Provider) -> None:
    provider.people.request_password("cdurand-4821", "192.0.2.1")
    text = mails(provider)[0][2]
    assert "il n'y a rien à faire" in text
    assert "prévenez" not in text
    assert "Vous n'attendiez pas" not in text


@pytest.mark.parametrize("typed", ["chloe.durand@commune.example", " Chloe.Durand@Commune.Example "])
@promise("people:lost-identifier")
def test_a_lost_identifier_is_sent_to_the_address_of_the_account(provider: Provider, typed: str) -> None:
    provider.people.request_identifier(typed, "192.0.2.1")
    ((to, _subject, text),) = mails(provider)
    assert to == "chloe.durand@commune.example"
    assert "cdurand-4821" in text


def test_an_unknown_address_gets_nothing_and_a_known_one_not_more_than_three_an_hour(provider: Provider) -> None:
    provider.people.request_identifier("nobody@commune.example", "192.0.2.1")
    assert mails(provider) == []
    assert provider.work.events[-1].reason == "ACCOUNT_UNKNOWN"
    for _ in range(6):
        provider.people.request_identifier("chloe.durand@commune.example", "192.0.2.1")
    assert len(mails(provider)) == 3

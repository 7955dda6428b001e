"""The mails in English, for those who read our pages in English."""

from __future__ import annotations

from datetime import date

from babel.dates import format_date

from auth.people.adapters.clients.mail_words import Line, Text, Words
from auth.people.domain.mails import MailKind
from auth.people.domain.notices import NoticeKind

_PROVISIONAL = "your provisional password"
_CREATED: tuple[Line, ...] = (
    (
        "An account has just been created for you, as {by} asked, for “{organisation}”.",
        "An account has just been created for you, as {by} asked.",
        "An account has just been created for you, as the administrator asked, for “{organisation}”.",
        "An account has just been created for you, as an administrator asked.",
    ),
)
_OPENED = "To be opened from the portal: {opened}."
_IN: Line = ("This was done by {by}, in “{organisation}”.", "This is so in “{organisation}”.")
_BY: Line = "This was done by {by}."
_REASON = "Reason given: {reason}"
_TELL_THEM = "Please tell the people of your organisation who used it."

MAILS = {
    MailKind.IDENTIFIER: Text(
        "your identifier",
        (
            *_CREATED,
            "",
            "Your identifier: {username}",
            "",
            "Keep it: you will type it each time you sign in.",
            "A second mail brings you a provisional password.",
            _OPENED,
        ),
        ending="unexpected",
    ),
    MailKind.LOST_IDENTIFIER: Text(
        "your identifier",
        (
            "Somebody, probably you, asked for your identifier on the sign-in page.",
            "",
            "Your identifier: {username}",
        ),
        ending="nothing_to_do",
    ),
    MailKind.PROVISIONAL_PASSWORD: Text(_PROVISIONAL, _CREATED, ending="unexpected"),
    MailKind.RENEWED_PASSWORD: Text(
        _PROVISIONAL,
        (
            (
                "{by} asked for a new password for you. The old one is no longer valid.",
                "An administrator asked for a new password for you. The old one is no longer valid.",
            ),
        ),
        ending="unexpected",
    ),
    MailKind.FORGOTTEN_PASSWORD: Text(
        _PROVISIONAL,
        ("Somebody, probably you, asked for a new password on the sign-in page.",),
        ending="ignore",
    ),
    MailKind.DISOWNED_PASSWORD: Text(
        _PROVISIONAL,
        (
            "You reported a sign-in that was not yours. All your sessions are closed",
            "and the old password is no longer valid.",
        ),
        ending="unexpected",
    ),
    MailKind.PASSWORD_CHANGED: Text(
        "your password has changed",
        ("A new password has just been chosen for your account. Your other connections are closed.",),
        ending="not_you",
    ),
    MailKind.LOCKED: Text(
        "your account is locked",
        (
            (
                "Your account has just been locked by {by}. Nobody can sign in with it any more.",
                "Your account has just been locked. Nobody can sign in with it any more.",
            ),
            "To know why, or to have it unlocked, ask the administrator of your organisation.",
        ),
        sign_in=False,
    ),
    MailKind.UNLOCKED: Text(
        "your account is unlocked",
        (
            (
                "Your account has just been unlocked by {by}. You can sign in again.",
                "Your account has just been unlocked. You can sign in again.",
            ),
        ),
    ),
    MailKind.NEW_DEVICE: Text(
        "sign-in with a new browser",
        (
            "Somebody, probably you, has just signed in to your account with a browser that had not been used",
            (
                "before: {browser} on {system}, on {day} at {hour}:{minute}.",
                "before: {browser}, on {day} at {hour}:{minute}.",
                "before: an unknown browser, on {day} at {hour}:{minute}.",
            ),
            "",
            "It was you? There is nothing to do.",
            "It was not you? Sign in and choose “It was not me” at the top of the page: all your sessions will be",
            "closed and you will get a new password.",
        ),
    ),
    MailKind.LOGIN_DISOWNED: Text(
        "a sign-in reported in your organisation",
        (
            "{about} has just reported a sign-in that was not theirs.",
            "",
            "All their sessions are closed and their password is no longer valid; a provisional password is being",
            "sent to them. Check with them that their mail address is right, and look at what was done in their",
            "name. The report is written in the journal.",
        ),
    ),
}
NOTICES = {
    NoticeKind.ACCESS_OPENED: Text("something is open to you", ("This has just been opened to you: {opened}.", _IN)),
    NoticeKind.ACCESS_CHANGED: Text(
        "what is open to you has changed",
        ("What is open to you has just changed.", "You now have: {opened}.", "You no longer have: {closed}.", _IN),
    ),
    NoticeKind.ACCESS_SUSPENDED: Text(
        "your access is suspended",
        ("Your access has just been suspended: {closed}.", _IN, "It may be given back to you."),
    ),
    NoticeKind.ACCESS_REOPENED: Text("your access is open again", ("Your access is open again: {opened}.", _IN)),
    NoticeKind.ACCESS_ENDED: Text("your access has ended", ("Your access has just ended: {closed}.", _IN)),
    NoticeKind.DEPARTURE_NOTED: Text(
        "the end of your access is noted",
        (
            "Your departure from “{organisation}” is noted for {ends_on}. Your access ends with that day.",
            "It was noted by {by}. Tell them if the date is not right.",
        ),
    ),
    NoticeKind.DEPARTURE_CANCELLED: Text(
        "your access does not end",
        ("The date of your departure from “{organisation}” is taken back: your access goes on.", _BY),
    ),
    NoticeKind.DEPARTURE_NEAR: Text(
        "your access ends soon",
        (
            "Your departure from “{organisation}” is noted for {ends_on}.",
            "After that day you will no longer have: {closed}.",
            "If you stay, ask now for the date to be changed.",
        ),
    ),
    NoticeKind.ADMINISTRATOR_APPOINTED: Text(
        "you administer the accounts of your organisation",
        ("You now administer the accounts of “{organisation}”: open Habpps from the portal.", _BY),
    ),
    NoticeKind.ADMINISTRATOR_WITHDRAWN: Text(
        "you no longer administer the accounts of your organisation",
        ("You no longer administer the accounts of “{organisation}”.", _BY),
    ),
    NoticeKind.CONTRACT_OPENED: Text(
        "a service contract is open",
        (
            "A service contract opens {subject} to “{organisation}”.",
            _BY,
            "In Habpps, now give access to the people who need it.",
        ),
    ),
    NoticeKind.CONTRACT_SUSPENDED: Text(
        "a service contract is suspended",
        (
            "The service contract of “{organisation}” for {subject} is suspended: nobody can enter.",
            _BY,
            _REASON,
            _TELL_THEM,
        ),
    ),
    NoticeKind.CONTRACT_REACTIVATED: Text(
        "a service contract is in force again",
        (
            "The service contract of “{organisation}” for {subject} is in force again.",
            _BY,
            "Those who had access have it again.",
        ),
    ),
    NoticeKind.CONTRACT_ENDED: Text(
        "a service contract has ended",
        (
            "The service contract of “{organisation}” for {subject} has ended.",
            _BY,
            _REASON,
            "Those who lose access are told by mail.",
        ),
    ),
    NoticeKind.CONVENTION_SIGNED: Text(
        "the agreement is in force",
        ("The agreement {subject} between the Caf and “{organisation}” is in force.", _BY),
    ),
    NoticeKind.CONVENTION_SUSPENDED: Text(
        "the agreement is suspended",
        (
            "The agreement {subject} between the Caf and “{organisation}” is suspended.",
            "Every extranet is closed to your organisation. In Habpps you can read and change nothing.",
            _BY,
            _REASON,
            _TELL_THEM,
        ),
    ),
    NoticeKind.CONVENTION_LIFTED: Text(
        "the agreement is in force again",
        (
            "The suspension of the agreement {subject} between the Caf and “{organisation}” is lifted.",
            "What was open is open again.",
            _BY,
        ),
    ),
    NoticeKind.CONVENTION_DENOUNCED: Text(
        "notice is given on the agreement",
        (
            "Notice is given on the agreement {subject} between the Caf and “{organisation}”.",
            "Everything stays open until {ends_on}, its last day.",
            _BY,
            _REASON,
        ),
    ),
    NoticeKind.CONVENTION_ENDED: Text(
        "the agreement has ended",
        (
            "The agreement {subject} between the Caf and “{organisation}” has ended. All access is closed.",
            _BY,
            _REASON,
            "Those who lose access are told by mail.",
        ),
    ),
}
_NEVER_ASKED = "Nobody will ever ask you for your password, neither by mail nor by telephone."


def _day(day: date) -> str:
    return format_date(day, "d MMMM y", locale="en_GB")


ENGLISH = Words(
    product="Mon compte partenaire: {subject}",
    greeting="Dear {name},",
    password=(
        "Your provisional password: {password}",
        "",
        "It serves once, within {hours} hours.",
        "You will choose a password of your own right away.",
        "If you received several mails like this one, only the last one is valid.",
    ),
    sign_in="To sign in: {portal}",
    endings={
        "never_asked": (_NEVER_ASKED,),
        "unexpected": (
            "You did not expect this mail?",
            "Do not use it, and tell the administrator of your organisation.",
            _NEVER_ASKED,
        ),
        "not_you": ("It was not you? Tell the administrator of your organisation at once.", _NEVER_ASKED),
        "ignore": (
            "If it was not you who asked for it, there is nothing to do: your present password stays valid",
            "as long as nobody uses this one.",
            _NEVER_ASKED,
        ),
        "nothing_to_do": ("If it was not you who asked for it, there is nothing to do.", _NEVER_ASKED),
    },
    signature=(
        "Mon compte partenaire, the portal of the Cafs for their partners",
        "A question? Ask:",
        "{helpers}",
        "This mail is sent by a machine: nobody reads the answers.",
    ),
    access="{extranet} (profile {profile})",
    an_administrator="the administrator of your organisation",
    helped_by="{name}, who administers the accounts of your organisation",
    mails=MAILS,
    notices=NOTICES,
    day=_day,
    finish=str,
)

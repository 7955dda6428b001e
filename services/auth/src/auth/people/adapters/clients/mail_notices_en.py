"""What people are told of their rights by mail, in English."""

from __future__ import annotations

from auth.people.adapters.clients.mail_words import Line, MailText
from auth.people.domain.notices import NoticeKind

_IN: Line = ("This was done by {by}, in “{organisation}”.", "This is so in “{organisation}”.")
_BY: Line = "This was done by {by}."
_REASON = "Reason given: {reason}"
_TELL_THEM = "Please tell the people of your organisation who used it."

NOTICES = {
    NoticeKind.ACCESS_OPENED: MailText(
        "something is open to you", ("This has just been opened to you: {opened}.", _IN)
    ),
    NoticeKind.ACCESS_CHANGED: MailText(
        "what is open to you has changed",
        ("What is open to you has just changed.", "You now have: {opened}.", "You no longer have: {closed}.", _IN),
    ),
    NoticeKind.ACCESS_SUSPENDED: MailText(
        "your access is suspended",
        ("Your access has just been suspended: {closed}.", _IN, "It may be given back to you."),
    ),
    NoticeKind.ACCESS_REOPENED: MailText("your access is open again", ("Your access is open again: {opened}.", _IN)),
    NoticeKind.ACCESS_ENDED: MailText("your access has ended", ("Your access has just ended: {closed}.", _IN)),
    NoticeKind.DEPARTURE_NOTED: MailText(
        "the end of your access is noted",
        (
            "Your departure from “{organisation}” is noted for {ends_on}. Your access ends with that day.",
            "It was noted by {by}. Tell them if the date is not right.",
        ),
    ),
    NoticeKind.DEPARTURE_CANCELLED: MailText(
        "your access does not end",
        ("The date of your departure from “{organisation}” is taken back: your access goes on.", _BY),
    ),
    NoticeKind.DEPARTURE_NEAR: MailText(
        "your access ends soon",
        (
            "Your departure from “{organisation}” is noted for {ends_on}.",
            "After that day you will no longer have: {closed}.",
            "If you stay, ask now for the date to be changed.",
        ),
    ),
    NoticeKind.ADMINISTRATOR_APPOINTED: MailText(
        "you administer the accounts of your organisation",
        ("You now administer the accounts of “{organisation}”: open Habpps from the portal.", _BY),
    ),
    NoticeKind.ADMINISTRATOR_WITHDRAWN: MailText(
        "you no longer administer the accounts of your organisation",
        ("You no longer administer the accounts of “{organisation}”.", _BY),
    ),
    NoticeKind.CONTRACT_OPENED: MailText(
        "a service contract is open",
        (
            "A service contract opens {subject} to “{organisation}”.",
            _BY,
            "In Habpps, now give access to the people who need it.",
        ),
    ),
    NoticeKind.CONTRACT_SUSPENDED: MailText(
        "a service contract is suspended",
        (
            "The service contract of “{organisation}” for {subject} is suspended: nobody can enter.",
            _BY,
            _REASON,
            _TELL_THEM,
        ),
    ),
    NoticeKind.CONTRACT_REACTIVATED: MailText(
        "a service contract is in force again",
        (
            "The service contract of “{organisation}” for {subject} is in force again.",
            _BY,
            "Those who had access have it again.",
        ),
    ),
    NoticeKind.CONTRACT_ENDED: MailText(
        "a service contract has ended",
        (
            "The service contract of “{organisation}” for {subject} has ended.",
            _BY,
            _REASON,
            "Those who lose access are told by mail.",
        ),
    ),
    NoticeKind.CONVENTION_SIGNED: MailText(
        "the agreement is in force",
        ("The agreement {subject} between the Caf and “{organisation}” is in force.", _BY),
    ),
    NoticeKind.CONVENTION_SUSPENDED: MailText(
        "the agreement is suspended",
        (
            "The agreement {subject} between the Caf and “{organisation}” is suspended.",
            "Every extranet is closed to your organisation. In Habpps you can read and change nothing.",
            _BY,
            _REASON,
            _TELL_THEM,
        ),
    ),
    NoticeKind.CONVENTION_LIFTED: MailText(
        "the agreement is in force again",
        (
            "The suspension of the agreement {subject} between the Caf and “{organisation}” is lifted.",
            "What was open is open again.",
            _BY,
        ),
    ),
    NoticeKind.CONVENTION_DENOUNCED: MailText(
        "notice is given on the agreement",
        (
            "Notice is given on the agreement {subject} between the Caf and “{organisation}”.",
            "Everything stays open until {ends_on}, its last day.",
            _BY,
            _REASON,
        ),
    ),
    NoticeKind.CONVENTION_ENDED: MailText(
        "the agreement has ended",
        (
            "The agreement {subject} between the Caf and “{organisation}” has ended. All access is closed.",
            _BY,
            _REASON,
            "Those who lose access are told by mail.",
        ),
    ),
    NoticeKind.REQUEST_WAITING: MailText(
        "an act waits for your agreement",
        (
            "In Habpps, for “{organisation}”, an act of another administrator needs a second person.",
            "Open Habpps, then “Requests”, to approve or refuse it. Without a decision within 72 hours it is not done.",
        ),
    ),
}

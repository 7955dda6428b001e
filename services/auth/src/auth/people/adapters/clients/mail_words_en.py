"""The mails in English, for those who read our pages in English."""

from __future__ import annotations

from datetime import date

from babel.dates import format_date

from auth.people.adapters.clients.mail_notices_en import NOTICES
from auth.people.adapters.clients.mail_words import Line, MailText, Words
from auth.people.domain.mails import MailKind

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

MAILS = {
    MailKind.IDENTIFIER: MailText(
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
    MailKind.LOST_IDENTIFIER: MailText(
        "your identifier",
        (
            "Somebody, probably you, asked for your identifier on the sign-in page.",
            "",
            "Your identifier: {username}",
        ),
        ending="nothing_to_do",
    ),
    MailKind.PROVISIONAL_PASSWORD: MailText(_PROVISIONAL, _CREATED, ending="unexpected"),
    MailKind.RENEWED_PASSWORD: MailText(
        _PROVISIONAL,
        (
            (
                "{by} asked for a new password for you. The old one is no longer valid.",
                "An administrator asked for a new password for you. The old one is no longer valid.",
            ),
        ),
        ending="unexpected",
    ),
    MailKind.FORGOTTEN_PASSWORD: MailText(
        _PROVISIONAL,
        ("Somebody, probably you, asked for a new password on the sign-in page.",),
        ending="ignore",
    ),
    MailKind.DISOWNED_PASSWORD: MailText(
        _PROVISIONAL,
        (
            "You reported a sign-in that was not yours. All your sessions are closed",
            "and the old password is no longer valid.",
        ),
        ending="unexpected",
    ),
    MailKind.PASSWORD_CHANGED: MailText(
        "your password has changed",
        ("A new password has just been chosen for your account. Your other connections are closed.",),
        ending="not_you",
    ),
    MailKind.LOCKED: MailText(
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
    MailKind.UNLOCKED: MailText(
        "your account is unlocked",
        (
            (
                "Your account has just been unlocked by {by}. You can sign in again.",
                "Your account has just been unlocked. You can sign in again.",
            ),
        ),
    ),
    MailKind.FACTOR_ADDED: MailText(
        "a second step was added to your sign-in",
        (
            (
                "The code application “{about}” is now needed to sign in, after your password.",
                "A code application is now needed to sign in, after your password.",
            ),
            "Your other sessions are closed.",
        ),
        ending="not_you",
    ),
    MailKind.FACTOR_REMOVED: MailText(
        "a second step was taken off your sign-in",
        (
            (
                "The code application “{about}” is no longer used to sign in.",
                "A code application is no longer used to sign in.",
            ),
            "Your other sessions are closed.",
        ),
        ending="not_you",
    ),
    MailKind.RECOVERY_CODES_MADE: MailText(
        "new recovery codes",
        ("New recovery codes have just been made for your account. Those before them serve no more.",),
        ending="not_you",
    ),
    MailKind.RECOVERY_CODE_USED: MailText(
        "a recovery code was used",
        (
            "A recovery code has just been used to sign in to your account. Left: {about}.",
            "You can make new ones in “My sessions”.",
        ),
        ending="not_you",
    ),
    MailKind.WRONG_CODES: MailText(
        "wrong codes at the second step",
        (
            "Somebody typed your password, then several wrong codes. The second step stopped them.",
            "",
            "It was you? Check that the device that shows the codes has the right time.",
            "It was not you? Somebody else knows your password: change it at once.",
        ),
        ending="not_you",
    ),
    MailKind.NEW_DEVICE: MailText(
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
    MailKind.INVITATION: MailText(
        "an organisation invites you",
        (
            (
                "{by} invites you to join “{organisation}” in Mon compte partenaire.",
                "“{organisation}” invites you to join it in Mon compte partenaire.",
            ),
            "",
            "To accept or decline, before {until}: {link}",
            "",
            "You have an account already: sign in with your usual identifier and password.",
            "Nothing else changes for you, and nothing opens until you have accepted.",
        ),
        ending="not_expected",
        sign_in=False,
    ),
    MailKind.ADDRESS_TO_PROVE: MailText(
        "confirm your address",
        (
            (
                "{by} asks that your mails of Mon compte partenaire go to this address.",
                "It is asked that your mails of Mon compte partenaire go to this address.",
            ),
            "",
            "If you are {name}, confirm it before {until}: {link}",
            "",
            "Nothing changes until it is confirmed.",
        ),
        ending="not_expected",
        sign_in=False,
    ),
    MailKind.ADDRESS_ASKED: MailText(
        "another address is asked for your mails",
        (
            (
                "{by} asks that your mails of Mon compte partenaire go to {about} from now on.",
                "It is asked that your mails of Mon compte partenaire go to {about} from now on.",
            ),
            "Nothing changes before that address is confirmed by a link that is sent to it.",
        ),
        ending="not_yours",
        sign_in=False,
    ),
    MailKind.ADDRESS_CHANGED: MailText(
        "your address has changed",
        ("Your mails of Mon compte partenaire now come here. Your identifier stays the same.",),
        ending="not_you",
        sign_in=False,
    ),
    MailKind.NAMES_CORRECTED: MailText(
        "your name is corrected",
        (
            (
                "{by} has corrected your name: you are now registered as “{name}”.",
                "Your name was corrected: you are now registered as “{name}”.",
            ),
            "Your identifier and your password stay the same.",
        ),
        ending="not_you",
        sign_in=False,
    ),
    MailKind.LOGIN_DISOWNED: MailText(
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
        "not_expected": (
            "You did not expect this mail, or it is not meant for you? Do not follow the link: without an answer,",
            "nothing happens.",
            _NEVER_ASKED,
        ),
        "not_yours": (
            "This address is not yours, or nobody has told you of it? Tell the administrator of your organisation at",
            "once.",
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

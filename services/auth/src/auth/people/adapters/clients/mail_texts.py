"""The texts of the mails, in French. The identifier and a password never stand in the same mail."""

from __future__ import annotations

from dataclasses import dataclass

from auth.people.domain.accounts import Account
from auth.people.domain.mails import MailKind, Message, QueuedMail
from partnerkit.text import clean_line

_LONGEST_NAME = 200

_NEVER_ASKED = "Personne ne vous demandera jamais votre mot de passe, ni par courriel ni par téléphone.\n"
_UNEXPECTED = (
    "Vous n'attendiez pas ce courriel ?\n"
    "Ne vous en servez pas et prévenez l'administrateur de votre organisation.\n" + _NEVER_ASKED
)
_NOT_YOU = "Ce n'était pas vous ? Prévenez aussitôt l'administrateur de votre organisation.\n" + _NEVER_ASKED
_IGNORE = (
    "Si ce n'est pas vous qui l'avez demandé, il n'y a rien à faire : votre mot de passe actuel reste valable\n"
    "tant que personne ne se sert de celui-ci.\n" + _NEVER_ASKED
)
_ENDINGS = {
    MailKind.FORGOTTEN_PASSWORD: _IGNORE,
    MailKind.LOST_IDENTIFIER: "Si ce n'est pas vous qui l'avez demandé, il n'y a rien à faire.\n" + _NEVER_ASKED,
    MailKind.PASSWORD_CHANGED: _NOT_YOU,
    MailKind.LOCKED: _NEVER_ASKED,
    MailKind.UNLOCKED: _NEVER_ASKED,
    MailKind.LOGIN_DISOWNED: _NEVER_ASKED,
}


@dataclass(frozen=True)
class Sender:
    """Where people sign in and who answers them. `hours`: how long a provisional password lives."""

    portal_url: str
    hours: int = 72
    contact: str = ""


class MailTexts:
    """Implements `ports.MailTexts`."""

    def __init__(self, portal_url: str, provisional_hours: int = 72, contact: str = "") -> None:
        """`portal_url` is the address to sign in; `contact` one line: who answers, and how."""
        self._sender = Sender(portal_url, provisional_hours, contact)

    def __call__(self, mail: QueuedMail, account: Account, password: str | None, asked_by: str) -> Message:
        """The mail, to the account's address. `asked_by`: name of the person who asked for it, or empty."""
        subject, body = _TEXTS[mail.kind](mail, account, clean_line(asked_by)[:_LONGEST_NAME])
        if password is not None:
            body += "\n" + self._password(password)
        if mail.kind not in _WITHOUT_ADDRESS:
            body += f"\nPour vous connecter : {self._sender.portal_url}\n"
        name = clean_line(account.display_name)[:_LONGEST_NAME]
        ending = _ENDINGS.get(mail.kind, _UNEXPECTED)
        text = f"Bonjour {name},\n\n{body}\n{ending}\n{self._signature()}"
        return Message(account.email, f"Mon compte partenaire : {subject}", text)

    def _password(self, password: str) -> str:
        return (
            f"Votre mot de passe provisoire : {password}\n\n"
            f"Il sert une seule fois, dans les {self._sender.hours} heures.\n"
            "Vous choisirez aussitôt votre propre mot de passe.\n"
            "Si vous avez reçu plusieurs courriels comme celui-ci, seul le dernier est valable.\n"
        )

    def _signature(self) -> str:
        contact = self._sender.contact or "l'administrateur de votre organisation"
        return (
            "Mon compte partenaire, le portail des Caf pour leurs partenaires\n"
            f"Une question ? Adressez-vous à {contact}.\n"
            "Ce courriel est envoyé automatiquement : personne ne lit les réponses.\n"
        )


def _identifier(mail: QueuedMail, account: Account, asked_by: str) -> tuple[str, str]:
    return "votre identifiant", (
        f"Un compte vient d'être créé pour vous{_for(mail, asked_by)}.\n\n"
        f"Votre identifiant : {account.username}\n\n"
        "Gardez-le : vous le taperez à chaque connexion.\n"
        "Un second courriel vous apporte un mot de passe provisoire.\n"
    )


def _lost_identifier(_mail: QueuedMail, account: Account, _asked_by: str) -> tuple[str, str]:
    return "votre identifiant", (
        "Quelqu'un, sans doute vous, a demandé votre identifiant sur la page de connexion.\n\n"
        f"Votre identifiant : {account.username}\n"
    )


def _provisional(mail: QueuedMail, _account: Account, asked_by: str) -> tuple[str, str]:
    return _PROVISIONAL, f"Un compte vient d'être créé pour vous{_for(mail, asked_by)}.\n"


def _renewed(_mail: QueuedMail, _account: Account, asked_by: str) -> tuple[str, str]:
    who = asked_by or "Un administrateur"
    return _PROVISIONAL, f"{who} a demandé un nouveau mot de passe pour vous. L'ancien n'est plus valable.\n"


def _forgotten(_mail: QueuedMail, _account: Account, _asked_by: str) -> tuple[str, str]:
    body = "Quelqu'un, sans doute vous, a demandé un nouveau mot de passe sur la page de connexion.\n"
    return _PROVISIONAL, body


def _disowned_password(_mail: QueuedMail, _account: Account, _asked_by: str) -> tuple[str, str]:
    return _PROVISIONAL, (
        "Vous avez signalé une connexion qui n'était pas la vôtre. Toutes vos sessions sont fermées\n"
        "et l'ancien mot de passe n'est plus valable.\n"
    )


def _changed(_mail: QueuedMail, _account: Account, _asked_by: str) -> tuple[str, str]:
    return "votre mot de passe a changé", (
        "Un nouveau mot de passe vient d'être choisi pour votre compte. Vos autres connexions sont fermées.\n"
    )


def _locked(_mail: QueuedMail, _account: Account, asked_by: str) -> tuple[str, str]:
    by = f" par {asked_by}" if asked_by else ""
    return "votre compte est verrouillé", (
        f"Votre compte vient d'être verrouillé{by}. Personne ne peut plus se connecter avec lui.\n"
        "Pour savoir pourquoi, ou le faire déverrouiller, adressez-vous à l'administrateur de votre organisation.\n"
    )


def _unlocked(_mail: QueuedMail, _account: Account, asked_by: str) -> tuple[str, str]:
    by = f" par {asked_by}" if asked_by else ""
    return "votre compte est déverrouillé", (
        f"Votre compte vient d'être déverrouillé{by}. Vous pouvez de nouveau vous connecter.\n"
    )


def _login_disowned(mail: QueuedMail, _account: Account, _asked_by: str) -> tuple[str, str]:
    person = clean_line(mail.about)[:_LONGEST_NAME]
    return "une connexion signalée dans votre organisation", (
        f"{person} vient de signaler une connexion qui n'était pas la sienne.\n\n"
        "Toutes ses sessions sont fermées et son mot de passe n'est plus valable ; un mot de passe provisoire lui est\n"
        "envoyé. Vérifiez avec cette personne que son adresse de courriel est la bonne, et regardez ce qui a été fait\n"
        "sous son nom. Le signalement est inscrit au journal.\n"
    )


def _for(mail: QueuedMail, asked_by: str) -> str:
    organisation = clean_line(mail.organisation_name)[:_LONGEST_NAME]
    who = asked_by or ("de l'administrateur" if organisation else "d'un administrateur")
    asked = f", à la demande {'de ' if asked_by else ''}{who}"
    return f"{asked}, pour « {organisation} »" if organisation else asked


_PROVISIONAL = "votre mot de passe provisoire"
_WITHOUT_ADDRESS = frozenset({MailKind.LOCKED})
_TEXTS = {
    MailKind.IDENTIFIER: _identifier,
    MailKind.LOST_IDENTIFIER: _lost_identifier,
    MailKind.PROVISIONAL_PASSWORD: _provisional,
    MailKind.RENEWED_PASSWORD: _renewed,
    MailKind.FORGOTTEN_PASSWORD: _forgotten,
    MailKind.DISOWNED_PASSWORD: _disowned_password,
    MailKind.PASSWORD_CHANGED: _changed,
    MailKind.LOCKED: _locked,
    MailKind.UNLOCKED: _unlocked,
    MailKind.LOGIN_DISOWNED: _login_disowned,
}

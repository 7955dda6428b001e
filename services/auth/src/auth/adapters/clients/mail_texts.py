"""The texts of the mails, in French. The identifier and a password never stand in the same mail."""

from __future__ import annotations

from auth.domain.accounts import Account
from auth.domain.mails import MailKind, Message, QueuedMail
from partnerkit.text import clean_line

_LONGEST_NAME = 200

_WARNING = """\
Vous n'attendiez pas ce courriel ?
Ne vous en servez pas et prévenez l'administrateur de votre organisation.
Personne ne vous demandera jamais votre mot de passe, ni par courriel ni par téléphone.
"""

_SIGNATURE = """\
Mon compte partenaire
Ce courriel est envoyé automatiquement : personne ne lit les réponses.
"""


class MailTexts:
    """Implements `ports.MailTexts`."""

    def __init__(self, portal_url: str, provisional_hours: int = 72) -> None:
        """`portal_url` is the address to sign in; `provisional_hours` how long a provisional password lives."""
        self._portal_url = portal_url
        self._hours = provisional_hours

    def __call__(self, mail: QueuedMail, account: Account, password: str | None) -> Message:
        """The mail, to the account's address."""
        subject, body = self._identifier(mail, account) if password is None else self._password(mail, password)
        name = clean_line(account.display_name)[:_LONGEST_NAME]
        text = f"Bonjour {name},\n\n{body}\n{_WARNING}\n{_SIGNATURE}"
        return Message(account.email, subject, text)

    def _identifier(self, mail: QueuedMail, account: Account) -> tuple[str, str]:
        body = (
            f"Un compte vient d'être créé pour vous{_for(mail)}.\n\n"
            f"Votre identifiant : {account.username}\n\n"
            "Gardez-le : vous le taperez à chaque connexion.\n"
            "Un second courriel vous apporte un mot de passe provisoire.\n\n"
            f"Pour vous connecter : {self._portal_url}\n"
        )
        return "Mon compte partenaire : votre identifiant", body

    def _password(self, mail: QueuedMail, password: str) -> tuple[str, str]:
        body = (
            f"{_reason(mail)}\n\n"
            f"Votre mot de passe provisoire : {password}\n\n"
            f"Il sert une seule fois, dans les {self._hours} heures.\n"
            "Vous choisirez aussitôt votre propre mot de passe.\n"
            "Si vous avez reçu plusieurs courriels comme celui-ci, seul le dernier est valable.\n\n"
            f"Pour vous connecter : {self._portal_url}\n"
        )
        return "Mon compte partenaire : votre mot de passe provisoire", body


def _for(mail: QueuedMail) -> str:
    organisation = clean_line(mail.organisation_name)[:_LONGEST_NAME]
    if organisation:
        return f", à la demande de l'administrateur de « {organisation} »"
    return ", à la demande d'un administrateur"


def _reason(mail: QueuedMail) -> str:
    if mail.kind is MailKind.PROVISIONAL_PASSWORD:
        return f"Un compte vient d'être créé pour vous{_for(mail)}."
    if mail.kind is MailKind.RENEWED_PASSWORD:
        return "Un administrateur a demandé un nouveau mot de passe pour vous. L'ancien n'est plus valable."
    if mail.kind is MailKind.DISOWNED_PASSWORD:
        return (
            "Vous avez signalé une connexion qui n'était pas la vôtre. Toutes vos sessions sont fermées\n"
            "et l'ancien mot de passe n'est plus valable."
        )
    return (
        "Quelqu'un, sans doute vous, a demandé un nouveau mot de passe sur la page de connexion.\n"
        "Si ce n'est pas vous, ignorez ce courriel : votre mot de passe actuel reste valable."
    )

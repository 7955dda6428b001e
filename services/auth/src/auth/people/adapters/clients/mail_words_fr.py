"""The mails in French."""

from __future__ import annotations

from datetime import date

from babel.dates import format_date

from auth.people.adapters.clients.mail_notices_fr import NOTICES
from auth.people.adapters.clients.mail_words import Line, MailText, Words
from auth.people.domain.mails import MailKind
from servicekit.typography import typeset

_PROVISIONAL = "votre mot de passe provisoire"
_CREATED: tuple[Line, ...] = (
    (
        "Un compte vient d'être créé pour vous, à la demande de {by}, pour « {organisation} ».",
        "Un compte vient d'être créé pour vous, à la demande de {by}.",
        "Un compte vient d'être créé pour vous, à la demande de l'administrateur, pour « {organisation} ».",
        "Un compte vient d'être créé pour vous, à la demande d'un administrateur.",
    ),
)
_OPENED = "À ouvrir depuis le portail : {opened}."

MAILS = {
    MailKind.IDENTIFIER: MailText(
        "votre identifiant",
        (
            *_CREATED,
            "",
            "Votre identifiant : {username}",
            "",
            "Gardez-le : vous le taperez à chaque connexion.",
            "Un second courriel vous apporte un mot de passe provisoire.",
            _OPENED,
        ),
        ending="unexpected",
    ),
    MailKind.LOST_IDENTIFIER: MailText(
        "votre identifiant",
        (
            "Quelqu'un, sans doute vous, a demandé votre identifiant sur la page de connexion.",
            "",
            "Votre identifiant : {username}",
        ),
        ending="nothing_to_do",
    ),
    MailKind.PROVISIONAL_PASSWORD: MailText(_PROVISIONAL, _CREATED, ending="unexpected"),
    MailKind.RENEWED_PASSWORD: MailText(
        _PROVISIONAL,
        (
            (
                "{by} a demandé un nouveau mot de passe pour vous. L'ancien n'est plus valable.",
                "Un administrateur a demandé un nouveau mot de passe pour vous. L'ancien n'est plus valable.",
            ),
        ),
        ending="unexpected",
    ),
    MailKind.FORGOTTEN_PASSWORD: MailText(
        _PROVISIONAL,
        ("Quelqu'un, sans doute vous, a demandé un nouveau mot de passe sur la page de connexion.",),
        ending="ignore",
    ),
    MailKind.DISOWNED_PASSWORD: MailText(
        _PROVISIONAL,
        (
            "Vous avez signalé une connexion qui n'était pas la vôtre. Toutes vos sessions sont fermées",
            "et l'ancien mot de passe n'est plus valable.",
        ),
        ending="unexpected",
    ),
    MailKind.PASSWORD_CHANGED: MailText(
        "votre mot de passe a changé",
        ("Un nouveau mot de passe vient d'être choisi pour votre compte. Vos autres connexions sont fermées.",),
        ending="not_you",
    ),
    MailKind.LOCKED: MailText(
        "votre compte est verrouillé",
        (
            (
                "Votre compte vient d'être verrouillé par {by}. Personne ne peut plus se connecter avec lui.",
                "Votre compte vient d'être verrouillé. Personne ne peut plus se connecter avec lui.",
            ),
            "Pour savoir pourquoi, ou le faire déverrouiller, adressez-vous à l'administrateur de votre organisation.",
        ),
        sign_in=False,
    ),
    MailKind.UNLOCKED: MailText(
        "votre compte est déverrouillé",
        (
            (
                "Votre compte vient d'être déverrouillé par {by}. Vous pouvez de nouveau vous connecter.",
                "Votre compte vient d'être déverrouillé. Vous pouvez de nouveau vous connecter.",
            ),
        ),
    ),
    MailKind.FACTOR_ADDED: MailText(
        "une deuxième étape de connexion est ajoutée",
        (
            (
                "L'application de codes « {about} » sert désormais à vous connecter, après votre mot de passe.",
                "Une application de codes sert désormais à vous connecter, après votre mot de passe.",
            ),
            "Vos autres connexions sont fermées.",
        ),
        ending="not_you",
    ),
    MailKind.FACTOR_REMOVED: MailText(
        "une deuxième étape de connexion est retirée",
        (
            (
                "L'application de codes « {about} » ne sert plus à vous connecter.",
                "Une application de codes ne sert plus à vous connecter.",
            ),
            "Vos autres connexions sont fermées.",
        ),
        ending="not_you",
    ),
    MailKind.RECOVERY_CODES_MADE: MailText(
        "de nouveaux codes de secours",
        ("De nouveaux codes de secours viennent d'être créés pour votre compte. Ceux d'avant ne servent plus.",),
        ending="not_you",
    ),
    MailKind.RECOVERY_CODE_USED: MailText(
        "un code de secours a servi",
        (
            "Un code de secours vient de servir à se connecter à votre compte. Il vous en reste : {about}.",
            "Dans « Mes connexions », vous pouvez en créer de nouveaux.",
        ),
        ending="not_you",
    ),
    MailKind.WRONG_CODES: MailText(
        "des codes faux à la deuxième étape",
        (
            "Quelqu'un a tapé votre mot de passe, puis plusieurs codes faux. La deuxième étape l'a arrêté.",
            "",
            "C'était vous ? Vérifiez que l'appareil qui montre les codes est à l'heure.",
            "Ce n'était pas vous ? Votre mot de passe est connu de quelqu'un d'autre : changez-le tout de suite.",
        ),
        ending="not_you",
    ),
    MailKind.NEW_DEVICE: MailText(
        "connexion avec un nouveau navigateur",
        (
            "Quelqu'un, sans doute vous, vient de se connecter à votre compte avec un navigateur qui n'avait pas",
            (
                "encore servi : {browser} sur {system}, le {day} à {hour} h {minute}.",
                "encore servi : {browser}, le {day} à {hour} h {minute}.",
                "encore servi : navigateur inconnu, le {day} à {hour} h {minute}.",
            ),
            "",
            "C'était vous ? Il n'y a rien à faire.",
            "Ce n'était pas vous ? Connectez-vous et choisissez « Ce n'était pas moi » en haut de la page : toutes vos",
            "sessions seront fermées et vous recevrez un nouveau mot de passe.",
        ),
    ),
    MailKind.INVITATION: MailText(
        "une organisation vous invite",
        (
            (
                "{by} vous invite à rejoindre « {organisation} » dans Mon compte partenaire.",
                "« {organisation} » vous invite à la rejoindre dans Mon compte partenaire.",
            ),
            "",
            "Pour accepter ou refuser, avant le {until} : {link}",
            "",
            "Vous avez déjà un compte : connectez-vous avec votre identifiant et votre mot de passe habituels.",
            "Rien d'autre ne change pour vous, et rien ne s'ouvre tant que vous n'avez pas accepté.",
        ),
        ending="not_expected",
        sign_in=False,
    ),
    MailKind.ADDRESS_TO_PROVE: MailText(
        "confirmez votre adresse",
        (
            (
                "{by} demande que vos courriels de Mon compte partenaire arrivent à cette adresse.",
                "Il est demandé que vos courriels de Mon compte partenaire arrivent à cette adresse.",
            ),
            "",
            "Si vous êtes bien {name}, confirmez-le avant le {until} : {link}",
            "",
            "Tant que ce n'est pas confirmé, rien ne change.",
        ),
        ending="not_expected",
        sign_in=False,
    ),
    MailKind.ADDRESS_ASKED: MailText(
        "une autre adresse est demandée pour vos courriels",
        (
            (
                "{by} demande que vos courriels de Mon compte partenaire arrivent désormais à {about}.",
                "Il est demandé que vos courriels de Mon compte partenaire arrivent désormais à {about}.",
            ),
            "Rien ne change avant que cette adresse soit confirmée par un lien qui y est envoyé.",
        ),
        ending="not_yours",
        sign_in=False,
    ),
    MailKind.ADDRESS_CHANGED: MailText(
        "votre adresse est changée",
        ("Vos courriels de Mon compte partenaire arrivent désormais ici. Votre identifiant reste le même.",),
        ending="not_you",
        sign_in=False,
    ),
    MailKind.NAMES_CORRECTED: MailText(
        "votre nom est corrigé",
        (
            (
                "{by} a corrigé votre nom : vous êtes maintenant inscrit comme « {name} ».",
                "Votre nom a été corrigé : vous êtes maintenant inscrit comme « {name} ».",
            ),
            "Votre identifiant et votre mot de passe restent les mêmes.",
        ),
        ending="not_you",
        sign_in=False,
    ),
    MailKind.LOGIN_DISOWNED: MailText(
        "une connexion signalée dans votre organisation",
        (
            "{about} vient de signaler une connexion qui n'était pas la sienne.",
            "",
            "Toutes ses sessions sont fermées et son mot de passe n'est plus valable ; un mot de passe provisoire lui",
            "est envoyé. Vérifiez avec cette personne que son adresse de courriel est la bonne, et regardez ce qui a",
            "été fait sous son nom. Le signalement est inscrit au journal.",
        ),
    ),
}
_NEVER_ASKED = "Personne ne vous demandera jamais votre mot de passe, ni par courriel ni par téléphone."


def _day(day: date) -> str:
    written = format_date(day, "d MMMM y", locale="fr")
    return written if day.day > 1 else f"1er{written[1:]}"


FRENCH = Words(
    product="Mon compte partenaire : {subject}",
    greeting="Bonjour {name},",
    password=(
        "Votre mot de passe provisoire : {password}",
        "",
        "Il sert une seule fois, dans les {hours} heures.",
        "Vous choisirez aussitôt votre propre mot de passe.",
        "Si vous avez reçu plusieurs courriels comme celui-ci, seul le dernier est valable.",
    ),
    sign_in="Pour vous connecter : {portal}",
    endings={
        "never_asked": (_NEVER_ASKED,),
        "unexpected": (
            "Vous n'attendiez pas ce courriel ?",
            "Ne vous en servez pas et prévenez l'administrateur de votre organisation.",
            _NEVER_ASKED,
        ),
        "not_expected": (
            "Vous n'attendiez pas ce courriel, ou il ne vous est pas destiné ? Ne suivez pas le lien : sans réponse,",
            "rien ne se passe.",
            _NEVER_ASKED,
        ),
        "not_yours": (
            "Cette adresse n'est pas la vôtre, ou personne ne vous en a parlé ? Prévenez aussitôt l'administrateur de",
            "votre organisation.",
            _NEVER_ASKED,
        ),
        "not_you": ("Ce n'était pas vous ? Prévenez aussitôt l'administrateur de votre organisation.", _NEVER_ASKED),
        "ignore": (
            "Si ce n'est pas vous qui l'avez demandé, il n'y a rien à faire : votre mot de passe actuel reste valable",
            "tant que personne ne se sert de celui-ci.",
            _NEVER_ASKED,
        ),
        "nothing_to_do": ("Si ce n'est pas vous qui l'avez demandé, il n'y a rien à faire.", _NEVER_ASKED),
    },
    signature=(
        "Mon compte partenaire, le portail des Caf pour leurs partenaires",
        "Une question ? Adressez-vous à :",
        "{helpers}",
        "Ce courriel est envoyé automatiquement : personne ne lit les réponses.",
    ),
    access="{extranet} (profil {profile})",
    an_administrator="l'administrateur de votre organisation",
    helped_by="{name}, qui administre les comptes de votre organisation",
    mails=MAILS,
    notices=NOTICES,
    day=_day,
    finish=typeset,
)

"""The mails in French."""

from __future__ import annotations

from datetime import date

from babel.dates import format_date

from auth.people.adapters.clients.mail_words import Line, Text, Words
from auth.people.domain.mails import MailKind
from auth.people.domain.notices import NoticeKind
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
_IN: Line = ("C'est {by} qui l'a fait, dans « {organisation} ».", "C'est dans « {organisation} ».")
_BY: Line = "C'est {by} qui l'a fait."
_REASON = "Motif donné : {reason}"
_TELL_THEM = "Prévenez les personnes de votre organisation qui s'en servaient."

MAILS = {
    MailKind.IDENTIFIER: Text(
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
    MailKind.LOST_IDENTIFIER: Text(
        "votre identifiant",
        (
            "Quelqu'un, sans doute vous, a demandé votre identifiant sur la page de connexion.",
            "",
            "Votre identifiant : {username}",
        ),
        ending="nothing_to_do",
    ),
    MailKind.PROVISIONAL_PASSWORD: Text(_PROVISIONAL, _CREATED, ending="unexpected"),
    MailKind.RENEWED_PASSWORD: Text(
        _PROVISIONAL,
        (
            (
                "{by} a demandé un nouveau mot de passe pour vous. L'ancien n'est plus valable.",
                "Un administrateur a demandé un nouveau mot de passe pour vous. L'ancien n'est plus valable.",
            ),
        ),
        ending="unexpected",
    ),
    MailKind.FORGOTTEN_PASSWORD: Text(
        _PROVISIONAL,
        ("Quelqu'un, sans doute vous, a demandé un nouveau mot de passe sur la page de connexion.",),
        ending="ignore",
    ),
    MailKind.DISOWNED_PASSWORD: Text(
        _PROVISIONAL,
        (
            "Vous avez signalé une connexion qui n'était pas la vôtre. Toutes vos sessions sont fermées",
            "et l'ancien mot de passe n'est plus valable.",
        ),
        ending="unexpected",
    ),
    MailKind.PASSWORD_CHANGED: Text(
        "votre mot de passe a changé",
        ("Un nouveau mot de passe vient d'être choisi pour votre compte. Vos autres connexions sont fermées.",),
        ending="not_you",
    ),
    MailKind.LOCKED: Text(
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
    MailKind.UNLOCKED: Text(
        "votre compte est déverrouillé",
        (
            (
                "Votre compte vient d'être déverrouillé par {by}. Vous pouvez de nouveau vous connecter.",
                "Votre compte vient d'être déverrouillé. Vous pouvez de nouveau vous connecter.",
            ),
        ),
    ),
    MailKind.NEW_DEVICE: Text(
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
    MailKind.LOGIN_DISOWNED: Text(
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
NOTICES = {
    NoticeKind.ACCESS_OPENED: Text("un accès vous est ouvert", ("Un accès vient de vous être ouvert : {opened}.", _IN)),
    NoticeKind.ACCESS_CHANGED: Text(
        "vos accès ont changé",
        (
            "Vos accès viennent de changer.",
            "Vous avez maintenant : {opened}.",
            "Vous n'avez plus : {closed}.",
            _IN,
        ),
    ),
    NoticeKind.ACCESS_SUSPENDED: Text(
        "votre accès est suspendu",
        ("Votre accès vient d'être suspendu : {closed}.", _IN, "Il pourra vous être rendu."),
    ),
    NoticeKind.ACCESS_REOPENED: Text("votre accès est rouvert", ("Votre accès est de nouveau ouvert : {opened}.", _IN)),
    NoticeKind.ACCESS_ENDED: Text("votre accès a pris fin", ("Votre accès vient de prendre fin : {closed}.", _IN)),
    NoticeKind.DEPARTURE_NOTED: Text(
        "la fin de vos accès est notée",
        (
            "Votre départ de « {organisation} » est noté au {ends_on}. Vos accès prennent fin ce jour-là.",
            "C'est {by} qui l'a noté. Si la date n'est pas la bonne, dites-le-lui.",
        ),
    ),
    NoticeKind.DEPARTURE_CANCELLED: Text(
        "la fin de vos accès est annulée",
        ("La date de votre départ de « {organisation} » est retirée : vos accès continuent.", _BY),
    ),
    NoticeKind.DEPARTURE_NEAR: Text(
        "vos accès prennent bientôt fin",
        (
            "Votre départ de « {organisation} » est noté au {ends_on}.",
            "Après ce jour-là, vous n'aurez plus accès à : {closed}.",
            "Si vous restez, demandez aussitôt que la date soit changée.",
        ),
    ),
    NoticeKind.ADMINISTRATOR_APPOINTED: Text(
        "vous administrez les comptes de votre organisation",
        (
            "Vous administrez désormais les comptes de « {organisation} » : ouvrez Habpps depuis le portail.",
            _BY,
        ),
    ),
    NoticeKind.ADMINISTRATOR_WITHDRAWN: Text(
        "vous n'administrez plus les comptes de votre organisation",
        ("Vous n'administrez plus les comptes de « {organisation} ».", _BY),
    ),
    NoticeKind.CONTRACT_OPENED: Text(
        "un contrat de service est ouvert",
        (
            "Un contrat de service ouvre {subject} à « {organisation} ».",
            _BY,
            "Dans Habpps, donnez maintenant l'accès aux personnes qui en ont besoin.",
        ),
    ),
    NoticeKind.CONTRACT_SUSPENDED: Text(
        "un contrat de service est suspendu",
        (
            "Le contrat de service de « {organisation} » pour {subject} est suspendu : plus personne n'y entre.",
            _BY,
            _REASON,
            _TELL_THEM,
        ),
    ),
    NoticeKind.CONTRACT_REACTIVATED: Text(
        "un contrat de service est réactivé",
        (
            "Le contrat de service de « {organisation} » pour {subject} est de nouveau en vigueur.",
            _BY,
            "Les personnes qui avaient accès l'ont de nouveau.",
        ),
    ),
    NoticeKind.CONTRACT_ENDED: Text(
        "un contrat de service a pris fin",
        (
            "Le contrat de service de « {organisation} » pour {subject} a pris fin.",
            _BY,
            _REASON,
            "Les personnes qui perdent un accès sont prévenues par courriel.",
        ),
    ),
    NoticeKind.CONVENTION_SIGNED: Text(
        "la convention est en vigueur",
        ("La convention {subject} entre la Caf et « {organisation} » est en vigueur.", _BY),
    ),
    NoticeKind.CONVENTION_SUSPENDED: Text(
        "la convention est suspendue",
        (
            "La convention {subject} entre la Caf et « {organisation} » est suspendue.",
            "Tous les extranets sont fermés à votre organisation. Dans Habpps, vous pouvez lire, et rien changer.",
            _BY,
            _REASON,
            _TELL_THEM,
        ),
    ),
    NoticeKind.CONVENTION_LIFTED: Text(
        "la convention est de nouveau en vigueur",
        (
            "La suspension de la convention {subject} entre la Caf et « {organisation} » est levée.",
            "Les accès sont de nouveau ouverts.",
            _BY,
        ),
    ),
    NoticeKind.CONVENTION_DENOUNCED: Text(
        "la convention est dénoncée",
        (
            "La convention {subject} entre la Caf et « {organisation} » est dénoncée.",
            "Tout reste ouvert jusqu'au {ends_on}, dernier jour du préavis.",
            _BY,
            _REASON,
        ),
    ),
    NoticeKind.CONVENTION_ENDED: Text(
        "la convention a pris fin",
        (
            "La convention {subject} entre la Caf et « {organisation} » a pris fin. Tous les accès sont fermés.",
            _BY,
            _REASON,
            "Les personnes qui perdent un accès sont prévenues par courriel.",
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

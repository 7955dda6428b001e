"""What people are told of their rights by mail, in French."""

from __future__ import annotations

from auth.people.adapters.clients.mail_words import Line, MailText
from auth.people.domain.notices import NoticeKind

_IN: Line = ("C'est {by} qui l'a fait, dans « {organisation} ».", "C'est dans « {organisation} ».")
_BY: Line = "C'est {by} qui l'a fait."
_REASON = "Motif donné : {reason}"
_TELL_THEM = "Prévenez les personnes de votre organisation qui s'en servaient."

NOTICES = {
    NoticeKind.ACCESS_OPENED: MailText(
        "un accès vous est ouvert", ("Un accès vient de vous être ouvert : {opened}.", _IN)
    ),
    NoticeKind.ACCESS_CHANGED: MailText(
        "vos accès ont changé",
        (
            "Vos accès viennent de changer.",
            "Vous avez maintenant : {opened}.",
            "Vous n'avez plus : {closed}.",
            _IN,
        ),
    ),
    NoticeKind.ACCESS_SUSPENDED: MailText(
        "votre accès est suspendu",
        ("Votre accès vient d'être suspendu : {closed}.", _IN, "Il pourra vous être rendu."),
    ),
    NoticeKind.ACCESS_REOPENED: MailText(
        "votre accès est rouvert", ("Votre accès est de nouveau ouvert : {opened}.", _IN)
    ),
    NoticeKind.ACCESS_ENDED: MailText("votre accès a pris fin", ("Votre accès vient de prendre fin : {closed}.", _IN)),
    NoticeKind.DEPARTURE_NOTED: MailText(
        "la fin de vos accès est notée",
        (
            "Votre départ de « {organisation} » est noté au {ends_on}. Vos accès prennent fin ce jour-là.",
            "C'est {by} qui l'a noté. Si la date n'est pas la bonne, dites-le-lui.",
        ),
    ),
    NoticeKind.DEPARTURE_CANCELLED: MailText(
        "la fin de vos accès est annulée",
        ("La date de votre départ de « {organisation} » est retirée : vos accès continuent.", _BY),
    ),
    NoticeKind.DEPARTURE_NEAR: MailText(
        "vos accès prennent bientôt fin",
        (
            "Votre départ de « {organisation} » est noté au {ends_on}.",
            "Après ce jour-là, vous n'aurez plus accès à : {closed}.",
            "Si vous restez, demandez aussitôt que la date soit changée.",
        ),
    ),
    NoticeKind.ADMINISTRATOR_APPOINTED: MailText(
        "vous administrez les comptes de votre organisation",
        (
            "Vous administrez désormais les comptes de « {organisation} » : ouvrez Habpps depuis le portail.",
            _BY,
        ),
    ),
    NoticeKind.ADMINISTRATOR_WITHDRAWN: MailText(
        "vous n'administrez plus les comptes de votre organisation",
        ("Vous n'administrez plus les comptes de « {organisation} ».", _BY),
    ),
    NoticeKind.CONTRACT_OPENED: MailText(
        "un contrat de service est ouvert",
        (
            "Un contrat de service ouvre {subject} à « {organisation} ».",
            _BY,
            "Dans Habpps, donnez maintenant l'accès aux personnes qui en ont besoin.",
        ),
    ),
    NoticeKind.CONTRACT_SUSPENDED: MailText(
        "un contrat de service est suspendu",
        (
            "Le contrat de service de « {organisation} » pour {subject} est suspendu : plus personne n'y entre.",
            _BY,
            _REASON,
            _TELL_THEM,
        ),
    ),
    NoticeKind.CONTRACT_REACTIVATED: MailText(
        "un contrat de service est réactivé",
        (
            "Le contrat de service de « {organisation} » pour {subject} est de nouveau en vigueur.",
            _BY,
            "Les personnes qui avaient accès l'ont de nouveau.",
        ),
    ),
    NoticeKind.CONTRACT_ENDED: MailText(
        "un contrat de service a pris fin",
        (
            "Le contrat de service de « {organisation} » pour {subject} a pris fin.",
            _BY,
            _REASON,
            "Les personnes qui perdent un accès sont prévenues par courriel.",
        ),
    ),
    NoticeKind.CONVENTION_SIGNED: MailText(
        "la convention est en vigueur",
        ("La convention {subject} entre la Caf et « {organisation} » est en vigueur.", _BY),
    ),
    NoticeKind.CONVENTION_SUSPENDED: MailText(
        "la convention est suspendue",
        (
            "La convention {subject} entre la Caf et « {organisation} » est suspendue.",
            "Tous les extranets sont fermés à votre organisation. Dans Habpps, vous pouvez lire, et rien changer.",
            _BY,
            _REASON,
            _TELL_THEM,
        ),
    ),
    NoticeKind.CONVENTION_LIFTED: MailText(
        "la convention est de nouveau en vigueur",
        (
            "La suspension de la convention {subject} entre la Caf et « {organisation} » est levée.",
            "Les accès sont de nouveau ouverts.",
            _BY,
        ),
    ),
    NoticeKind.CONVENTION_DENOUNCED: MailText(
        "la convention est dénoncée",
        (
            "La convention {subject} entre la Caf et « {organisation} » est dénoncée.",
            "Tout reste ouvert jusqu'au {ends_on}, dernier jour du préavis.",
            _BY,
            _REASON,
        ),
    ),
    NoticeKind.CONVENTION_ENDED: MailText(
        "la convention a pris fin",
        (
            "La convention {subject} entre la Caf et « {organisation} » a pris fin. Tous les accès sont fermés.",
            _BY,
            _REASON,
            "Les personnes qui perdent un accès sont prévenues par courriel.",
        ),
    ),
    NoticeKind.REQUEST_WAITING: MailText(
        "un acte attend votre accord",
        (
            "Dans Habpps, pour « {organisation} », un acte d'un autre administrateur a besoin d'une seconde personne.",
            "Ouvrez Habpps, puis « Demandes », pour l'approuver ou le refuser.",
            "Sans décision sous 72 heures, il n'est pas fait.",
        ),
    ),
}

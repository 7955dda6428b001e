"""What people read when the journal refuses."""

from flask_babel import lazy_gettext as _l

from servicekit.web import RefusalText

_TRY_AGAIN = _l("Réessayez dans un instant. Si cela continue, prévenez l'exploitation en donnant la référence.")

REFUSAL_TEXTS = {
    "NOT_AUDITOR": RefusalText(
        _l("Le journal d'audit est réservé aux auditeurs"),
        _l("La page demandée ne vous a pas été montrée."),
        _l("Votre compte n'a pas le rôle d'auditeur d'une Caf."),
        _l("L'administrateur de votre Caf peut nommer un auditeur dans Habpps."),
    ),
    "EVENT_UNKNOWN": RefusalText(
        _l("Événement introuvable"),
        _l("Le journal ne vous montre aucun événement à cette adresse."),
        _l("Il n'existe pas, ou il concerne une autre Caf que la vôtre."),
        _l("Revenez à votre recherche et choisissez un événement de la liste."),
    ),
    "SEARCH_NOT_YOURS": RefusalText(
        _l("Cette recherche n'est pas la vôtre"),
        _l("Ses résultats ne vous ont pas été montrés."),
        _l("Les résultats d'une recherche ne sont ouverts qu'à l'auditeur qui l'a faite."),
        _l("Faites votre propre recherche, avec le numéro de votre dossier de contrôle."),
    ),
    "JOURNAL_UNAVAILABLE": RefusalText(
        _l("Le journal ne répond pas"),
        _l("Rien ne vous a été montré."),
        _l("Votre consultation doit être inscrite au journal avant d'être montrée, et elle n'a pas pu l'être."),
        _TRY_AGAIN,
    ),
    "JOURNAL_QUEUE_FULL": RefusalText(
        _l("Le journal est très occupé"),
        _l("Rien ne vous a été montré."),
        _l("Trop d'événements attendent d'être inscrits au journal."),
        _TRY_AGAIN,
    ),
    "JOURNAL_DAMAGED": RefusalText(
        _l("Le journal est arrêté"),
        _l("Rien ne vous a été montré."),
        _l("Le contenu du journal ne correspond plus à ce qui a été signé."),
        _l("Prévenez l'exploitation sans attendre : la commande « verify » nomme ce qui a changé."),
    ),
}

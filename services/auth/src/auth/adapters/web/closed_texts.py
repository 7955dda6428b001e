"""Why an extranet is closed, which document is missing and who can help, by reason of `rights`."""

from __future__ import annotations

from typing import Any, NamedTuple

from flask_babel import lazy_gettext as _l


class ClosedText(NamedTuple):
    """Two short sentences."""

    why: Any
    who_can_help: Any


_ADMINISTRATOR = _l("L'administrateur de votre organisation peut le faire dans Habpps.")
_CAF = _l("Votre organisation doit le demander à la Caf avec laquelle elle a signé sa convention.")

_TEXTS = {
    "CONVENTION_MISSING": ClosedText(_l("La convention entre la Caf et votre organisation manque."), _CAF),
    "CONVENTION_NOT_STARTED": ClosedText(_l("La convention de votre organisation n'a pas encore commencé."), _CAF),
    "CONVENTION_SUSPENDED": ClosedText(_l("La Caf a suspendu la convention de votre organisation."), _CAF),
    "CONVENTION_ENDED": ClosedText(_l("La convention de votre organisation a pris fin."), _CAF),
    "CONVENTION_TERMINATED": ClosedText(_l("La convention de votre organisation a été résiliée."), _CAF),
    "SERVICE_CONTRACT_MISSING": ClosedText(_l("Le contrat de service pour cet extranet manque."), _CAF),
    "SERVICE_CONTRACT_NOT_STARTED": ClosedText(_l("Le contrat de service n'a pas encore commencé."), _CAF),
    "SERVICE_CONTRACT_SUSPENDED": ClosedText(_l("La Caf a suspendu le contrat de service pour cet extranet."), _CAF),
    "SERVICE_CONTRACT_ENDED": ClosedText(_l("Le contrat de service pour cet extranet a pris fin."), _CAF),
    "SERVICE_CONTRACT_EMPTY": ClosedText(_l("Le contrat de service ne prévoit rien pour cet extranet."), _CAF),
    "PROFILE_NOT_IN_CONTRACT": ClosedText(_l("Votre profil n'est pas prévu par le contrat de service."), _CAF),
    "PROFILE_NOT_IN_EXTRANET": ClosedText(_l("Votre profil n'existe pas dans cet extranet."), _ADMINISTRATOR),
    "NO_HABILITATION": ClosedText(_l("Vous n'avez pas d'habilitation sur cet extranet."), _ADMINISTRATOR),
    "HABILITATION_NOT_STARTED": ClosedText(_l("Votre habilitation n'a pas encore commencé."), _ADMINISTRATOR),
    "HABILITATION_SUSPENDED": ClosedText(_l("Votre habilitation est suspendue."), _ADMINISTRATOR),
    "HABILITATION_WITHDRAWN": ClosedText(_l("Votre habilitation a été retirée."), _ADMINISTRATOR),
    "HABILITATION_ENDED": ClosedText(_l("Votre habilitation a pris fin."), _ADMINISTRATOR),
    "GROUP_CLOSED": ClosedText(_l("Le groupe dont vous faites partie est fermé."), _ADMINISTRATOR),
    "USER_UNKNOWN": ClosedText(_l("Vous n'êtes pas utilisateur de cet extranet."), _ADMINISTRATOR),
    "USER_LOCKED": ClosedText(_l("Votre compte d'utilisateur est verrouillé."), _ADMINISTRATOR),
    "USER_INACTIVE": ClosedText(_l("Votre compte d'utilisateur est inactif."), _ADMINISTRATOR),
    "USER_CLOSED": ClosedText(_l("Votre compte d'utilisateur est fermé."), _ADMINISTRATOR),
    "ORGANISATION_CLOSED": ClosedText(_l("Votre organisation n'est plus partenaire de la Caf."), _CAF),
    "NO_ORGANISATION": ClosedText(_l("Vous n'êtes rattaché à aucune organisation active."), _ADMINISTRATOR),
    "EXTRANET_DISABLED": ClosedText(
        _l("Cet extranet est fermé pour tout le monde."), _l("La Caf peut vous renseigner.")
    ),
    "NO_ADMINISTRATION_ROLE": ClosedText(_l("Cette application est réservée aux administrateurs."), _ADMINISTRATOR),
}
_OTHER = ClosedText(_l("Vos habilitations actuelles n'ouvrent pas cet extranet."), _ADMINISTRATOR)

_PURPOSES = {
    "cdap": _l("Consulter les données d'un dossier allocataire utiles à votre mission."),
    "habpps": _l("Gérer les groupes, les utilisateurs et leurs habilitations."),
    "audit": _l("Contrôler qui a consulté quoi, quand et pourquoi."),
    "mon-enfant": _l("Tenir à jour les places d'accueil du jeune enfant sur monenfant.fr."),
    "omega": _l("Déclarer l'activité des établissements et suivre les aides."),
    "ql-web": _l("Suivre les quittances et les aides au logement."),
}


def closed_text(reason: str) -> ClosedText:
    """The two sentences."""
    return _TEXTS.get(reason, _OTHER)


def purpose_of(code: str) -> Any:
    """What an extranet is for, or nothing."""
    return _PURPOSES.get(code, "")

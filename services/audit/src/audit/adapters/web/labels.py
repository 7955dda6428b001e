"""What the types, decisions and reasons of events are called. An unknown type is shown with its service."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

DECISIONS: Mapping[str, Any] = {"granted": _l("Accordé"), "refused": _l("Refusé"), "done": _l("Fait")}
DECISION_KINDS = {"granted": "good", "refused": "bad", "done": "plain"}
_OTHER = {
    "auth": _l("Autre événement des comptes"),
    "habpps": _l("Autre événement des habilitations"),
    "cdap": _l("Autre événement des consultations"),
    "audit": _l("Autre événement du journal"),
}
_UNKNOWN = _l("Autre événement")
_TYPES: Mapping[str, Any] = {
    "auth.session.opened": _l("Connexion"),
    "auth.session.ended": _l("Fin de session"),
    "auth.login.refused": _l("Connexion refusée"),
    "auth.password.chosen": _l("Mot de passe choisi"),
    "auth.account.created": _l("Compte créé"),
    "auth.account.locked": _l("Compte bloqué"),
    "auth.account.unlocked": _l("Compte débloqué"),
    "habpps.organisation.created": _l("Organisation créée"),
    "habpps.convention.signed": _l("Convention signée"),
    "habpps.convention.suspended": _l("Convention suspendue"),
    "habpps.convention.reactivated": _l("Convention remise en vigueur"),
    "habpps.convention.denounced": _l("Convention dénoncée"),
    "habpps.convention.ended": _l("Convention terminée"),
    "habpps.convention.terminated": _l("Convention résiliée"),
    "habpps.service_contract.opened": _l("Contrat de service ouvert"),
    "habpps.service_contract.suspended": _l("Contrat de service suspendu"),
    "habpps.service_contract.reactivated": _l("Contrat de service remis en vigueur"),
    "habpps.service_contract.ended": _l("Contrat de service terminé"),
    "habpps.administrator.appointed": _l("Administrateur nommé"),
    "habpps.administrator.confirmed": _l("Administrateur confirmé"),
    "habpps.administrator.withdrawn": _l("Administrateur retiré"),
    "habpps.administration.refused": _l("Acte d'administration refusé"),
    "habpps.group.created": _l("Groupe créé"),
    "habpps.group.closed": _l("Groupe fermé"),
    "habpps.user.created": _l("Utilisateur créé"),
    "habpps.user.attached": _l("Utilisateur rattaché"),
    "habpps.user.locked": _l("Utilisateur bloqué"),
    "habpps.user.unlocked": _l("Utilisateur débloqué"),
    "habpps.user.departure_noted": _l("Départ d'un utilisateur noté"),
    "habpps.habilitation.granted": _l("Habilitation donnée"),
    "habpps.habilitation.suspended": _l("Habilitation suspendue"),
    "habpps.habilitation.reactivated": _l("Habilitation remise en vigueur"),
    "habpps.habilitation.withdrawn": _l("Habilitation retirée"),
    "habpps.password.reset": _l("Mot de passe réinitialisé"),
    "cdap.dossier.consulted": _l("Dossier consulté"),
    "cdap.consultation.refused": _l("Consultation refusée"),
    "cdap.consultation.suspicious": _l("Consultation à examiner"),
    "cdap.search.performed": _l("Recherche d'un dossier"),
    "audit.search.performed": _l("Recherche dans le journal"),
    "audit.results.consulted": _l("Résultats d'une recherche lus"),
    "audit.event.consulted": _l("Événement du journal lu"),
    "audit.alarm.raised": _l("Alarme du journal"),
}


def type_label(event_type: str) -> Any:
    """What a type is called; one nobody named keeps its code, after its service."""
    if event_type in _TYPES:
        return _TYPES[event_type]
    service = event_type.partition(".")[0]
    return f"{_OTHER.get(service, _UNKNOWN)} ({event_type})"

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
TYPES: Mapping[str, Any] = {
    "auth.session.opened": _l("Connexion"),
    "auth.session.ended": _l("Fin de session"),
    "auth.login.refused": _l("Connexion refusée"),
    "auth.password.chosen": _l("Mot de passe choisi"),
    "auth.session.left": _l("Déconnexion d'une session déjà finie"),
    "auth.session.checked": _l("Session vérifiée"),
    "auth.sessions.ended": _l("Toutes les sessions d'un compte terminées"),
    "auth.organisation.chosen": _l("Organisation choisie"),
    "auth.access.granted": _l("Accès à un extranet donné"),
    "auth.access.refused": _l("Accès à un extranet refusé"),
    "auth.token.issued": _l("Accès à un extranet renouvelé ou ouvert"),
    "auth.token.refused": _l("Accès à un extranet non renouvelé"),
    "auth.token.exchanged": _l("Accès à un autre extranet donné à une application"),
    "auth.exchange.refused": _l("Accès à un autre extranet refusé à une application"),
    "auth.token.revoked": _l("Accès à un extranet rendu par l'application"),
    "auth.client_tokens.issued": _l("Accès d'un logiciel partenaire"),
    "auth.device.granted": _l("Appareil connecté"),
    "auth.device.refused": _l("Appareil refusé"),
    "auth.consent.withdrawn": _l("Accord retiré à une application"),
    "auth.client.registered": _l("Application déclarée"),
    "auth.client.changed": _l("Application modifiée"),
    "auth.client.secret_renewed": _l("Secret d'une application renouvelé"),
    "auth.client.disabled": _l("Application fermée"),
    "auth.client.deleted": _l("Application supprimée"),
    "auth.registration_token.created": _l("Jeton d'enregistrement créé"),
    "auth.registration_token.revoked": _l("Jeton d'enregistrement retiré"),
    "auth.code.reused": _l("Code d'accès présenté deux fois"),
    "auth.refresh_token.reused": _l("Jeton d'accès présenté deux fois"),
    "auth.consent.given": _l("Accord donné à une application"),
    "auth.consent.refused": _l("Accord refusé à une application"),
    "auth.login.disowned": _l("Connexion signalée comme inconnue par la personne"),
    "auth.password.requested": _l("Mot de passe oublié : demande"),
    "auth.password.refused": _l("Changement de mot de passe refusé"),
    "auth.password.reset": _l("Mot de passe remis à zéro"),
    "auth.mail.sent": _l("Courriel envoyé"),
    "auth.mail.failed": _l("Courriel mis de côté : il ne peut pas partir"),
    "auth.mail.retried": _l("Nouvel essai demandé pour un courriel"),
    "auth.notice.retried": _l("Nouvel essai demandé pour une déconnexion"),
    "auth.clients.registered": _l("Applications enregistrées"),
    "auth.account.created": _l("Compte créé"),
    "auth.account.locked": _l("Compte bloqué"),
    "auth.account.unlocked": _l("Compte débloqué"),
    "habpps.organisation.read": _l("Lecture d'une organisation"),
    "habpps.organisations.listed": _l("Lecture de la liste des organisations"),
    "habpps.organisations.imported": _l("Organisations importées"),
    "habpps.extranets.imported": _l("Extranets importés"),
    "habpps.service_contract.read": _l("Lecture d'un contrat de service"),
    "habpps.group.read": _l("Lecture d'un groupe"),
    "habpps.user.read": _l("Lecture d'un utilisateur"),
    "habpps.users.listed": _l("Lecture de la liste des utilisateurs"),
    "habpps.journal.read": _l("Lecture du journal d'une organisation"),
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
    "cdap.dossiers.imported": _l("Dossiers importés"),
    "audit.search.performed": _l("Recherche dans le journal"),
    "audit.results.consulted": _l("Résultats d'une recherche lus"),
    "audit.event.consulted": _l("Événement du journal lu"),
    "audit.alarm.raised": _l("Alarme du journal"),
    "audit.journal.accepted": _l("Journal restauré accepté"),
}


def type_label(event_type: str) -> Any:
    """What a type is called; one nobody named keeps its code, after its service."""
    if event_type in TYPES:
        return TYPES[event_type]
    service = event_type.partition(".")[0]
    return f"{_OTHER.get(service, _UNKNOWN)} ({event_type})"

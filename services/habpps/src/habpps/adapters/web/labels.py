"""French words for the code words of the domain; kind says how a badge looks (good, waiting, bad, plain)."""

from typing import NamedTuple

from flask_babel import lazy_gettext as _l


class Label(NamedTuple):
    """A word and the kind of its badge."""

    text: str
    kind: str = "plain"


CONVENTION_STATES: dict[str, Label] = {
    "draft": Label(_l("En attente de signature"), "waiting"),
    "active": Label(_l("En vigueur"), "good"),
    "suspended": Label(_l("Suspendue"), "bad"),
    "denounced": Label(_l("Dénoncée, préavis en cours"), "waiting"),
    "ended": Label(_l("Terminée"), "plain"),
    "terminated_for_breach": Label(_l("Résiliée pour manquement"), "bad"),
}
CONTRACT_STATES: dict[str, Label] = {
    "active": Label(_l("En vigueur"), "good"),
    "suspended": Label(_l("Suspendu"), "bad"),
    "ended": Label(_l("Terminé"), "plain"),
}
HABILITATION_STATES: dict[str, Label] = {
    "active": Label(_l("Active"), "good"),
    "suspended": Label(_l("Suspendue"), "bad"),
    "withdrawn": Label(_l("Retirée"), "plain"),
}
USER_STATES: dict[str, Label] = {
    "active": Label(_l("Actif"), "good"),
    "locked": Label(_l("Verrouillé"), "bad"),
    "inactive": Label(_l("Inactif"), "waiting"),
    "closed": Label(_l("Désactivé"), "plain"),
}
MAIL_STATES: dict[str, Label] = {
    "pending": Label(_l("Courriels en attente d'envoi"), "waiting"),
    "sent": Label(_l("Compte créé, courriels en cours d'envoi"), "waiting"),
    "done": Label(_l("Identifiant et mot de passe provisoire envoyés"), "good"),
    "refused": Label(_l("Compte à reprendre"), "bad"),
}
COMMAND_PROBLEMS: dict[str, str] = {
    "create": _l("Le compte n'a pas pu être créé"),
    "reset_password": _l("Le nouveau mot de passe provisoire n'a pas pu être envoyé"),
    "lock": _l("Le compte n'a pas pu être verrouillé"),
    "unlock": _l("Le compte n'a pas pu être déverrouillé"),
    "end_sessions": _l("Les sessions ouvertes n'ont pas pu être fermées"),
}
PROBLEM_REASONS: dict[str, str] = {
    "PERSON_INVALID": _l(
        "le service des comptes n'accepte pas le nom ou l'adresse. Vérifiez-les, puis essayez de nouveau ou "
        "inscrivez la personne avec les bonnes informations."
    ),
    "ACCOUNT_ID_TAKEN": _l("ce compte est déjà celui d'une autre personne. Donnez la référence à la Caf."),
    "NO_FREE_USERNAME": _l("aucun identifiant n'est libre pour ce nom. Essayez de nouveau."),
    "ACCOUNT_UNKNOWN": _l("le service des comptes ne connaît pas ce compte. Donnez la référence à la Caf."),
}
PROBLEM_OTHERWISE = _l(
    "une erreur est survenue de notre côté. Essayez de nouveau ; si cela continue, donnez la référence à la Caf."
)
PROFILES: dict[str, str] = {
    "T1": _l("T1 : accompagnement social"),
    "T2": _l("T2 : accueil du jeune enfant (crèche)"),
    "T3": _l("T3 : logement"),
    "T4": _l("T4 : insertion et RSA"),
    "T5": _l("T5 : tarifs selon le quotient familial"),
}
CLOSED_BECAUSE: dict[str, str] = {
    "CONVENTION_MISSING": _l("l'organisme n'a pas de convention"),
    "CONVENTION_SUSPENDED": _l("la convention est suspendue par la Caf"),
    "CONVENTION_NOT_STARTED": _l("la convention n'a pas encore commencé"),
    "CONVENTION_ENDED": _l("la convention est terminée"),
    "CONVENTION_TERMINATED": _l("la convention est résiliée"),
    "SERVICE_CONTRACT_MISSING": _l("il n'y a pas de contrat de service"),
    "SERVICE_CONTRACT_SUSPENDED": _l("le contrat de service est suspendu par la Caf"),
    "SERVICE_CONTRACT_NOT_STARTED": _l("le contrat de service n'a pas encore commencé"),
    "SERVICE_CONTRACT_ENDED": _l("le contrat de service est terminé"),
    "NO_HABILITATION": _l("l'utilisateur n'est dans aucun groupe"),
    "HABILITATION_SUSPENDED": _l("l'habilitation est suspendue"),
    "HABILITATION_WITHDRAWN": _l("l'habilitation est retirée"),
    "HABILITATION_ENDED": _l("l'habilitation est arrivée à sa fin"),
    "GROUP_CLOSED": _l("le groupe est fermé"),
    "USER_LOCKED": _l("l'utilisateur est verrouillé"),
    "USER_CLOSED": _l("l'utilisateur est désactivé"),
    "USER_INACTIVE": _l("l'utilisateur est inactif"),
    "PROFILE_NOT_IN_CONTRACT": _l("le profil du groupe n'est pas dans le contrat de service"),
    "PROFILE_NOT_IN_EXTRANET": _l("cet extranet ne connaît pas le profil du groupe"),
    "EXTRANET_DISABLED": _l("l'extranet n'est pas ouvert"),
}
CLOSED_OTHERWISE = _l("les conditions d'accès ne sont pas réunies")

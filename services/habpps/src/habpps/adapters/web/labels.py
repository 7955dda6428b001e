"""French words for the code words of the domain; kind says how a badge looks (good, waiting, bad, plain)."""

from typing import NamedTuple

from flask_babel import lazy_gettext as _l

from partnerkit.web.labels import PROFILES as PROFILES


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
REQUEST_STATES: dict[str, Label] = {
    "waiting": Label(_l("Attend une décision"), "waiting"),
    "approved": Label(_l("Approuvée"), "good"),
    "refused": Label(_l("Refusée"), "bad"),
    "expired": Label(_l("Sans décision à temps"), "plain"),
}
MAIL_STATES: dict[str, Label] = {
    "pending": Label(_l("Courriels en attente d'envoi"), "waiting"),
    "sent": Label(_l("Compte créé, courriels en cours d'envoi"), "waiting"),
    "done": Label(_l("Identifiant et mot de passe provisoire envoyés"), "good"),
    "refused": Label(_l("Compte à reprendre"), "bad"),
}
MAIL_PROBLEMS: dict[str, Label] = {
    "RECIPIENT_REFUSED": Label(_l("Courriel refusé : cette adresse n'existe pas ou n'accepte rien"), "bad"),
    "CONTENT_REFUSED": Label(_l("Courriel refusé par la messagerie de la personne"), "bad"),
    "MAIL_LATE": Label(_l("Courriel en retard : la messagerie ne répond pas, nous réessayons"), "waiting"),
    "MAIL_SERVER_UNREACHABLE": Label(_l("Courriel abandonné : la messagerie ne répond pas depuis trois jours"), "bad"),
}
MAIL_PROBLEM_OTHERWISE = Label(_l("Courriel arrêté : vérifiez l'adresse, puis prévenez la Caf"), "bad")
COMMAND_PROBLEMS: dict[str, str] = {
    "create": _l("Le compte n'a pas pu être créé"),
    "reset_password": _l("Le nouveau mot de passe provisoire n'a pas pu être envoyé"),
    "forget_factors": _l("La deuxième étape de connexion n'a pas pu être retirée"),
    "lock": _l("Le verrouillage n'a pas pu être transmis au service des comptes"),
    "unlock": _l("Le compte n'a pas pu être déverrouillé"),
    "end_sessions": _l("Le verrouillage n'a pas pu être transmis au service des comptes"),
    "update": _l("Le nom ou l'adresse n'a pas pu être corrigé sur le compte"),
    "invite": _l("L'invitation n'a pas pu être envoyée"),
    "prove_address": _l("Le lien vers la nouvelle adresse n'a pas pu être envoyé"),
    "notify": _l("Le courriel d'information n'a pas pu être envoyé"),
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

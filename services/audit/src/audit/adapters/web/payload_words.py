"""What the keys and codes of payloads are called: whatever a service writes, the page shows words.

A key or a code that nobody named yet is read aloud instead of shown as it is stored.
"""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from flask_babel import format_date
from flask_babel import lazy_gettext as _l

from servicekit.web.formats import longdate

MORE_FIELDS: Mapping[str, Any] = {
    "about": _l("Personne ou organisation"),
    "accepted_because": _l("Raison donnée"),
    "accepted_by": _l("Accepté par"),
    "actor_id": _l("Compte de la personne qui a agi"),
    "audience": _l("Accès pour"),
    "caf_signed_on": _l("Signature de la Caf"),
    "convention_state": _l("État de la convention"),
    "days": _l("Durée en jours"),
    "departs_on": _l("Date de départ"),
    "end": _l("Numéro après le dernier"),
    "ends_on": _l("Fin"),
    "epoch": _l("Suite de numéros"),
    "event": _l("Événement"),
    "everything": _l("Avec les recherches des auditeurs et les étapes techniques"),
    "failure": _l("Cause"),
    "family_id": _l("Suite de jetons"),
    "first": _l("Premier numéro"),
    "from_us": _l("Depuis"),
    "id": _l("Identifiant"),
    "key": _l("Clé"),
    "keys": _l("Renseignements de l'application"),
    "machine": _l("Objet"),
    "mail_id": _l("Courriel"),
    "maximum": _l("Nombre maximal"),
    "missing_numbers": _l("Numéros manquants"),
    "notice_id": _l("Avis de déconnexion"),
    "number": _l("Numéro"),
    "organisation_id": _l("Organisation"),
    "partner_signed_on": _l("Signature du partenaire"),
    "possible": _l("Valeurs possibles"),
    "problem": _l("Problème"),
    "problems": _l("Problèmes"),
    "reason": _l("Raison"),
    "reference": _l("Référence"),
    "registration_token": _l("Jeton d'enregistrement"),
    "roles_in_token": _l("Rôles de l'accès"),
    "root": _l("Racine du journal"),
    "searched": _l("Texte cherché"),
    "service": _l("Service"),
    "set_aside_count": _l("Dossiers mis de côté"),
    "signed_before": _l("Signé auparavant"),
    "size": _l("Nombre d'événements"),
    "starts_on": _l("Début"),
    "state": _l("État"),
    "subject": _l("Objet"),
    "until": _l("Jusqu'à"),
    "until_us": _l("Avant"),
    "uses": _l("Nombre d'utilisations"),
}
VALUES: Mapping[str, Any] = {
    # purposes
    "accompagnement_social": _l("Accompagnement social des familles"),
    "calcul_participation_familiale_eaje": _l("Calcul de la participation des familles en crèche"),
    "fonds_solidarite_logement": _l("Aides et impayés de logement (fonds de solidarité)"),
    "instruction_rsa": _l("Instruction et suivi du RSA"),
    "tarification_quotient_familial": _l("Tarifs calculés selon le quotient familial"),
    "information_modes_accueil": _l("Information sur les modes d'accueil"),
    # parts of a dossier
    "aah": _l("Allocation aux adultes handicapés"),
    "address": _l("Adresse"),
    "aeeh_children": _l("Enfants qui ouvrent droit à l'AEEH"),
    "alternating_residence": _l("Résidence alternée"),
    "annual_resources": _l("Ressources annuelles"),
    "birth_places": _l("Lieux de naissance"),
    "children": _l("Enfants"),
    "contact": _l("Téléphone et courriel"),
    "debts": _l("Dettes envers la Caf"),
    "dependent_children": _l("Enfants à charge"),
    "disability_rights": _l("Droits liés au handicap"),
    "family_situation": _l("Situation familiale"),
    "housing": _l("Logement"),
    "open_rights": _l("Droits ouverts"),
    "payment": _l("Destinataire du paiement"),
    "persons": _l("Allocataire et conjoint"),
    "prestations_paid": _l("Prestations versées"),
    "previous_annual_resources": _l("Ressources de l'année d'avant"),
    "quarterly_resources": _l("Ressources déclarées au trimestre"),
    "quotient_familial": _l("Quotient familial"),
    "reference": _l("Numéro d'allocataire et mois"),
    "rsa": _l("RSA"),
    "status": _l("État du dossier"),
    # states
    "draft": _l("Projet"),
    "active": _l("En vigueur"),
    "suspended": _l("Suspendu"),
    "denounced": _l("Dénoncé"),
    "ended": _l("Terminé"),
    "terminated_for_breach": _l("Résilié pour faute"),
    "withdrawn": _l("Retiré"),
    "locked": _l("Verrouillé"),
    "inactive": _l("Inactif"),
    "closed": _l("Fermé"),
    "unlocked": _l("Déverrouillé"),
    # mails and commands
    "identifier": _l("Envoi de l'identifiant"),
    "lost_identifier": _l("Identifiant oublié"),
    "provisional_password": _l("Mot de passe provisoire"),
    "renewed_password": _l("Nouveau mot de passe provisoire"),
    "forgotten_password": _l("Mot de passe oublié"),
    "disowned_password": _l("Mot de passe remplacé après une connexion inconnue"),
    "password_changed": _l("Mot de passe changé"),
    "login_disowned": _l("Connexion signalée comme inconnue"),
    "notice": _l("Information sur un droit ou un contrat"),
    "create": _l("Création du compte"),
    "reset_password": _l("Nouveau mot de passe"),
    "lock": _l("Verrouillage"),
    "unlock": _l("Déverrouillage"),
    "end_sessions": _l("Fin des sessions"),
    "notify": _l("Courriel d'information"),
    # people
    "administrator": _l("Administrateur"),
    "user": _l("Utilisateur"),
    # lists of an application's particulars
    "name": _l("Nom"),
    "scope": _l("Droits demandés"),
    "redirect_uris": _l("Adresses de retour"),
    "grant_types": _l("Façons d'obtenir un accès"),
    "owner": _l("Caf responsable"),
    "secret": _l("Secret"),
    "enabled": _l("Ouverture"),
    "jwks": _l("Clés publiques"),
    # services
    "auth": _l("Comptes"),
    "habpps": _l("Habilitations"),
    "cdap": _l("Consultations"),
    "audit": _l("Journal"),
    "-": _l("Aucune"),
}
CODE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)+|[A-Z][A-Z0-9]*(_[A-Z0-9]+)+")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


def read_aloud(code: str) -> str:
    """A code that nobody named, as words: nothing is lost, nothing looks like a program."""
    return code.replace("_", " ").lower() if CODE.fullmatch(code) else code


def in_words(value: str) -> str | None:
    """A day, a month or a code in words; None for what is none of them."""
    if value in VALUES:
        return str(VALUES[value])
    if _DAY.fullmatch(value):
        try:
            return longdate(date.fromisoformat(value))
        except ValueError:
            return None
    if _MONTH.fullmatch(value) and value >= "1900":
        return str(format_date(date(int(value[:4]), int(value[5:]), 1), "MMMM y"))
    return read_aloud(value) if CODE.fullmatch(value) else None

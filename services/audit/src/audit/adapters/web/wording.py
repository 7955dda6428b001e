"""Who, what and why of an event in words: an identifier is shown only where nothing better is known."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from audit.adapters.web.labels import type_label
from audit.adapters.web.payload_words import MORE_FIELDS, in_words, read_aloud
from audit.domain.search import masked, plain
from audit.use_cases.find_names import Names
from audit.use_cases.times import moment
from partnerkit.reasons import CATALOGUE
from partnerkit.reasons.pages import brief_words
from servicekit.typography import typeset
from servicekit.web.formats import longdatetime

KINDS: Mapping[str, Any] = {
    "account": _l("Compte"),
    "organisation": _l("Organisation"),
    "convention": _l("Convention"),
    "service_contract": _l("Contrat de service"),
    "group": _l("Groupe"),
    "user": _l("Utilisateur"),
    "habilitation": _l("Habilitation"),
    "administrator": _l("Administrateur"),
    "event": _l("Événement du journal"),
    "generation": _l("Livraison de dossiers"),
    "file": _l("Fichier importé"),
}
FIELDS: Mapping[str, Any] = {
    "act": _l("Acte demandé"),
    "appointed_as": _l("Nommé comme"),
    "author": _l("Auteur"),
    "before": _l("Avant la place"),
    "caf": _l("Caf"),
    "caller": _l("Service appelant"),
    "case_number": _l("Dossier de contrôle"),
    "client_id": _l("Application"),
    "clients": _l("Applications"),
    "consultation": _l("Consultation concernée"),
    "convention": _l("Convention"),
    "decision": _l("Décision"),
    "dossier_count": _l("Nombre de dossiers"),
    "event_id": _l("Événement"),
    "existing_account": _l("Compte déjà ouvert"),
    "extranet": _l("Extranet"),
    "fields": _l("Informations montrées"),
    "group": _l("Groupe"),
    "habilitation": _l("Habilitation"),
    "ip": _l("Adresse du poste sur le réseau"),
    "job_title": _l("Fonction"),
    "kind": _l("Sorte"),
    "label": _l("Intitulé"),
    "motive": _l("Motif donné"),
    "name": _l("Nom de la personne"),
    "person_informed": _l("Personne concernée informée"),
    "profile": _l("Profil"),
    "profiles": _l("Profils"),
    "provisional": _l("Avec un mot de passe provisoire"),
    "purpose": _l("Finalité"),
    "purposes": _l("Finalités"),
    "reference_month": _l("Mois de référence"),
    "role": _l("Rôle"),
    "result": _l("Résultat"),
    "rule_id": _l("Règle appliquée"),
    "rule_ids": _l("Règles appliquées"),
    "scope": _l("Droits demandés"),
    "search_id": _l("Recherche"),
    "service_contract": _l("Contrat de service"),
    "session_id": _l("Session"),
    "shown": _l("Nombre d'événements montrés"),
    "siret": _l("SIRET"),
    "source": _l("Origine"),
    "table_version": _l("Version de la table des informations"),
    "territories": _l("Territoires"),
    "territory": _l("Territoire (code de la Caf)"),
    "token_id": _l("Jeton d'accès"),
    "type": _l("Sorte d'événement"),
    "user_agent": _l("Navigateur"),
    "username": _l("Identifiant de la personne"),
    "why": _l("Raison"),
    **MORE_FIELDS,
}
WORDS: Mapping[str, Any] = {
    "caf_administrator": _l("Administrateur de la Caf"),
    "caf_auditor": _l("Auditeur de la Caf"),
    "operator": _l("Exploitation"),
    "partner_administrator": _l("Administrateur du partenaire"),
    "yes": _l("Oui"),
    "no": _l("Non"),
}
# What people typed: never taken for a code.
FREE_TEXT = frozenset(
    (
        "accepted_because",
        "accepted_by",
        "author",
        "job_title",
        "label",
        "motive",
        "name",
        "problems",
        "searched",
        "username",
    )
)
TECHNICAL = frozenset(
    ("before", "caller", "epoch", "root", "rule_id", "rule_ids", "scope", "table_version", "user_agent")
)
_MOMENTS = frozenset(("from_us", "until_us"))
_IDENTIFIER = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_SHORT = 8


@dataclass(frozen=True, slots=True)
class Wording:
    """The words for one event: what was told of it, its payload, and the names known."""

    told: Mapping[str, Any]
    payload: Mapping[str, Any]
    names: Names

    def who(self) -> str:
        """The person who acted: name and identifier as far as known; nothing for an act of no person."""
        account = self.told.get("actor_id")
        if not account:
            return str(self.payload.get("author", ""))
        person = self.names.people.get(account)
        if person is None:
            return str(self.payload.get("author") or _("Compte %(id)s", id=_tail(account)))
        return f"{person.name} ({person.username})" if person.name else person.username

    def about(self) -> str:
        """The person or organisation that everything is asked about."""
        kind, _colon, rest = str(self.told.get("about") or "").partition(":")
        if kind == "organisation":
            return self.names.organisations.get(rest) or _("Organisation %(id)s", id=_tail(rest))
        person = self.names.people.get(rest)
        if person is None:
            return str(_("Compte %(id)s", id=_tail(rest)))
        return f"{person.name} ({person.username})" if person.name else person.username

    def organisation(self) -> str:
        """The organisation for which they acted."""
        organisation = self.told.get("organisation_id")
        if not organisation:
            return ""
        return self.names.organisations.get(organisation) or _("Organisation %(id)s", id=_tail(organisation))

    def subject(self, *, clear: bool) -> str:
        """What the act was about; a dossier is masked unless `clear`."""
        subject = self.told.get("subject") or ""
        kind, _colon, rest = subject.partition(":")
        if kind not in KINDS:
            return (plain(subject) if clear else masked(subject)) or ""
        return f"{KINDS[kind]} {self._called(kind, rest)}"

    def _called(self, kind: str, identifier: str) -> str:
        person = self.names.people.get(identifier) if kind == "account" else None
        if person is not None:
            return person.username
        label = self.names.organisations.get(identifier) if kind == "organisation" else None
        label = label or self.payload.get("label")
        return typeset(f"« {label} »") if isinstance(label, str) and label else _tail(identifier)


def reason_text(reason: str | None) -> str:
    """A reason in words, of the catalogue of reasons; one that this version does not know is said to be so."""
    return brief_words(reason) if reason else ""


def told_fields(payload: Mapping[str, Any], *, technical: bool = False) -> list[tuple[str, list[str]]]:
    """(label, lines) of each field of a payload that holds something; a key that nobody named is read aloud.

    `technical`: identifiers and what only a computer person reads, instead of the others.
    """
    wanted = {name: value for name, value in payload.items() if _is_technical(name, value) == technical}
    shown = [(_key(name), _lines(name, value)) for name, value in wanted.items()]
    return [(label, lines) for label, lines in shown if lines]


def _is_technical(name: str, value: object) -> bool:
    return name in TECHNICAL or (isinstance(value, str) and _IDENTIFIER.fullmatch(value) is not None)


def _lines(name: str, value: object) -> list[str]:
    if value is None or value == "" or value == [] or value == {}:
        return []
    if isinstance(value, bool):
        return [_("Oui") if value else _("Non")]
    if isinstance(value, Mapping):
        return [
            _("%(field)s : %(value)s", field=_key(key), value=", ".join(_lines(key, one)))
            for key, one in value.items()
            if one
        ]
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [line for one in value for line in _lines(name, one)]
    if name in _MOMENTS and isinstance(value, int):
        return [longdatetime(moment(value))]
    if name == "subject" and isinstance(value, str):
        return [Wording({"subject": value}, {}, Names()).subject(clear=False)]
    if name in ("act", "type") and isinstance(value, str):
        return [str(type_label(value))]
    if not isinstance(value, str):
        return [json.dumps(value)]
    return [value if name in FREE_TEXT else _words(name, value)]


def _key(name: str) -> str:
    """What a key of a payload is called."""
    return str(FIELDS[name]) if name in FIELDS else read_aloud(name).capitalize()


def _words(name: str, value: str) -> str:
    """A text in words; scopes and lists of codes are texts too."""
    if name in ("scope", "possible") and " " in value:
        return ", ".join(_word(one.strip(",")) for one in value.split())
    return _word(value)


def _word(value: str) -> str:
    """A code in words; what is no code, such as a name, as it is."""
    if value in WORDS:
        return str(WORDS[value])
    return brief_words(value) if value in CATALOGUE else (in_words(value) or value)


def _tail(identifier: str) -> str:
    """The end of an identifier, which is what tells two of them apart."""
    return f"…{identifier[-_SHORT:]}" if len(identifier) > 2 * _SHORT else identifier

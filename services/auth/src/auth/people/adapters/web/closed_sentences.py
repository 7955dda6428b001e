"""Why an extranet is closed and who can help, and what each extranet is for."""

from __future__ import annotations

from typing import Any, NamedTuple

from flask_babel import lazy_gettext as _l

from partnerkit.reasons import Reader
from partnerkit.reasons.pages import why_and_help


class ClosedText(NamedTuple):
    """Two short sentences."""

    why: str
    who_can_help: str


_PURPOSES = {
    "cdap": _l("Consulter les données d'un dossier allocataire utiles à votre mission."),
    "habpps": _l("Gérer les groupes, les utilisateurs et leurs habilitations."),
    "audit": _l("Contrôler qui a consulté quoi, quand et pourquoi."),
    "mon-enfant": _l("Tenir à jour les places d'accueil du jeune enfant sur monenfant.fr."),
    "omega": _l("Déclarer l'activité des établissements et suivre les aides."),
    "ql-web": _l("Suivre les quittances et les aides au logement."),
}


def closed_text(reason: str, reader: Reader) -> ClosedText:
    """The two sentences, of the catalogue of reasons, for whoever reads."""
    return ClosedText(*why_and_help(reason, reader))


def purpose_of(code: str) -> Any:
    """What an extranet is for, or nothing."""
    return _PURPOSES.get(code, "")

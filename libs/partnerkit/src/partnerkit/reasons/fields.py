"""The reasons of values that are typed or imported: what is wrong with one. Forms say it beside the field."""

from partnerkit.reasons.entry import Reason, reason
from partnerkit.reasons.steps import INPUT

_BRIEFS = (
    ("EMPTY", "Valeur absente", "Value missing"),
    ("TOO_LONG", "Texte trop long", "Text too long"),
    ("EMAIL_MALFORMED", "Adresse électronique incorrecte", "Wrong e-mail address"),
    ("EMAIL_NOT_ASCII", "Adresse électronique avec un accent", "E-mail address with an accent"),
    ("DATE_MALFORMED", "Date qui n'existe pas", "Date that does not exist"),
    ("DATE_YEAR", "Année invraisemblable", "Implausible year"),
    ("MATRICULE_MISSING", "Numéro d'allocataire absent", "Number of the allocataire missing"),
    ("MATRICULE_FORMAT", "Numéro d'allocataire incorrect", "Wrong number of the allocataire"),
    ("MATRICULE_LENGTH", "Numéro d'allocataire trop long", "Number of the allocataire too long"),
    ("MATRICULE_LOOKS_LIKE_NIR", "Numéro de sécurité sociale saisi", "Social security number typed"),
)
REASONS: tuple[Reason, ...] = tuple(reason(code, INPUT, (french, english)) for code, french, english in _BRIEFS)

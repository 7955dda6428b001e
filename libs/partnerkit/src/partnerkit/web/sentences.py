"""What people read beside a field whose text, address or day is refused, by reason."""

from pathlib import Path

from flask_babel import lazy_gettext as _l

TRANSLATIONS = Path(__file__).parent / "translations"
"""For `WebOptions.translations` of a service that uses these fields."""

TEXT_SENTENCES: dict[str, str] = {
    "EMPTY": _l("Cette information est nécessaire."),
    "TOO_LONG": _l("Ce texte est trop long."),
    "NAME_CHARACTERS": _l("Un nom ne contient que des lettres, des espaces, des traits d'union et des apostrophes."),
}
ADDRESS_SENTENCES: dict[str, str] = {
    "EMAIL_MALFORMED": _l("Cette adresse n'est pas complète ou contient une faute. Exemple : prenom.nom@ville.fr."),
    "EMAIL_NOT_ASCII": _l("L'adresse contient une lettre accentuée ou un caractère invisible. Retapez-la."),
}
DAY_SENTENCES: dict[str, str] = {
    "DATE_MALFORMED": _l("Cette date n'existe pas. Exemple : 23/11/2026."),
    "DATE_YEAR": _l("Vérifiez l'année : %(year)s."),
}

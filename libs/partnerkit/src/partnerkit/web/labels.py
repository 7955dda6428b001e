"""What the profiles are called, on every page of every service."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

PROFILES: Mapping[str, Any] = {
    "T1": _l("T1 – Travail social et accompagnement"),
    "T2": _l("T2 – Accueil du jeune enfant"),
    "T3": _l("T3 – Logement"),
    "T4": _l("T4 – Insertion et RSA"),
    "T5": _l("T5 – Tarification au quotient familial"),
}

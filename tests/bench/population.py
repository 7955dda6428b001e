"""A register file of very many people, as `habpps import-organisations` reads it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from habpps.domain.siret import luhn
from servicekit.identifiers import new_id

_SIGNATORY = {"name": "Alix Durand", "capacity": "maire", "signed_on": "2026-01-05"}
_GIVEN = ("Amélie", "Bruno", "Chloé", "David", "Élodie", "Fatou", "Guy", "Hélène", "Inès", "Zoé")
_FAMILY = ("Martin", "Bernard", "Lévêque", "Nguyen", "Haddad", "Le Goff", "Morel", "Petit", "Roux")


def a_siret(number: int) -> str:
    """A SIRET whose check digits are right, another for each number."""
    siren = f"{10_000_000 + number}"
    siren += next(digit for digit in "0123456789" if luhn(siren + digit))
    return next(siren + f"0001{digit}" for digit in "0123456789" if luhn(siren + f"0001{digit}"))


def write_register(path: Path, caf: str, people: int, organisations: int) -> None:
    """So many people, all with an account of another system, in so many partners of one Caf, each in a group T1."""
    share = people // organisations
    content = {"organisations": [_organisation(caf, number, share) for number in range(organisations)]}
    path.write_text(json.dumps(content))


def _organisation(caf: str, number: int, people: int) -> dict[str, Any]:
    convention = {
        "reference": f"C-{number}",
        "starts_on": "2026-01-05",
        "partner_signatory": _SIGNATORY,
        "caf_signatory": _SIGNATORY,
    }
    contract = {
        "extranet": "cdap",
        "profiles": ["T1"],
        "purposes": ["accompagnement_social"],
        "starts_on": "2026-01-05",
    }
    return {
        "caf": caf,
        "siret": a_siret(number),
        "name": f"Commune numéro {number}",
        "convention": convention,
        "contracts": [contract],
        "groups": [{"name": "Service social", "profile": "T1"}],
        "users": list(_users(number, people)),
    }


def _users(organisation: int, count: int) -> Iterator[dict[str, Any]]:
    for number in range(count):
        yield {
            "given_name": _GIVEN[number % len(_GIVEN)],
            "family_name": _FAMILY[(organisation + number) % len(_FAMILY)],
            "email": f"personne-{organisation}-{number}@ville.example",
            "job_title": "assistante sociale",
            "account_id": new_id(),
            "groups": ["Service social"],
        }

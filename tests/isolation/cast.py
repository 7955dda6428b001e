"""Who plays in the matrix: partners of two Cafs, and the files that an operator imports of them.

Alphaville and Gammaville are one organisation, as each of its two Cafs calls it: they share a SIRET.

Each name is a canary: it is found nowhere but where its organisation may be seen.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

PASSWORD = "Moulin-Cerisier-2026"
SECRET = "s" * 40
STARTS_ON = "2026-01-01"


def identifier(name: str) -> str:
    """A stable identifier."""
    return str(uuid.uuid5(uuid.UUID("0192f000-0000-7000-8000-000000000921"), name))


@dataclass(frozen=True)
class Somebody:
    """A person with an account; the family name is the canary."""

    family_name: str
    role: str

    @property
    def account_id(self) -> str:
        return identifier(self.family_name)

    @property
    def username(self) -> str:
        return f"{self.family_name.lower()}-1000"

    def account(self) -> dict[str, Any]:
        """For `import-accounts`."""
        return {**self.entry(), "password": PASSWORD, "engagement_accepted": True}

    def entry(self) -> dict[str, Any]:
        """For `import-organisations`."""
        return {
            "given_name": "Lou",
            "family_name": self.family_name,
            "email": f"{self.username}@partenaire.example",
            "account_id": self.account_id,
            "username": self.username,
        }


@dataclass(frozen=True)
class Partner:
    """An organisation with a convention, a contract of CDAP, a group and its people."""

    name: str
    siret: str
    caf: str
    administrators: tuple[Somebody, ...]
    users: tuple[Somebody, ...]

    @property
    def canaries(self) -> frozenset[str]:
        """What tells that somebody sees this organisation."""
        return frozenset(
            {self.name, f"Groupe-{self.name}", *(one.family_name for one in self.administrators + self.users)}
        )

    def entry(self) -> dict[str, Any]:
        """For `import-organisations`."""
        signed = {"capacity": "direction", "signed_on": "2025-12-15"}
        purposes = ["accompagnement_social", "calcul_participation_familiale_eaje"]
        return {
            "caf": self.caf,
            "siret": self.siret,
            "name": self.name,
            "convention": {
                "reference": f"CONV-{self.name}",
                "starts_on": STARTS_ON,
                "partner_signatory": {"name": "Dominique Lambert", **signed},
                "caf_signatory": {"name": "Camille Aubry", **signed},
            },
            "contracts": [
                {
                    "extranet": "cdap",
                    "profiles": ["T1", "T2"],
                    "purposes": purposes,
                    "starts_on": STARTS_ON,
                }
            ],
            "administrators": [one.entry() for one in self.administrators],
            "groups": [{"name": f"Groupe-{self.name}", "profile": "T2"}],
            "users": [
                {**one.entry(), "job_title": "directrice de crèche", "groups": [f"Groupe-{self.name}"]}
                for one in self.users
            ],
        }


PROFESSIONAL = Somebody("Alphapro", "professional")
PARTNER = Somebody("Alphadmin", "partner administrator")
LOCKED = Somebody("Alphaverrou", "partner administrator, locked")
NEIGHBOUR = Somebody("Betadmin", "partner administrator of another organisation of the Caf")
FAR = Somebody("Gammadmin", "partner administrator of the same organisation for another Caf")
SUSPENDED = Somebody("Deltadmin", "partner administrator whose convention is suspended")
CAF = Somebody("Cafneuf", "Caf administrator")
OTHER_CAF = Somebody("Cafparis", "administrator of another Caf")
AUDITOR = Somebody("Audineuf", "Caf auditor")
OTHER_AUDITOR = Somebody("Audiparis", "auditor of another Caf")

ALPHA = Partner("Alphaville", "21920050800014", "921", (PARTNER, LOCKED), (PROFESSIONAL, LOCKED))
BETA = Partner("Betaville", "21630215800011", "921", (NEIGHBOUR,), (Somebody("Betapro", "professional"),))
GAMMA = Partner("Gammaville", ALPHA.siret, "751", (FAR,), (Somebody("Gammapro", "professional"),))
DELTA = Partner("Deltaville", "21920999600012", "921", (SUSPENDED,), (Somebody("Deltapro", "professional"),))
PARTNERS = (ALPHA, BETA, GAMMA, DELTA)
AGENTS = {
    "921": ((CAF, "caf_administrator"), (AUDITOR, "caf_auditor")),
    "751": ((OTHER_CAF, "caf_administrator"), (OTHER_AUDITOR, "caf_auditor")),
}

ACTORS: dict[str, Somebody | None] = {
    "nobody": None,
    "pro": PROFESSIONAL,
    "partner": PARTNER,
    "neighbour": NEIGHBOUR,
    "far": FAR,
    "locked": LOCKED,
    "suspended": SUSPENDED,
    "caf": CAF,
    "caf_2": OTHER_CAF,
    "auditor": AUDITOR,
    "auditor_2": OTHER_AUDITOR,
}
"""The columns of the matrix, in order."""

_ALPHA, _BETA, _GAMMA, _DELTA = (one.canaries for one in PARTNERS)
_OF_921, _OF_751 = {"Cafneuf", "Audineuf", "Logiciel-Cafneuf"}, {"Cafparis", "Audiparis", "Logiciel-Cafparis"}
DOSSIER = "LEFEVRE"
"""The family name of a dossier of Caf 921 that the professional consults."""
CANARY = "ALPHAZENOBIE"
"""The first name of that dossier, which nobody types."""
NOT_FOR: dict[str, frozenset[str]] = {
    "nobody": _ALPHA | _BETA | _GAMMA | _DELTA | _OF_921 | _OF_751 | {CANARY},
    "pro": _BETA | _GAMMA | _DELTA | _OF_751,
    "partner": _BETA | _GAMMA | _DELTA | _OF_751 | {CANARY},
    "neighbour": _ALPHA | _GAMMA | _DELTA | _OF_751 | {CANARY},
    "far": _ALPHA - {ALPHA.name} | _BETA | _DELTA | _OF_921 | {CANARY},
    "locked": _BETA | _GAMMA | _DELTA | _OF_751 | {CANARY},
    "suspended": _ALPHA | _BETA | _GAMMA | _OF_751 | {CANARY},
    "caf": _GAMMA | _OF_751 | {CANARY},
    "caf_2": _ALPHA | _BETA | _DELTA | _OF_921 | {CANARY},
    "auditor": _GAMMA | _OF_751 | {CANARY},
    "auditor_2": _ALPHA | _BETA | _DELTA | _OF_921 | {CANARY},
}
"""What no page ever shows to an actor. Gammaville's own people read at auth what its oldest convention calls it."""
CANARIES = frozenset.union(*NOT_FOR.values())


def everybody() -> list[Somebody]:
    """Each once."""
    people = [one for partner in PARTNERS for one in (*partner.administrators, *partner.users)]
    people += [one for agents in AGENTS.values() for one, _ in agents]
    return list(dict.fromkeys(people))


def organisations_file() -> dict[str, Any]:
    """For `import-organisations`."""
    cafs = [
        {"code": code, "agents": [{**one.entry(), "role": role} for one, role in agents]}
        for code, agents in AGENTS.items()
    ]
    return {"cafs": cafs, "organisations": [one.entry() for one in PARTNERS]}


def clients_file(addresses: dict[str, str]) -> list[dict[str, Any]]:
    """For `import-clients`: the three services, and a client that each Caf declared."""
    services = [
        {
            "client_id": name,
            "owner": "national",
            "code": name,
            "name": name.upper(),
            "secret": SECRET,
            "resource": url,
            "scope": f"openid profile email {name}",
            "redirect_uris": [f"{url}/retour"],
            "post_logout_redirect_uris": [f"{url}/deconnecte"],
            "first_party": True,
            "requires_service_contract": True,
        }
        for name, url in addresses.items()
    ]
    declared = [
        {
            "client_id": f"logiciel-{owner}",
            "owner": owner,
            "name": name,
            "secret": SECRET,
            "scope": "openid profile",
            "redirect_uris": ["http://localhost:9/retour"],
        }
        for owner, name in (("921", "Logiciel-Cafneuf"), ("751", "Logiciel-Cafparis"))
    ]
    return services + declared

"""Who plays in the demo: three invented organisations of Caf 921, their people, and the agents of the Caf.

Identifiers are fixed so that the files imported by each service agree with one another. Passwords are those of a demo:
`auth import-accounts` refuses to run anywhere else.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field

_NAMESPACE = uuid.UUID("0192f000-0000-7000-8000-000000000921")

CAF = "921"
CAF_NAME = "Caf des Hauts-de-Seine"


def identifier(name: str) -> str:
    """A stable identifier, shaped like a UUIDv7, for something named in this file."""
    raw = bytearray(uuid.uuid5(_NAMESPACE, name).bytes)
    raw[:6] = (1_735_689_600_000).to_bytes(6, "big")  # 1 January 2025, in milliseconds
    raw[6] = raw[6] & 0x0F | 0x70
    raw[8] = raw[8] & 0x3F | 0x80
    return str(uuid.UUID(bytes=bytes(raw)))


@dataclass(frozen=True)
class Person:
    """Somebody with an account."""

    given_name: str
    family_name: str
    username: str
    password: str
    role: str
    group: str = ""

    @property
    def account_id(self) -> str:
        """Account identifier, the OIDC subject."""
        return identifier(f"account:{self.username}")

    @property
    def email(self) -> str:
        """Address in the demo's inbox."""
        return f"{self.username}@demo.example"


@dataclass(frozen=True)
class Contract:
    """A service contract."""

    extranet: str
    profiles: tuple[str, ...]
    purposes: tuple[str, ...]
    territories: tuple[str, ...] = (CAF,)


@dataclass(frozen=True)
class Partner:
    """An organisation with its convention, contracts, groups and people."""

    name: str
    siret: str
    convention: str
    contracts: tuple[Contract, ...]
    groups: dict[str, str] = field(default_factory=dict)  # name -> profile
    administrators: tuple[Person, ...] = ()
    users: tuple[Person, ...] = ()

    @property
    def organisation_id(self) -> str:
        """Organisation identifier."""
        return identifier(f"organisation:{self.siret}")


CAF_ADMINISTRATOR = Person("Claire", "Fontaine", "cfontaine-9210", "Lilas-Tambour-2026", "caf_administrator")
CAF_AUDITOR = Person("Paul", "Renard", "prenard-9211", "Granit-Hirondelle-2026", "caf_auditor")

RIVEBELLE = Partner(
    name="Ville de Rivebelle",
    siret="21920999600012",
    convention="MCP-921-2026-001",
    contracts=(
        Contract("cdap", ("T1", "T2"), ("accompagnement_social", "calcul_participation_familiale_eaje")),
        Contract("mon-enfant", ("T2",), ("information_modes_accueil",)),
    ),
    groups={"Service social": "T1", "Crèches municipales": "T2"},
    administrators=(Person("Marc", "Petit", "mpetit-1001", "Verger-Boussole-2026", "partner_administrator"),),
    users=(
        Person("Inès", "Durand", "idurand-1002", "Falaise-Bleuet-2026", "assistante sociale", "Service social"),
        Person("Nadia", "Benali", "nbenali-1003", "Ruche-Paquebot-2026", "directrice de crèche", "Crèches municipales"),
        Person(
            "Sophie", "Leroy", "sleroy-1004", "Tilleul-Comete-2026", "responsable petite enfance", "Crèches municipales"
        ),
    ),
)

VALMONT = Partner(
    name="CCAS de Valmont-sur-Seine",
    siret="26920888000014",
    convention="MCP-921-2026-002",
    contracts=(
        Contract("cdap", ("T1", "T5"), ("accompagnement_social", "tarification_quotient_familial")),
        Contract("omega", ("T1",), ("suivi_partenarial",)),
    ),
    groups={"Accompagnement social": "T1", "Tarification": "T5"},
    administrators=(Person("Hélène", "Garnier", "hgarnier-2001", "Moulin-Cerisier-2026", "partner_administrator"),),
    users=(
        Person("Thomas", "Roux", "troux-2002", "Sentier-Opale-2026", "conseiller social", "Accompagnement social"),
        Person("Julie", "Marchand", "jmarchand-2003", "Clocher-Merisier-2026", "agent de régie", "Tarification"),
    ),
)

HORIZON = Partner(
    name="Habitat Horizon (bailleur)",
    siret="39920777800016",
    convention="MCP-921-2026-003",
    contracts=(
        Contract("cdap", ("T3",), ("fonds_solidarite_logement",)),
        Contract("ql-web", ("T3",), ("fonds_solidarite_logement",)),
    ),
    groups={"Prévention des impayés": "T3"},
    administrators=(Person("Karim", "Haddad", "khaddad-3001", "Estuaire-Noyer-2026", "partner_administrator"),),
    users=(
        Person(
            "Anne", "Lefort", "alefort-3002", "Lanterne-Houle-2026", "chargée de recouvrement", "Prévention des impayés"
        ),
    ),
)

PARTNERS = (RIVEBELLE, VALMONT, HORIZON)
CAF_AGENTS = (CAF_ADMINISTRATOR, CAF_AUDITOR)


def everybody() -> tuple[Person, ...]:
    """Every person of the demo."""
    return CAF_AGENTS + tuple(person for partner in PARTNERS for person in partner.administrators + partner.users)

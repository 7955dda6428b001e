"""Who plays in the demo: three invented organisations of Caf 921, one of which has a convention with Caf 751 too.

Identifiers are fixed so that the files imported by each service agree with one another. Passwords are those of a demo:
`auth import-accounts` refuses to run anywhere else.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field, replace

_NAMESPACE = uuid.UUID("0192f000-0000-7000-8000-000000000921")

CAF = "921"
OTHER_CAF = "751"
CAF_NAME = "Caf des Hauts-de-Seine"


def identifier(name: str) -> str:
    """A stable identifier, shaped like a UUIDv7, for something named in this file."""
    raw = bytearray(uuid.uuid5(_NAMESPACE, name).bytes)
    raw[:6] = (1_735_689_600_000).to_bytes(6, "big")  # 1 January 2025, in milliseconds
    raw[6] = raw[6] & 0x0F | 0x70
    raw[8] = raw[8] & 0x3F | 0x80
    return str(uuid.UUID(bytes=bytes(raw)))


@dataclass(frozen=True, kw_only=True)
class CastMember:
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


@dataclass(frozen=True, kw_only=True)
class Partner:
    """An organisation with its convention with one Caf, and the contracts, groups and people that hang on it."""

    name: str
    caf: str = CAF
    siret: str
    convention: str
    contracts: tuple[Contract, ...]
    groups: dict[str, str] = field(default_factory=dict)  # name -> profile
    administrators: tuple[CastMember, ...] = ()
    users: tuple[CastMember, ...] = ()

    @property
    def organisation_id(self) -> str:
        """Organisation identifier."""
        return identifier(f"organisation:{self.siret}")


CAF_ADMINISTRATOR = CastMember(
    given_name="Claire",
    family_name="Fontaine",
    username="cfontaine-9210",
    password="Lilas-Tambour-2026",
    role="caf_administrator",
)
CAF_AUDITOR = CastMember(
    given_name="Paul",
    family_name="Renard",
    username="prenard-9211",
    password="Granit-Hirondelle-2026",
    role="caf_auditor",
)

OTHER_CAF_ADMINISTRATOR = CastMember(
    given_name="Youssef",
    family_name="Amrani",
    username="yamrani-7510",
    password="Pavois-Girofle-2026",
    role="caf_administrator",
)
OTHER_CAF_AUDITOR = CastMember(
    given_name="Irène",
    family_name="Caron",
    username="icaron-7511",
    password="Brume-Chardon-2026",
    role="caf_auditor",
)

RIVEBELLE = Partner(
    name="Ville de Rivebelle",
    siret="21920999600012",
    convention="MCP-921-2026-001",
    contracts=(
        Contract("cdap", ("T1", "T2"), ("accompagnement_social", "calcul_participation_familiale_eaje")),
        Contract("mon-enfant", ("T2",), ("information_modes_accueil",)),
    ),
    groups={"Service social": "T1", "Crèches municipales": "T2"},
    administrators=(
        CastMember(
            given_name="Marc",
            family_name="Petit",
            username="mpetit-1001",
            password="Verger-Boussole-2026",
            role="partner_administrator",
        ),
    ),
    users=(
        CastMember(
            given_name="Inès",
            family_name="Durand",
            username="idurand-1002",
            password="Falaise-Bleuet-2026",
            role="assistante sociale",
            group="Service social",
        ),
        CastMember(
            given_name="Nadia",
            family_name="Benali",
            username="nbenali-1003",
            password="Ruche-Paquebot-2026",
            role="directrice de crèche",
            group="Crèches municipales",
        ),
        CastMember(
            given_name="Sophie",
            family_name="Leroy",
            username="sleroy-1004",
            password="Tilleul-Comete-2026",
            role="responsable petite enfance",
            group="Crèches municipales",
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
    administrators=(
        CastMember(
            given_name="Hélène",
            family_name="Garnier",
            username="hgarnier-2001",
            password="Moulin-Cerisier-2026",
            role="partner_administrator",
        ),
    ),
    users=(
        CastMember(
            given_name="Thomas",
            family_name="Roux",
            username="troux-2002",
            password="Sentier-Opale-2026",
            role="conseiller social",
            group="Accompagnement social",
        ),
        CastMember(
            given_name="Julie",
            family_name="Marchand",
            username="jmarchand-2003",
            password="Clocher-Merisier-2026",
            role="agent de régie",
            group="Tarification",
        ),
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
    administrators=(
        CastMember(
            given_name="Karim",
            family_name="Haddad",
            username="khaddad-3001",
            password="Estuaire-Noyer-2026",
            role="partner_administrator",
        ),
    ),
    users=(
        CastMember(
            given_name="Anne",
            family_name="Lefort",
            username="alefort-3002",
            password="Lanterne-Houle-2026",
            role="chargée de recouvrement",
            group="Prévention des impayés",
        ),
    ),
)

HORIZON_IN_PARIS = Partner(
    name="Habitat Horizon, parc parisien",
    siret=HORIZON.siret,
    caf=OTHER_CAF,
    convention="MCP-751-2026-017",
    contracts=(Contract("cdap", ("T3",), ("fonds_solidarite_logement",)),),
    groups={"Loyers parisiens": "T3"},
    administrators=HORIZON.administrators,
    users=(
        replace(HORIZON.users[0], group="Loyers parisiens"),
        CastMember(
            given_name="Salomé",
            family_name="Vidal",
            username="svidal-3003",
            password="Corniche-Mimosa-2026",
            role="conseillère logement",
            group="Loyers parisiens",
        ),
    ),
)
"""The same landlord with the other Caf: its administrator and Anne Lefort act for both, with one identifier each."""

PARTNERS = (RIVEBELLE, VALMONT, HORIZON, HORIZON_IN_PARIS)
CAF_AGENTS = {
    CAF: (CAF_ADMINISTRATOR, CAF_AUDITOR),
    OTHER_CAF: (OTHER_CAF_ADMINISTRATOR, OTHER_CAF_AUDITOR),
}


def everybody() -> tuple[CastMember, ...]:
    """Every person of the demo, once."""
    agents = [person for known in CAF_AGENTS.values() for person in known]
    people = [person for partner in PARTNERS for person in partner.administrators + partner.users]
    return tuple({person.account_id: person for person in agents + people}.values())

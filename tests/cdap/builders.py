"""An organisation with one professional per profile, its rights and tokens, and a dossier that has every field."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

from cdap.bootstrap import load_field_table
from cdap.domain.dossier import Dossier
from cdap.settings import CdapSettings
from cdap.use_cases.consultation import ConsultDossierRequest, Requester
from rights.decision import open_extranets
from rights.facts import Convention, Extranet, Fact, Grant, Organisation, Purpose, ServiceContract, User
from rights.field_table import FieldTable
from rights.snapshot import Snapshot

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)
PURPOSES = {
    "T1": "accompagnement_social",
    "T2": "calcul_participation_familiale_eaje",
    "T3": "fonds_solidarite_logement",
    "T4": "instruction_rsa",
    "T5": "tarification_quotient_familial",
}
ORGANISATION = "org-commune"


@cache
def the_table() -> FieldTable:
    """The table that comes with cdap."""
    return load_field_table(CdapSettings.model_validate({}))


def the_facts() -> list[Fact]:
    """One organisation of the Caf 921 with a group and a user for each profile T1 to T5."""
    starts_on = date(2026, 1, 1)
    profiles, purposes = tuple(PURPOSES), tuple(PURPOSES.values())
    facts: list[Fact] = [
        Organisation(
            id=ORGANISATION, siret="21920050600012", name="Commune d'exemple", caf="", kind="partner", state="active"
        ),
        Convention(
            id="conv-1",
            organisation_id=ORGANISATION,
            caf="921",
            reference="2026-0001",
            state="active",
            starts_on=starts_on,
            ends_on=None,
        ),
        Extranet(
            code="cdap",
            owner="national",
            label="CDAP",
            url="http://localhost:8402/",
            profiles=profiles,
            purposes=purposes,
            enabled=True,
            kind="professional",
        ),
        ServiceContract(
            id="sc-1",
            organisation_id=ORGANISATION,
            caf="921",
            convention_id="conv-1",
            extranet="cdap",
            profiles=profiles,
            purposes=purposes,
            state="active",
            starts_on=starts_on,
            ends_on=None,
        ),
    ]
    for profile in profiles:
        facts += [
            Purpose(PURPOSES[profile], f"Finalité {profile}", (profile,)),
            User(
                id=f"user-{profile}",
                account_id=f"account-{profile}",
                organisation_id=ORGANISATION,
                caf="921",
                display_name=f"Personne {profile}",
                state="active",
            ),
            Grant(
                id=f"grant-{profile}",
                user_id=f"user-{profile}",
                contract_id="sc-1",
                profile=profile,
                state="active",
                starts_on=starts_on,
                ends_on=None,
            ),
        ]
    return facts


def the_snapshot(**changes: Any) -> Snapshot:
    """The rights; `changes` are of the service contract."""
    facts = [replace(fact, **changes) if isinstance(fact, ServiceContract) else fact for fact in the_facts()]
    return Snapshot.of(facts, revision=42, epoch=1)


def token_details(account_id: str) -> tuple[dict[str, object], ...]:
    """What auth would write into the token."""
    for opened in open_extranets(the_snapshot(), account_id, ORGANISATION, TODAY):
        if opened.code == "cdap":
            return opened.authorization_details
    return ()


def the_requester(profile: str = "T2", **changes: Any) -> Requester:
    """The professional of a profile."""
    account_id = f"account-{profile}"
    known: dict[str, Any] = {
        "account_id": account_id,
        "organisation_id": ORGANISATION,
        "session_id": "sid-1",
        "token_id": "jti-1",
        "client_id": "cdap",
        "token_issued_at": NOW - timedelta(minutes=1),
        "token_details": token_details(account_id),
        "ip": "192.0.2.7",
        "user_agent": "Firefox",
    }
    return Requester(**(known | changes))


def the_request(profile: str = "T2", **changes: Any) -> ConsultDossierRequest:
    """The question about the dossier of `the_document`."""
    known: dict[str, Any] = {
        "caf": "921",
        "matricule": "0346145",
        "name": "Lefèvre",
        "profile": profile,
        "purpose": PURPOSES[profile],
        "person_informed": True,
    }
    return ConsultDossierRequest(**(known | changes))


def the_identity(name: str, first_names: str, birth_on: str, sex: str = "F", usage_name: str | None = None) -> Any:
    return {
        "birth_name": name,
        "usage_name": usage_name,
        "first_names": first_names,
        "birth_on": birth_on,
        "sex": sex,
    }


def the_document(**changes: Any) -> dict[str, Any]:
    """A dossier where no field is missing: a couple with two children, one of them under 7."""
    return {
        "reference": {"caf": "921", "matricule": "0346145", "month": "2026-11"},
        "status": {"code": "000", "since_on": "2021-09-01"},
        "persons": [
            {"role": "allocataire", **the_identity("LEFÈVRE", "CLAIRE", "1990-04-12", usage_name="D'ARC-LE GOFF")},
            {"role": "spouse", **the_identity("LE GOFF", "YANN", "1988-01-30", "M")},
        ],
        "birth_places": {"allocataire": "92050", "spouse": "2A004"},
        "address": {
            "recipient": "MADAME CLAIRE D'ARC-LE GOFF",
            "identity_complement": None,
            "geographic_complement": "BATIMENT B",
            "street": "12 RUE DES LILAS",
            "locality": None,
            "postal_city": "92000 NANTERRE",
            "country": "FRANCE",
        },
        "contact": {"phone": "0199001234", "email": "allocataire@exemple.invalid"},
        "family_situation": {"code": "MAR", "since_on": "2015-06-20"},
        "children": [
            the_identity("LE GOFF", "LOUISE", "2016-03-02"),
            the_identity("LE GOFF", "HUGO", "2022-07-09", "M"),
        ],
        "dependent_children": 2,
        "aeeh_children": 1,
        "alternating_residence": 1,
        "annual_resources": {"year": 2024, "amount_cents": 1_080_000},
        "previous_annual_resources": {"year": 2023, "amount_cents": 1_000_000},
        "quarterly_resources": {
            "from": "2026-08",
            "to": "2026-10",
            "items": [{"person": "allocataire", "nature": "SAL", "monthly_cents": [90_000, 91_000, 92_000]}],
        },
        "quotient_familial": {
            "supplier": "CNAF",
            "value": 823,
            "month": "2026-11",
            "computed_on": "2026-11-05",
            "history": [823, 823, None, 790],
        },
        "prestations_paid": {
            "until": "2026-11",
            "amounts_cents": {"AF": [15_180, 15_180], "APL": [30_000, 29_000], "RSA": [10_000, 0], "PPA": [5_000, 0]},
        },
        "open_rights": ["AF", "APL", "PPA", "RSA"],
        "rsa": {
            "state": "2",
            "with_majoration": False,
            "since_on": "2026-01-01",
            "rights_and_duties": True,
            "suspension_reason": "GF",
        },
        "disability_rights": {"aeeh": {"since_on": "2025-01-01", "children": 1}},
        "housing": {"occupancy": "LOC", "rent_cents": 56_000, "landlord": "LOGIS DU VAL", "arrears": False},
        "debts": [
            {"nature": "INK", "balance_cents": 12_000, "monthly_cents": 4_000},
            {"nature": "ALD", "balance_cents": 30_000, "monthly_cents": 3_000},
        ],
        "payment": {"paid_to_landlord": True},
    } | changes


def the_dossier(**changes: Any) -> Dossier:
    return Dossier(the_document(**changes))


def in_another_caf(caf: str = "751", matricule: str = "0346145") -> dict[str, Any]:
    """The same family name and matricule at another Caf."""
    return the_document(reference={"caf": caf, "matricule": matricule, "month": "2026-11"})

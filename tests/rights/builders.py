"""Facts for tests: the commune of the Caf 921 with its social service (T1) and its crèches (T2)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from rights.decision import Question, open_extranets
from rights.facts import (
    Administrator,
    Convention,
    Extranet,
    Fact,
    Grant,
    Organisation,
    Purpose,
    ServiceContract,
    Territory,
    User,
)
from rights.field_table import FieldTable
from rights.snapshot import Snapshot

TODAY = date(2026, 11, 23)
STARTS_ON = date(2026, 1, 1)
CAF = "921"
PARIS = "751"
PROFESSIONAL_PURPOSES = ("creche_fee", "childcare_place", "social_support")


@dataclass(frozen=True)
class Commune:
    """The example's facts by name; `facts()` lists them, `snapshot()` makes the snapshot, `changed()` varies one."""

    caf: Organisation
    commune: Organisation
    convention: Convention
    cdap: Extranet
    mon_enfant: Extranet
    habpps: Extranet
    audit: Extranet
    creche_fee: Purpose
    childcare_place: Purpose
    social_support: Purpose
    cdap_contract: ServiceContract
    mon_enfant_contract: ServiceContract
    social_worker: User
    childhood_manager: User
    creche_director: User
    social_worker_grant: Grant
    childhood_manager_grant: Grant
    creche_director_grant: Grant
    childhood_manager_childcare: Grant
    creche_director_childcare: Grant
    partner_administrator: Administrator
    caf_administrator: Administrator
    caf_auditor: Administrator

    def facts(self) -> tuple[Fact, ...]:
        """Every fact."""
        return tuple(vars(self).values())

    def snapshot(self, *, revision: int = 42, epoch: int = 1, more: Iterable[Fact] = ()) -> Snapshot:
        """The snapshot of these facts and `more`."""
        return Snapshot.of((*self.facts(), *more), revision=revision, epoch=epoch)

    def changed(self, name: str, /, **changes: Any) -> "Commune":
        """The example with one fact changed."""
        return replace(self, **{name: replace(getattr(self, name), **changes)})


def the_commune() -> Commune:
    """The example of the Caf 92: one convention, CDAP and mon-enfant contracts, three users with a grant of each."""
    return Commune(
        caf=Organisation(
            id="org-caf-921", siret="77572257201240", name="Caf des Hauts-de-Seine", caf=CAF, kind="caf", state="active"
        ),
        commune=Organisation(
            id="org-commune", siret="21920050600012", name="Commune d'exemple", caf="", kind="partner", state="active"
        ),
        convention=Convention(
            id="conv-1",
            organisation_id="org-commune",
            caf=CAF,
            reference="2026-0001",
            state="active",
            starts_on=STARTS_ON,
            ends_on=None,
        ),
        **_extranets(),
        creche_fee=Purpose("creche_fee", "Participation des familles en crèche", ("T2",)),
        childcare_place=Purpose("childcare_place", "Places d'accueil", ("T1", "T2")),
        social_support=Purpose("social_support", "Accompagnement social", ("T1",)),
        cdap_contract=_contract("sc-cdap", "cdap", ("T1", "T2"), ("creche_fee", "social_support")),
        mon_enfant_contract=_contract("sc-mon-enfant", "mon-enfant", ("T2",), ("childcare_place",)),
        social_worker=_user("user-1", "account-social-worker", "Alice Martin"),
        childhood_manager=_user("user-2", "account-childhood-manager", "Benoît Petit"),
        creche_director=_user("user-3", "account-creche-director", "Chloé Durand"),
        social_worker_grant=_grant("grant-1", "user-1", "sc-cdap", "T1"),
        childhood_manager_grant=_grant("grant-2", "user-2", "sc-cdap", "T2"),
        creche_director_grant=_grant("grant-3", "user-3", "sc-cdap", "T2"),
        childhood_manager_childcare=_grant("grant-4", "user-2", "sc-mon-enfant", "T2"),
        creche_director_childcare=_grant("grant-5", "user-3", "sc-mon-enfant", "T2"),
        partner_administrator=_administrator("adm-1", "account-partner-administrator", "partner_administrator"),
        caf_administrator=_administrator("adm-2", "account-caf-administrator", "caf_administrator"),
        caf_auditor=_administrator("adm-3", "account-caf-auditor", "caf_auditor"),
    )


def the_extension(**changes: Any) -> Territory:
    """The CDAP contract extended to the dossiers of Paris; the commune of `the_commune` has no extension."""
    extension = Territory(
        id="territory-1", contract_id="sc-cdap", caf=PARIS, state="active", starts_on=STARTS_ON, ends_on=None
    )
    return replace(extension, **changes)


def the_table() -> FieldTable:
    """A small field table for tests; the real one is data of CDAP."""
    return FieldTable(
        "test-1",
        {
            "T1": {"matricule": "full", "adresse": "full", "telephone": "full", "prestations": "full"},
            "T2": {"matricule": "full", "etat_dossier": "active_or_not", "ressources_annuelles": "full"},
        },
    )


def the_question(snapshot: Snapshot, **changes: Any) -> Question:
    """The crèche director consults a file of Caf 921, with the token that the snapshot gives her, all fresh."""
    asked: dict[str, Any] = {
        "account_id": "account-creche-director",
        "organisation_id": "org-commune",
        "extranet": "cdap",
        "profile": "T2",
        "purpose": "creche_fee",
        "territory": CAF,
        "today": TODAY,
        "age": timedelta(seconds=1),
        "session_ended": False,
        "session_age": timedelta(seconds=1),
    } | changes
    if "token_details" not in asked:
        asked["token_details"] = the_token(snapshot, asked["account_id"], asked["organisation_id"], asked["extranet"])
    return Question(**asked)


def the_token(
    snapshot: Snapshot, account_id: str, organisation_id: str = "org-commune", extranet: str = "cdap"
) -> tuple[dict[str, object], ...]:
    """The authorization details that auth would put into a token for this extranet today."""
    for opened in open_extranets(snapshot, account_id, organisation_id, TODAY):
        if opened.code == extranet:
            return opened.authorization_details
    return ()


def _extranets() -> dict[str, Any]:
    every_profile = ("T1", "T2", "T3", "T4", "T5")
    return {
        "cdap": Extranet(
            code="cdap",
            owner="national",
            label="CDAP",
            url="http://localhost:8402/",
            profiles=every_profile,
            purposes=("creche_fee", "social_support"),
            enabled=True,
            kind="professional",
        ),
        "mon_enfant": Extranet(
            code="mon-enfant",
            owner="national",
            label="Mon-enfant.fr",
            url="http://localhost:8410/",
            profiles=("T2",),
            purposes=("childcare_place",),
            enabled=True,
            kind="professional",
        ),
        "habpps": _administration("habpps", "Habpps", "http://localhost:8401/"),
        "audit": _administration("audit", "Journal d'audit", "http://localhost:8403/"),
    }


def _administration(code: str, label: str, url: str) -> Extranet:
    return Extranet(
        code=code,
        owner="national",
        label=label,
        url=url,
        profiles=(),
        purposes=(),
        enabled=True,
        kind="administration",
    )


def _contract(identifier: str, extranet: str, profiles: tuple[str, ...], purposes: tuple[str, ...]) -> ServiceContract:
    return ServiceContract(
        id=identifier,
        organisation_id="org-commune",
        caf=CAF,
        convention_id="conv-1",
        extranet=extranet,
        profiles=profiles,
        purposes=purposes,
        state="active",
        starts_on=STARTS_ON,
        ends_on=None,
    )


def _user(identifier: str, account_id: str, display_name: str) -> User:
    return User(
        id=identifier,
        account_id=account_id,
        organisation_id="org-commune",
        caf=CAF,
        display_name=display_name,
        state="active",
    )


def _grant(identifier: str, user_id: str, contract_id: str, profile: str) -> Grant:
    return Grant(
        id=identifier,
        user_id=user_id,
        contract_id=contract_id,
        profile=profile,
        state="active",
        starts_on=STARTS_ON,
        ends_on=None,
    )


def _administrator(identifier: str, account_id: str, role: str) -> Administrator:
    organisation_id = "org-commune" if role == "partner_administrator" else "org-caf-921"
    return Administrator(
        id=identifier, account_id=account_id, organisation_id=organisation_id, caf=CAF, role=role, state="active"
    )


def told_by(snapshot: Snapshot | None) -> tuple[int, int, dict[str, bytes]] | None:
    """Revision, epoch and every byte of every fact: two snapshots that tell the same decide the same."""
    return None if snapshot is None else (snapshot.revision, snapshot.epoch, dict(snapshot.entries()))

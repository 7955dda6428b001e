"""Files are checked whole, imported all or nothing, and may be imported again."""

import copy
from typing import Any

import pytest

from habpps.domain.people import Person, Role
from habpps.domain.refusals import ImportRefusedError
from habpps.domain.service_contract import Extranet
from rights.decision import organisations_of
from rights.facts import Purpose
from rights.snapshot import Snapshot
from tests.habpps.builders import CATALOGUE, SIRET, TODAY, MemoryRegister
from tests.promises import promise

DOCUMENT: dict[str, Any] = {
    "cafs": [
        {
            "code": "921",
            "agents": [
                {
                    "account_id": "auditor-1",
                    "given_name": "Lou",
                    "family_name": "Roy",
                    "email": "lou@caf.example",
                    "role": "caf_auditor",
                }
            ],
        }
    ],
    "organisations": [
        {
            "caf": "921",
            "siret": SIRET,
            "name": "Commune de Nanterre",
            "convention": {
                "reference": "C-1",
                "starts_on": "2026-01-01",
                "ends_on": None,
                "partner_signatory": {"name": "Alix Durand", "capacity": "maire", "signed_on": "2026-01-01"},
                "caf_signatory": {"name": "Claude Petit", "signed_on": "2026-01-01"},
            },
            "contracts": [
                {
                    "extranet": "cdap",
                    "profiles": ["T1", "T2"],
                    "purposes": ["accompagnement_social", "calcul_participation_familiale_eaje"],
                    "starts_on": "2026-01-01",
                }
            ],
            "administrators": [
                {"given_name": "Dominique", "family_name": "Martin", "email": "d@n.example", "account_id": "admin-1"}
            ],
            "groups": [{"name": "Crèches", "profile": "T2"}],
            "users": [
                {
                    "given_name": "Camille",
                    "family_name": "Léger",
                    "email": "c@n.example",
                    "job_title": "directrice",
                    "account_id": "user-1",
                    "groups": ["Crèches"],
                }
            ],
        }
    ],
}


def test_an_imported_file_opens_what_it_says_and_sends_no_mail_for_existing_accounts(memory: MemoryRegister) -> None:
    assert memory.all.import_organisations(DOCUMENT).value == 1
    state = memory.store.publications.lock()
    facts = memory.store.publications.facts.items()  # type: ignore[attr-defined]
    snapshot = Snapshot.load(facts, revision=state.revision, epoch=1)
    (organisation,) = organisations_of(snapshot, "user-1", TODAY)
    assert organisation.name == "Commune de Nanterre"
    assert not memory.store.commands.rows  # type: ignore[attr-defined]
    assert memory.last.type == "habpps.organisations.imported"
    assert {event.policy for event in memory.work.events} == {"buffered"}


@promise("caf-admin:imports-again-change-nothing")
def test_importing_again_changes_nothing_and_adds_what_is_new(memory: MemoryRegister) -> None:
    memory.all.import_organisations(DOCUMENT)
    before = memory.store.publications.lock()
    memory.all.import_organisations(DOCUMENT)
    assert memory.store.publications.lock() == before
    more = copy.deepcopy(DOCUMENT)
    person = {"given_name": "Inès", "family_name": "Garnier", "email": "i@n.example", "job_title": "assistante sociale"}
    more["organisations"][0]["users"].append({**person, "groups": ["Crèches"]})
    memory.all.import_organisations(more)
    assert memory.store.publications.lock().revision == before.revision + 1
    assert len(memory.store.commands.rows) == 1  # type: ignore[attr-defined]


@promise("partner:all-or-nothing")
@pytest.mark.parametrize(
    ("path", "value", "problem"),
    [
        (("organisations", 0, "siret"), "123", "organisations[0].siret"),
        (("organisations", 0, "name"), 7, "organisations[0].name"),
        (("organisations", 0, "colour"), "blue", "organisations[0].colour"),
        (("organisations", 0, "convention"), [], "organisations[0].convention"),
        (("organisations", 0, "convention", "starts_on"), "soon", "organisations[0].convention.starts_on"),
        (("organisations", 0, "contracts", 0, "profiles"), ["T7"], "organisations[0].contracts[0].profiles"),
        (
            ("organisations", 0, "contracts", 0, "purposes"),
            ["accompagnement_social"],
            "organisations[0].contracts[0].profiles",
        ),
        (("organisations", 0, "contracts", 0, "maximum_users"), "10", "organisations[0].contracts[0].maximum_users"),
        (("organisations", 0, "groups", 0, "profile"), "T5", "organisations[0].groups[0]"),
        (("organisations", 0, "users", 0, "email"), "x", "organisations[0].users[0].email"),
        (("organisations", 0, "users", 0, "groups"), ["Autre"], "organisations[0].users[0].groups[0]"),
        (("cafs", 0, "agents", 0, "role"), "king", "cafs[0].agents[0].role"),
        (("cafs", 0, "code"), "999", "caf"),
        (("cafs",), {}, "cafs"),
    ],
)
def test_a_bad_item_is_named_by_its_path_and_nothing_is_written(
    memory: MemoryRegister, path: tuple[Any, ...], value: Any, problem: str
) -> None:
    document: Any = copy.deepcopy(DOCUMENT)
    place = document
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    before = memory.store.publications.lock()
    with pytest.raises(ImportRefusedError) as refused:
        memory.all.import_organisations(document)
    assert problem in refused.value.fields
    assert memory.store.publications.lock() == before


@promise("caf-admin:terms-fit-the-extranet")
@pytest.mark.parametrize(
    ("profiles", "purposes", "problem"),
    [
        (("T1",), ("accompagnement_social", "instruction_rsa"), "cdap.purposes"),
        (("T1", "T4"), ("accompagnement_social",), "cdap.profiles"),
        (("T1",), (), "cdap.profiles"),
    ],
)
def test_an_extranet_whose_profiles_and_purposes_do_not_fit_is_refused(
    memory: MemoryRegister, profiles: tuple[str, ...], purposes: tuple[str, ...], problem: str
) -> None:
    extranet = Extranet(
        code="cdap",
        label="CDAP",
        url="https://cdap.example",
        profiles=profiles,
        purposes=purposes,
        enabled=True,
        owner="national",
    )
    with pytest.raises(ImportRefusedError) as refused:
        memory.all.import_extranets([extranet], {})
    assert set(refused.value.fields) == {problem}


def test_the_purposes_are_published_with_the_profiles_they_fit(memory: MemoryRegister) -> None:
    state = memory.store.publications.lock()
    facts = memory.store.publications.facts.items()  # type: ignore[attr-defined]
    snapshot = Snapshot.load(facts, revision=state.revision, epoch=1)
    published = {purpose.code: purpose.profiles for purpose in snapshot.all_of(Purpose)}
    assert published == {code: tuple(sorted(purpose.profiles)) for code, purpose in CATALOGUE.purposes.items()}


def test_a_caf_agent_is_named_once(memory: MemoryRegister) -> None:
    person = Person("Sacha", "Bernard", "s@caf.example")
    first = memory.all.create_agent("751", Role.CAF_AUDITOR, "account-1", person)
    assert memory.all.create_agent("751", Role.CAF_AUDITOR, "account-1", person) == first
    with pytest.raises(ImportRefusedError):
        memory.all.create_agent("022", Role.CAF_AUDITOR, "account-1", person)


def test_extranets_are_imported_with_the_addresses_of_the_place(memory: MemoryRegister) -> None:
    extranets = memory.store.extranets.all()
    memory.all.import_extranets(extranets, {"cdap": "http://localhost:8402"})
    found = memory.store.extranets.get("cdap")
    assert found is not None
    assert found.url == "http://localhost:8402"
    with pytest.raises(ImportRefusedError) as refused:
        memory.all.import_extranets(extranets, {"cdap": "javascript:alert(1)", "nowhere": "https://x.example"})
    assert set(refused.value.fields) == {"cdap.url", "--url nowhere"}

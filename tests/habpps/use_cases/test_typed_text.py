"""Names, addresses, words and days as people, Macs, Word and PDF give them, at every act that takes one."""

import unicodedata
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from habpps.domain.organisation import Signatory
from habpps.domain.people import LONGEST_NAME, Person, Role, person_typed, why_person_refused
from habpps.domain.refusals import FormRefusedError, ImportRefusedError
from habpps.domain.soundness import require_sound
from habpps.domain.states import ContractEvent, ConventionEvent, HabilitationEvent, UserEvent
from habpps.use_cases.act_entry import Note
from habpps.use_cases.appoint_administrator import WithdrawAdministrator
from habpps.use_cases.change_convention import ChangeConvention
from habpps.use_cases.change_habilitation import ChangeHabilitation
from habpps.use_cases.change_service_contract import ChangeServiceContract
from habpps.use_cases.change_user import LockUser, SetDeparture
from habpps.use_cases.create_user import AttachPerson
from habpps.use_cases.manage_groups import CloseGroup, CreateGroup
from habpps.use_cases.open_service_contract import OpenServiceContract
from servicekit.errors import InvalidInputError
from tests.habpps.builders import DIRECTOR, OTHER_SIRET, TERMS, TODAY, Commune, MemoryRegister, request
from tests.habpps.direct_acts import AppointAdministrator, CreateUser
from tests.habpps.use_cases.test_imports import DOCUMENT
from tests.promises import promise

WRONG_ADDRESSES = [
    ("mail.:jean@mairie.fr", "EMAIL_MALFORMED"),
    ("jean@mairie", "EMAIL_MALFORMED"),
    ("jean..d@mairie.fr", "EMAIL_MALFORMED"),
    ("jean@mairie.fr, paul@mairie.fr", "EMAIL_MALFORMED"),
    ("Jean <jean@mairie.fr>", "EMAIL_MALFORMED"),
    ("jean@[10.0.0.1]", "EMAIL_MALFORMED"),
    ("jean@mairie.fr\r\nBcc: a@b.fr", "EMAIL_MALFORMED"),
    ("a" * 65 + "@mairie.fr", "EMAIL_MALFORMED"),
    ("théo.lévêque@mairie.fr", "EMAIL_NOT_ASCII"),
    ("\u200bjean@mairie.fr", "EMAIL_NOT_ASCII"),
    ("jean@mairie.fr\u200b", "EMAIL_NOT_ASCII"),
    ("\u202ejean@mairie.fr", "EMAIL_NOT_ASCII"),
    ("jean\x00@mairie.fr", "EMAIL_MALFORMED"),
    ("", "EMPTY"),
    (" ", "EMPTY"),
    ("a@" + "b." * 130 + "fr", "TOO_LONG"),
]
NAMES = [
    (unicodedata.normalize("NFD", "Amélie"), "Amélie"),
    ("Jean\u2011Marc", "Jean-Marc"),
    ("Durand\u200b", "Durand"),
    ("\ufeff Zoé ", "Zoé"),
    ("d\u2019Aubigné", "d'Aubigné"),
    ("Anne\u00a0Marie", "Anne Marie"),
    ("Soft\u00adhyphen", "Softhyphen"),
    ("O\u02bcNeil", "O'Neil"),
    ("Ð\u2010Þór", "Ð-Þór"),
]
NO_NAMES = ["", " ", "\u200b", "\u202e", "\x00", "1234", "Jean;", "---", "Léa\U0001f600", "a" * (LONGEST_NAME + 1)]
INVISIBLE_ONLY = ["\u200b", "\u2060\u200d", "\x00", "\u202e\u202c", "\u3164", "\ufeff "]
DIRTY = ["age\x00nt", "\u202eagent", "age\u200bnt", "\x1bagent", "a\u2066gent", " agent ", "ag\u00adent"]
"""Each is "agent" once it is clean."""


@promise("addresses:checked-at-every-entrance")
@pytest.mark.parametrize(("address", "reason"), WRONG_ADDRESSES)
def test_an_address_that_no_envelope_holds_is_refused_wherever_it_enters(
    memory: MemoryRegister, commune: Commune, address: str, reason: str
) -> None:
    person = person_typed("Jean", "Durand", address)
    document: Any = deepcopy(DOCUMENT)
    document["organisations"][0]["siret"] = OTHER_SIRET
    document["organisations"][0]["users"][0]["email"] = address
    acts: list[Callable[[], object]] = [
        lambda: memory.all.acts.perform(commune.partner, CreateUser(person, "agent")),
        lambda: memory.all.acts.perform(memory.all.caf, AppointAdministrator(commune.id, person)),
        lambda: memory.all.create_agent("921", Role.CAF_AUDITOR, "account-9", person),
    ]
    commands = len(memory.store.commands.rows)  # type: ignore[attr-defined]
    for act in acts:
        with pytest.raises(FormRefusedError) as refused:
            act()
        assert refused.value.fields == {"email": reason}
    with pytest.raises(ImportRefusedError) as in_file:
        memory.all.import_organisations(document)
    assert in_file.value.fields == {"organisations[0].users[0].email": reason}
    assert len(memory.store.commands.rows) == commands  # type: ignore[attr-defined]


def test_an_address_is_kept_as_the_envelope_takes_it() -> None:
    assert person_typed("Jean", "Durand", " Jean.D@Mairie-Orléans.FR ").email == "jean.d@xn--mairie-orlans-khb.fr"


@promise("names:one-form")
@pytest.mark.parametrize(("typed", "kept"), NAMES)
def test_a_name_of_a_mac_of_word_or_of_a_pdf_is_the_name_itself(
    memory: MemoryRegister, commune: Commune, typed: str, kept: str
) -> None:
    done = memory.all.acts.perform(commune.partner, CreateUser(person_typed(typed, typed, "z@n.example"), "agent"))
    user = memory.all.look(lambda store: store.users.get(done.value))
    assert (user.person.given_name, user.person.family_name) == (kept, kept)
    assert memory.last.payload["label"] == f"{kept} {kept}"


@pytest.mark.parametrize("typed", NO_NAMES)
def test_what_holds_no_name_is_refused(typed: str) -> None:
    assert set(why_person_refused(person_typed(typed, "Durand", "z@n.example"))) == {"given_name"}


def text_acts(memory: MemoryRegister, commune: Commune, text: str) -> dict[str, Callable[[], object]]:
    """Every act that takes free text, each with one text."""
    acts, caf, partner = memory.all.acts, memory.all.caf, commune.partner
    second = memory.all.partner(commune.id, person_typed("Paul", "Autre", "paul@n.example"))
    person = person_typed("Jean", "Durand", "jean@n.example")
    signatory = Signatory(text, text, TODAY)
    return {
        "organisation": lambda: acts.perform(
            caf, request(siret=OTHER_SIRET, name=text, reference=text, partner_signatory=signatory)
        ),
        "group": lambda: acts.perform(partner, CreateGroup(text, "T1")),
        "job title": lambda: acts.perform(partner, CreateUser(person, text)),
        "attached": lambda: acts.perform(partner, AttachPerson(partner.administrator_id, text)),
        "habilitation": lambda: acts.perform(
            partner, ChangeHabilitation(commune.habilitation_id, HabilitationEvent.SUSPEND, text)
        ),
        "lock": lambda: acts.perform(partner, LockUser(commune.user_id, UserEvent.LOCK, text)),
        "contract": lambda: acts.perform(caf, ChangeServiceContract(commune.contract_id, ContractEvent.SUSPEND, text)),
        "administrator": lambda: acts.perform(caf, WithdrawAdministrator(second.administrator_id, text)),
        "closed group": lambda: acts.perform(partner, CloseGroup(commune.group_id, text)),
        "convention": lambda: acts.perform(caf, ChangeConvention(commune.id, ConventionEvent.SUSPEND, text)),
    }


@promise("text:clean-in-the-register")
@pytest.mark.parametrize("text", DIRTY)
def test_an_act_whose_text_is_not_clean_is_refused_at_the_door(
    memory: MemoryRegister, commune: Commune, text: str
) -> None:
    acts = text_acts(memory, commune, text)
    before = len(memory.work.events)
    for act in acts.values():
        with pytest.raises(FormRefusedError) as refused:
            act()
        assert set(refused.value.fields.values()) == {"TEXT_NOT_CLEAN"}
    assert len(memory.work.events) == before


@promise("text:clean-in-the-register")
def test_text_is_clean_in_rows_facts_journal_and_audit(memory: MemoryRegister, commune: Commune) -> None:
    text = "agent"
    for act in text_acts(memory, commune, text).values():
        act()
    everything = [
        *memory.store.users.rows.values(),  # type: ignore[attr-defined]
        *memory.store.groups.rows.values(),  # type: ignore[attr-defined]
        *memory.store.organisations.rows.values(),  # type: ignore[attr-defined]
        *memory.store.conventions.rows.values(),  # type: ignore[attr-defined]
        *memory.store.journal.rows.values(),  # type: ignore[attr-defined]
        *(event.payload for event in memory.work.events),
    ]
    require_sound(everything)
    assert str(everything).count("agent") >= len(text_acts(memory, commune, text))


@pytest.mark.parametrize("text", [*INVISIBLE_ONLY, "", " ", "x" * 400])
def test_text_that_shows_nothing_or_too_much_is_refused(memory: MemoryRegister, commune: Commune, text: str) -> None:
    before = len(memory.work.events)
    for act in text_acts(memory, commune, text).values():
        with pytest.raises(FormRefusedError):
            act()
    assert len(memory.work.events) == before + 1  # the second administrator


@pytest.mark.parametrize("text", [one for one in DIRTY if one != " agent "])
def test_the_register_writes_nothing_unclean_whatever_asks_for_it(
    memory: MemoryRegister, commune: Commune, text: str
) -> None:
    def saved(entry: Any) -> None:
        entry.save(replace(entry.store.groups.get(commune.group_id), name=text))

    def noted(entry: Any) -> None:
        entry.note(Note(act="habpps.group.created", subject="group:1", organisation_id=commune.id, label=text))

    for work in (saved, noted):
        with pytest.raises(FormRefusedError):
            memory.all.try_out(commune.partner, work)


@promise("dates:plausible")
@pytest.mark.parametrize(
    "day", [date(26, 1, 1), date(1, 1, 1), date(1026, 5, 5), date(1899, 12, 31), date(2101, 1, 1), date.max]
)
def test_an_implausible_day_enters_by_no_act(memory: MemoryRegister, commune: Commune, day: date) -> None:
    acts, caf = memory.all.acts, memory.all.caf
    signed = Signatory("Alix Durand", "maire", day)
    places: list[Callable[[], object]] = [
        lambda: acts.perform(caf, request(siret=OTHER_SIRET, reference="C-2", starts_on=day)),
        lambda: acts.perform(caf, request(siret=OTHER_SIRET, reference="C-2", ends_on=day)),
        lambda: acts.perform(caf, request(siret=OTHER_SIRET, reference="C-2", partner_signatory=signed)),
        lambda: acts.perform(
            caf, OpenServiceContract(commune.id, replace(TERMS, extranet="mon-enfant", starts_on=day))
        ),
        lambda: acts.perform(commune.partner, SetDeparture(commune.user_id, day)),
        lambda: acts.perform(caf, ChangeConvention(commune.id, ConventionEvent.DENOUNCE, "lettre", day)),
    ]
    before = memory.store.publications.lock()
    for place in places:
        with pytest.raises(InvalidInputError):
            place()
    assert memory.store.publications.lock() == before


@pytest.mark.parametrize(
    "value", ["0026-01-01", "9999-12-31", "2020-00-00", "", "26-01-01", "01/02/2026", 20260101, "2026-02-30"]
)
@pytest.mark.parametrize("where", ["convention", "contract"])
def test_a_file_with_an_implausible_day_is_refused_by_its_path(memory: MemoryRegister, value: Any, where: str) -> None:
    document: Any = deepcopy(DOCUMENT)
    organisation = document["organisations"][0]
    place = organisation["convention"] if where == "convention" else organisation["contracts"][0]
    place["starts_on"] = value
    with pytest.raises(ImportRefusedError) as refused:
        memory.all.import_organisations(document)
    assert [path.rpartition(".")[2] for path in refused.value.fields] == ["starts_on"]


def test_a_person_of_a_row_that_is_not_sound_is_written_nowhere() -> None:
    with pytest.raises(FormRefusedError):
        require_sound(replace(DIRECTOR, email="mail.:jean@mairie.fr"))
    with pytest.raises(FormRefusedError):
        require_sound(Person("Camille\u200b", "Léger", "c@n.example"))

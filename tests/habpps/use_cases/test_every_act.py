"""Every act of the registry: by all whose business it is not, on things that exist; and once by the right hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from typing import Any

import pytest

from habpps.domain.authorship import Author
from habpps.domain.people import Person, Role
from habpps.domain.refusals import (
    ConventionSuspendedError,
    FormRefusedError,
    RoleNotConfirmedError,
    ThingChangedError,
    UnknownThingError,
)
from habpps.domain.review_rule import When
from habpps.domain.states import ContractEvent, ConventionEvent, HabilitationEvent, UserEvent
from habpps.use_cases.act_entry import Act
from habpps.use_cases.act_kinds import ActKind, Review
from habpps.use_cases.acts import ACTS
from habpps.use_cases.change_convention import ChangeConvention
from habpps.use_cases.change_habilitation import ChangeHabilitation
from habpps.use_cases.change_service_contract import ChangeServiceContract
from habpps.use_cases.change_user import LockUser, SetDeparture
from habpps.use_cases.correct_person import AskAddress
from habpps.use_cases.create_user import AttachPerson
from habpps.use_cases.extend_territory import ExtendTerritory
from habpps.use_cases.invite_person import InviteUser
from servicekit.audit_events import AuditUnavailableError
from servicekit.errors import ServiceError
from tests.habpps.act_samples import OPENS, sample
from tests.habpps.builders import OTHER_SIRET, SIRET, TERMS, TODAY, Commune, MemoryRegister, request
from tests.habpps.direct_acts import AppointAdministrator
from tests.habpps.possible_acts import own_extranet
from tests.promises import promise

DECIDED = {"habpps.invitation.confirmed", "habpps.invitation.refused"}
NEIGHBOUR = Person("Ana", "Sy", "ana.sy@autre.example")
NEW = Person("Lou", "Roy", "lou.roy@ville.example")
OPERATORS = {kind.name for kind in ACTS.kinds if not kind.by}
OF_PEOPLE = tuple(kind for kind in ACTS.kinds if kind.by == (Role.PERSON,))
"""Answers of people, which auth passes on: `test_invitations` and `test_corrections` look at them."""
OF_AGENTS = tuple(kind for kind in ACTS.kinds if kind.review is Review.ALWAYS and kind.by == (Role.CAF_ADMINISTRATOR,))
"""Those of a Caf about its own agents are no acts on a partner: `test_requests` has them."""
KINDS = tuple(kind for kind in ACTS.kinds if kind.by and kind not in OF_AGENTS + OF_PEOPLE)
OF_A_THING = tuple(kind for kind in KINDS if any(one.name.endswith("_id") for one in fields(kind.content)))
OF_PARTNERS = tuple(kind for kind in KINDS if Role.PARTNER_ADMINISTRATOR in kind.by)
WITH_REASON = tuple(kind for kind in KINDS if any(one.name == "reason" for one in fields(kind.content)))
WITH_VERSION = tuple(kind for kind in OF_A_THING if any(one.name == "seen" for one in fields(kind.content)))
EXTENSIONS: dict[str, str] = {}
"""The extension of a contract, by commune, once `prepare` has made it."""


@dataclass(frozen=True)
class Known(Commune):
    """The commune with what people may answer there."""

    invitation_id: str = ""
    to_confirm_id: str = ""
    change_id: str = ""


@pytest.fixture
def commune(memory: MemoryRegister) -> Known:
    return known(memory)


def known(memory: MemoryRegister) -> Known:
    """The commune, with an invitation that waits, one to confirm and an address to prove."""
    everything = memory.all
    own_extranet(everything)
    made = everything.ready()
    acts, partner = everything.acts, made.partner
    invited = Person("Ali", "Haddad", "ali@n.example")
    waiting = acts.perform(partner, InviteUser(invited, "agent")).value
    answered = acts.perform(partner, InviteUser(replace(invited, email="shared@n.example"), "agent")).value
    ask = AskAddress(organisation_id=made.id, account_id=partner.account_id, email="other@n.example")
    change = acts.perform(partner, ask).value
    elsewhere = everything.partner(everything.organisation(siret="21920000300016", reference="D"), NEIGHBOUR)
    everything.relay()
    everything.answers.answer(answered, elsewhere.account_id, accepted=True)
    return Known(**vars(made), invitation_id=waiting, to_confirm_id=answered, change_id=change)


def named(kinds: tuple[ActKind, ...]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("kind", kinds, ids=lambda kind: kind.name)


def about(kind: ActKind, commune: Known, **changes: Any) -> Act[Any]:
    """This act on the things of the commune, all right but for `changes`."""
    values = {
        "organisation_id": commune.id,
        "contract_id": commune.contract_id,
        "group_id": commune.group_id,
        "user_id": commune.user_id,
        "habilitation_id": commune.habilitation_id,
        "administrator_id": commune.partner.administrator_id,
        "account_id": commune.partner.account_id,
        "territory_id": EXTENSIONS.get(commune.id, "not made"),
        "invitation_id": commune.to_confirm_id if kind.name in DECIDED else commune.invitation_id,
        "change_id": commune.change_id,
        "extranet": "local-921",
        "given_name": "Lou",
        "family_name": "Roy",
        "email": "lou.roy@ville.example",
        "caf": "751",
        "kind": "habpps.invitation.sent",
        "when": When.ALWAYS,
        "people": 0,
        "starts_on": TODAY,
        "replaces": "",
        "seen": None,
        "reason": "contrôle",
        "person": NEW,
        "groups": (),
        "contracts": (commune.contract_id,),
        "name": "Autre",
        "profile": "T1",
        "job_title": "agent",
        "terms": replace(TERMS, extranet="omega", purposes=("suivi_partenarial",)),
        "departs_on": TODAY + timedelta(days=30),
        "partner_signed_on": TODAY,
        "caf_signed_on": TODAY,
        "ends_on": TODAY + timedelta(days=90),
        **changes,
    }
    made = sample(kind)
    if kind.name == "habpps.service_contract.changed":
        values["terms"] = replace(TERMS, maximum_users=9)
    if kind.name == "habpps.organisation.created":
        return request(siret=OTHER_SIRET, reference="B")
    known = {one.name for one in fields(made)}
    strange = {name for name in known if name.endswith("_id")} - values.keys()
    assert strange == set(), f"say here what {strange} is of the commune"
    return replace(made, **{name: value for name, value in values.items() if name in known - kind.fixed.keys()})


def contents(memory: MemoryRegister) -> dict[str, str]:
    """What the store holds, as text."""
    return {name: repr(vars(shelf)) for name, shelf in vars(memory.store).items() if hasattr(shelf, "__dict__")}


def refused(memory: MemoryRegister, author: Author, act: Act[Any], error: type[ServiceError]) -> None:
    """It is refused, recorded as one event of a refusal, and nothing of the register changes."""
    before, told = contents(memory), len(memory.work.events)
    with pytest.raises(error):
        memory.all.acts.perform(author, act)
    assert contents(memory) == before
    (event,) = memory.work.events[told:]
    assert (event.type, event.decision, event.actor_id) == (
        "habpps.administration.refused",
        "refused",
        author.account_id,
    )


def stranger(memory: MemoryRegister, caf: str = "", siret: str = OTHER_SIRET) -> Author:
    """The administrator of another organisation, or of the same one for another Caf."""
    everything = memory.all
    agent = everything.agent(caf) if caf else everything.caf
    made = everything.acts.perform(agent, request(siret=siret, reference="B", name="Autre commune")).value
    person = Person("Noa", "Blanc", "noa.blanc@autre.example")
    done = everything.acts.perform(agent, AppointAdministrator(made, person)).value
    found = everything.work.read(lambda store: store.administrators.get(done))
    assert found is not None
    return Author(
        administrator_id=done,
        account_id=found.account_id,
        display_name=person.display_name,
        organisation_id=made,
        role=Role.PARTNER_ADMINISTRATOR,
        caf=agent.caf,
    )


@promise("rules:acts-stay-with-their-organisation", "rules:unknown-outside-true-inside")
@named(tuple(kind for kind in OF_A_THING if kind in OF_PARTNERS))
@pytest.mark.parametrize(
    ("caf", "siret"),
    [("", OTHER_SIRET), ("751", OTHER_SIRET), ("751", SIRET)],
    ids=["of the same Caf", "of another Caf", "of the same organisation for another Caf"],
)
def test_no_act_of_a_partner_reaches_something_of_another(
    memory: MemoryRegister, commune: Known, kind: ActKind, caf: str, siret: str
) -> None:
    refused(memory, stranger(memory, caf, siret), about(kind, commune), UnknownThingError)
    assert memory.last.reason == "OTHER_ORGANISATION"


@promise("rules:acts-stay-with-their-caf", "rules:unknown-outside-true-inside")
@named(tuple(kind for kind in OF_A_THING if Role.CAF_ADMINISTRATOR in kind.by))
def test_no_act_of_a_caf_reaches_something_of_another(memory: MemoryRegister, commune: Known, kind: ActKind) -> None:
    prepare(memory, commune, kind)
    refused(memory, memory.all.agent("751"), about(kind, commune), UnknownThingError)
    assert memory.last.reason == "OTHER_ORGANISATION"


@promise("rules:a-role-that-ended-does-nothing")
@named(OF_PARTNERS)
@pytest.mark.parametrize("how", ["withdrawn", "locked", "gone"])
def test_an_administrator_whose_role_ended_does_nothing_more(
    memory: MemoryRegister, commune: Known, kind: ActKind, how: str
) -> None:
    acts, caf, leaving = memory.all.acts, memory.all.caf, commune.partner
    if how == "withdrawn":
        acts.perform(caf, AppointAdministrator(commune.id, NEW, leaving.administrator_id))
    else:
        user = acts.perform(leaving, AttachPerson(leaving.administrator_id, "maire")).value
        if how == "locked":
            acts.perform(caf, LockUser(user, UserEvent.LOCK, "contrôle"))
        else:
            acts.perform(caf, SetDeparture(user, TODAY - timedelta(days=1)))
    refused(memory, leaving, about(kind, commune, person=Person("Zoé", "Roy", "z@n.example")), RoleNotConfirmedError)


@promise("rules:a-suspension-suspends-every-act")
@named(OF_PARTNERS)
def test_while_the_convention_is_suspended_a_partner_changes_nothing(
    memory: MemoryRegister, commune: Known, kind: ActKind
) -> None:
    step = ChangeConvention(commune.id, ConventionEvent.SUSPEND, "contrôle")
    memory.all.acts.perform(memory.all.caf, step)
    refused(memory, commune.partner, about(kind, commune), ConventionSuspendedError)


@named(OF_A_THING)
def test_something_that_does_not_exist_is_unknown(memory: MemoryRegister, commune: Known, kind: ActKind) -> None:
    author = commune.partner if kind in OF_PARTNERS else memory.all.caf
    missing = {one.name: "0" for one in fields(kind.content) if one.name.endswith("_id")}
    refused(memory, author, about(kind, commune, **missing), UnknownThingError)
    assert memory.last.reason == "UNKNOWN"


@promise("rules:a-motive-for-what-closes")
@named(WITH_REASON)
@pytest.mark.parametrize("reason", ["", "  ", "\u200b", "x" * 301])
def test_an_act_that_needs_a_motive_is_not_done_without_one(
    memory: MemoryRegister, commune: Known, kind: ActKind, reason: str
) -> None:
    prepare(memory, commune, kind)
    before, told = contents(memory), len(memory.work.events)
    with pytest.raises(FormRefusedError):
        memory.all.acts.perform(right_hand(memory, commune, kind), about(kind, commune, reason=reason))
    assert (contents(memory), len(memory.work.events)) == (before, told)


@promise("rules:an-older-view-changes-nothing")
@named(WITH_VERSION)
def test_an_act_on_an_older_view_of_a_thing_changes_nothing(
    memory: MemoryRegister, commune: Known, kind: ActKind
) -> None:
    prepare(memory, commune, kind)
    replaces = commune.partner.administrator_id if kind.name == "habpps.administrator.invited" else ""
    before = contents(memory)
    act = about(kind, commune, seen="another", replaces=replaces)
    with pytest.raises(ThingChangedError):
        memory.all.acts.perform(right_hand(memory, commune, kind), act)
    assert contents(memory) == before


Prepare = Callable[[MemoryRegister, Known], Act[Any]]
BEFORE: dict[str, Prepare] = {
    "habpps.convention.reactivated": lambda _, commune: ChangeConvention(commune.id, ConventionEvent.SUSPEND, "x"),
    "habpps.convention.ended": lambda _, commune: ChangeConvention(
        commune.id, ConventionEvent.DENOUNCE, "x", TODAY + timedelta(days=90)
    ),
    "habpps.service_contract.reactivated": lambda _, commune: ChangeServiceContract(
        commune.contract_id, ContractEvent.SUSPEND, "x"
    ),
    "habpps.habilitation.reactivated": lambda _, commune: ChangeHabilitation(
        commune.habilitation_id, HabilitationEvent.SUSPEND, "x"
    ),
    "habpps.habilitation.granted": lambda _, commune: ChangeHabilitation(
        commune.habilitation_id, HabilitationEvent.WITHDRAW, "x"
    ),
    "habpps.user.unlocked": lambda _, commune: LockUser(commune.user_id, UserEvent.LOCK, "x"),
    "habpps.user.departure_cancelled": lambda _, commune: SetDeparture(commune.user_id, TODAY),
    "habpps.territory.ended": lambda _, commune: ExtendTerritory(commune.contract_id, "631", TODAY, None, "x"),
    "habpps.administrator.withdrawn": lambda _, commune: AppointAdministrator(commune.id, NEW),
}
NOT_AT_ONCE = {
    *("habpps.convention.signed", "habpps.account_command.retried"),
    *("habpps.group.opened", "habpps.habilitation.changed"),
}
"""A draft, a refused command and a second contract are made by tests of their own."""


def prepare(memory: MemoryRegister, commune: Known, kind: ActKind) -> None:
    """What has to be before the act can be done."""
    if kind.name in BEFORE:
        memory.all.acts.perform(memory.all.caf, BEFORE[kind.name](memory, commune))
    for one in memory.store.territories.of(commune.id):
        EXTENSIONS[commune.id] = one.id


def right_hand(memory: MemoryRegister, commune: Known, kind: ActKind) -> Author:
    """Users are invited by the partner; the Caf decides about invitations to administer."""
    of_users = kind.name.startswith("habpps.invitation.")
    return memory.all.caf if Role.CAF_ADMINISTRATOR in kind.by and not of_users else commune.partner


@promise("rules:one-line-and-one-event")
@named(tuple(kind for kind in KINDS if kind.name not in NOT_AT_ONCE))
def test_each_act_leaves_one_line_and_one_event_that_say_who_what_and_why(
    memory: MemoryRegister, commune: Known, kind: ActKind
) -> None:
    prepare(memory, commune, kind)
    author = right_hand(memory, commune, kind)
    told, lines = len(memory.work.events), len(memory.store.journal.rows)  # type: ignore[attr-defined]
    revision = memory.store.publications.lock().revision
    memory.all.acts.perform(author, about(kind, commune))
    (event,) = memory.work.events[told:]
    assert (event.type, event.decision, event.actor_id, event.owner) == (kind.name, "done", author.account_id, "921")
    assert event.rights_revision in {revision, revision + 1}
    assert event.payload["author"] == author.display_name
    if kind in WITH_REASON:
        assert event.payload["motive"] == "contrôle"
    assert len(memory.store.journal.rows) == lines + 1  # type: ignore[attr-defined]


@promise("rules:opening-waits-for-audit")
@named(tuple(kind for kind in KINDS if kind.name not in NOT_AT_ONCE))
def test_while_audit_is_away_what_closes_is_done_and_what_opens_is_not_announced(
    memory: MemoryRegister, commune: Known, kind: ActKind
) -> None:
    prepare(memory, commune, kind)
    memory.work.audit_available = False
    author, act = right_hand(memory, commune, kind), about(kind, commune)
    if kind.name in OPENS:
        with pytest.raises(AuditUnavailableError):
            memory.all.acts.perform(author, act)
    else:
        memory.all.acts.perform(author, act)
    assert memory.last.type == kind.name, "recorded, and delivered when audit is back"


def test_nobody_but_the_operator_imports() -> None:
    assert sorted(kind.content.__name__ for kind in ACTS.kinds if kind.name in OPERATORS) == [
        "ImportExtranets",
        "ImportOrganisations",
    ]

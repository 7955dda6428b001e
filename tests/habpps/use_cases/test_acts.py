"""The stories of the administrators; each deciding test looks at the audit record and at what is published."""

from dataclasses import replace
from datetime import timedelta

import pytest

from habpps.domain.account_command import CommandKind
from habpps.domain.effects import Change
from habpps.domain.people import Administrator, Person, Role
from habpps.domain.refusals import (
    ContractExistsError,
    ConventionNotActiveError,
    ConventionSuspendedError,
    EmailTakenError,
    FormRefusedError,
    GroupNameTakenError,
    LastAdministratorError,
    MaximumUsersReachedError,
    ProfileNotInContractError,
    ReferenceTakenError,
    SelfAssignmentError,
    SiretTakenError,
    TransitionRefusedError,
)
from habpps.domain.states import ContractEvent, ConventionEvent, HabilitationEvent, UserEvent
from habpps.use_cases.act_entry import ActEntry
from habpps.use_cases.appoint_administrator import WithdrawAdministrator
from habpps.use_cases.assign_to_group import AssignToGroup
from habpps.use_cases.change_convention import ChangeConvention, SignConvention
from habpps.use_cases.change_habilitation import ChangeHabilitation
from habpps.use_cases.change_service_contract import ChangeServiceContract
from habpps.use_cases.change_user import LockUser, SetDeparture
from habpps.use_cases.create_user import AttachPerson
from habpps.use_cases.manage_groups import CreateGroup
from habpps.use_cases.open_service_contract import OpenServiceContract
from habpps.use_cases.people_ports import Listing
from rights.decision import open_extranets, why_closed
from rights.snapshot import Snapshot
from servicekit.audit_events import AuditUnavailableError
from tests.habpps.builders import (
    ADMINISTRATOR,
    DIRECTOR,
    OTHER_SIRET,
    TERMS,
    TODAY,
    Commune,
    MemoryRegister,
    request,
)
from tests.habpps.direct_acts import AppointAdministrator, CreateUser
from tests.promises import promise

NEW = Person("Lou", "Roy", "lou.roy@ville.example")


def published(memory: MemoryRegister) -> Snapshot:
    state = memory.store.publications.lock()
    facts = memory.store.publications.facts.items()  # type: ignore[attr-defined]
    snapshot = Snapshot.load(facts, revision=state.revision, epoch=state.epoch)
    assert snapshot.digest == state.digest
    return snapshot


def open_to_the_director(memory: MemoryRegister, commune: Commune) -> list[str]:
    user = memory.store.users.get(commune.user_id)
    assert user is not None
    opened = open_extranets(published(memory), user.account_id, commune.id, memory.all.clock.now().date())
    return [one.code for one in opened]


def test_the_example_of_the_mission_opens_cdap_with_t2(memory: MemoryRegister, commune: Commune) -> None:
    user = memory.store.users.get(commune.user_id)
    assert user is not None
    (cdap,) = open_extranets(published(memory), user.account_id, commune.id, TODAY)
    assert (cdap.code, cdap.authorization_details[0]["profiles"]) == ("cdap", ["T2"])
    assert [event.type for event in memory.work.events][-6:] == [
        "habpps.organisation.created",
        "habpps.service_contract.opened",
        "habpps.administrator.appointed",
        "habpps.group.created",
        "habpps.user.created",
        "habpps.habilitation.granted",
    ]
    assert memory.last.rights_revision == memory.store.publications.lock().revision
    assert memory.last.policy == "strict"


@promise("caf-admin:one-history")
def test_revisions_have_no_gap_and_each_adds_up(memory: MemoryRegister, commune: Commune) -> None:
    changes = memory.store.publications.changes  # type: ignore[attr-defined]
    assert [change.revision for change in changes] == list(range(1, len(changes) + 1))
    snapshot = Snapshot.empty()
    for change in changes:
        snapshot = Snapshot.load(
            [*snapshot.entries(), *((fact.key, fact.value) for fact in change.facts)], revision=1, epoch=1
        )
        assert snapshot.digest == change.digest


@promise("caf-admin:signatures-open")
def test_a_draft_convention_opens_nothing_until_both_have_signed(memory: MemoryRegister) -> None:
    everything = memory.all
    unsigned = replace(request().caf_signatory, signed_on=None)
    organisation_id = everything.organisation(caf_signatory=unsigned)
    with pytest.raises(ConventionNotActiveError):
        everything.acts.perform(everything.caf, OpenServiceContract(organisation_id, TERMS))
    assert memory.last.reason == "CONVENTION_NOT_ACTIVE"
    step = SignConvention(organisation_id, partner_signed_on=TODAY, caf_signed_on=TODAY)
    everything.acts.perform(everything.caf, step)
    assert memory.last.type == "habpps.convention.signed"
    everything.acts.perform(everything.caf, OpenServiceContract(organisation_id, TERMS))
    with pytest.raises(FormRefusedError):
        everything.acts.perform(everything.caf, replace(step, caf_signed_on=TODAY + timedelta(days=1)))


@promise("caf-admin:each-thing-once")
def test_a_siret_a_reference_and_a_contract_exist_once(memory: MemoryRegister, commune: Commune) -> None:
    everything = memory.all
    with pytest.raises(SiretTakenError):
        everything.organisation(reference="other")
    with pytest.raises(ReferenceTakenError):
        everything.organisation(siret=OTHER_SIRET)
    with pytest.raises(ContractExistsError):
        everything.acts.perform(everything.caf, OpenServiceContract(commune.id, TERMS))
    assert (memory.last.decision, memory.last.reason) == ("refused", "SERVICE_CONTRACT_EXISTS")


@promise("partner:all-or-nothing")
def test_nothing_typed_wrong_is_half_written(memory: MemoryRegister) -> None:
    before = len(memory.store.organisations.rows)  # type: ignore[attr-defined]
    with pytest.raises(FormRefusedError) as refused:
        memory.all.organisation(siret="123", name="", starts_on=None)
    assert set(refused.value.fields) == {"siret", "name", "starts_on"}
    assert len(memory.store.organisations.rows) == before  # type: ignore[attr-defined]


@promise("caf-admin:contract-closes-and-opens")
def test_a_suspended_contract_closes_and_opens_again(memory: MemoryRegister, commune: Commune) -> None:
    acts, caf = memory.all.acts, memory.all.caf
    with pytest.raises(FormRefusedError):
        acts.perform(caf, ChangeServiceContract(commune.contract_id, ContractEvent.SUSPEND, " "))
    acts.perform(caf, ChangeServiceContract(commune.contract_id, ContractEvent.SUSPEND, "contrôle"))
    assert open_to_the_director(memory, commune) == []
    assert (memory.last.type, memory.last.policy) == ("habpps.service_contract.suspended", "buffered")
    assert memory.last.payload["motive"] == "contrôle"
    with pytest.raises(TransitionRefusedError):
        acts.perform(caf, ChangeServiceContract(commune.contract_id, ContractEvent.SUSPEND, "encore"))
    acts.perform(caf, ChangeServiceContract(commune.contract_id, ContractEvent.REACTIVATE, "terminé"))
    assert open_to_the_director(memory, commune) == ["cdap"]
    acts.perform(caf, ChangeServiceContract(commune.contract_id, ContractEvent.END, "fin"))
    assert open_to_the_director(memory, commune) == []


@promise("partner:told-before")
def test_what_will_change_is_said_before(memory: MemoryRegister, commune: Commune) -> None:
    acts, caf = memory.all.acts, memory.all.caf
    suspension = ChangeServiceContract(commune.contract_id, ContractEvent.SUSPEND, "contrôle")
    effects = acts.preview(caf, suspension)
    assert (effects.losing, effects.closes) == (
        1,
        (Change(extranet="CDAP", profile="", people=1, names=(DIRECTOR.display_name,)),),
    )
    assert acts.preview(caf, ChangeConvention(commune.id, ConventionEvent.SUSPEND, "contrôle")).losing == 1
    # Whoever administers loses Habpps as well.
    assert acts.preview(caf, ChangeConvention(commune.id, ConventionEvent.TERMINATE, "faute")).losing == 2
    acts.perform(commune.partner, ChangeHabilitation(commune.habilitation_id, HabilitationEvent.SUSPEND, "congé"))
    assert acts.preview(caf, suspension).losing == 0


def test_a_suspended_convention_makes_habpps_read_only_for_the_partner(
    memory: MemoryRegister, commune: Commune
) -> None:
    acts, caf = memory.all.acts, memory.all.caf
    acts.perform(caf, ChangeConvention(commune.id, ConventionEvent.SUSPEND, "manquement"))
    assert open_to_the_director(memory, commune) == []
    with pytest.raises(ConventionSuspendedError):
        acts.perform(commune.partner, CreateGroup("Autre", "T1"))
    assert memory.last.reason == "CONVENTION_SUSPENDED"
    suspension = acts.consult.suspension(commune.partner)
    assert suspension is not None
    assert (suspension.reason, suspension.since) == ("manquement", memory.all.clock.now())
    assert acts.consult.suspension(caf) is None
    assert acts.consult.user(commune.partner, commune.user_id).user.person == DIRECTOR
    acts.perform(caf, LockUser(commune.user_id, UserEvent.LOCK, "contrôle"))
    acts.perform(caf, ChangeConvention(commune.id, ConventionEvent.LIFT, "réparé"))
    acts.perform(commune.partner, CreateGroup("Autre", "T1"))


def test_while_suspended_no_act_of_the_partner_can_begin_whatever_it_is(
    memory: MemoryRegister, commune: Commune
) -> None:
    memory.all.acts.perform(memory.all.caf, ChangeConvention(commune.id, ConventionEvent.SUSPEND, "contrôle"))
    before = memory.store.publications.lock()
    done: list[ActEntry] = []
    with pytest.raises(ConventionSuspendedError):
        memory.all.try_out(commune.partner, done.append)
    assert (done, memory.store.publications.lock()) == ([], before)
    assert memory.last.reason == "CONVENTION_SUSPENDED"


@promise("caf-admin:notice-runs-to-its-end")
def test_a_denounced_convention_works_until_the_end_of_its_notice(memory: MemoryRegister, commune: Commune) -> None:
    acts, caf = memory.all.acts, memory.all.caf
    last_day = TODAY + timedelta(days=60)
    acts.perform(caf, ChangeConvention(commune.id, ConventionEvent.DENOUNCE, "lettre", ends_on=last_day))
    memory.all.clock.advance(timedelta(days=60))
    assert open_to_the_director(memory, commune) == ["cdap"]
    memory.all.clock.advance(timedelta(days=1))
    assert open_to_the_director(memory, commune) == []


@promise("caf-admin:breach-ends-everything")
def test_terminating_for_breach_ends_everything_but_the_names(memory: MemoryRegister, commune: Commune) -> None:
    acts, caf = memory.all.acts, memory.all.caf
    acts.perform(caf, ChangeConvention(commune.id, ConventionEvent.TERMINATE, "manquement grave"))
    view = acts.consult.organisation(caf, commune.id)
    assert {contract.state.value for contract in view.contracts} == {"ended"}
    held = memory.store.habilitations.of(commune.id)
    assert {place.habilitation.state.value for place in held} == {"withdrawn"}
    assert [user.person for user in memory.store.users.of(commune.id)] == [DIRECTOR]
    assert memory.last.type == "habpps.convention.terminated"


@promise("partner:groups-have-a-profile-in-force")
def test_a_group_needs_a_profile_that_a_contract_in_force_carries(memory: MemoryRegister, commune: Commune) -> None:
    acts = memory.all.acts
    with pytest.raises(ProfileNotInContractError) as refused:
        acts.perform(commune.partner, CreateGroup("Cantine", "T5"))
    assert refused.value.details == {"profile": "T5", "possible": "T1, T2"}
    assert memory.last.reason == "PROFILE_NOT_IN_CONTRACT"
    with pytest.raises(FormRefusedError) as reserved:
        acts.perform(commune.partner, CreateGroup("Réservé", "T6"))
    assert reserved.value.fields == {"profile": "PROFILE_RESERVED"}
    with pytest.raises(GroupNameTakenError):
        acts.perform(commune.partner, CreateGroup("CRÈCHES", "T2"))


@promise("partner:maximum-of-users")
def test_a_contract_with_a_maximum_takes_no_more_people(memory: MemoryRegister) -> None:
    everything = memory.all
    organisation_id = everything.organisation()
    everything.acts.perform(everything.caf, OpenServiceContract(organisation_id, replace(TERMS, maximum_users=1)))
    partner = everything.partner(organisation_id)
    group_id = everything.acts.perform(partner, CreateGroup("Crèches", "T2")).value
    first = everything.acts.perform(partner, CreateUser(DIRECTOR, "directrice")).value
    second = everything.acts.perform(partner, CreateUser(NEW, "agent")).value
    held = everything.acts.perform(partner, AssignToGroup(first, group_id)).value
    with pytest.raises(MaximumUsersReachedError):
        everything.acts.perform(partner, AssignToGroup(second, group_id))
    assert memory.last.reason == "MAXIMUM_USERS_REACHED"
    everything.acts.perform(partner, ChangeHabilitation(held, HabilitationEvent.WITHDRAW, "départ"))
    everything.acts.perform(partner, AssignToGroup(second, group_id))


@promise("caf:partners-are-isolated")
def test_a_group_of_another_organisation_is_unknown(memory: MemoryRegister, commune: Commune) -> None:
    everything = memory.all
    other = everything.organisation(siret=OTHER_SIRET, reference="B")
    everything.acts.perform(everything.caf, OpenServiceContract(other, TERMS))
    foreign = everything.acts.perform(everything.partner(other, NEW), CreateGroup("Social", "T1")).value
    with pytest.raises(Exception, match="unknown group"):
        everything.acts.perform(commune.partner, AssignToGroup(commune.user_id, foreign))
    assert memory.last.reason == "OTHER_ORGANISATION"


@promise("partner:profile-for-oneself")
def test_a_profile_for_oneself_is_confirmed_and_flagged(memory: MemoryRegister, commune: Commune) -> None:
    acts, partner = memory.all.acts, commune.partner
    with pytest.raises(EmailTakenError) as known:
        acts.perform(partner, CreateUser(ADMINISTRATOR, "chargée de mission"))
    assert known.value.details == {"kind": "administrator", "id": partner.administrator_id}
    user_id = acts.perform(partner, AttachPerson(partner.administrator_id, "chargée de mission")).value
    with pytest.raises(SelfAssignmentError):
        acts.perform(partner, AssignToGroup(user_id, commune.group_id))
    assert memory.last.reason == "SELF_ASSIGNMENT_TO_CONFIRM"
    acts.perform(partner, AssignToGroup(user_id, commune.group_id, confirmed_for_oneself=True))
    assert memory.last.payload["self_assignment"] == "yes"
    with pytest.raises(EmailTakenError):
        acts.perform(partner, AttachPerson(partner.administrator_id, "encore"))


@promise("partner:departure")
def test_a_departure_ends_the_habilitations_with_that_day(memory: MemoryRegister, commune: Commune) -> None:
    acts = memory.all.acts
    acts.perform(commune.partner, SetDeparture(commune.user_id, TODAY + timedelta(days=1)))
    memory.all.clock.advance(timedelta(days=1))
    assert open_to_the_director(memory, commune) == ["cdap"]
    memory.all.clock.advance(timedelta(days=1))
    assert open_to_the_director(memory, commune) == []
    acts.perform(commune.partner, SetDeparture(commune.user_id, None))
    assert open_to_the_director(memory, commune) == ["cdap"]
    with pytest.raises(FormRefusedError):
        acts.perform(commune.partner, SetDeparture(commune.user_id, TODAY - timedelta(days=700)))


def commands(memory: MemoryRegister) -> list[tuple[CommandKind, str]]:
    rows = memory.store.commands.rows.values()  # type: ignore[attr-defined]
    return [(row.kind, row.account_id) for row in rows if row.kind is not CommandKind.NOTIFY]


@promise("partner:locked-here-only")
def test_locking_locks_the_account_of_somebody_who_is_nowhere_else(memory: MemoryRegister, commune: Commune) -> None:
    acts = memory.all.acts
    acts.perform(commune.partner, LockUser(commune.user_id, UserEvent.LOCK, "vol"))
    user = memory.store.users.get(commune.user_id)
    assert user is not None
    assert commands(memory)[-1] == (CommandKind.LOCK, user.account_id)
    refused = why_closed(published(memory), user.account_id, commune.id, "cdap", TODAY)
    assert refused.reason == "USER_LOCKED"
    acts.perform(commune.partner, LockUser(commune.user_id, UserEvent.UNLOCK, "retrouvé"))
    assert commands(memory)[-1] == (CommandKind.UNLOCK, user.account_id)
    assert open_to_the_director(memory, commune) == ["cdap"]


@promise("partner:locked-here-only")
def test_locking_somebody_of_two_organisations_only_ends_the_sessions(memory: MemoryRegister, commune: Commune) -> None:
    acts, caf = memory.all.acts, memory.all.caf
    other_id = memory.all.organisation(siret=OTHER_SIRET, reference="C-2")
    user = memory.store.users.get(commune.user_id)
    assert user is not None
    memory.store.administrators.save(
        Administrator(
            id="elsewhere",
            account_id=user.account_id,
            organisation_id=other_id,
            caf="921",
            person=user.person,
            role=Role.PARTNER_ADMINISTRATOR,
        )
    )
    acts.perform(caf, LockUser(commune.user_id, UserEvent.LOCK, "essai"))
    assert commands(memory)[-1] == (CommandKind.END_SESSIONS, user.account_id)


@promise("partner:last-administrator-stays")
def test_an_administrator_is_replaced_in_one_act_and_the_last_one_stays(
    memory: MemoryRegister, commune: Commune
) -> None:
    acts, caf = memory.all.acts, memory.all.caf
    leaving = commune.partner
    with pytest.raises(LastAdministratorError):
        acts.perform(caf, WithdrawAdministrator(leaving.administrator_id, "départ"))
    acts.perform(caf, AppointAdministrator(commune.id, NEW, replaces=leaving.administrator_id))
    active = [one.person for one in memory.store.administrators.of(commune.id) if one.is_active]
    assert active == [NEW]
    assert [event.type for event in memory.work.events][-2:] == [
        "habpps.administrator.appointed",
        "habpps.administrator.withdrawn",
    ]
    assert commands(memory)[-1] == (CommandKind.END_SESSIONS, leaving.account_id)


@promise("partner:one-account-per-person")
def test_a_user_made_administrator_keeps_the_account_and_gets_no_password(
    memory: MemoryRegister, commune: Commune
) -> None:
    before = len(commands(memory))
    memory.all.acts.perform(memory.all.caf, AppointAdministrator(commune.id, DIRECTOR))
    user = memory.store.users.get(commune.user_id)
    assert user is not None
    assert memory.store.administrators.of(commune.id)[-1].account_id == user.account_id
    assert len(commands(memory)) == before


def test_an_act_that_opens_is_not_announced_while_audit_is_silent(memory: MemoryRegister, commune: Commune) -> None:
    group_id = memory.all.acts.perform(commune.partner, CreateGroup("Social", "T1")).value
    memory.work.audit_available = False
    with pytest.raises(AuditUnavailableError):
        memory.all.acts.perform(commune.partner, AssignToGroup(commune.user_id, group_id))
    memory.all.acts.perform(
        memory.all.caf, ChangeServiceContract(commune.contract_id, ContractEvent.SUSPEND, "urgence")
    )
    assert open_to_the_director(memory, commune) == []


@promise("partner:own-journal")
def test_the_journal_of_the_organisation_tells_the_acts_newest_first(memory: MemoryRegister, commune: Commune) -> None:
    _, records, total = memory.all.acts.consult.journal(commune.partner, commune.id, Listing())
    assert total == 6
    assert [record.act for record in records][:2] == ["habpps.habilitation.granted", "habpps.user.created"]
    assert records[0].author_name == ADMINISTRATOR.display_name

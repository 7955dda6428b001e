"""One act of every kind of the registry that can be done in a register with everything in it, and by whom."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from habpps.domain.account_command import CommandKind, CommandState
from habpps.domain.authorship import OPERATOR, Author, themselves
from habpps.domain.people import Person, Role
from habpps.domain.reach import Reach
from habpps.domain.review_rule import Decider, When
from habpps.domain.service_contract import Extranet
from habpps.domain.states import ContractEvent, ConventionEvent, HabilitationEvent, UserEvent
from habpps.use_cases.act_entry import Act
from habpps.use_cases.acts import ACTS
from habpps.use_cases.answer_invitation import AnswerInvitation, AskAccount, ConfirmInvitation
from habpps.use_cases.appoint_administrator import InviteAdministrator, WithdrawAdministrator
from habpps.use_cases.assign_to_group import AssignToGroup
from habpps.use_cases.change_convention import ChangeConvention, SignConvention
from habpps.use_cases.change_habilitation import ChangeHabilitation
from habpps.use_cases.change_opening import ChangeOpening, OpenContractToGroup
from habpps.use_cases.change_review_rule import ChangeReviewRule
from habpps.use_cases.change_service_contract import ChangeServiceContract
from habpps.use_cases.change_terms import ChangeTerms
from habpps.use_cases.change_user import ForgetSecondStep, LockUser, ResetPassword, SetDeparture
from habpps.use_cases.correct_person import AskAddress, ConfirmAddress, CorrectFunction, CorrectNames, WithdrawAddress
from habpps.use_cases.create_organisation import EditOrganisation
from habpps.use_cases.create_user import AttachPerson
from habpps.use_cases.extend_territory import EndTerritory, ExtendTerritory
from habpps.use_cases.import_extranets import ImportExtranets
from habpps.use_cases.import_organisations import CreateCafAgent, ImportOrganisations
from habpps.use_cases.invite_person import InviteUser, SendInvitationAgain, WithdrawInvitation
from habpps.use_cases.manage_groups import ChangeGroup, CloseGroup, CreateGroup
from habpps.use_cases.name_caf_agents import WithdrawCafAgent
from habpps.use_cases.open_service_contract import OpenServiceContract
from habpps.use_cases.retry_account_command import RetryAccountCommand
from habpps.use_cases.withdraw_extranet import WithdrawExtranet
from tests.habpps.builders import DIRECTOR, OTHER_SIRET, TERMS, TODAY, Commune, Register921, request
from tests.habpps.direct_acts import CreateUser

WHY = "contrôle"
SOCIAL = ("accompagnement_social",)
SECOND = Person("Lou", "Roy", "lou.roy@nanterre.example")
THIRD = Person("Noa", "Blanc", "noa.blanc@nanterre.example")


@dataclass(frozen=True)
class Possible:
    """An act, its author, and what must be done before so that it is possible."""

    author: Author
    act: Act[Any]
    before: tuple[tuple[Author, Act[Any]], ...] = ()


def possible_acts(register: Register921, commune: Commune) -> dict[str, Possible]:
    """By the name of the act. What it needs beside the commune is made here."""
    second = register.partner(commune.id, SECOND)
    found = [
        *_of_the_caf(register, commune, second),
        *_of_contracts(register, commune),
        *_of_users(register, commune),
        *_of_places(register, commune),
        *_of_invitations(register, commune),
        *_of_persons(register, commune),
        Possible(OPERATOR, ImportExtranets(register.work.read(lambda store: store.extranets.all()))),
        Possible(OPERATOR, ImportOrganisations(_document())),
        Possible(OPERATOR, WithdrawCafAgent(register.agent("921", Role.CAF_AUDITOR).administrator_id, WHY)),
        Possible(OPERATOR, CreateCafAgent("751", Role.CAF_ADMINISTRATOR, "account-new", SECOND)),
    ]
    return {ACTS.of(one.act).name: one for one in found}


def own_extranet(register: Register921, owner: str = "921") -> Extranet:
    """An extranet of a Caf alone, declared by the operator."""
    made = Extranet(
        code=f"local-{owner}",
        owner=owner,
        label=f"Local, extranet de la Caf {owner}",
        url=f"https://local{owner}.example/",
        profiles=("T2",),
        purposes=("calcul_participation_familiale_eaje",),
        enabled=True,
    )
    register.register.perform(OPERATOR, ImportExtranets((made,)))
    return made


def _of_the_caf(register: Register921, commune: Commune, second: Author) -> list[Possible]:
    caf = register.caf
    convention = ChangeConvention(commune.id, ConventionEvent.SUSPEND, WHY)
    unsigned = replace(request().caf_signatory, signed_on=None)
    draft = register.organisation(siret=OTHER_SIRET, reference="B", caf_signatory=unsigned)
    denounce = replace(convention, event=ConventionEvent.DENOUNCE, ends_on=TODAY)
    return [
        Possible(caf, request(siret="21920000300016", reference="C")),
        Possible(caf, EditOrganisation(organisation_id=commune.id, name="Nanterre", contact="Service social")),
        Possible(caf, SignConvention(draft, TODAY, TODAY)),
        Possible(caf, WithdrawExtranet(own_extranet(register).code, WHY)),
        Possible(caf, convention),
        Possible(caf, replace(convention, event=ConventionEvent.LIFT), ((caf, convention),)),
        Possible(caf, denounce),
        Possible(caf, replace(convention, event=ConventionEvent.END_NOTICE), ((caf, denounce),)),
        Possible(caf, replace(convention, event=ConventionEvent.TERMINATE)),
        Possible(caf, InviteAdministrator(commune.id, replace(SECOND, email="c@n.example"))),
        Possible(caf, WithdrawAdministrator(second.administrator_id, WHY)),
        Possible(caf, ChangeReviewRule("habpps.invitation.sent", When.ALWAYS, 0, Decider.CAF, WHY)),
    ]


def _of_invitations(register: Register921, commune: Commune) -> list[Possible]:
    """Each of an invitation of its own, passed on; one was answered under another name."""
    partner, keys = commune.partner, []
    for number in range(6):
        person = Person("Ali", "Haddad", f"ali{number}@n.example")
        keys.append(register.acts.perform(partner, InviteUser(person, "agent", (commune.group_id,))).value)
    shared = replace(DIRECTOR, given_name="Paul", email="shared@n.example")
    to_confirm = register.acts.perform(partner, InviteUser(shared, "agent")).value
    register.relay()
    kept = register.look(lambda store: [store.invitations.get(key) for key in keys])
    invited = [str(one.way.account_id) for one in kept]
    register.answers.answer(to_confirm, invited[0], accepted=True)
    by_link = [themselves(account, "Ali Haddad", commune.id, "921") for account in invited[:2]]
    mailbox = register.acts.perform(partner, InviteUser(replace(shared, email="mailbox@n.example"), "x"))
    return [
        Possible(partner, SendInvitationAgain(keys[2])),
        Possible(partner, WithdrawInvitation(keys[3])),
        Possible(by_link[0], AnswerInvitation(keys[0], accepted=True)),
        Possible(by_link[1], AnswerInvitation(keys[1], accepted=False)),
        Possible(themselves("", "Paul Léger", commune.id, "921"), AskAccount(mailbox.value)),
        Possible(partner, ConfirmInvitation(to_confirm, confirmed=True)),
        Possible(partner, ConfirmInvitation(to_confirm, confirmed=False)),
    ]


def _of_persons(register: Register921, commune: Commune) -> list[Possible]:
    partner = commune.partner
    account_id = str(register.look(lambda store: store.users.get(commune.user_id)).account_id)
    asked = AskAddress(organisation_id=commune.id, account_id=account_id, email="camille@home.example")
    own = AskAddress(organisation_id=commune.id, account_id=partner.account_id, email="dominique@home.example")
    waiting, proved = (register.acts.perform(partner, act).value for act in (asked, own))
    mailbox = themselves(partner.account_id, partner.display_name, commune.id, "921")
    names = CorrectNames(
        organisation_id=commune.id, account_id=account_id, given_name="Camille", family_name="Léger-Roy"
    )
    return [
        Possible(partner, names),
        Possible(partner, CorrectFunction(commune.user_id, "adjointe")),
        Possible(partner, replace(asked, email="camille@other.example")),
        Possible(partner, WithdrawAddress(waiting)),
        Possible(mailbox, ConfirmAddress(proved)),
    ]


def _of_contracts(register: Register921, commune: Commune) -> list[Possible]:
    caf = register.caf
    register.acts.perform(caf, ExtendTerritory(commune.contract_id, "631", TODAY, None, WHY))
    (extension,) = register.look(lambda store: store.territories.of(commune.id))
    contract = ChangeServiceContract(commune.contract_id, ContractEvent.SUSPEND, WHY)
    mon_enfant = replace(TERMS, extranet="mon-enfant", profiles=("T2",), purposes=("information_modes_accueil",))
    return [
        Possible(caf, OpenServiceContract(commune.id, mon_enfant)),
        Possible(caf, contract),
        Possible(caf, replace(contract, event=ContractEvent.REACTIVATE), ((caf, contract),)),
        Possible(caf, replace(contract, event=ContractEvent.END)),
        Possible(caf, ChangeTerms(commune.contract_id, replace(TERMS, profiles=("T1",), purposes=SOCIAL), WHY)),
        Possible(caf, ExtendTerritory(commune.contract_id, "751", TODAY, None, WHY)),
        Possible(caf, EndTerritory(extension.id, WHY)),
    ]


def _of_users(register: Register921, commune: Commune) -> list[Possible]:
    partner = commune.partner
    other = register.acts.perform(partner, CreateUser(THIRD, "agent", (commune.group_id,))).value
    account = register.look(lambda store: store.users.get(other)).account_id
    _refuse_a_command(register, other)
    lock = LockUser(commune.user_id, UserEvent.LOCK, WHY)
    return [
        Possible(partner, InviteUser(replace(SECOND, email="d@n.example"), "agent", (commune.group_id,))),
        Possible(partner, AttachPerson(partner.administrator_id, "agent")),
        Possible(partner, lock),
        Possible(partner, replace(lock, event=UserEvent.UNLOCK), ((partner, lock),)),
        Possible(partner, ResetPassword(commune.user_id)),
        Possible(register.caf, ForgetSecondStep(commune.user_id)),
        Possible(partner, SetDeparture(commune.user_id, TODAY - timedelta(days=1))),
        Possible(partner, SetDeparture(commune.user_id, None), ((partner, SetDeparture(commune.user_id, TODAY)),)),
        Possible(partner, RetryAccountCommand(commune.id, account)),
    ]


def _of_places(register: Register921, commune: Commune) -> list[Possible]:
    partner = commune.partner
    place = ChangeHabilitation(commune.habilitation_id, HabilitationEvent.SUSPEND, WHY)
    social = register.acts.perform(partner, CreateGroup("Social", "T1")).value
    omega = replace(TERMS, extranet="omega", purposes=("suivi_partenarial",))
    second = register.acts.perform(register.caf, OpenServiceContract(commune.id, omega)).value
    return [
        Possible(partner, CreateGroup("Autre", "T2")),
        Possible(partner, ChangeGroup(commune.group_id, "Pôle social", "T1")),
        Possible(partner, OpenContractToGroup(commune.group_id, second)),
        Possible(partner, ChangeOpening(commune.habilitation_id, (second,))),
        Possible(partner, CloseGroup(commune.group_id, WHY)),
        Possible(partner, AssignToGroup(commune.user_id, social)),
        Possible(partner, place),
        Possible(partner, replace(place, event=HabilitationEvent.REACTIVATE), ((partner, place),)),
        Possible(partner, replace(place, event=HabilitationEvent.WITHDRAW)),
    ]


def _document() -> Any:
    from habpps.use_cases.import_document import read_document
    from tests.habpps.use_cases.test_imports import DOCUMENT

    return read_document({**DOCUMENT, "organisations": [{**DOCUMENT["organisations"][0], "siret": "21920037500018"}]})


def _refuse_a_command(register: Register921, user_id: str) -> None:
    user = register.look(lambda store: store.users.get(user_id))

    def refuse(store: Any) -> None:
        near = store.within(Reach(user.caf))
        known = near.commands.latest_of([user.account_id], user.organisation_id)[user.account_id]
        assert known.kind is CommandKind.CREATE
        store.commands.save(replace(known, state=CommandState.REFUSED))

    register.work.write(refuse)

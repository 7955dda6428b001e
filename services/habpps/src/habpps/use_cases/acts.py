"""The registry of acts: everything that anybody can do to the register.

Pages, RPC, imports and the clock build the content and give it to `Register.perform`. An act that is not here cannot be
done; the operator at the command line may do each of them.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from enum import StrEnum
from typing import Any

from habpps.domain.people import Role
from habpps.domain.states import ContractEvent, ConventionEvent, HabilitationEvent, UserEvent
from habpps.use_cases import answer_invitation as answer
from habpps.use_cases import (
    change_convention,
    change_habilitation,
    change_opening,
    change_service_contract,
    change_terms,
    change_user,
    create_user,
    extend_territory,
)
from habpps.use_cases import correct_person as correct
from habpps.use_cases import create_organisation as organisations
from habpps.use_cases import invite_person as invite
from habpps.use_cases import manage_groups as groups
from habpps.use_cases.act_entry import Act, ActEntry
from habpps.use_cases.act_kinds import ActKind, Acts, Review
from habpps.use_cases.appoint_administrator import (
    WITHDRAWN,
    InviteAdministrator,
    WithdrawAdministrator,
    invite_administrator,
    withdraw_administrator,
)
from habpps.use_cases.assign_to_group import GRANTED, AssignToGroup, assign
from habpps.use_cases.change_review_rule import CHANGED as REVIEW_RULE_CHANGED
from habpps.use_cases.change_review_rule import ChangeReviewRule, change_review_rule
from habpps.use_cases.import_extranets import IMPORTED as EXTRANETS_IMPORTED
from habpps.use_cases.import_extranets import ImportExtranets, import_extranets
from habpps.use_cases.import_organisations import (
    AGENT_NAMED,
    CreateCafAgent,
    ImportOrganisations,
    create_caf_agent,
    import_organisations,
)
from habpps.use_cases.import_organisations import IMPORTED as ORGANISATIONS_IMPORTED
from habpps.use_cases.name_caf_agents import AGENT_WITHDRAWN, WithdrawCafAgent, withdraw_caf_agent
from habpps.use_cases.open_service_contract import OPENED, OpenServiceContract, open_service_contract
from habpps.use_cases.retry_account_command import RETRIED, RetryAccountCommand, retry_account_command
from habpps.use_cases.withdraw_extranet import WITHDRAWN as EXTRANET_WITHDRAWN
from habpps.use_cases.withdraw_extranet import WithdrawExtranet, withdraw_extranet

CAF = (Role.CAF_ADMINISTRATOR,)
PARTNER = (Role.PARTNER_ADMINISTRATOR,)
BOTH = CAF + PARTNER
PERSON = (Role.PERSON,)


def _steps(
    names: Mapping[Any, str],
    content: type[Act[Any]],
    perform: Callable[[ActEntry, Any], Any],
    by: tuple[Role, ...],
    due: StrEnum | None = None,
) -> tuple[ActKind, ...]:
    """One kind for each step of a state machine: the name says the event. `due`: the one that the clock takes too."""
    return tuple(
        ActKind(
            name=name,
            content=content,
            perform=perform,
            by=(*by, Role.CLOCK) if event is due else by,
            fixed={"event": event},
        )
        for event, name in names.items()
    )


def _one(
    name: str, content: type[Act[Any]], perform: Callable[[ActEntry, Any], Any], *by: Role, **fixed: object
) -> ActKind:
    return ActKind(name=name, content=content, perform=perform, by=by, fixed=fixed)


def _two(name: str, content: type[Act[Any]], perform: Callable[[ActEntry, Any], Any]) -> ActKind:
    """Of a Caf about its own administrators: always two people, where there are two."""
    return ActKind(name=name, content=content, perform=perform, by=CAF, review=Review.ALWAYS)


_answer = (answer.AnswerInvitation, answer.answer_invitation, *PERSON)
_confirmation = (answer.ConfirmInvitation, answer.confirm_invitation, *BOTH)
_departure = (change_user.SetDeparture, change_user.set_departure, *BOTH)

_KINDS = (
    _one(organisations.CREATED, organisations.CreateOrganisation, organisations.create_organisation, *CAF),
    _one(organisations.EDITED, organisations.EditOrganisation, organisations.edit_organisation, *CAF),
    _one(change_convention.SIGNED, change_convention.SignConvention, change_convention.sign_convention, *CAF),
    *_steps(
        change_convention.ACTS,
        change_convention.ChangeConvention,
        change_convention.change_convention,
        CAF,
        ConventionEvent.END_NOTICE,
    ),
    _one(OPENED, OpenServiceContract, open_service_contract, *CAF),
    *_steps(
        change_service_contract.ACTS,
        change_service_contract.ChangeServiceContract,
        change_service_contract.change_service_contract,
        CAF,
        ContractEvent.END,
    ),
    _one(change_terms.CHANGED, change_terms.ChangeTerms, change_terms.change_terms, *CAF),
    _one(extend_territory.EXTENDED, extend_territory.ExtendTerritory, extend_territory.extend_territory, *CAF),
    _one(extend_territory.ENDED, extend_territory.EndTerritory, extend_territory.end_territory, *CAF),
    _one(EXTRANET_WITHDRAWN, WithdrawExtranet, withdraw_extranet, *CAF),
    _one(invite.ADMINISTRATOR_INVITED, InviteAdministrator, invite_administrator, *CAF),
    _one(WITHDRAWN, WithdrawAdministrator, withdraw_administrator, *CAF),
    _one(groups.CREATED, groups.CreateGroup, groups.create_group, *PARTNER),
    _one(groups.CHANGED, groups.ChangeGroup, groups.change_group, *PARTNER),
    _one(change_opening.OPENED, change_opening.OpenContractToGroup, change_opening.open_contract_to_group, *PARTNER),
    _one(groups.CLOSED, groups.CloseGroup, groups.close_group, *BOTH),
    _one(invite.INVITED, invite.InviteUser, invite.invite_user, *PARTNER),
    _one(invite.INVITED_AGAIN, invite.SendInvitationAgain, invite.send_invitation_again, *BOTH),
    _one(invite.WITHDRAWN, invite.WithdrawInvitation, invite.withdraw_invitation, *BOTH),
    _one(answer.ACCEPTED, *_answer, accepted=True),
    _one(answer.DECLINED, *_answer, accepted=False),
    _one(answer.ACCOUNT_ASKED, answer.AskAccount, answer.ask_account, *PERSON),
    _one(answer.CONFIRMED, *_confirmation, confirmed=True),
    _one(answer.REFUSED, *_confirmation, confirmed=False),
    _one(correct.CORRECTED, correct.CorrectNames, correct.correct_names, *BOTH),
    _one(correct.FUNCTION_CORRECTED, correct.CorrectFunction, correct.correct_function, *PARTNER),
    _one(correct.ADDRESS_ASKED, correct.AskAddress, correct.ask_address, *BOTH),
    _one(correct.ADDRESS_WITHDRAWN, correct.WithdrawAddress, correct.withdraw_address, *BOTH),
    _one(correct.ADDRESS_CONFIRMED, correct.ConfirmAddress, correct.confirm_address, *PERSON),
    _one(create_user.ATTACHED, create_user.AttachPerson, create_user.attach_person, *PARTNER),
    *_steps(change_user.LOCK_ACTS, change_user.LockUser, change_user.lock_user, BOTH),
    _one(change_user.RESET, change_user.ResetPassword, change_user.reset_password, *BOTH),
    ActKind(
        name=change_user.FACTORS_FORGOTTEN,
        content=change_user.ForgetSecondStep,
        perform=change_user.forget_second_step,
        by=BOTH,
        review=Review.ALWAYS,
    ),
    _one(change_user.DEPARTURE_CANCELLED, *_departure, departs_on=None),
    _one(change_user.DEPARTURE_NOTED, *_departure),
    _one(GRANTED, AssignToGroup, assign, *PARTNER),
    _one(change_opening.CHANGED, change_opening.ChangeOpening, change_opening.change_opening, *PARTNER),
    *_steps(
        change_habilitation.ACTS,
        change_habilitation.ChangeHabilitation,
        change_habilitation.change_habilitation,
        BOTH,
    ),
    _one(RETRIED, RetryAccountCommand, retry_account_command, *BOTH),
    _one(EXTRANETS_IMPORTED, ImportExtranets, import_extranets),
    _one(ORGANISATIONS_IMPORTED, ImportOrganisations, import_organisations),
    _two(AGENT_NAMED, CreateCafAgent, create_caf_agent),
    _one(REVIEW_RULE_CHANGED, ChangeReviewRule, change_review_rule, *CAF),
    _two(AGENT_WITHDRAWN, WithdrawCafAgent, withdraw_caf_agent),
)

OPENS = frozenset(
    {
        organisations.CREATED,
        change_convention.SIGNED,
        change_convention.ACTS[ConventionEvent.LIFT],
        OPENED,
        change_service_contract.ACTS[ContractEvent.REACTIVATE],
        change_terms.CHANGED,
        extend_territory.EXTENDED,
        invite.ADMINISTRATOR_INVITED,
        groups.CREATED,
        groups.CHANGED,
        change_opening.OPENED,
        invite.INVITED,
        invite.INVITED_AGAIN,
        answer.CONFIRMED,
        create_user.ATTACHED,
        change_user.LOCK_ACTS[UserEvent.UNLOCK],
        change_user.DEPARTURE_CANCELLED,
        change_user.DEPARTURE_NOTED,
        GRANTED,
        change_opening.CHANGED,
        change_habilitation.ACTS[HabilitationEvent.REACTIVATE],
    }
)
"""What may open something: a Caf may make a rule for who reviews it (decision 0033)."""

ACTS = Acts(replace(kind, opens=kind.name in OPENS) for kind in _KINDS)

"""All acts together, as the pages receive them."""

from dataclasses import dataclass

from habpps.use_cases.appoint_administrator import AppointAdministrator, WithdrawAdministrator
from habpps.use_cases.assign_to_group import AssignToGroup
from habpps.use_cases.change_convention import ChangeConvention
from habpps.use_cases.change_habilitation import ChangeHabilitation
from habpps.use_cases.change_service_contract import ChangeServiceContract
from habpps.use_cases.change_user import LockUser, ResetPassword, SetDeparture
from habpps.use_cases.consult_register import ConsultRegister
from habpps.use_cases.create_organisation import CreateOrganisation
from habpps.use_cases.create_user import AttachPerson, CreateUser
from habpps.use_cases.follow_propagation import FollowPropagation
from habpps.use_cases.manage_groups import CloseGroup, CreateGroup
from habpps.use_cases.open_service_contract import OpenServiceContract
from habpps.use_cases.ports import Accounts, Catalogue
from habpps.use_cases.preview_closing import PreviewClosing
from habpps.use_cases.register import Register
from habpps.use_cases.retry_account_command import RetryAccountCommand
from servicekit.clock import Clock


@dataclass(frozen=True, kw_only=True)
class UseCases:
    """One attribute per use case."""

    catalogue: Catalogue
    consult: ConsultRegister
    preview: PreviewClosing
    propagation: FollowPropagation
    create_organisation: CreateOrganisation
    change_convention: ChangeConvention
    open_service_contract: OpenServiceContract
    change_service_contract: ChangeServiceContract
    appoint_administrator: AppointAdministrator
    withdraw_administrator: WithdrawAdministrator
    create_group: CreateGroup
    close_group: CloseGroup
    create_user: CreateUser
    attach_person: AttachPerson
    assign_to_group: AssignToGroup
    change_habilitation: ChangeHabilitation
    lock_user: LockUser
    reset_password: ResetPassword
    set_departure: SetDeparture
    retry_account_command: RetryAccountCommand


def use_cases_on(
    register: Register, catalogue: Catalogue, clock: Clock, propagation: FollowPropagation, accounts: Accounts
) -> UseCases:
    """Make every use case on one register."""
    return UseCases(
        catalogue=catalogue,
        consult=ConsultRegister(register, clock, accounts),
        preview=PreviewClosing(register, clock, catalogue),
        propagation=propagation,
        create_organisation=CreateOrganisation(register),
        change_convention=ChangeConvention(register),
        open_service_contract=OpenServiceContract(register, catalogue),
        change_service_contract=ChangeServiceContract(register),
        appoint_administrator=AppointAdministrator(register),
        withdraw_administrator=WithdrawAdministrator(register),
        create_group=CreateGroup(register),
        close_group=CloseGroup(register),
        create_user=CreateUser(register),
        attach_person=AttachPerson(register),
        assign_to_group=AssignToGroup(register),
        change_habilitation=ChangeHabilitation(register),
        lock_user=LockUser(register),
        reset_password=ResetPassword(register),
        set_departure=SetDeparture(register),
        retry_account_command=RetryAccountCommand(register),
    )

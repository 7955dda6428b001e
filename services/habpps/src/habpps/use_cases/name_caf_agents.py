"""The agents of a Caf in Habpps and in the journal: named and withdrawn, by the operator or by their own Caf."""

from dataclasses import dataclass, replace

from habpps.domain.account_command import CommandKind
from habpps.domain.people import Role
from habpps.domain.refusals import LastAdministratorError, UnknownThingError
from habpps.use_cases.act_entry import Act, ActEntry, Note
from habpps.use_cases.acting_administrators import those_who_can_sign_in
from habpps.use_cases.appoint_administrator import WITHDRAWN
from habpps.use_cases.change_convention import check_reason

AGENT_WITHDRAWN = "habpps.caf_agent.withdrawn"
ROLES = (Role.CAF_ADMINISTRATOR, Role.CAF_AUDITOR)


@dataclass(frozen=True)
class WithdrawCafAgent(Act[str]):
    """The end of a role at a Caf; gives the identifier of its organisation."""

    administrator_id: str
    reason: str


def withdraw_caf_agent(entry: ActEntry, act: WithdrawCafAgent) -> str:
    """Withdraw the role.

    Raises:
        UnknownThingError: no such agent of the author's Caf.
        LastAdministratorError: nobody else could administer the Caf.
        FormRefusedError: the reason is missing.
    """
    leaving = entry.store.administrators.get(act.administrator_id)
    if leaving is None or leaving.role not in ROLES or not leaving.is_active:
        raise UnknownThingError("agent of a Caf")
    check_own_caf(entry, leaving.caf)
    entry = entry.for_caf(leaving.caf)
    check_reason(act.reason)
    others = [one for one in entry.store.administrators.of(leaving.organisation_id) if one.id != leaving.id]
    able = those_who_can_sign_in(entry.store, [one for one in others if one.role is leaving.role], entry.today)
    if leaving.role is Role.CAF_ADMINISTRATOR and not able:
        raise LastAdministratorError("last administrator of a Caf who can sign in")
    entry.save(replace(leaving, state="withdrawn"))
    reason = {"reason": "ROLE_WITHDRAWN"}
    entry.command(CommandKind.END_SESSIONS, leaving.account_id, leaving.organisation_id, reason)
    entry.note(
        Note(
            act=WITHDRAWN,
            subject=f"account:{leaving.account_id}",
            organisation_id=leaving.organisation_id,
            label=leaving.person.display_name,
            reason=act.reason,
        )
    )
    return leaving.organisation_id


def check_own_caf(entry: ActEntry, caf: str) -> None:
    """Let an administrator of a Caf name agents of their own Caf only.

    Raises:
        UnknownThingError: it is another one.
    """
    if entry.author.is_caf and caf != entry.author.caf:
        raise UnknownThingError("caf", true_reason="OTHER_ORGANISATION")

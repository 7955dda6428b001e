"""Who counts as an administrator who can sign in, and which acts wait for audit."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from habpps.domain.people import person_typed
from habpps.domain.refusals import LastAdministratorError, RoleNotConfirmedError, UserNotActiveError
from habpps.domain.states import ConventionEvent, HabilitationEvent, UserEvent
from habpps.use_cases.appoint_administrator import WithdrawAdministrator
from habpps.use_cases.change_convention import ChangeConvention
from habpps.use_cases.change_habilitation import ChangeHabilitation
from habpps.use_cases.change_user import LockUser, ResetPassword, SetDeparture
from habpps.use_cases.create_user import AttachPerson
from habpps.use_cases.manage_groups import CreateGroup
from tests.habpps.builders import DIRECTOR, TODAY, Commune, MemoryRegister
from tests.habpps.direct_acts import AppointAdministrator, CreateUser
from tests.promises import promise

SECOND = person_typed("Paul", "Autre", "paul@n.example")


def locked(memory: MemoryRegister, commune: Commune, user_id: str) -> None:
    memory.all.acts.perform(memory.all.caf, LockUser(user_id, UserEvent.LOCK, "vol"))


def gone(memory: MemoryRegister, commune: Commune, user_id: str) -> None:
    memory.all.acts.perform(memory.all.caf, SetDeparture(user_id, TODAY - timedelta(days=1)))


def account_refused(memory: MemoryRegister, commune: Commune, user_id: str) -> None:
    user = memory.store.users.get(user_id)
    assert user is not None
    for row in memory.store.commands.rows.values():  # type: ignore[attr-defined]
        if row.account_id == user.account_id:
            memory.store.commands.set_aside(row.id, "PERSON_INVALID", "7K4Q-2M9D")


@promise("habpps:administrator-who-can-sign-in")
@pytest.mark.parametrize("keep_out", [locked, gone, account_refused], ids=lambda one: one.__name__)
def test_one_who_cannot_sign_in_does_not_count_as_the_other_administrator(
    memory: MemoryRegister, commune: Commune, keep_out: Callable[[MemoryRegister, Commune, str], None]
) -> None:
    acts, caf = memory.all.acts, memory.all.caf
    user_id = acts.perform(commune.partner, CreateUser(SECOND, "agent")).value
    acts.perform(caf, AppointAdministrator(commune.id, SECOND))
    keep_out(memory, commune, user_id)
    view = acts.consult.organisation(caf, commune.id)
    assert view.able == {commune.partner.administrator_id}
    with pytest.raises(LastAdministratorError):
        acts.perform(caf, WithdrawAdministrator(commune.partner.administrator_id, "mutation"))


@pytest.mark.parametrize("keep_out", [locked, gone], ids=lambda one: one.__name__)
def test_one_who_is_locked_or_gone_is_not_appointed_and_acts_no_more(
    memory: MemoryRegister, commune: Commune, keep_out: Callable[[MemoryRegister, Commune, str], None]
) -> None:
    acts, caf = memory.all.acts, memory.all.caf
    keep_out(memory, commune, commune.user_id)
    with pytest.raises(UserNotActiveError):
        acts.perform(caf, AppointAdministrator(commune.id, DIRECTOR))
    own = acts.perform(commune.partner, AttachPerson(commune.partner.administrator_id, "agent")).value
    keep_out(memory, commune, own)
    with pytest.raises(RoleNotConfirmedError):
        acts.perform(commune.partner, CreateGroup("Autre", "T1"))
    with pytest.raises(RoleNotConfirmedError):
        acts.consult.home(commune.partner)


def test_two_withdrawals_leave_one_administrator(memory: MemoryRegister, commune: Commune) -> None:
    acts, caf = memory.all.acts, memory.all.caf
    second = memory.all.partner(commune.id, SECOND)
    acts.perform(caf, WithdrawAdministrator(commune.partner.administrator_id, "mutation"))
    with pytest.raises(LastAdministratorError):
        acts.perform(caf, WithdrawAdministrator(second.administrator_id, "mutation"))


@promise("acts:opening-waits-for-audit")
@pytest.mark.parametrize(
    ("before", "after", "policy"),
    [
        (None, TODAY - timedelta(days=20), "buffered"),
        (None, TODAY + timedelta(days=20), "buffered"),
        (TODAY - timedelta(days=20), date(2030, 1, 1), "strict"),
        (TODAY + timedelta(days=5), date(2030, 1, 1), "strict"),
        (date(2030, 1, 1), TODAY, "buffered"),
        (TODAY - timedelta(days=20), None, "strict"),
    ],
)
def test_a_departure_waits_for_audit_exactly_when_it_may_open_again(
    memory: MemoryRegister, commune: Commune, before: date | None, after: date | None, policy: str
) -> None:
    acts = memory.all.acts
    if before is not None:
        acts.perform(commune.partner, SetDeparture(commune.user_id, before))
    acts.perform(commune.partner, SetDeparture(commune.user_id, after))
    assert memory.last.policy == policy


def test_a_notice_closes_and_acts_without_rights_do_not_wait(memory: MemoryRegister, commune: Commune) -> None:
    acts, caf = memory.all.acts, memory.all.caf
    last_day = TODAY + timedelta(days=60)
    acts.perform(caf, ChangeConvention(commune.id, ConventionEvent.DENOUNCE, "lettre", last_day))
    assert memory.last.policy == "buffered"
    acts.perform(commune.partner, ChangeHabilitation(commune.habilitation_id, HabilitationEvent.SUSPEND, "congé"))
    assert memory.last.policy == "buffered"
    acts.perform(commune.partner, ChangeHabilitation(commune.habilitation_id, HabilitationEvent.REACTIVATE, "retour"))
    assert memory.last.policy == "strict"
    acts.perform(commune.partner, ResetPassword(commune.user_id))
    assert memory.last.policy == "buffered"
    acts.perform(commune.partner, CreateGroup("Autre", "T1"))
    assert memory.last.policy == "buffered"

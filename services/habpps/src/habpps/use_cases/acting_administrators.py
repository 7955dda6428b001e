"""Which administrators can really act: one who is locked, has left, or whose account was never made cannot sign in."""

from collections.abc import Iterable
from datetime import date

from habpps.domain.account_command import CommandKind, CommandState
from habpps.domain.people import Administrator, User
from habpps.domain.states import UserState
from habpps.use_cases.ports import Repositories


def is_kept_out(user: User, today: date) -> bool:
    """Say whether a user of the organisation is locked, asleep or gone."""
    return user.state is not UserState.ACTIVE or (user.departs_on is not None and user.departs_on < today)


def may_act(store: Repositories, administrator: Administrator, today: date) -> bool:
    """Say whether an administrator is active and is not kept out as a user of the same organisation and Caf."""
    if not administrator.is_active:
        return False
    users = store.everywhere.users(administrator.account_id)
    place = administrator.organisation_id, administrator.caf
    return not any((one.organisation_id, one.caf) == place and is_kept_out(one, today) for one in users)


def those_who_can_sign_in(
    store: Repositories, administrators: Iterable[Administrator], today: date
) -> tuple[Administrator, ...]:
    """Return those who may act and whose account is there, or is being made: not set aside.

    One who has not used the provisional password yet counts.
    """
    found: list[Administrator] = []
    for one in administrators:
        command = store.commands.latest_of([one.account_id], one.organisation_id).get(one.account_id)
        never_made = command is not None and (command.kind, command.state) == (CommandKind.CREATE, CommandState.REFUSED)
        if may_act(store, one, today) and not never_made:
            found.append(one)
    return tuple(found)

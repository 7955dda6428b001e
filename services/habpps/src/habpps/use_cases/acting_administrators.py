"""Which administrators can really act: one who is locked, has left, or whose account was never made cannot sign in."""

from collections.abc import Iterable
from datetime import date
from itertools import groupby

from habpps.domain.account_command import CommandKind, CommandState
from habpps.domain.people import Administrator, User
from habpps.domain.states import UserState
from habpps.use_cases.ports import Repositories


def is_kept_out(user: User, today: date) -> bool:
    """Say whether a user of the organisation is locked, asleep or gone."""
    return user.state is not UserState.ACTIVE or (user.departs_on is not None and user.departs_on < today)


def may_act(store: Repositories, administrator: Administrator, today: date) -> bool:
    """Say whether an administrator is active and is not kept out as a user of the same organisation and Caf."""
    return bool(_not_kept_out(store, [administrator], today))


def those_who_can_sign_in(
    store: Repositories, administrators: Iterable[Administrator], today: date
) -> tuple[Administrator, ...]:
    """Return those who may act and whose account is there, or is being made: not set aside.

    One who has not used the provisional password yet counts.
    """
    able = _not_kept_out(store, administrators, today)
    in_order = sorted(able, key=lambda one: one.organisation_id)
    never_made: set[tuple[str, str]] = set()
    for organisation_id, there in groupby(in_order, key=lambda one: one.organisation_id):
        latest = store.commands.latest_of([one.account_id for one in there], organisation_id)
        refused = ((one.kind, one.state) == (CommandKind.CREATE, CommandState.REFUSED) for one in latest.values())
        never_made.update((organisation_id, key) for key, is_refused in zip(latest, refused, strict=True) if is_refused)
    return tuple(one for one in able if (one.organisation_id, one.account_id) not in never_made)


def _not_kept_out(
    store: Repositories, administrators: Iterable[Administrator], today: date
) -> tuple[Administrator, ...]:
    active = [one for one in administrators if one.is_active]
    users = store.everywhere.users(*dict.fromkeys(one.account_id for one in active)) if active else ()
    kept_out = {(one.account_id, one.organisation_id, one.caf) for one in users if is_kept_out(one, today)}
    return tuple(one for one in active if (one.account_id, one.organisation_id, one.caf) not in kept_out)

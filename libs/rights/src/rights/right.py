"""One way in which a person may have a right, and how to find all of them in a snapshot."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from rights.facts import Convention, Extranet, Group, Habilitation, Organisation, Purpose, ServiceContract, User
from rights.snapshot import Snapshot


class Right(NamedTuple):
    """One way to have a right: a habilitation under a service contract; None where a link is missing.

    Without a service contract, `convention` is the organisation's most useful one. `purposes` are those that the
    service contract opens, as far as they are known.
    """

    extranet: Extranet | None
    organisation: Organisation | None
    convention: Convention | None
    contract: ServiceContract | None
    user: User | None
    habilitation: Habilitation | None
    group: Group | None
    purposes: tuple[Purpose, ...] = ()


def possible_rights(
    snapshot: Snapshot, account_id: str, organisation_id: str, extranet_code: str, today: date
) -> Iterator[Right]:
    """Every combination of service contract, membership and habilitation, ordered by identifiers; at least one."""
    extranet = snapshot.find(Extranet, extranet_code)
    organisation = snapshot.find(Organisation, organisation_id)
    contracts = [known for known in snapshot.service_contracts_of(organisation_id) if known.extranet == extranet_code]
    users = [known for known in snapshot.users_of_account(account_id) if known.organisation_id == organisation_id]
    for contract in contracts or (None,):
        purposes: tuple[Purpose, ...] = ()
        if contract is None:
            convention = best_convention(snapshot, organisation_id, today)
        else:
            convention = snapshot.find(Convention, contract.convention_id)
            known_purposes = (snapshot.find(Purpose, code) for code in contract.purposes)
            purposes = tuple(purpose for purpose in known_purposes if purpose is not None)
        for user in users or (None,):
            for habilitation in (snapshot.habilitations_of_user(user.id) if user is not None else ()) or (None,):
                group = snapshot.find(Group, habilitation.group_id) if habilitation is not None else None
                yield Right(extranet, organisation, convention, contract, user, habilitation, group, purposes)


def best_convention(snapshot: Snapshot, organisation_id: str, today: date) -> Convention | None:
    """The organisation's convention most likely to open something: not over before over, active before suspended."""
    order = {"active": 0, "denounced": 1, "suspended": 2}
    return min(
        snapshot.conventions_of(organisation_id),
        key=lambda known: (is_over(known.ends_on, today), order.get(known.state, 3), known.starts_on > today, known.id),
        default=None,
    )


def is_over(ends_on: date | None, today: date) -> bool:
    """True when the last day (inclusive) has passed; None never ends."""
    return ends_on is not None and today > ends_on


def purposes_of(right: Right) -> tuple[str, ...]:
    """The purposes that the service contract opens and the extranet serves."""
    if right.contract is None or right.extranet is None:
        return ()
    served = right.extranet.purposes
    return tuple(purpose for purpose in right.contract.purposes if purpose in served)


def fitting_purposes(right: Right) -> tuple[str, ...]:
    """Those of `purposes_of` that the profile of the group may be used for."""
    profile = right.group.profile if right.group is not None else ""
    fitting = {purpose.code for purpose in right.purposes if profile in purpose.profiles}
    return tuple(code for code in purposes_of(right) if code in fitting)

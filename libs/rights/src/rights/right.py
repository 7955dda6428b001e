"""One way in which a person may have a right, and how to find all of them in a snapshot."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import NamedTuple

from rights.facts import Convention, Extranet, Grant, Organisation, Purpose, ServiceContract, User
from rights.snapshot import Snapshot

_NOTHING: Mapping[str, date | None] = {}


class Right(NamedTuple):
    """One way to have a right: a grant under a service contract; None where a link is missing.

    `caf`: the Caf under whose convention all of it stands; nothing of another Caf is looked at. Without a service
    contract, `convention` is the most useful one with that Caf. `purposes` are those that the service contract opens,
    as far as they are known. `territories` are Caf codes: that of the service contract and those to which it is
    extended today.
    """

    extranet: Extranet | None
    organisation: Organisation | None
    convention: Convention | None
    contract: ServiceContract | None
    user: User | None
    grant: Grant | None
    purposes: tuple[Purpose, ...] = ()
    territories: tuple[str, ...] = ()
    caf: str = ""


def possible_rights(
    snapshot: Snapshot, account_id: str, organisation_id: str, extranet_code: str, today: date
) -> Iterator[Right]:
    """Every combination of service contract, membership and grant; at least one.

    Ordered by Caf, then by identifiers. Looked at are the Cafs with which the person works in this organisation; all of
    the organisation's when there is none.
    """
    extranet = snapshot.find(Extranet, extranet_code)
    organisation = snapshot.find(Organisation, organisation_id)
    contracts = [known for known in snapshot.service_contracts_of(organisation_id) if known.extranet == extranet_code]
    users = [known for known in snapshot.users_of_account(account_id) if known.organisation_id == organisation_id]
    cafs = {known.caf for known in users} or {known.caf for known in snapshot.conventions_of(organisation_id)}
    for caf in sorted(cafs) or [""]:
        for contract in tuple(known for known in contracts if known.caf == caf) or (None,):
            convention, purposes, territories = _grounds(snapshot, organisation_id, caf, contract, today)
            for user in tuple(known for known in users if known.caf == caf) or (None,):
                for grant in _grants(snapshot, user, contract) or (None,):
                    yield Right(extranet, organisation, convention, contract, user, grant, purposes, territories, caf)


def _grounds(
    snapshot: Snapshot, organisation_id: str, caf: str, contract: ServiceContract | None, today: date
) -> tuple[Convention | None, tuple[Purpose, ...], tuple[str, ...]]:
    """The convention of a service contract, what is known of its purposes, and its territories today."""
    if contract is None:
        return best_convention(snapshot, organisation_id, caf, today), (), ()
    known = (snapshot.find(Purpose, code) for code in contract.purposes)
    purposes = tuple(purpose for purpose in known if purpose is not None)
    return snapshot.find(Convention, contract.convention_id), purposes, territories_of(snapshot, contract, today)


def _grants(snapshot: Snapshot, user: User | None, contract: ServiceContract | None) -> list[Grant]:
    if user is None or contract is None:
        return []
    return [known for known in snapshot.grants_of_user(user.id) if known.contract_id == contract.id]


def territories_of(snapshot: Snapshot, contract: ServiceContract, today: date) -> tuple[str, ...]:
    """Codes of the Cafs whose dossiers a service contract covers today: its own first, then by code."""
    return (contract.caf, *extensions_of(snapshot, contract, today))


def extensions_of(snapshot: Snapshot, contract: ServiceContract, today: date) -> Mapping[str, date | None]:
    """Last day (None: without end) by code of each Caf to which a service contract is extended today, by code."""
    known = snapshot.territories_of_contract(contract.id)
    if not known:
        return _NOTHING
    ends: dict[str, date | None] = {}
    for one in sorted(known, key=lambda one: (one.caf, one.ends_on or date.max), reverse=True):
        if one.caf != contract.caf and one.state == "active" and one.starts_on <= today <= (one.ends_on or date.max):
            ends.setdefault(one.caf, one.ends_on)
    return dict(sorted(ends.items()))


def best_convention(snapshot: Snapshot, organisation_id: str, caf: str, today: date) -> Convention | None:
    """The organisation's convention with this Caf most likely to open something.

    Not over before over, active before suspended.
    """
    order = {"active": 0, "denounced": 1, "suspended": 2}
    return min(
        (known for known in snapshot.conventions_of(organisation_id) if known.caf == caf),
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
    """Those of `purposes_of` that the profile of the grant may be used for."""
    profile = right.grant.profile if right.grant is not None else ""
    fitting = {purpose.code for purpose in right.purposes if profile in purpose.profiles}
    return tuple(code for code in purposes_of(right) if code in fitting)

"""Where a person belongs: organisations, each with the Caf of the convention; and who is there to help.

For owners, words and lists; never for a decision, as states and dates are not looked at.
"""

from rights.facts import NATIONAL, Administrator, Extranet, Organisation, User
from rights.snapshot import Snapshot


def helpers_of(snapshot: Snapshot, account_id: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Who can help a person, for display only: names of the other administrators of their organisations who are not
    locked, and the codes of the Cafs of these organisations."""
    places = places_of(snapshot, account_id)
    names = {
        one.name
        for one in snapshot.all_of(Administrator)
        if (one.organisation_id, one.caf) in places and one.state == "active" and one.account_id != account_id
        if one.name and all(user.state == "active" for user in snapshot.users_of_account(one.account_id))
    }
    found = ((caf, snapshot.find(Organisation, organisation_id)) for organisation_id, caf in places)
    return tuple(sorted(names)), tuple(sorted({caf for caf, one in found if one is not None and one.kind != "caf"}))


def places_of(snapshot: Snapshot, account_id: str) -> frozenset[tuple[str, str]]:
    """Where a person belongs, whatever the state there: pairs of an organisation and the Caf of the convention."""
    users, administrators = snapshot.users_of_account(account_id), snapshot.administrators_of_account(account_id)
    people: tuple[User | Administrator, ...] = (*users, *administrators)
    return frozenset((one.organisation_id, one.caf) for one in people)


def cafs_in(snapshot: Snapshot, account_id: str, organisation_id: str) -> frozenset[str]:
    """The Cafs for which a person works in an organisation; all those it has a convention with when there is none."""
    organisation = snapshot.find(Organisation, organisation_id)
    if organisation is not None and organisation.kind == "caf":
        return frozenset((organisation.caf,))
    own = frozenset(caf for known, caf in places_of(snapshot, account_id) if known == organisation_id)
    return own or frozenset(known.caf for known in snapshot.conventions_of(organisation_id))


def offered_to(snapshot: Snapshot, account_id: str, organisation_id: str) -> tuple[Extranet, ...]:
    """The extranets that exist for a person: the national ones and those of the Cafs for which the person works."""
    owners = cafs_in(snapshot, account_id, organisation_id) | {NATIONAL}
    return tuple(known for known in snapshot.extranets() if known.owner in owners)

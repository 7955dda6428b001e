"""What is open to a person, and why something is not: for the portal, the tokens and the French refusal page.

The same rules as the decision (`rights.rules`), so that what is explained, what is issued and what is decided agree.
Administration is separate: it opens administration extranets to roles and never gives a field of a dossier.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from rights.facts import Administrator, Extranet, Organisation
from rights.question import Refused
from rights.right import Right, best_convention, extensions_of, fitting_purposes, possible_rights
from rights.rules import RIGHT_RULES
from rights.snapshot import Snapshot

# Which roles open which administration extranet.
ADMINISTRATION_ROLES: Mapping[str, tuple[str, ...]] = {
    "habpps": ("caf_administrator", "partner_administrator"),
    "audit": ("caf_auditor",),
}
# While the Caf has suspended the convention, the partner's administrator still enters, to read: domain rules, states of
# a convention, "Habpps read-only". habpps refuses every act; nothing else stays open.
READ_ONLY_WHILE_SUSPENDED = frozenset({("habpps", "partner_administrator")})
READ_ONLY = "read_only"
_ROLES_OF_A_CAF = frozenset({"caf_administrator", "caf_auditor"})
_CONVENTION_RULES = tuple(
    (rank, rule) for rank, rule in enumerate(RIGHT_RULES) if rule.rule_id.startswith("convention-")
)


@dataclass(frozen=True, slots=True)
class OpenExtranet:
    """An extranet that is open to a person in one organisation.

    `authorization_details` go into the access token (RFC 9396). `valid_until` is the first last day (inclusive) of the
    rights in it: a token must not outlive it; None when nothing in it ends.
    """

    code: str
    label: str
    url: str
    authorization_details: tuple[dict[str, object], ...]
    valid_until: date | None


def organisations_of(snapshot: Snapshot, account_id: str, today: date) -> tuple[Organisation, ...]:
    """The active organisations in which the account is an active user or administrator.

    Those where something is open today come first, then by name.
    """
    members = {user.organisation_id for user in snapshot.users_of_account(account_id) if user.state == "active"}
    members |= {
        role.organisation_id for role in snapshot.administrators_of_account(account_id) if role.state == "active"
    }
    found = (snapshot.find(Organisation, organisation_id) for organisation_id in members)
    return tuple(
        sorted(
            (known for known in found if known is not None and known.state == "active"),
            key=lambda known: (not open_extranets(snapshot, account_id, known.id, today), known.name, known.id),
        )
    )


def open_extranets(snapshot: Snapshot, account_id: str, organisation_id: str, today: date) -> tuple[OpenExtranet, ...]:
    """Every extranet open to the person in this organisation on this French civil date, ordered by code."""

    def find() -> tuple[OpenExtranet, ...]:
        opened = (_opened(snapshot, account_id, organisation_id, known, today) for known in snapshot.extranets())
        return tuple(known for known in opened if known is not None)

    return snapshot.remembered(("open extranets", account_id, organisation_id, today), find)


def administrator_roles(snapshot: Snapshot, account_id: str, organisation_id: str, today: date) -> tuple[str, ...]:
    """The administration roles the person may use today in this organisation, for one Caf or several, ordered.

    A partner's role opens nothing without a convention with the Caf for which it is held.
    A role that may only read (`READ_ONLY_WHILE_SUSPENDED`) is not among them.
    """
    organisation = snapshot.find(Organisation, organisation_id)
    if organisation is None:
        return ()
    return tuple(
        sorted(
            {
                held.role
                for held in snapshot.administrators_of_account(account_id)
                if held.organisation_id == organisation_id
                and _role_problem(snapshot, held, organisation, today) is None
            }
        )
    )


def held_roles(snapshot: Snapshot, account_id: str, organisation_id: str) -> tuple[str, ...]:
    """The administration roles that the person holds, whether they open anything today or not, ordered.

    For the words of a page, which speak to an administrator otherwise than to a professional; never for a decision.
    """
    held = snapshot.administrators_of_account(account_id)
    return tuple(sorted({one.role for one in held if one.organisation_id == organisation_id and one.state == "active"}))


def why_closed(snapshot: Snapshot, account_id: str, organisation_id: str, extranet: str, today: date) -> Refused:
    """The most helpful reason why the extranet is not open: that of the way which came nearest to opening.

    Ask it of the snapshot that did not open the extranet.

    Raises:
        ValueError: the extranet is open.
    """
    known = snapshot.find(Extranet, extranet)
    if known is not None and known.enabled and known.kind == "administration":
        reason = _why_administration_closed(snapshot, account_id, organisation_id, known, today)
    else:
        ways = possible_rights(snapshot, account_id, organisation_id, extranet, today)
        reason = max((first_problem(way, today) for way in ways), key=lambda found: found[0])
    rank, rule_id, text = reason
    if rank >= len(RIGHT_RULES):
        raise ValueError(f"{extranet} is open: there is no reason why it would be closed")
    return Refused(text, rule_id, snapshot.revision)


Problem = tuple[int, str, str]  # rank of the rule, its identifier, the reason
_NO_PROBLEM: Problem = (len(RIGHT_RULES), "", "")


def first_problem(right: Right, today: date) -> Problem:
    """The first condition of the right that does not hold; a rank past the table when all hold."""
    for rank, (rule_id, check) in enumerate(RIGHT_RULES):
        reason = check(right, today)
        if reason is not None:
            return rank, rule_id, reason
    return _NO_PROBLEM


def _opened(
    snapshot: Snapshot, account_id: str, organisation_id: str, extranet: Extranet, today: date
) -> OpenExtranet | None:
    if not extranet.enabled:
        return None
    if extranet.kind == "administration":
        return _opened_administration(snapshot, account_id, organisation_id, extranet, today)
    ways = possible_rights(snapshot, account_id, organisation_id, extranet.code, today)
    # One detail for the profiles that serve the same purposes: within a detail, every profile goes with every purpose.
    alike: dict[tuple[str, tuple[str, ...]], list[Right]] = {}
    for way in ways:
        if way.contract is not None and first_problem(way, today) == _NO_PROBLEM:
            alike.setdefault((way.contract.id, fitting_purposes(way)), []).append(way)
    if not alike:
        return None
    details = tuple(detail for rights in alike.values() for detail in _contract_details(rights, snapshot, today))
    last_day = _first_end(end for rights in alike.values() for right in rights for end in _ends(right))
    return OpenExtranet(extranet.code, extranet.label, extranet.url, details, last_day)


def _contract_details(rights: list[Right], snapshot: Snapshot, today: date) -> Iterator[dict[str, object]]:
    """One for the service contract's own Caf and what lasts as long; one more for each earlier end of an extension."""
    contract = rights[0].contract
    assert contract is not None
    last_day = _first_end(end for right in rights for end in _ends(right))
    territories: dict[date | None, list[str]] = {last_day: [contract.caf]}
    for caf, end in extensions_of(snapshot, contract, today).items():
        territories.setdefault(_first_end((last_day, end)), []).append(caf)
    for valid_until, cafs in territories.items():
        detail: dict[str, object] = {
            "type": "service_contract",
            "extranet": contract.extranet,
            "service_contract": contract.id,
            "caf": contract.caf,
            "profiles": sorted({right.grant.profile for right in rights if right.grant is not None}),
            "territories": cafs,
            "purposes": list(fitting_purposes(rights[0])),
        }
        if valid_until is not None:
            detail["valid_until"] = valid_until.isoformat()
        yield detail


def _ends(right: Right) -> tuple[date | None, ...]:
    return tuple(held.ends_on for held in (right.convention, right.contract, right.grant) if held is not None)


def _first_end(ends: Iterable[date | None]) -> date | None:
    return min((end for end in ends if end is not None), default=None)


def _opened_administration(
    snapshot: Snapshot, account_id: str, organisation_id: str, extranet: Extranet, today: date
) -> OpenExtranet | None:
    organisation = snapshot.find(Organisation, organisation_id)
    if organisation is None:
        return None
    wanted = ADMINISTRATION_ROLES.get(extranet.code, ())
    roles: dict[tuple[str, str], dict[str, object]] = {}
    for one in snapshot.administrators_of_account(account_id):
        if one.organisation_id != organisation_id or one.role not in wanted:
            continue
        if _role_problem(snapshot, one, organisation, today) is None:
            roles[one.role, one.caf] = {}
        elif _entry_problem(snapshot, one, organisation, extranet, today) is None:
            roles.setdefault((one.role, one.caf), {"access": READ_ONLY})
    if not roles:
        return None
    details: tuple[dict[str, object], ...] = tuple(
        {
            "type": "administration",
            "extranet": extranet.code,
            "role": role,
            "caf": caf,
            "organisation": organisation.id,
            **access,
        }
        for (role, caf), access in sorted(roles.items(), key=lambda known: known[0])
    )
    conventions = (best_convention(snapshot, organisation_id, caf, today) for _, caf in roles)
    last_day = _first_end(known.ends_on for known in conventions if known is not None)
    return OpenExtranet(extranet.code, extranet.label, extranet.url, details, last_day)


def _why_administration_closed(
    snapshot: Snapshot, account_id: str, organisation_id: str, extranet: Extranet, today: date
) -> Problem:
    organisation = snapshot.find(Organisation, organisation_id)
    if organisation is None:
        return 0, "organisation-is-active", "ORGANISATION_UNKNOWN"
    wanted = ADMINISTRATION_ROLES.get(extranet.code, ())
    problems = [
        _entry_problem(snapshot, held, organisation, extranet, today) or _NO_PROBLEM
        for held in snapshot.administrators_of_account(account_id)
        if held.organisation_id == organisation_id and held.role in wanted
    ]
    missing = "NOT_AUDITOR" if wanted == ("caf_auditor",) else "NO_ADMINISTRATION_ROLE"
    return max(problems, key=lambda found: found[0], default=(0, "role-is-held", missing))


def _entry_problem(
    snapshot: Snapshot, held: Administrator, organisation: Organisation, extranet: Extranet, today: date
) -> Problem | None:
    """Why this role does not even let in, or None."""
    may_read = (extranet.code, held.role) in READ_ONLY_WHILE_SUSPENDED
    return _role_problem(snapshot, held, organisation, today, may_read=may_read)


def _role_problem(
    snapshot: Snapshot, held: Administrator, organisation: Organisation, today: date, *, may_read: bool = False
) -> Problem | None:
    """Why this role gives nothing today, or None. A partner's roles need its convention with that Caf.

    `may_read`: a suspended convention is enough. Only that state: one that this version does not know opens nothing.
    """
    if held.state != "active":
        return 0, "role-is-held", "ADMINISTRATION_ROLE_WITHDRAWN"
    if organisation.state != "active":
        return 0, "organisation-is-active", "ORGANISATION_CLOSED"
    of_a_caf = organisation.kind == "caf"
    if (held.role in _ROLES_OF_A_CAF) != of_a_caf or (of_a_caf and held.caf != organisation.caf):
        return 0, "role-fits-organisation", "ROLE_NOT_OF_THIS_ORGANISATION"
    if of_a_caf:
        return None
    convention = best_convention(snapshot, organisation.id, held.caf, today)
    if may_read and convention is not None and convention.state == "suspended":
        convention = replace(convention, state="active")  # every other condition still has to hold
    right = Right(None, organisation, convention, None, None, None, caf=held.caf)
    for rank, (rule_id, check) in _CONVENTION_RULES:
        reason = check(right, today)
        if reason is not None:
            return rank, rule_id, reason
    return None

"""Finds who must be told of an act by mail, and what: see `domain.notices`. `Register` asks before it publishes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from habpps.domain.habilitation import Habilitation, Membership
from habpps.domain.notices import TO_ADMINISTRATORS, Notice, NoticeKind, Rights, notice_for
from habpps.domain.organisation import Convention, Organisation
from habpps.domain.people import Administrator, Role, User
from habpps.domain.publication import Entity, facts_of, published
from habpps.domain.service_contract import Extranet, ServiceContract
from habpps.domain.states import ContractState
from habpps.use_cases.acting_administrators import those_who_can_sign_in
from habpps.use_cases.ports import Repositories
from rights import facts
from rights.facts import read_fact
from rights.snapshot import Snapshot


@dataclass(frozen=True)
class Happened:
    """An act that is written and not published yet. `reason`: what its author typed."""

    act: str
    reason: str
    changed: Sequence[Entity]
    today: date


def people_to_tell(store: Repositories, organisation_id: str, happened: Happened) -> dict[str, Notice]:
    """Return one notice for each account that must be told. Of two, the one about the whole organisation stays."""
    organisation = store.organisations.get(organisation_id)
    if organisation is None:
        return {}
    told = _persons(store, organisation, happened)
    told.update(_roles(store, organisation, happened.changed))
    told.update(_administrators(store, organisation, happened))
    return told


def rights_of(
    store: Repositories,
    organisation: Organisation,
    parts: Iterable[Entity],
    changed: Sequence[Entity],
    today: date,
) -> Rights:
    """Return the rights of some people before and after what was changed, as far as it is not published yet.

    `parts`: the users, their places and, where their roles matter, the administrators.
    """
    convention, extranets = store.conventions.of(organisation.id), store.extranets.all()
    entities: list[Entity] = [organisation, *store.contracts.of(organisation.id)]
    entities.extend(extranets)
    entities.extend([] if convention is None else [convention])
    entities.extend(parts)
    after = _facts([*entities, *changed])
    codes = {purpose for extranet in extranets for purpose in extranet.purposes}
    after.update(store.publications.values_of([facts.Purpose(code, "", ()).key for code in codes]))
    known = store.publications.values_of(tuple(_facts(changed)))
    before = after | {key: known.get(key, b"") for key in _facts(changed)}
    labels = {one.code: one.short_label for one in extranets}
    return Rights(organisation.id, organisation.name, _snapshot(before), _snapshot(after), today, labels)


def parts_of(memberships: Iterable[Membership]) -> list[Entity]:
    """Return the users and places of some memberships."""
    return [part for one in memberships for part in (one.user, one.habilitation)]


def _persons(store: Repositories, organisation: Organisation, happened: Happened) -> dict[str, Notice]:
    memberships = store.habilitations.of_users(sorted(_concerned(store, organisation.id, happened.changed)))
    if not memberships:
        return {}
    rights = rights_of(store, organisation, parts_of(memberships), happened.changed, happened.today)
    people = {one.user.account_id: one.user for one in memberships}
    notices = {account: notice_for(rights, happened.act, account, one.departs_on) for account, one in people.items()}
    return {account: notice for account, notice in notices.items() if notice is not None}


def _concerned(store: Repositories, organisation_id: str, changed: Sequence[Entity]) -> set[str]:
    """The users whose own right may have changed, and all of them when something ends for good."""
    found: set[str] = set()
    for one in changed:
        if isinstance(one, User):
            found.add(one.id)
        elif isinstance(one, Habilitation):
            found.add(one.user_id)
    if any(_ends_for_all(one) for one in changed):
        found.update(one.user.id for one in store.habilitations.of(organisation_id) if one.habilitation.is_held)
    return found


def _ends_for_all(entity: Entity) -> bool:
    if isinstance(entity, Extranet):
        return not entity.enabled
    return isinstance(entity, ServiceContract) and entity.state is ContractState.ENDED


def _roles(store: Repositories, organisation: Organisation, changed: Sequence[Entity]) -> dict[str, Notice]:
    """Those who become administrators of a partner, or are no longer."""
    told: dict[str, Notice] = {}
    of_partners = [one for one in changed if isinstance(one, Administrator) and one.role is Role.PARTNER_ADMINISTRATOR]
    values = store.publications.values_of([facts_of(one)[0].key for one in of_partners])
    for one in of_partners:
        key = facts_of(one)[0].key
        value = values.get(key)
        known = None if value is None else read_fact(key, value)
        was_active = isinstance(known, facts.Administrator) and known.state == "active"
        if one.is_active != was_active:
            kind = NoticeKind.ADMINISTRATOR_APPOINTED if one.is_active else NoticeKind.ADMINISTRATOR_WITHDRAWN
            told[one.account_id] = Notice(kind=kind, organisation_name=organisation.name)
    return told


def _administrators(store: Repositories, organisation: Organisation, happened: Happened) -> dict[str, Notice]:
    """What concerns the whole organisation, for those who administer it and can sign in."""
    kind = TO_ADMINISTRATORS.get(happened.act)
    if kind is None:
        return {}
    subject, ends_on = "", None
    for one in happened.changed:
        if isinstance(one, Convention):
            subject, ends_on = one.reference, one.ends_on if kind is NoticeKind.CONVENTION_DENOUNCED else None
            break
        if isinstance(one, ServiceContract):
            extranet = store.extranets.get(one.extranet)
            subject = one.extranet if extranet is None else extranet.short_label
    notice = Notice(
        kind=kind, organisation_name=organisation.name, ends_on=ends_on, subject=subject, reason=happened.reason
    )
    able = those_who_can_sign_in(store, store.administrators.of(organisation.id), happened.today)
    return {one.account_id: notice for one in able}


def _facts(entities: Iterable[Entity]) -> dict[str, bytes]:
    return {fact.key: fact.value for one in entities for fact in published(one)}


def _snapshot(values: Mapping[str, bytes]) -> Snapshot:
    return Snapshot.load(((key, value) for key, value in values.items() if value), revision=1, epoch=1)

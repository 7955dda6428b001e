"""In-memory twins of the ports of habpps; the conformance suite of `adapters/test_store.py` holds them to SQL."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from habpps.domain.account_command import AccountCommand, CommandKind, CommandState
from habpps.domain.habilitation import Group, Habilitation, Membership
from habpps.domain.people import Administrator, Role, User
from habpps.domain.publication import PublishedFact
from habpps.domain.reach import EVERYWHERE, Reach
from habpps.domain.review_rule import Decider
from habpps.domain.states import HabilitationState, UserState
from habpps.use_cases.client_sessions import ClientSessionsEnding
from habpps.use_cases.people_ports import Likeness, Listing
from habpps.use_cases.ports import (
    ActRecord,
    CommandSubject,
    FeedChange,
    FeedState,
    ReplicaProgress,
    Repositories,
    Signals,
)
from habpps.use_cases.receipt_ports import ActReceipt
from habpps.use_cases.request_ports import ActRequest, RequestState
from rights.snapshot import EMPTY_DIGEST
from servicekit.errors import DependencyUnavailableError
from tests.habpps.everywhere_fake import InMemoryEverywhere
from tests.habpps.likeness_fake import likenesses
from tests.habpps.paper_fakes import (
    InMemoryConventions,
    InMemoryExtranets,
    InMemoryOrganisations,
    InMemoryServiceContracts,
    InMemoryTerritories,
    part,
    plain,
)
from tests.habpps.review_fakes import InMemoryReviewRules
from tests.habpps.rows import (
    InMemoryAddressChanges,
    InMemoryInvitations,
    InMemoryPeople,
    Rows,
    RowsOfPeople,
)


class InMemoryGroups(Rows[Group]):
    kind = "group"

    def of(self, organisation_id: str) -> tuple[Group, ...]:
        return self.pair(organisation_id, lambda row: (row.name, row.id))


class InMemoryUsers(RowsOfPeople[User]):
    kind = "user"

    def __init__(self, people: InMemoryPeople, habilitations: "InMemoryHabilitations") -> None:
        super().__init__(people)
        self.habilitations = habilitations

    @staticmethod
    def text(row: User) -> str:
        return plain(row.person.family_name, row.person.given_name, row.person.email, row.job_title)

    def of(self, organisation_id: str) -> tuple[User, ...]:
        return self.pair(organisation_id, lambda row: (self.text(row), row.id))

    def leaving(self, since: date, until: date) -> tuple[User, ...]:
        wanted = self.where(lambda row: row.departs_on is not None and since <= row.departs_on <= until)
        return tuple(row for row in wanted if row.state is UserState.ACTIVE)

    def with_email(self, organisation_id: str, email: str) -> tuple[User, ...]:
        return tuple(row for row in self.of(organisation_id) if row.person.email == email)

    def count(self, organisation_id: str) -> int:
        return sum(row.state is not UserState.CLOSED for row in self.of(organisation_id))

    def count_without_group(self, organisation_id: str) -> int:
        held = [row for row in self.habilitations.of(organisation_id) if row.habilitation.is_held]
        placed = {row.user.id for row in held if row.group.is_open}
        return sum(row.state is UserState.ACTIVE and row.id not in placed for row in self.of(organisation_id))

    def page(self, organisation_id: str, listing: Listing) -> tuple[tuple[User, ...], int]:
        words = plain(listing.text).split()
        held = [row for row in self.habilitations.rows.values() if row.state is not HabilitationState.WITHDRAWN]
        placed = {row.user_id for row in held}
        members = {row.user_id for row in held if row.group_id == listing.group_id}

        def wanted(row: User) -> bool:
            in_group = listing.group_id in ("", "-") or row.id in members
            in_group = in_group and not (listing.group_id == "-" and row.id in placed)
            in_state = not listing.state or row.state.value == listing.state
            return in_group and in_state and all(word in self.text(row) for word in words)

        orders: dict[str, Callable[[User], str]] = {
            "job_title": lambda row: row.job_title,
            "state": lambda row: row.state.value,
        }
        order = orders.get(listing.sort.removeprefix("-"), self.text)
        found = sorted(filter(wanted, self.of(organisation_id)), key=lambda row: (order(row), row.id))
        return part(tuple(reversed(found) if listing.sort.startswith("-") else found), listing)


class InMemoryHabilitations(Rows[Habilitation]):
    kind = "habilitation"

    def __init__(self) -> None:
        super().__init__()
        self.groups: InMemoryGroups
        self.users: InMemoryUsers

    def of(self, organisation_id: str) -> tuple[Membership, ...]:
        rows = self.pair(organisation_id)
        return tuple(self._place(row) for row in rows)

    def of_user(self, user_id: str) -> tuple[Membership, ...]:
        return self.of_users([user_id])

    def of_users(self, user_ids: Sequence[str]) -> tuple[Membership, ...]:
        rows = self.where(lambda row: row.user_id in user_ids)
        return tuple(self._place(row) for row in rows)

    def _place(self, row: Habilitation) -> Membership:
        user = self.users.get(row.user_id)
        assert user is not None
        return Membership(row, self.groups.rows[row.group_id], user)

    def sizes(self, organisation_id: str) -> Mapping[str, int]:
        held = {(row.group.id, row.user.id) for row in self.of(organisation_id) if row.habilitation.is_held}
        return Counter(group_id for group_id, _user_id in held)

    def held(self, organisation_id: str, group_id: str = "") -> tuple[Habilitation, ...]:
        return tuple(row for row in self.pair(organisation_id) if row.is_held and group_id in ("", row.group_id))

    def opened_in(self, group_id: str) -> Mapping[str, int]:
        places = self.where(lambda row: row.group_id == group_id and row.is_held)
        return Counter(contract for place in places for contract in place.contracts)

    def seated(self, organisation_id: str, contract_id: str, except_user: str) -> int:
        return len({row.user_id for row in self.held(organisation_id) if contract_id in row.contracts} - {except_user})

    def seated_with_group(self, organisation_id: str, contract_id: str, group_id: str, except_user: str) -> int:
        joining = {row.user_id for row in self.held(organisation_id, group_id)} - {except_user}
        return len({row.user_id for row in self.held(organisation_id) if contract_id in row.contracts} | joining)

    def alike(self, organisation_id: str, today: date, apart: Collection[str] = ()) -> tuple[Likeness, ...]:
        return likenesses(self.held(organisation_id), self.users.get, today, apart)


class InMemoryAdministrators(RowsOfPeople[Administrator]):
    kind = "administrator"

    def of(self, organisation_id: str) -> tuple[Administrator, ...]:
        return self.pair(organisation_id)

    def of_the_caf(self) -> tuple[Administrator, ...]:
        caf = self.reach.one_caf()
        return self.everywhere(lambda row: (row.caf, row.role) == (caf, Role.CAF_ADMINISTRATOR))


class InMemoryPublications:
    def __init__(self) -> None:
        self.state = FeedState(0, 1, EMPTY_DIGEST)
        self.facts: dict[str, bytes] = {}
        self.changes: list[FeedChange] = []

    def lock(self) -> FeedState:
        return self.state

    def values_of(self, keys: Sequence[str]) -> Mapping[str, bytes]:
        return {key: self.facts[key] for key in keys if key in self.facts}

    def append(self, change: FeedChange, committed_at: datetime) -> None:
        for fact in change.facts:
            self.facts[fact.key] = fact.value
        self.facts = {key: value for key, value in self.facts.items() if value}
        self.changes.append(change)
        self.state = FeedState(change.revision, self.state.epoch, change.digest)

    def bump_epoch(self, at_least: int) -> FeedState:
        self.state = replace(self.state, epoch=max(self.state.epoch + 1, at_least))
        return self.state


class InMemoryAccountCommands(Rows[AccountCommand]):
    def known(self, command_ids: Sequence[str]) -> frozenset[str]:
        return frozenset(row.id for row in self.where(lambda row: row.id in command_ids))

    def _oldest(self) -> list[AccountCommand]:
        opened = (CommandState.PENDING, CommandState.SENT)
        creations = self.everywhere(lambda row: row.kind is CommandKind.CREATE)
        held = {row.account_id for row in creations if row.state is CommandState.REFUSED}
        being_made = held | {row.account_id for row in creations if row.state is CommandState.PENDING}
        first: dict[tuple[str, bool], AccountCommand] = {}
        for row in self.everywhere(lambda row: row.state in opened):
            notice = row.kind is CommandKind.NOTIFY
            if row.account_id not in (being_made if notice else held):
                first.setdefault((row.account_id, notice), row)
        return list(first.values())

    def due(self, now: datetime, limit: int) -> tuple[str, ...]:
        ready = [row for row in self._oldest() if row.next_attempt_at <= now]
        in_order = sorted(ready, key=lambda row: (row.kind is CommandKind.NOTIFY, row.next_attempt_at, row.id))
        return tuple(row.id for row in in_order)[:limit]

    def set_aside(self, command_id: str, problem: str, reference: str) -> None:
        self.save(self.rows[command_id].refused(problem, reference))

    def subject_of(self, command_id: str) -> CommandSubject:
        row = self.rows[command_id]
        return CommandSubject(
            organisation_id=row.organisation_id, caf=row.caf, account_id=row.account_id, kind=row.kind.value
        )

    def refused_of(self, organisation_id: str) -> tuple[AccountCommand, ...]:
        refused = [row for row in self.pair(organisation_id) if row.state is CommandState.REFUSED]
        return tuple(row for row in refused if row.kind is not CommandKind.NOTIFY)

    def next_due_at(self) -> datetime | None:
        return min((row.next_attempt_at for row in self._oldest()), default=None)

    def latest_of(self, account_ids: Sequence[str], organisation_id: str) -> Mapping[str, AccountCommand]:
        mails = (CommandKind.CREATE, CommandKind.RESET_PASSWORD)
        rows = [row for row in self.pair(organisation_id) if row.kind in mails]
        return {row.account_id: replace(row, content={}) for row in rows if row.account_id in account_ids}


class InMemoryJournal(Rows[ActRecord]):
    def add(self, *records: ActRecord) -> None:
        self.save(*records)

    def of(self, organisation_id: str, listing: Listing) -> tuple[tuple[ActRecord, ...], int]:
        return part(tuple(reversed(self.pair(organisation_id))), listing)

    def latest(self, organisation_id: str, act: str, label: str = "") -> ActRecord | None:
        found = [row for row in self.pair(organisation_id) if row.act == act]
        return next((row for row in reversed(found) if not label or row.label == label), None)


class InMemoryRequests(Rows[ActRequest]):
    kind = "request"

    def of(
        self, organisation_id: str, caf: str, listing: Listing, *, for_caf: bool = False
    ) -> tuple[tuple[ActRequest, ...], int]:
        self.reach.one_caf()
        of_the_side = self.where(
            lambda row: (
                row.caf == caf and (row.organisation_id == organisation_id or (for_caf and row.decider is Decider.CAF))
            )
        )
        found = [row for row in of_the_side if not listing.state or row.state == listing.state]
        return part(tuple(reversed(found)), listing)

    def expired(self, now: datetime) -> tuple[ActRequest, ...]:
        return self.where(lambda row: row.state is RequestState.WAITING and row.expires_at <= now)


class InMemoryReceipts(Rows[ActReceipt]):
    def find(self, client_id: str, organisation_id: str, caf: str, key: str) -> ActReceipt | None:
        found = [
            row for row in self.pair(organisation_id) if (row.client_id, row.caf, row.key) == (client_id, caf, key)
        ]
        return found[0] if found else None

    def add(self, receipt: ActReceipt, forget_before: datetime) -> None:
        self.reach.check(receipt.organisation_id, receipt.caf)
        for name, row in list(self.rows.items()):
            if row.client_id == receipt.client_id and row.done_at < forget_before:
                del self.rows[name]
        self.rows[receipt.id] = receipt


class InMemoryStore:
    """Every repository on the same rows; a class, so that a copy narrows the copies."""

    def __init__(self) -> None:
        self.conventions, self.groups, self.people = InMemoryConventions(), InMemoryGroups(), InMemoryPeople()
        self.habilitations = InMemoryHabilitations()
        self.users = InMemoryUsers(self.people, self.habilitations)
        self.habilitations.groups, self.habilitations.users = self.groups, self.users
        self.organisations, self.contracts = InMemoryOrganisations(self.conventions), InMemoryServiceContracts()
        self.territories = InMemoryTerritories(self.contracts)
        self.administrators, self.commands = InMemoryAdministrators(self.people), InMemoryAccountCommands()
        self.journal, self.extranets, self.publications = InMemoryJournal(), InMemoryExtranets(), InMemoryPublications()
        self.requests, self.receipts = InMemoryRequests(), InMemoryReceipts()
        self.invitations = InMemoryInvitations()
        self.address_changes = InMemoryAddressChanges()
        self.everywhere = InMemoryEverywhere(self.users, self.administrators, self.invitations, self.journal)
        self.review_rules = InMemoryReviewRules()

    def within(self, reach: Reach) -> Repositories:
        organisations = self.organisations.within(reach)
        organisations.conventions = self.conventions.within(reach)
        users = self.users.within(reach)
        users.habilitations = self.habilitations.within(reach)
        return Repositories(
            reach=reach,
            narrowed=self.within,
            organisations=organisations,
            conventions=organisations.conventions,
            contracts=self.contracts.within(reach),
            territories=self.territories.within(reach),
            groups=self.groups.within(reach),
            people=self.people,
            address_changes=self.address_changes,
            everywhere=self.everywhere,
            invitations=self.invitations.within(reach),
            users=users,
            habilitations=users.habilitations,
            administrators=self.administrators.within(reach),
            extranets=self.extranets.within(reach),
            publications=self.publications,
            commands=self.commands.within(reach),
            journal=self.journal.within(reach),
            requests=self.requests.within(reach),
            receipts=self.receipts.within(reach),
            review_rules=self.review_rules.within(reach),
        )


def in_memory_store() -> Repositories:
    return InMemoryStore().within(EVERYWHERE)


class CountingSignal:
    """Counts the announcements; waiting ends at once."""

    def __init__(self) -> None:
        self.announced = 0
        self.on_wait: Callable[[], None] = lambda: None

    def announce(self) -> None:
        self.announced += 1

    def count(self) -> int:
        return self.announced

    def wait(self, after: int, timeout: float) -> int:
        self.on_wait()
        return self.announced


def counting_signals() -> Signals:
    return Signals(CountingSignal(), CountingSignal(), CountingSignal())


class InMemoryReplicas:
    def __init__(self) -> None:
        self.rows: dict[str, ReplicaProgress] = {}

    def acknowledge(self, progress: ReplicaProgress) -> None:
        known = self.rows.get(progress.replica)
        same = known is not None and (known.revision, known.epoch) == (progress.revision, progress.epoch)
        advanced_at = known.advanced_at if known is not None and same else progress.advanced_at
        self.rows[progress.replica] = replace(progress, advanced_at=advanced_at)

    def seen_since(self, moment: datetime) -> tuple[ReplicaProgress, ...]:
        return tuple(row for _, row in sorted(self.rows.items()) if row.seen_at >= moment)


class FixedClientSessions:
    """What auth says of the sessions in extranets, as the test sets it; None: it does not answer."""

    def __init__(self) -> None:
        self.answer: ClientSessionsEnding | None = ClientSessionsEnding(
            looked=True, ended=0, told=0, late=(), told_at=None
        )
        self.asked: list[tuple[int, int]] = []

    def follow(self, revision: int, epoch: int, timeout: timedelta) -> ClientSessionsEnding:
        self.asked.append((revision, epoch))
        if self.answer is None:
            raise DependencyUnavailableError("auth is away", reason="UNAVAILABLE")
        return self.answer


class InMemoryFeed:
    """FeedReader on the publications of an in-memory store."""

    def __init__(self, publications: InMemoryPublications) -> None:
        self._publications = publications

    def state(self) -> FeedState:
        return self._publications.state

    def snapshot(self) -> tuple[FeedState, tuple[PublishedFact, ...]]:
        facts = tuple(PublishedFact(key, value) for key, value in self._publications.facts.items())
        return self._publications.state, facts

    def changes_after(self, revision: int, limit: int) -> tuple[FeedChange, ...]:
        return tuple(one for one in self._publications.changes if one.revision > revision)[:limit]

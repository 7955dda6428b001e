"""What the pages show: organisations, users, journals. Everybody sees only what they administer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from habpps.domain.account_command import AccountCommand
from habpps.domain.authorship import Author, check_reach, check_role
from habpps.domain.habilitation import Group, Membership, profiles_in_force
from habpps.domain.organisation import Convention, Organisation
from habpps.domain.people import Administrator, Role, User
from habpps.domain.refusals import UnknownThingError
from habpps.domain.service_contract import Extranet, ServiceContract
from habpps.domain.states import ContractState, ConventionState, UserState
from habpps.domain.territory import Territory
from habpps.domain.versions import version_of
from habpps.use_cases.acting_administrators import those_who_can_sign_in
from habpps.use_cases.people_ports import Listing
from habpps.use_cases.ports import Accounts, ActRecord, Repositories
from habpps.use_cases.register import Register
from habpps.use_cases.request_ports import ActRequest
from partnerkit.days import french_day
from servicekit.clock import Clock
from servicekit.errors import ServiceError

MOST_CANDIDATES = 10


@dataclass(frozen=True, kw_only=True)
class OrganisationView:
    """An organisation with what hangs on it, except its users: pages read those that they show.

    `mails`: newest command with mails per administrator; `refused`: what the account service did not do;
    `refused_people`: those it concerns, users as (identifier, name), administrators as ("", name); `people`: users that
    are not closed; `sizes`: how many hold a place, by group.
    """

    organisation: Organisation
    convention: Convention | None
    contracts: tuple[ServiceContract, ...]
    groups: tuple[Group, ...]
    administrators: tuple[Administrator, ...]
    extranets: Mapping[str, Extranet]
    mails: Mapping[str, AccountCommand]
    profiles: tuple[str, ...]
    territories: tuple[Territory, ...]
    refused: tuple[AccountCommand, ...]
    refused_people: tuple[tuple[str, str], ...]
    people: int
    sizes: Mapping[str, int]
    able: frozenset[str]
    """Identifiers of the administrators who can sign in."""

    def refused_of(self, account_id: str) -> tuple[AccountCommand, ...]:
        """Return what the account service did not do for a person."""
        return tuple(one for one in self.refused if one.account_id == account_id)

    @property
    def open_groups(self) -> tuple[Group, ...]:
        """Groups that are not closed."""
        return tuple(group for group in self.groups if group.is_open)


@dataclass(frozen=True, kw_only=True)
class UserPage:
    """A page of a list of users. `places`: what each holds, by user; `mails`: newest command with mails per account.

    `versions`: of each user with all places ever held, as for `AssignToGroup`. `last_sign_ins`: by account, None for
    somebody who has not signed in since they joined; None as a whole when the account service does not answer, or was
    not asked.
    """

    view: OrganisationView
    users: tuple[User, ...]
    total: int
    places: Mapping[str, tuple[Membership, ...]]
    mails: Mapping[str, AccountCommand]
    versions: Mapping[str, str]
    last_sign_ins: Mapping[str, datetime | None] | None = None


@dataclass(frozen=True)
class Candidate:
    """Somebody who may join a group. `version`: of the user and all places, as for `AssignToGroup`."""

    user: User
    version: str


@dataclass(frozen=True, kw_only=True)
class UserView:
    """A user within the organisation, and the places that they hold.

    `ever`: with the places withdrawn since; `version`: of the user and all of these.
    """

    view: OrganisationView
    user: User
    places: tuple[Membership, ...]
    mails: AccountCommand | None
    version: str
    ever: tuple[Membership, ...]
    username: str | None = None
    """What the person types to sign in; empty: there is no account yet; None: the account service does not answer."""


@dataclass(frozen=True)
class HomeView:
    """What a partner administrator begins with.

    `users_without_group`: active users to whom nothing is open; `suspended`: contracts that the Caf has suspended, with
    the act that says why, where the journal has it.
    """

    view: OrganisationView
    users_without_group: int
    suspended: tuple[tuple[ServiceContract, ActRecord | None], ...]

    @property
    def in_order(self) -> bool:
        """Nothing waits for anybody: not true while something is suspended or a person could not get an account."""
        view = self.view
        convention = view.convention is not None and view.convention.state is not ConventionState.SUSPENDED
        nothing_waits = not (self.suspended or self.users_without_group or view.refused)
        return bool(convention and nothing_waits and view.profiles and view.open_groups and view.people)


@dataclass(frozen=True)
class Suspension:
    """The Caf has suspended the convention: why and since when, where the journal says so."""

    reason: str
    since: datetime | None


class ConsultRegister:
    """Reads for the pages."""

    def __init__(self, register: Register, clock: Clock, accounts: Accounts) -> None:
        """Keep the register: it confirms the author and records refusals. `accounts` knows identifiers."""
        self._accounts = accounts
        self._register = register
        self._clock = clock

    def requests(self, author: Author, listing: Listing) -> tuple[tuple[ActRequest, ...], int]:
        """Return a page of the acts of the author's side that wait for a second person, or waited."""
        return self._register.read(
            author,
            "habpps.requests.listed",
            lambda store: store.requests.of(author.organisation_id, author.caf, listing, for_caf=author.is_caf),
        )

    def organisations(self, author: Author, listing: Listing) -> tuple[tuple[Organisation, ...], int]:
        """Return a page of the partners of the author's Caf.

        Raises:
            RoleNotAllowedError: not a Caf administrator.
        """

        def work(store: Repositories) -> tuple[tuple[Organisation, ...], int]:
            check_role(author, Role.CAF_ADMINISTRATOR)
            return store.organisations.partners(listing)

        return self._register.read(author, "habpps.organisations.listed", work)

    def organisation(self, author: Author, organisation_id: str) -> OrganisationView:
        """Return an organisation that the author administers.

        Raises:
            UnknownThingError: not there, or not theirs.
        """
        return self._register.read(
            author, "habpps.organisation.read", lambda store: self._view(store, author, organisation_id)
        )

    def organisation_of_contract(self, author: Author, contract_id: str) -> tuple[OrganisationView, ServiceContract]:
        """Return a contract and its organisation.

        Raises:
            UnknownThingError: not there, or not theirs.
        """

        def work(store: Repositories) -> tuple[OrganisationView, ServiceContract]:
            contract = store.contracts.get(contract_id)
            if contract is None:
                raise UnknownThingError("service contract")
            return self._view(store, author, contract.organisation_id), contract

        return self._register.read(author, "habpps.service_contract.read", work)

    def home(self, author: Author) -> HomeView:
        """Return the author's own organisation and what is to be done in it.

        Raises:
            UnknownThingError: not there.
        """

        def work(store: Repositories) -> HomeView:
            view = self._view(store, author, author.organisation_id)
            suspended = [one for one in view.contracts if one.state is ContractState.SUSPENDED]
            return HomeView(
                view,
                store.users.count_without_group(author.organisation_id),
                tuple((one, _why_suspended(store, view, one)) for one in suspended),
            )

        return self._register.read(author, "habpps.organisation.read", work)

    def group_members(self, author: Author, group_id: str, listing: Listing) -> tuple[Group, UserPage]:
        """Return a group and a page of those who hold a place in it.

        Raises:
            UnknownThingError: not there, or not theirs.
        """

        def work(store: Repositories) -> tuple[Group, UserPage]:
            group = store.groups.get(group_id)
            if group is None:
                raise UnknownThingError("group")
            return group, self._users(store, author, group.organisation_id, replace(listing, group_id=group.id))

        return self._register.read(author, "habpps.group.read", work)

    def group(self, author: Author, group_id: str) -> tuple[OrganisationView, Group]:
        """Return a group and its organisation.

        Raises:
            UnknownThingError: not there, or not theirs.
        """

        def work(store: Repositories) -> tuple[OrganisationView, Group]:
            group = store.groups.get(group_id)
            if group is None:
                raise UnknownThingError("group")
            return self._view(store, author, group.organisation_id), group

        return self._register.read(author, "habpps.group.read", work)

    def users(self, author: Author, organisation_id: str, listing: Listing) -> UserPage:
        """Return a page of the users of an organisation.

        Raises:
            UnknownThingError: not there, or not theirs.
        """

        def work(store: Repositories) -> UserPage:
            return self._users(store, author, organisation_id, listing)

        found = self._register.read(author, "habpps.users.listed", work)
        try:
            signed_in = self._accounts.last_sign_ins([one.account_id for one in found.users])
        except ServiceError:
            return found
        here = {one.account_id: one.since_joined(signed_in.get(one.account_id)) for one in found.users}
        return replace(found, last_sign_ins=here)

    def candidates(self, author: Author, group: Group, text: str) -> tuple[Candidate, ...]:
        """Return the first active users with these words who hold no place in a group of the author's organisation.

        Raises:
            UnknownThingError: not there, or not theirs.
        """

        def work(store: Repositories) -> tuple[Candidate, ...]:
            check_reach(author, store.organisations.get(group.organisation_id))
            listing = Listing(text=text, state=UserState.ACTIVE.value, size=MOST_CANDIDATES)
            users, _total = store.users.page(group.organisation_id, listing)
            ever: dict[str, list[Membership]] = {one.id: [] for one in users}
            for place in store.habilitations.of_users(list(ever)):
                ever[place.user.id].append(place)
            outside = [one for one in users if not _is_in(group, ever[one.id])]
            return tuple(
                Candidate(one, version_of(one, *(place.habilitation for place in ever[one.id]))) for one in outside
            )

        return self._register.read(author, "habpps.users.listed", work)

    def user(self, author: Author, user_id: str) -> UserView:
        """Return a user and their organisation.

        Raises:
            UnknownThingError: not there, or not theirs.
        """

        def work(store: Repositories) -> UserView:
            user = store.users.get(user_id)
            if user is None:
                raise UnknownThingError("user")
            view = self._view(store, author, user.organisation_id)
            ever = store.habilitations.of_user(user.id)
            held = tuple(one for one in ever if one.habilitation.is_held)
            mails = store.commands.latest_of([user.account_id], user.organisation_id)
            version = version_of(user, *(one.habilitation for one in ever))
            return UserView(
                view=view, user=user, places=held, mails=mails.get(user.account_id), version=version, ever=ever
            )

        found = self._register.read(author, "habpps.user.read", work)
        return replace(found, username=self._username(found))

    def _username(self, found: UserView) -> str | None:
        """The account service has the last word: the account may be older than what was asked of it from here."""
        known = found.mails.username if found.mails else ""
        try:
            status = self._accounts.status(found.user.account_id)
        except ServiceError:
            return known or None
        return known if status is None else status.username

    def journal(
        self, author: Author, organisation_id: str, listing: Listing
    ) -> tuple[Organisation, tuple[ActRecord, ...], int]:
        """Return a page of the journal of an organisation.

        Raises:
            UnknownThingError: not there, or not theirs.
        """

        def work(store: Repositories) -> tuple[Organisation, tuple[ActRecord, ...], int]:
            organisation = check_reach(author, store.organisations.get(organisation_id))
            records, total = store.journal.of(organisation_id, listing)
            return organisation, records, total

        return self._register.read(author, "habpps.journal.read", work)

    def suspension(self, author: Author) -> Suspension | None:
        """Return why the partner of this author can only read, None when it is not so."""
        if author.role is not Role.PARTNER_ADMINISTRATOR:
            return None

        def work(store: Repositories) -> Suspension | None:
            convention = store.conventions.of(author.organisation_id)
            if convention is None or convention.state is not ConventionState.SUSPENDED:
                return None
            record = store.journal.latest(author.organisation_id, "habpps.convention.suspended")
            return Suspension(record.reason, record.occurred_at) if record is not None else Suspension("", None)

        return self._register.lists(author, work)

    def _users(self, store: Repositories, author: Author, organisation_id: str, listing: Listing) -> UserPage:
        view = self._view(store, author, organisation_id)
        users, total = store.users.page(organisation_id, listing)
        ever: dict[str, tuple[Membership, ...]] = {user.id: () for user in users}
        for one in store.habilitations.of_users(list(ever)):
            ever[one.user.id] = (*ever[one.user.id], one)
        places = {name: tuple(one for one in every if one.habilitation.is_held) for name, every in ever.items()}
        versions = {one.id: version_of(one, *(place.habilitation for place in ever[one.id])) for one in users}
        mails = store.commands.latest_of([one.account_id for one in users], organisation_id)
        return UserPage(view=view, users=users, total=total, places=places, mails=mails, versions=versions)

    def _view(self, store: Repositories, author: Author, organisation_id: str) -> OrganisationView:
        organisation = check_reach(author, store.organisations.get(organisation_id))
        contracts, today = store.contracts.of(organisation.id), french_day(self._clock.now())
        administrators = store.administrators.of(organisation.id)
        refused = store.commands.refused_of(organisation.id)
        return OrganisationView(
            organisation=organisation,
            convention=store.conventions.of(organisation.id),
            contracts=contracts,
            groups=store.groups.of(organisation.id),
            administrators=administrators,
            extranets={extranet.code: extranet for extranet in store.extranets.all()},
            mails=store.commands.latest_of([one.account_id for one in administrators], organisation.id),
            profiles=profiles_in_force(contracts, today),
            territories=store.territories.of(organisation.id),
            refused=refused,
            refused_people=_people_of(store, organisation.id, refused, administrators),
            people=store.users.count(organisation.id),
            sizes=store.habilitations.sizes(organisation.id),
            able=frozenset(one.id for one in those_who_can_sign_in(store, administrators, today)),
        )


def _is_in(group: Group, places: Sequence[Membership]) -> bool:
    return any(one.group.id == group.id and one.habilitation.is_held for one in places)


def _why_suspended(store: Repositories, view: OrganisationView, contract: ServiceContract) -> ActRecord | None:
    extranet = view.extranets.get(contract.extranet)
    label = contract.extranet if extranet is None else extranet.short_label
    return store.journal.latest(contract.organisation_id, "habpps.service_contract.suspended", label)


def _people_of(
    store: Repositories,
    organisation_id: str,
    refused: Sequence[AccountCommand],
    administrators: Sequence[Administrator],
) -> tuple[tuple[str, str], ...]:
    found: dict[str, tuple[str, str]] = {}
    for account_id in dict.fromkeys(one.account_id for one in refused):
        known = store.everywhere.users(account_id)
        users = [one for one in known if store.reach.within_pair(organisation_id).holds(one.organisation_id, one.caf)]
        for one in administrators:
            if one.account_id == account_id and one.is_active:
                found[account_id] = ("", one.person.display_name)
        for user in users:
            found[account_id] = (user.id, user.person.display_name)
    return tuple(found.values())

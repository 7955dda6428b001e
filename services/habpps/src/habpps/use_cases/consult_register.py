"""What the pages show: organisations, users, journals. Everybody sees only what they administer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from habpps.domain.account_command import AccountCommand
from habpps.domain.authorship import Author, check_reach, check_role
from habpps.domain.habilitation import Group, Membership, profiles_in_force
from habpps.domain.organisation import Convention, Organisation
from habpps.domain.people import Administrator, Role, User
from habpps.domain.refusals import UnknownThingError
from habpps.domain.service_contract import Extranet, ServiceContract
from habpps.domain.states import ConventionState, UserState
from habpps.use_cases.ports import ActRecord, Listing, Store
from habpps.use_cases.register import Register
from partnerkit.days import french_day
from servicekit.clock import Clock


@dataclass(frozen=True)
class OrganisationView:
    """An organisation with what hangs on it. `mails`: newest command with mails per account; `refused`: set aside."""

    organisation: Organisation
    convention: Convention | None
    contracts: tuple[ServiceContract, ...]
    groups: tuple[Group, ...]
    administrators: tuple[Administrator, ...]
    memberships: tuple[Membership, ...]
    users: tuple[User, ...]
    extranets: Mapping[str, Extranet]
    mails: Mapping[str, AccountCommand]
    profiles: tuple[str, ...]
    refused: tuple[AccountCommand, ...]

    def refused_of(self, account_id: str) -> tuple[AccountCommand, ...]:
        """Return what the account service did not do for a person."""
        return tuple(one for one in self.refused if one.account_id == account_id)

    @property
    def refused_people(self) -> tuple[tuple[str, str], ...]:
        """Users (identifier, name) and administrators ("", name) for whom something was not done, each once."""
        accounts = {one.account_id for one in self.refused}
        users = {one.account_id: (one.id, one.person.display_name) for one in self.users if one.account_id in accounts}
        others = {one.account_id: ("", one.person.display_name) for one in self.administrators if one.is_active}
        return tuple({**{key: value for key, value in others.items() if key in accounts}, **users}.values())

    @property
    def people(self) -> int:
        """Users that are not closed."""
        return sum(user.state is not UserState.CLOSED for user in self.users)

    @property
    def users_without_group(self) -> int:
        """Active users who can open nothing."""
        placed = {one.user.id for one in self.memberships if one.habilitation.is_held and one.group.is_open}
        return sum(user.state is UserState.ACTIVE and user.id not in placed for user in self.users)

    @property
    def open_groups(self) -> tuple[Group, ...]:
        """Groups that are not closed."""
        return tuple(group for group in self.groups if group.is_open)

    def members_of(self, group: Group) -> tuple[Membership, ...]:
        """Return those who hold a habilitation of a group."""
        return tuple(one for one in self.memberships if one.group.id == group.id and one.habilitation.is_held)

    def places_of(self, user: User) -> tuple[Membership, ...]:
        """Return the habilitations a user holds."""
        return tuple(one for one in self.memberships if one.user.id == user.id and one.habilitation.is_held)


@dataclass(frozen=True)
class UserPage:
    """A page of the list of users."""

    view: OrganisationView
    users: tuple[User, ...]
    total: int


@dataclass(frozen=True)
class UserView:
    """A user within the organisation."""

    view: OrganisationView
    user: User


@dataclass(frozen=True)
class Suspension:
    """The Caf has suspended the convention: why and since when, where the journal says so."""

    reason: str
    since: datetime | None


class ConsultRegister:
    """Reads for the pages."""

    def __init__(self, register: Register, clock: Clock) -> None:
        """Keep the register: it confirms the author and records refusals."""
        self._register = register
        self._clock = clock

    def organisations(self, author: Author, listing: Listing) -> tuple[tuple[Organisation, ...], int]:
        """Return a page of the partners of the author's Caf.

        Raises:
            RoleNotAllowedError: not a Caf administrator.
        """

        def work(store: Store) -> tuple[tuple[Organisation, ...], int]:
            check_role(author, Role.CAF_ADMINISTRATOR)
            return store.organisations.partners_of(author.caf, listing)

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

        def work(store: Store) -> tuple[OrganisationView, ServiceContract]:
            contract = store.contracts.get(contract_id)
            if contract is None:
                raise UnknownThingError("service contract")
            return self._view(store, author, contract.organisation_id), contract

        return self._register.read(author, "habpps.service_contract.read", work)

    def group(self, author: Author, group_id: str) -> tuple[OrganisationView, Group]:
        """Return a group and its organisation.

        Raises:
            UnknownThingError: not there, or not theirs.
        """

        def work(store: Store) -> tuple[OrganisationView, Group]:
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

        def work(store: Store) -> UserPage:
            view = self._view(store, author, organisation_id)
            users, total = store.users.page(organisation_id, listing)
            return UserPage(view, users, total)

        return self._register.read(author, "habpps.users.listed", work)

    def user(self, author: Author, user_id: str) -> UserView:
        """Return a user and their organisation.

        Raises:
            UnknownThingError: not there, or not theirs.
        """

        def work(store: Store) -> UserView:
            user = store.users.get(user_id)
            if user is None:
                raise UnknownThingError("user")
            return UserView(self._view(store, author, user.organisation_id), user)

        return self._register.read(author, "habpps.user.read", work)

    def journal(
        self, author: Author, organisation_id: str, listing: Listing
    ) -> tuple[Organisation, tuple[ActRecord, ...], int]:
        """Return a page of the journal of an organisation.

        Raises:
            UnknownThingError: not there, or not theirs.
        """

        def work(store: Store) -> tuple[Organisation, tuple[ActRecord, ...], int]:
            organisation = check_reach(author, store.organisations.get(organisation_id))
            records, total = store.journal.of(organisation_id, listing)
            return organisation, records, total

        return self._register.read(author, "habpps.journal.read", work)

    def suspension(self, author: Author) -> Suspension | None:
        """Return why the partner of this author can only read, None when it is not so."""
        if author.role is not Role.PARTNER_ADMINISTRATOR:
            return None

        def work(store: Store) -> Suspension | None:
            convention = store.conventions.of(author.organisation_id)
            if convention is None or convention.state is not ConventionState.SUSPENDED:
                return None
            record = store.journal.latest(author.organisation_id, "habpps.convention.suspended")
            return Suspension(record.reason, record.occurred_at) if record is not None else Suspension("", None)

        return self._register.lists(work)

    def extranets(self) -> tuple[Extranet, ...]:
        """Return the registry."""
        return self._register.lists(lambda store: store.extranets.all())

    def _view(self, store: Store, author: Author, organisation_id: str) -> OrganisationView:
        organisation = check_reach(author, store.organisations.get(organisation_id))
        contracts = store.contracts.of(organisation.id)
        users, administrators = store.users.of(organisation.id), store.administrators.of(organisation.id)
        accounts = [one.account_id for one in users] + [one.account_id for one in administrators]
        return OrganisationView(
            organisation,
            store.conventions.of(organisation.id),
            contracts,
            store.groups.of(organisation.id),
            administrators,
            store.habilitations.of(organisation.id),
            users,
            {extranet.code: extranet for extranet in store.extranets.all()},
            store.commands.latest_of(accounts, organisation.id),
            profiles_in_force(contracts, french_day(self._clock.now())),
            store.commands.refused_of(organisation.id),
        )

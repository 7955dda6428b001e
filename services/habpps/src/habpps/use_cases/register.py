"""The one door to every write: rows, facts, revision, audit event, journal line and commands in one transaction.

A use case gives its work; `Register.act` opens the transaction, confirms the author in it, publishes what changed and
records what happened. A refusal is recorded too, with its true reason, before it reaches the one who asked.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Generic, Literal, NamedTuple, TypeVar

from habpps.domain.account_command import MAILS, AccountCommand, CommandKind, CommandState
from habpps.domain.authorship import Author, check_reach
from habpps.domain.notices import Notice
from habpps.domain.organisation import Organisation
from habpps.domain.people import AccountHolder, Administrator, Role, User
from habpps.domain.publication import Entity, PublishedFact, published
from habpps.domain.refusals import (
    ConventionSuspendedError,
    PersonDiffersError,
    RoleNotConfirmedError,
    UnknownThingError,
)
from habpps.domain.soundness import require_sound
from habpps.domain.states import ConventionState
from habpps.use_cases.acting_administrators import may_act
from habpps.use_cases.ports import ActRecord, FeedChange, FeedState, Repositories, Signals
from habpps.use_cases.save_entity import save
from habpps.use_cases.tell_people import Happened, people_to_tell
from partnerkit.days import french_day
from rights.facts import read_fact
from rights.snapshot import digest_after
from rights.widening import widens
from servicekit.audit_events import NATIONAL, AuditEvent, Outcome, RecordedWork
from servicekit.clock import Clock
from servicekit.errors import AccessDeniedError, ConflictError, NotFoundError
from servicekit.identifiers import new_id

_MAILED_BY_ITSELF = frozenset({CommandKind.CREATE, CommandKind.LOCK, CommandKind.UNLOCK})

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True)
class Done(Generic[T_co]):
    """The value of an act, and the revision from which it is in force.

    `mails`: how many mails the act has asked for.
    """

    value: T_co
    revision: int
    mails: int = 0


class _Published(NamedTuple):
    """`opens`: a fact that changed may open something."""

    revision: int
    opens: bool


@dataclass(frozen=True, kw_only=True)
class Note:
    """What happened, for the audit journal and for the organisation's own.

    `label`: what the act is about, as people call it. Whether audit must acknowledge before anybody is told follows
    from the facts that change (`rights.widening`): an act that takes rights away goes on while audit is away for a
    short time.
    """

    act: str
    subject: str
    organisation_id: str
    label: str
    reason: str = ""
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass
class ActEntry:
    """One act being written."""

    store: Repositories
    author: Author
    clock: Clock
    changed: list[Entity] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    commands: list[AccountCommand] = field(default_factory=list)

    @property
    def mails(self) -> int:
        """How many mails the commands of this act will send."""
        return sum(MAILS[command.kind] for command in self.commands)

    @property
    def today(self) -> date:
        """The French civil date."""
        return french_day(self.clock.now())

    def save(self, entity: Entity) -> None:
        """Write an entity; what is public of it will be published with this act.

        Of a new account, the person is written with the first user or administrator. A person who changes is published
        anew in every organisation.

        Raises:
            FormRefusedError: it holds text that is not clean, a wrong address or an implausible day.
            PersonDiffersError: the account is another person's.
        """
        require_sound(entity)
        if isinstance(entity, User | Administrator):
            self._check_person(entity)
        save(self.store, entity)
        self.changed.append(entity)
        if isinstance(entity, AccountHolder):
            self.changed.extend(self.store.users.with_account(entity.account_id))
            self.changed.extend(self.store.administrators.with_account(entity.account_id))

    def _check_person(self, entity: User | Administrator) -> None:
        known = self.store.people.get(entity.account_id)
        if known is None:
            self.save(AccountHolder(account_id=entity.account_id, person=entity.person))
        elif known.person != entity.person:
            raise PersonDiffersError(f"account {entity.account_id} is another person's")

    def note(self, note: Note) -> None:
        """Say what happened; every act says at least one thing.

        Raises:
            FormRefusedError: its text is not clean.
        """
        require_sound(note)
        self.notes.append(note)

    def command(self, kind: CommandKind, account_id: str, organisation_id: str, content: Mapping[str, str]) -> None:
        """Ask something of the account service, after the commit.

        Raises:
            FormRefusedError: its text is not clean.
        """
        require_sound(content)
        command = self._new(kind, account_id, organisation_id, content)
        self.store.commands.save(command)
        self.commands.append(command)

    def _new(
        self, kind: CommandKind, account_id: str, organisation_id: str, content: Mapping[str, str]
    ) -> AccountCommand:
        now = self.clock.now()
        return AccountCommand(
            id=new_id(),
            kind=kind,
            account_id=account_id,
            organisation_id=organisation_id,
            requested_by=self.author.account_id,
            requested_at=now,
            next_attempt_at=now,
            content=dict(content),
        )

    def tell(self, act: str) -> None:
        """Ask for one mail to each person whose rights this act changes, before it is published.

        Whoever gets a mail of the account service for this act anyway gets no other: that to a new person says what is
        open. What an operator imports is told to nobody.
        """
        if self.author.role is Role.OPERATOR:
            return
        written = {one.account_id: one for one in self.commands if one.kind in _MAILED_BY_ITSELF}
        reason = next((note.reason for note in self.notes if note.act == act), "")
        happened = Happened(act, reason, tuple(self.changed), self.today)
        notices: list[AccountCommand] = []
        for organisation_id in dict.fromkeys(note.organisation_id for note in self.notes):
            for account_id, notice in people_to_tell(self.store, organisation_id, happened).items():
                known = written.get(account_id)
                if known is None:
                    require_sound(notice)
                    notices.append(self._new(CommandKind.NOTIFY, account_id, organisation_id, notice.content()))
                elif known.kind is CommandKind.CREATE:
                    self._say_what_opens(known, notice)
        self.store.commands.add_all(notices)  # the end of a group may be told to thousands
        self.commands.extend(notices)

    def _say_what_opens(self, creation: AccountCommand, notice: Notice) -> None:
        content = dict(creation.content, opened=notice.content()["opened"])
        self.store.commands.save(replace(creation, content=content))

    def remember_sent(self, command_id: str, account_id: str, organisation_id: str) -> None:
        """Note that a notice needs no sending: this act says the same."""
        now = self.clock.now()
        self.store.commands.save(
            AccountCommand(
                id=command_id,
                kind=CommandKind.NOTIFY,
                account_id=account_id,
                organisation_id=organisation_id,
                requested_by=self.author.account_id,
                requested_at=now,
                next_attempt_at=now,
                state=CommandState.DONE,
            )
        )

    def command_again(self, command: AccountCommand, content: Mapping[str, str]) -> None:
        """Ask once more what was refused.

        Raises:
            FormRefusedError: its text is not clean.
        """
        require_sound(content)
        again = command.again(content, self.author.account_id, self.clock.now())
        self.store.commands.save(again)
        self.commands.append(again)

    def organisation(self, organisation_id: str) -> Organisation:
        """Return an organisation that the author may change.

        Raises:
            UnknownThingError: it is not theirs.
        """
        return check_reach(self.author, self.store.organisations.get(organisation_id))


class Register:
    """The register of rights."""

    def __init__(self, work: RecordedWork[Repositories], signals: Signals, clock: Clock) -> None:
        self._work = work
        self._signals = signals
        self._clock = clock

    def act(self, author: Author, act: str, work: Callable[[ActEntry], T]) -> Done[T]:
        """Carry out an act, or nothing of it.

        Raises:
            RoleNotConfirmedError: the author is no longer an administrator.
            ConventionSuspendedError: the author is a partner administrator whose convention is suspended.
            ServiceError: what `work` refuses; the refusal is recorded.
            AuditUnavailableError: the act is written and recorded, but audit has not acknowledged it.
        """

        def once(store: Repositories) -> Outcome[Done[T]]:
            state = store.publications.lock()
            _confirm(store, author, french_day(self._clock.now()))
            _may_write(store, author)
            entry = ActEntry(store, author, self._clock)
            value = work(entry)
            entry.tell(act)
            published_now = self._publish(store, state, entry.changed)
            done = Done(value, published_now.revision, entry.mails)
            return Outcome(done, self._record(entry, published_now))

        try:
            return self._work.record(once)
        except (AccessDeniedError, NotFoundError, ConflictError) as refusal:
            self._record_refusal(author, act, refusal)
            raise
        finally:
            self._signals.feed.announce()
            self._signals.commands.announce()

    def read(self, author: Author, page: str, work: Callable[[Repositories], T]) -> T:
        """Read for a page; looking at somebody else's things is refused and recorded.

        Raises:
            RoleNotConfirmedError: the author is no longer an administrator.
            UnknownThingError: not there, or not theirs.
        """

        def once(store: Repositories) -> T:
            _confirm(store, author, french_day(self._clock.now()))
            return work(store)

        try:
            return self._work.read(once)
        except (AccessDeniedError, NotFoundError) as refusal:
            self._record_refusal(author, page, refusal)
            raise

    def lists(self, work: Callable[[Repositories], T]) -> T:
        """Read a list that belongs to nobody, such as the registry of extranets."""
        return self._work.read(work)

    def _publish(self, store: Repositories, state: FeedState, changed: list[Entity]) -> _Published:
        digest, facts = state.digest, {}
        for entity in changed:
            fact = published(entity)
            if fact is not None:
                facts[fact.key] = fact.value
        news, opens = [], False
        for key, value in facts.items():
            old = store.publications.value_of(key)
            if old != value:
                digest = digest_after(digest, key, old, value)
                news.append(PublishedFact(key, value))
                before = None if old is None else read_fact(key, old)
                opens = opens or widens(before, read_fact(key, value))
        if not news:
            return _Published(state.revision, opens=False)
        change = FeedChange(state.revision + 1, tuple(news), digest)
        store.publications.append(change, self._clock.now())
        return _Published(change.revision, opens)

    def _record(self, entry: ActEntry, published_now: _Published) -> tuple[AuditEvent, ...]:
        author = entry.author
        events = []
        for note in entry.notes:
            organisation = entry.store.organisations.get(note.organisation_id)
            event = self._event(author, note, published_now, _owner(author, organisation))
            events.append(event)
            entry.store.journal.add(
                ActRecord(
                    id=event.event_id,
                    occurred_at=event.occurred_at,
                    organisation_id=note.organisation_id,
                    author_account_id=author.account_id,
                    author_name=author.display_name,
                    act=note.act,
                    label=note.label,
                    reason=note.reason,
                    details=note.details,
                )
            )
        return tuple(events)

    def _event(self, author: Author, note: Note, published_now: _Published, owner: str) -> AuditEvent:
        content = {
            "author": author.display_name,
            "role": author.role.value,
            "label": note.label,
            "motive": note.reason,
            **note.details,
        }
        waits = published_now.opens and author.role is not Role.OPERATOR
        policy: Literal["strict", "buffered"] = "strict" if waits else "buffered"
        return AuditEvent(
            type=note.act,
            decision="done",
            policy=policy,
            owner=owner,
            actor_id=author.account_id or None,
            organisation_id=note.organisation_id or None,
            subject=note.subject,
            rights_revision=published_now.revision,
            payload={key: value for key, value in content.items() if value},
            occurred_at=self._clock.now(),
        )

    def _record_refusal(
        self, author: Author, act: str, refusal: AccessDeniedError | NotFoundError | ConflictError
    ) -> None:
        reason = refusal.true_reason if isinstance(refusal, UnknownThingError) else refusal.reason
        event = AuditEvent(
            type="habpps.administration.refused",
            decision="refused",
            policy="buffered",
            owner=_owner(author, None),
            actor_id=author.account_id or None,
            organisation_id=author.organisation_id or None,
            subject=None,
            reason=reason,
            payload={"act": act, "author": author.display_name, "role": author.role.value, **refusal.details},
            occurred_at=self._clock.now(),
        )
        self._work.record(lambda _store: Outcome(None, (event,)))


def _confirm(store: Repositories, author: Author, today: date) -> None:
    if author.role is Role.OPERATOR:
        return
    administrator = store.administrators.get(author.administrator_id)
    known = administrator is not None and administrator.is_active and administrator.role is author.role
    if administrator is None or not known or not may_act(store, administrator, today):
        raise RoleNotConfirmedError(f"administrator {author.administrator_id} is not active")


def _owner(author: Author, organisation: Organisation | None) -> str:
    """Whose auditor may read of the act: the Caf of the organisation it is about, else that of the author."""
    return (organisation.caf if organisation is not None else author.caf) or NATIONAL


def _may_write(store: Repositories, author: Author) -> None:
    """Read only for a partner while its convention is suspended, whatever the act: the Caf still acts."""
    if author.role is Role.PARTNER_ADMINISTRATOR:
        convention = store.conventions.of(author.organisation_id)
        if convention is not None and convention.state is ConventionState.SUSPENDED:
            raise ConventionSuspendedError(f"convention {convention.id} is suspended")

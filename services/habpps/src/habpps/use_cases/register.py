"""The one door to every write: rows, facts, revision, audit event, journal line and commands in one transaction.

An act comes as data (`use_cases.acts` is the registry); `Register.perform` opens the transaction, confirms the author
in it, carries the act out, publishes what changed and records what happened. A refusal is recorded too, with its true
reason, before it reaches the one who asked.
"""

from collections.abc import Callable
from datetime import date
from typing import Any, Literal, NamedTuple, NoReturn, TypeVar

from habpps.domain.authorship import Author, check_role
from habpps.domain.effects import Effects
from habpps.domain.organisation import Organisation
from habpps.domain.people import Role
from habpps.domain.publication import Entity, PublishedFact, published
from habpps.domain.refusals import ConventionSuspendedError, RoleNotConfirmedError, UnknownThingError
from habpps.domain.soundness import require_sound
from habpps.domain.states import ConventionState
from habpps.use_cases.act_entry import Act, ActEntry, Done, Note
from habpps.use_cases.act_kinds import Acts
from habpps.use_cases.acting_administrators import may_act
from habpps.use_cases.ports import ActRecord, Catalogue, FeedChange, FeedState, Repositories, Signals
from habpps.use_cases.preview_act import effects
from partnerkit.days import french_day
from rights.facts import read_fact
from rights.snapshot import digest_after
from rights.widening import widens
from servicekit.audit_events import NATIONAL, AuditEvent, Outcome, RecordedWork
from servicekit.clock import Clock
from servicekit.errors import AccessDeniedError, ConflictError, NotFoundError

T = TypeVar("T")


class _Published(NamedTuple):
    """`opens`: a fact that changed may open something."""

    revision: int
    opens: bool


class _Tried(Exception):  # noqa: N818 - it is no failure: raising it is what rolls the act back
    def __init__(self, found: Effects) -> None:
        super().__init__("tried and rolled back")
        self.effects = found


class Register:
    """The register of rights."""

    def __init__(
        self, work: RecordedWork[Repositories], signals: Signals, clock: Clock, catalogue: Catalogue, acts: Acts
    ) -> None:
        """Keep the registry: an act that does not stand in it is never carried out."""
        self._work = work
        self._signals = signals
        self._clock = clock
        self._catalogue = catalogue
        self._acts = acts

    def perform(self, author: Author, act: Act[T]) -> Done[T]:
        """Carry out an act, or nothing of it.

        Raises:
            FormRefusedError: its text is not clean, a name, an address or a day cannot be one.
            RoleNotConfirmedError: the author is no longer an administrator.
            ConventionSuspendedError: the author is a partner administrator whose convention is suspended.
            RoleNotAllowedError: it belongs to another role.
            ServiceError: what the act itself refuses; the refusal is recorded.
            AuditUnavailableError: the act is written and recorded, but audit has not acknowledged it.
        """
        kind = self._acts.of(act)
        require_sound(act)

        def once(store: Repositories) -> Outcome[Done[T]]:
            state = store.publications.lock()
            entry = self._entry(store, author)
            check_role(author, *kind.by)
            value = kind.perform(entry, act)
            entry.tell(kind.name)
            published_now = self._publish(store, state, entry.changed)
            done = Done(value, published_now.revision, entry.mails)
            return Outcome(done, self._record(entry, published_now))

        try:
            return self._work.record(once)
        except (AccessDeniedError, NotFoundError, ConflictError) as refusal:
            self._record_refusal(author, kind.name, refusal)
            raise
        finally:
            self._signals.feed.announce()
            self._signals.commands.announce()

    def preview(self, author: Author, act: Act[Any]) -> Effects:
        """Say what an act would open and close, and do nothing of it: it is carried out and rolled back.

        Raises:
            ServiceError: what refuses the act; somebody else's things are recorded as refused.
        """
        kind = self._acts.of(act)
        require_sound(act)

        def once(store: Repositories) -> NoReturn:
            entry = self._entry(store, author)
            check_role(author, *kind.by)
            kind.perform(entry, act)
            raise _Tried(effects(entry))

        try:
            self._work.write(once)
        except _Tried as tried:
            return tried.effects
        except (AccessDeniedError, NotFoundError) as refusal:
            self._record_refusal(author, kind.name, refusal)
            raise

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

    def _entry(self, store: Repositories, author: Author) -> ActEntry:
        _confirm(store, author, french_day(self._clock.now()))
        _may_write(store, author)
        return ActEntry(store=store, author=author, clock=self._clock, catalogue=self._catalogue)

    def _publish(self, store: Repositories, state: FeedState, changed: list[Entity]) -> _Published:
        digest = state.digest
        facts = {fact.key: fact.value for entity in changed for fact in published(entity)}
        known = store.publications.values_of(tuple(facts))
        news, opens = [], False
        for key, value in facts.items():
            old = known.get(key)
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

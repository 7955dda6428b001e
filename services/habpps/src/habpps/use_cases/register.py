"""The one door to every write: rows, facts, revision, audit event, journal line and commands in one transaction.

An act comes as data (`use_cases.acts` is the registry); `Register.perform` opens the transaction, confirms the author
in it, carries the act out, publishes what changed and records what happened. A refusal is recorded too, with its true
reason, before it reaches the one who asked.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple, TypeVar

from habpps.domain.authorship import Author, check_role, clock_for
from habpps.domain.effects import Effects
from habpps.domain.people import Administrator, Role
from habpps.domain.publication import PublishedFact, published
from habpps.domain.refusals import ConventionSuspendedError, RoleNotConfirmedError
from habpps.domain.review_rule import Decider, UsualRule
from habpps.domain.soundness import require_sound
from habpps.domain.states import ConventionState
from habpps.use_cases.act_entry import Act, ActEntry, Done
from habpps.use_cases.act_kinds import ActKind, Acts, Review
from habpps.use_cases.acting_administrators import may_act
from habpps.use_cases.change_convention import check_reason
from habpps.use_cases.ports import Catalogue, FeedChange, FeedState, Repositories, Signals
from habpps.use_cases.preview_act import effects
from habpps.use_cases.receipts import DoneBefore, Once, keep, look_for
from habpps.use_cases.record_act import recorded, refusal_event
from habpps.use_cases.request_ports import ActRequest, RequestState
from habpps.use_cases.requests import (
    APPROVED,
    EXPIRED,
    REFUSED,
    Wait,
    WaitsForSecondPerson,
    ask,
    author_of,
    check_decider,
    check_not_own,
    close,
    expire,
    of_ones_side,
    others_of_the_side,
    second_person,
    those_of_the_caf,
    waiting,
)
from habpps.use_cases.stand_ins import StandIns
from partnerkit.days import french_day
from rights.facts import read_fact
from rights.snapshot import digest_after
from rights.widening import widens
from servicekit.audit_events import Outcome, RecordedWork
from servicekit.clock import Clock
from servicekit.errors import AccessDeniedError, ConflictError, InvalidInputError, NotFoundError

T = TypeVar("T")


class _Published(NamedTuple):
    """Where the rights stand after an act. `opens`: a fact that changed may open something."""

    state: FeedState
    opens: bool


class _Waits(Exception):  # noqa: N818 - it rolls the act back, which waits for a second person
    def __init__(self, wait: Wait) -> None:
        super().__init__("needs a second person")
        self.wait = wait


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

    @property
    def usual_rules(self) -> Mapping[str, UsualRule]:
        """Who reviews where a Caf has made no rule, by act that may open something."""
        return self._acts.usual_rules

    def perform(self, author: Author, act: Act[T], once: Once | None = None) -> Done[T]:
        """Carry out an act, or nothing of it; with `once`, an earlier call with the same key is answered as it was.

        Raises:
            FormRefusedError: its text is not clean, a name, an address or a day cannot be one.
            RoleNotConfirmedError: the author is no longer an administrator.
            ConventionSuspendedError: the author is a partner administrator whose convention is suspended.
            RoleNotAllowedError: it belongs to another role.
            ServiceError: what the act itself refuses; the refusal is recorded.
            AuditUnavailableError: the act is written and recorded, but audit has not acknowledged it.
            WaitsForSecondPerson: nothing is done yet, another administrator must approve.
        """
        kind = self._acts.of(act)
        require_sound(act)

        def work(entry: ActEntry) -> T:
            check_role(author, *kind.by)
            # Looked up before: whoever is withdrawn by the act is one of those who may approve it.
            others = others_of_the_side(entry, kind) if kind.review is Review.ALWAYS else None
            value: T = kind.perform(entry, act)
            self._review(entry, kind, others)
            return value

        try:
            return self._carry_out(author, kind.name, work, once)
        except _Waits as waits:
            found = waits

        def wait(entry: ActEntry) -> str:
            return ask(entry, kind.name, act, found.wait)

        asked = self._carry_out(author, kind.name, wait, once, waits=True)
        raise WaitsForSecondPerson(asked.value)

    def decide(
        self, author: Author, request_id: str, *, approved: bool, reason: str, once: Once | None = None
    ) -> Done[None]:
        """Approve a request, which carries its act out with all of its checks as whoever asked; or refuse it.

        `once`: as for `perform`.

        Raises:
            FormRefusedError: the reason is not clean, or missing.
            RoleNotConfirmedError, UnknownThingError: not their business; or whoever asked is no longer administrator.
            OwnRequestError, RoleNotAllowedError, RequestDecidedError: not them, or not any more.
            ServiceError: what the act refuses now; the request goes on waiting.
        """
        require_sound({"reason": reason})
        check_reason(reason)

        def approve(entry: ActEntry) -> None:
            request = waiting(entry, request_id)
            check_not_own(entry, request)
            assert request.act is not None
            kind = self._acts.of(request.act)
            check_decider(author, request, kind)
            asker = author_of(entry.store, request)
            if asker is None:
                raise RoleNotConfirmedError("whoever asked is no longer known")
            self._entry(entry.store, asker)
            check_role(asker, *kind.by)
            kind.perform(entry.of(asker), request.act)
            entry.say_of_each({"reviewer": author.display_name})
            entry.carries = kind.name
            close(entry, request, RequestState.APPROVED, APPROVED, reason)

        def refuse(entry: ActEntry) -> None:
            close(entry, waiting(entry, request_id), RequestState.REFUSED, REFUSED, reason)

        return self._carry_out(author, APPROVED if approved else REFUSED, approve if approved else refuse, once)

    def expire(self, request_id: str) -> None:
        """Close a request that nobody decided in time.

        Raises:
            UnknownThingError, RequestDecidedError: there is none that waits too long.
        """

        def work(entry: ActEntry) -> None:
            expire(entry, request_id)

        known = self._work.read(lambda store: store.requests.get(request_id))
        self._carry_out(clock_for(known.caf if known is not None else ""), EXPIRED, work)

    def request(self, author: Author, request_id: str) -> tuple[ActRequest, Effects | None]:
        """Return a request of one's own side, and what its act would do now; None: it could not be done as asked.

        Raises:
            UnknownThingError: not theirs.
        """

        def work(store: Repositories) -> tuple[ActRequest, Author | None]:
            asked = of_ones_side(author, store.requests.get(request_id))
            return asked, author_of(store, asked)

        asked, asker = self.read(author, "habpps.requests.listed", work)
        if asked.act is None or asker is None:
            return asked, None
        try:
            return asked, self.preview(asker, asked.act)
        except (AccessDeniedError, NotFoundError, ConflictError, InvalidInputError):
            return asked, None

    def _review(self, entry: ActEntry, kind: ActKind, others: tuple[Administrator, ...] | None) -> None:
        decider = second_person(entry, kind, self._acts.most_people)
        if decider is None:
            return
        if decider is Decider.CAF:  # waits although none of them can sign in today: a partner's word is not enough
            raise _Waits(Wait(entry.notes[0], decider, those_of_the_caf(entry)))
        others = others_of_the_side(entry, kind) if others is None else others
        if others:
            raise _Waits(Wait(entry.notes[0], decider, others))
        entry.say_of_each({"reviewer": "nobody"})

    def _carry_out(
        self,
        author: Author,
        name: str,
        work: Callable[[ActEntry], T],
        meant: Once | None = None,
        *,
        waits: bool = False,
    ) -> Done[T]:
        def once(store: Repositories) -> Outcome[Done[T]]:
            state = store.publications.lock()
            entry = self._entry(store, author, meant)
            value = work(entry)
            entry.tell(entry.carries or name)
            published_now = self._publish(state, entry)
            done = Done(value, published_now.state.revision, entry.mails)
            if meant is not None:
                keep(entry, meant, done, waits=waits)
            return Outcome(done, recorded(entry, published_now.state, opens=published_now.opens))

        try:
            return self._work.record(once)
        except DoneBefore as before:
            earlier = before
        except (AccessDeniedError, NotFoundError, ConflictError) as refusal:
            self._record_refusal(author, name, refusal)
            raise
        finally:
            self._signals.feed.announce()
            self._signals.commands.announce()
        return earlier.answer()

    def preview(self, author: Author, act: Act[Any]) -> Effects:
        """Say what an act would open and close, and do nothing of it: it is carried out on trial.

        Nobody waits for it (`RecordedWork.trial`), and one person stands for all who are alike (`stand_ins`).

        Raises:
            ServiceError: what refuses the act; somebody else's things are recorded as refused.
        """
        kind = self._acts.of(act)
        require_sound(act)

        def once(store: Repositories) -> Effects:
            entry = replace(self._entry(store, author), stand_ins=StandIns())
            check_role(author, *kind.by)
            kind.perform(entry, act)
            return effects(entry)

        try:
            return self._work.trial(once)
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
            return work(store.within(author.reach))

        try:
            return self._work.read(once)
        except (AccessDeniedError, NotFoundError) as refusal:
            self._record_refusal(author, page, refusal)
            raise

    def lists(self, author: Author, work: Callable[[Repositories], T]) -> T:
        """Read what stands on every page and refuses nobody, such as the registry of extranets."""
        return self._work.read(lambda store: work(store.within(author.reach)))

    def _entry(self, store: Repositories, author: Author, once: Once | None = None) -> ActEntry:
        _confirm(store, author, french_day(self._clock.now()))
        store = store.within(author.reach)
        entry = ActEntry(
            store=store,
            author=author,
            clock=self._clock,
            catalogue=self._catalogue,
            usual_rules=self._acts.usual_rules,
        )
        if once is not None:  # before anything is refused: it may have been possible when it was done
            look_for(entry, once)
        _may_write(store, author)
        return entry

    def _publish(self, state: FeedState, entry: ActEntry) -> _Published:
        store, digest = entry.store, state.digest
        facts = {fact.key: fact.value for entity in entry.changed for fact in published(entity)}
        anew = {fact.key for entity in entry.anew for fact in published(entity)}
        known = store.publications.values_of(tuple(facts))
        news, opens = [], False
        for key, value in facts.items():
            old = known.get(key)
            if old != value or key in anew:
                digest = digest_after(digest, key, old, value)
                news.append(PublishedFact(key, value))
                before = None if old is None or key in anew else read_fact(key, old)
                opens = opens or widens(before, read_fact(key, value))
        if not news:
            return _Published(state, opens=False)
        change = FeedChange(state.revision + 1, tuple(news), digest, state.epoch)
        store.publications.append(change, self._clock.now())
        return _Published(FeedState(change.revision, state.epoch, digest), opens)

    def _record_refusal(
        self, author: Author, act: str, refusal: AccessDeniedError | NotFoundError | ConflictError
    ) -> None:
        event = refusal_event(author, act, refusal, self._clock.now())
        self._work.record(lambda _store: Outcome(None, (event,)))


def _confirm(store: Repositories, author: Author, today: date) -> None:
    if author.role in {Role.OPERATOR, Role.CLOCK, Role.PERSON}:  # a person was signed in by auth
        return
    one, who = store.administrators.get(author.administrator_id), (author.role, author.organisation_id, author.caf)
    if one is None or (one.role, one.organisation_id, one.caf) != who or not may_act(store, one, today):
        raise RoleNotConfirmedError(f"administrator {author.administrator_id} is not active")


def _may_write(store: Repositories, author: Author) -> None:
    """Read only for a partner while its convention is suspended, whatever the act: the Caf still acts."""
    if author.role is Role.PARTNER_ADMINISTRATOR:
        convention = store.conventions.of(author.organisation_id)
        if convention is not None and convention.state is ConventionState.SUSPENDED:
            raise ConventionSuspendedError(f"convention {convention.id} is suspended")

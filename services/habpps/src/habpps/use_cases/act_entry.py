"""An act as data, and what it may do while it is carried out: write, say what happened, command, tell people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from habpps.domain.account_command import MAILS, AccountCommand, CommandKind, CommandState
from habpps.domain.act import Act as Act
from habpps.domain.act import Done as Done
from habpps.domain.act import Note as Note
from habpps.domain.act import T_co as T_co
from habpps.domain.authorship import Author, check_reach
from habpps.domain.habilitation import Habilitation
from habpps.domain.notices import Notice
from habpps.domain.organisation import Organisation
from habpps.domain.people import AccountHolder, Administrator, Role, User
from habpps.domain.publication import Entity
from habpps.domain.reach import Reach
from habpps.domain.refusals import PersonDiffersError
from habpps.domain.review_rule import ReviewRule, UsualRule
from habpps.domain.soundness import require_sound
from habpps.use_cases.ports import Catalogue, Repositories
from habpps.use_cases.save_entity import save
from habpps.use_cases.stand_ins import StandIns
from habpps.use_cases.tell_people import Happened, people_to_tell
from partnerkit.days import french_day
from servicekit.clock import Clock
from servicekit.identifiers import new_id

_MAILED_BY_ITSELF = frozenset({CommandKind.CREATE, CommandKind.LOCK, CommandKind.UNLOCK})


@dataclass(kw_only=True)
class ActEntry:
    """One act being written. `store` reaches as far as the author does."""

    store: Repositories
    author: Author
    clock: Clock
    catalogue: Catalogue
    changed: list[Entity] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    commands: list[AccountCommand] = field(default_factory=list)
    carries: str = ""
    """Name of the act that an approval carries out."""
    usual_rules: Mapping[str, UsualRule] = field(default_factory=dict)
    """By act that may open something."""
    promised: int = 0
    """To how many people the act promises something that opens with their answer: it counts as if it opened now."""
    needs_two: bool = False
    """The act weakens what protects: it needs a second person whatever it opens."""
    anew: list[Entity] = field(default_factory=list)
    """Published and waited for as if they were new, also where nothing changes."""
    stand_ins: StandIns | None = None
    """Of an act on trial: who stands for all who are alike."""

    def of(self, author: Author) -> "ActEntry":
        """Return the same act, written by somebody else as far as they reach: what they do is done and told with it.

        Raises:
            OutOfReachError: they reach further than the author.
        """
        return replace(self, author=author, store=self.store.within(author.reach))

    def rule_for(self, act: str) -> ReviewRule:
        """Return what the one Caf within reach says of an act that may open something."""
        return self.store.review_rules.made_for(act) or self.usual_rules[act].at(self.caf)

    @property
    def caf(self) -> str:
        """The Caf for whose convention the act is.

        Raises:
            OutOfReachError: the operator has not said which (`for_caf`).
        """
        return self.store.reach.one_caf()

    def for_caf(self, caf: str) -> "ActEntry":
        """Go on within the reach of one Caf; what is written belongs to the same act."""
        return replace(self, store=self.store.within(Reach(caf)))

    @property
    def mails(self) -> int:
        """How many mails the commands of this act will send."""
        return sum(MAILS[command.kind] for command in self.commands)

    @property
    def today(self) -> date:
        """The French civil date."""
        return french_day(self.clock.now())

    def save(self, *entities: Entity, anew: bool = False) -> None:
        """Write entities, those of a kind at once; what is public of them will be published with this act.

        `anew`: whether they were there before must not be seen: they are published and waited for as what is new.

        Of a new account, the person is written with the first user or administrator. A person who changes is published
        anew in every organisation, with every Caf.

        Raises:
            FormRefusedError: one holds text that is not clean, a wrong address or an implausible day.
            PersonDiffersError: an account is another person's.
        """
        for entity in entities:
            require_sound(entity)
        people = [one for one in entities if isinstance(one, User | Administrator)]
        self._write([*(self._holders_of(people) if people else ()), *entities])
        self.anew.extend(entities if anew else ())
        known = [one.account_id for one in entities if isinstance(one, AccountHolder)]
        if known:
            self.changed.extend(self.store.everywhere.users(*known))
            self.changed.extend(self.store.everywhere.administrators(*known))

    def _write(self, entities: Sequence[Entity]) -> None:
        save(self.store, entities)
        self.changed.extend(entities)

    def _holders_of(self, people: Sequence[User | Administrator]) -> list[AccountHolder]:
        """Those who are not written yet."""
        known = dict(self.store.people.of_accounts([one.account_id for one in people]))
        new: list[AccountHolder] = []
        for one in people:
            holder = known.get(one.account_id)
            if holder is None:
                known[one.account_id] = holder = AccountHolder(account_id=one.account_id, person=one.person)
                new.append(holder)
            if holder.person != one.person:
                raise PersonDiffersError(f"account {one.account_id} is another person's")
        for holder in new:
            require_sound(holder)
        return new

    def held(self, organisation_id: str, group_id: str = "") -> tuple[Habilitation, ...]:
        """Return the places that are held in an organisation, or in one group of it, to change all of them.

        On trial they are those of one person for all who are alike.
        """
        if self.stand_ins is None:
            return self.store.habilitations.held(organisation_id, group_id)
        people = self.stand_ins.of(self.store, organisation_id, self.author, self.today)
        return tuple(place for one in people for place in one.held if group_id in {"", place.group_id})

    def note(self, note: Note) -> None:
        """Say what happened; every act says at least one thing.

        Raises:
            FormRefusedError: its text is not clean.
        """
        require_sound(note)
        self.notes.append(replace(note, author=self.author, caf=self.store.reach.caf or ""))

    def note_elsewhere(self, note: Note, organisation_id: str, caf: str) -> None:
        """Say it in another organisation too, or for another Caf, beyond the reach of the author, who is not named.

        Raises:
            FormRefusedError: its text is not clean.
        """
        require_sound(note)
        there = replace(note, organisation_id=organisation_id, caf=caf, author=self.author, from_elsewhere=True)
        self.notes.append(there)

    def note_apart(self, note: Note) -> None:
        """Say it to the national auditor alone: neither the organisation nor its Caf reads it.

        Raises:
            FormRefusedError: its text is not clean.
        """
        require_sound(note)
        self.notes.append(replace(note, organisation_id="", author=self.author, is_apart=True))

    def say_of_each(self, details: Mapping[str, str]) -> None:
        """Add details to everything that was said so far."""
        self.notes[:] = [replace(note, details={**note.details, **details}) for note in self.notes]

    def command(self, kind: CommandKind, account_id: str, organisation_id: str, content: Mapping[str, str]) -> None:
        """Ask something of the account service, after the commit.

        Raises:
            FormRefusedError: its text is not clean.
        """
        self.command_each(kind, organisation_id, {account_id: content})

    def command_each(self, kind: CommandKind, organisation_id: str, contents: Mapping[str, Mapping[str, str]]) -> None:
        """Ask the same of several accounts, after the commit; `contents` by account.

        Raises:
            FormRefusedError: text is not clean.
        """
        require_sound(contents)
        commands = [self._new(kind, account_id, organisation_id, one) for account_id, one in contents.items()]
        self.store.commands.save(*commands)
        self.commands.extend(commands)

    def _new(
        self, kind: CommandKind, account_id: str, organisation_id: str, content: Mapping[str, str]
    ) -> AccountCommand:
        now = self.clock.now()
        return AccountCommand(
            id=new_id(),
            kind=kind,
            account_id=account_id,
            organisation_id=organisation_id,
            caf=self.caf,
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
        creations: list[AccountCommand] = []
        for organisation_id in dict.fromkeys(one.organisation_id for one in self.notes if one.is_told_here):
            for account_id, notice in people_to_tell(self.store, organisation_id, happened).items():
                known = written.get(account_id)
                if known is None:
                    require_sound(notice)
                    notices.append(self._new(CommandKind.NOTIFY, account_id, organisation_id, notice.content()))
                elif known.kind is CommandKind.CREATE:
                    creations.append(_saying_what_opens(known, notice))
        self.store.commands.save(*creations, *notices)
        self.commands.extend(notices)

    def remember_sent(self, command_id: str, account_id: str, organisation_id: str) -> None:
        """Note that a notice needs no sending: this act says the same."""
        now = self.clock.now()
        self.store.commands.save(
            AccountCommand(
                id=command_id,
                kind=CommandKind.NOTIFY,
                account_id=account_id,
                organisation_id=organisation_id,
                caf=self.caf,
                requested_by=self.author.account_id,
                requested_at=now,
                next_attempt_at=now,
                state=CommandState.DONE,
            )
        )

    def command_again(self, commands: Sequence[tuple[AccountCommand, Mapping[str, str]]]) -> None:
        """Ask once more what was refused, each with its content of today.

        Raises:
            FormRefusedError: text is not clean.
        """
        now = self.clock.now()
        for _, content in commands:
            require_sound(content)
        again = [command.again(content, self.author.account_id, now) for command, content in commands]
        self.store.commands.save(*again)
        self.commands.extend(again)

    def organisation(self, organisation_id: str) -> Organisation:
        """Return an organisation that the author may change.

        Raises:
            UnknownThingError: it is not theirs.
        """
        return check_reach(self.author, self.store.organisations.get(organisation_id))


def _saying_what_opens(creation: AccountCommand, notice: Notice) -> AccountCommand:
    return replace(creation, content=dict(creation.content, opened=notice.content()["opened"]))

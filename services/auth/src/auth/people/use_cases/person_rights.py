"""What the fresh snapshot of the rights says of a person: organisations, open extranets, reasons. Fails closed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from auth.clients.domain.clients import IDENTITY_SCOPES, Client
from auth.ground.domain.errors import ExtranetClosedError, RightsStaleError
from auth.people.domain.sessions import Session, SessionState
from auth.people.use_cases.ports import RightsReplica
from partnerkit.days import french_day
from rights.decision import OpenExtranet, administrator_roles, held_roles, open_extranets, organisations_of, why_closed
from rights.facts import Administrator, Extranet, Organisation
from rights.places import cafs_in, offered_to
from rights.snapshot import Snapshot
from servicekit.clock import Clock


def only_one(organisations: Sequence[str] | None) -> str | None:
    """The organisation of a person who has just one; nobody is asked to choose it."""
    return organisations[0] if organisations is not None and len(organisations) == 1 else None


@dataclass(frozen=True)
class ClosedExtranet:
    """An extranet that is not open to the person, and why (a reason of `rights`)."""

    code: str
    label: str
    reason: str


@dataclass(frozen=True)
class ExtranetRights:
    """What goes into a token: the open extranet (None when the client is no extranet) and the revision.

    `caf`: the only Caf for which the person works in the organisation; empty when there are several.
    """

    opened: OpenExtranet | None
    organisation: Organisation | None
    revision: int
    caf: str = ""


class _Pinned:
    """A replica that stays at one snapshot."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    def current(self) -> tuple[Snapshot, timedelta]:
        return self._snapshot, timedelta(0)


class PersonRights:
    """Asks the replica. Every answer comes from a snapshot confirmed less than `freshness` ago."""

    def __init__(self, replica: RightsReplica, clock: Clock, freshness: timedelta = timedelta(seconds=5)) -> None:
        """`freshness`: older snapshots authorise nothing."""
        self._replica = replica
        self._clock = clock
        self._freshness = freshness

    def pinned(self) -> tuple[PersonRights, Snapshot]:
        """The same questions, all answered from the snapshot of this moment.

        Raises:
            RightsStaleError: the replica is not fresh.
        """
        snapshot = self._fresh()
        return PersonRights(_Pinned(snapshot), self._clock, self._freshness), snapshot

    def may_enter(self, session: SessionState, extranet: str | None) -> bool:
        """Whether `for_client` would give something: the extranet is open, or no extranet is asked for.

        Raises:
            RightsStaleError: the replica is not fresh.
        """
        if extranet is not None:
            return self.is_open(session, extranet)
        return _is_active(self._fresh(), session, french_day(self._clock.now()))

    def organisations(self, account_id: str) -> tuple[Organisation, ...]:
        """The organisations in which the person is active.

        Raises:
            RightsStaleError: the replica is not fresh.
        """
        return organisations_of(self._fresh(), account_id, french_day(self._clock.now()))

    def organisation_ids(self, account_id: str) -> tuple[str, ...] | None:
        """As `organisations`, by identifier; None while nothing is fresh."""
        try:
            return tuple(known.id for known in self.organisations(account_id))
        except RightsStaleError:
            return None

    def for_client(self, session: SessionState, extranet: str | None) -> ExtranetRights:
        """The rights that a token for this extranet carries.

        Raises:
            ExtranetClosedError: the person holds no habilitation on it.
            RightsStaleError: the replica is not fresh.
        """
        snapshot = self._fresh()
        today = french_day(self._clock.now())
        key = ("rights for a client", session.account_id, session.organisation_id, extranet, today)
        found = snapshot.remembered(key, lambda: _for_client(snapshot, session, extranet, today))
        if found is not None:
            return found
        raise ExtranetClosedError(
            f"{extranet} is not open to this person" if extranet else "the person is not active in the organisation",
            reason=self._reason(snapshot, session, extranet) if extranet else "NO_ORGANISATION",
            extranet=extranet or "",
            rights_revision=snapshot.revision,
        )

    def is_open(self, session: SessionState, extranet: str) -> bool:
        """Whether the person holds a habilitation on this extranet.

        Raises:
            RightsStaleError: the replica is not fresh.
        """
        return any(opened.code == extranet for opened in self._opened(self._fresh(), session))

    def roles(self, session: Session) -> tuple[str, ...]:
        """The administration roles of the person in the session's organisation.

        Raises:
            RightsStaleError: the replica is not fresh.
        """
        if session.organisation_id is None:
            return ()
        today = french_day(self._clock.now())
        return administrator_roles(self._fresh(), session.account_id, session.organisation_id, today)

    def held_roles(self, session: Session) -> tuple[str, ...]:
        """The administration roles the person holds in the session's organisation: for display only."""
        snapshot, _ = self._replica.current()
        if snapshot is None or session.organisation_id is None:
            return ()
        return held_roles(snapshot, session.account_id, session.organisation_id)

    def owner_of(self, extranet: str) -> str | None:
        """Whose extranet this code names, enabled or not; None: Habpps has none.

        Raises:
            RightsStaleError: the replica is not fresh.
        """
        known = self._fresh().find(Extranet, extranet)
        return known.owner if known is not None else None

    def caf_of(self, session: Session) -> str:
        """The Caf whose agent the person is in this session; empty when the organisation is no Caf.

        Raises:
            RightsStaleError: the replica is not fresh.
        """
        known = self._fresh().find(Organisation, session.organisation_id or "")
        return known.caf if known is not None and known.kind == "caf" else ""

    def overview(self, session: Session) -> tuple[tuple[OpenExtranet, ...], tuple[ClosedExtranet, ...]]:
        """Every extranet: those open to the person, and those closed with their reason.

        Administration extranets are listed only when they are open.

        Raises:
            RightsStaleError: the replica is not fresh.
        """
        snapshot = self._fresh()
        opened = self._opened(snapshot, session)
        codes = {known.code for known in opened}
        closed = tuple(
            ClosedExtranet(known.code, known.label, self._reason(snapshot, session, known.code))
            for known in offered_to(snapshot, session.account_id, session.organisation_id or "")
            if known.code not in codes and known.enabled and known.kind == "professional"
        )
        return opened, closed

    def why_nothing_is_open(self, session: Session) -> str:
        """CONVENTION_ENDED, DEPARTED, or empty: something is open, or the extranets are closed for other reasons.

        Raises:
            RightsStaleError: the replica is not fresh.
        """
        opened, closed = self.overview(session)
        reasons = {known.reason for known in closed}
        if opened or not reasons:
            return ""
        if reasons & {"CONVENTION_ENDED", "CONVENTION_TERMINATED"}:
            return "CONVENTION_ENDED"
        return "DEPARTED" if "HABILITATION_ENDED" in reasons else ""

    def organisation_names(self, account_id: str) -> tuple[str, ...]:
        """Of every organisation the person was ever in: words of a password; from a snapshot of any age."""
        snapshot, _ = self._replica.current()
        members = snapshot.users_of_account(account_id) if snapshot is not None else ()
        names = (self.organisation_name(user.organisation_id) for user in members)
        return tuple(name for name in names if name is not None)

    def organisation_name(self, organisation_id: str | None) -> str | None:
        """For display only, so from a snapshot of any age."""
        snapshot, _ = self._replica.current()
        known = snapshot.find(Organisation, organisation_id) if snapshot is not None and organisation_id else None
        return known.name if known is not None else None

    def caf_for(self, session: Session) -> str:
        """The only Caf for which the person works in the organisation of the session, or empty; for display only."""
        snapshot, _ = self._replica.current()
        return _only_caf(snapshot, session) if snapshot is not None else ""

    def helpers(self, account_id: str) -> tuple[str, ...]:
        """Accounts of the other administrators of the person's organisations; for display only."""
        snapshot, _ = self._replica.current()
        if snapshot is None:
            return ()
        places = {(user.organisation_id, user.caf) for user in snapshot.users_of_account(account_id)}
        found = {
            known.account_id
            for known in snapshot.all_of(Administrator)
            if (known.organisation_id, known.caf) in places
            if known.state == "active" and known.account_id != account_id
        }
        return tuple(sorted(found))

    def cafs_of(self, account_id: str) -> tuple[str, ...]:
        """Codes of the Cafs with which the person's organisations have a convention; for display only."""
        snapshot, _ = self._replica.current()
        members = snapshot.users_of_account(account_id) if snapshot is not None else ()
        return tuple(sorted({user.caf for user in members}))

    def other_extranets(self, client: Client, words: Sequence[str]) -> list[str]:
        """Names of the extranets, other than the client's own, in which its scope lets it act for the person."""
        own = (*IDENTITY_SCOPES, client.extranet)
        return [self.label_of(word) for word in words if word not in own]

    def label_of(self, code: str) -> str:
        """The name of an extranet, or its code."""
        snapshot, _ = self._replica.current()
        known = snapshot.find(Extranet, code) if snapshot is not None else None
        return known.label if known is not None else code

    def _opened(self, snapshot: Snapshot, session: SessionState) -> tuple[OpenExtranet, ...]:
        return _opened(snapshot, session, french_day(self._clock.now()))

    def _reason(self, snapshot: Snapshot, session: SessionState, extranet: str) -> str:
        if session.organisation_id is None:
            return "NO_ORGANISATION"
        today = french_day(self._clock.now())
        return why_closed(snapshot, session.account_id, session.organisation_id, extranet, today).reason

    def _fresh(self) -> Snapshot:
        snapshot, age = self._replica.current()
        if snapshot is None or age > self._freshness:
            raise RightsStaleError("the replica of the rights is not known to be fresh")
        return snapshot


def _for_client(snapshot: Snapshot, session: SessionState, extranet: str | None, today: date) -> ExtranetRights | None:
    """None: it is not open to the person."""
    opened = next((one for one in _opened(snapshot, session, today) if one.code == extranet), None)
    if opened is None and (extranet is not None or not _is_active(snapshot, session, today)):
        return None
    organisation = snapshot.find(Organisation, session.organisation_id) if session.organisation_id else None
    return ExtranetRights(opened, organisation, snapshot.revision, _only_caf(snapshot, session))


def _opened(snapshot: Snapshot, session: SessionState, today: date) -> tuple[OpenExtranet, ...]:
    if session.organisation_id is None:
        return ()
    return open_extranets(snapshot, session.account_id, session.organisation_id, today)


def _is_active(snapshot: Snapshot, session: SessionState, today: date) -> bool:
    return session.organisation_id in {known.id for known in organisations_of(snapshot, session.account_id, today)}


def _only_caf(snapshot: Snapshot, session: SessionState) -> str:
    cafs = cafs_in(snapshot, session.account_id, session.organisation_id) if session.organisation_id else frozenset()
    return next(iter(cafs)) if len(cafs) == 1 else ""

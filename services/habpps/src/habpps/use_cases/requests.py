"""Acts that wait for a second person: asked by one administrator, decided by another of the same side within 72 hours.

`Register` asks when the rule of the registry says so, and carries the act out when it is approved: with all of its
checks, as its author.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from habpps.domain.account_command import CommandKind
from habpps.domain.authorship import Author
from habpps.domain.habilitation import Habilitation
from habpps.domain.notices import Notice, NoticeKind
from habpps.domain.people import Administrator, Role, User
from habpps.domain.publication import facts_of
from habpps.domain.refusals import (
    OwnRequestError,
    RequestDecidedError,
    UnknownThingError,
)
from habpps.use_cases.act_entry import Act, ActEntry, Note
from habpps.use_cases.act_kinds import ActKind, Review
from habpps.use_cases.acting_administrators import those_who_can_sign_in
from habpps.use_cases.ports import Repositories
from habpps.use_cases.preview_act import OF_ONE_PERSON, effects
from habpps.use_cases.request_ports import ActRequest, RequestState
from rights.facts import read_fact
from rights.widening import widens
from servicekit.identifiers import new_id

EXPIRED = "habpps.request.expired"
WAITS_FOR = timedelta(hours=72)
MADE, APPROVED, REFUSED = "habpps.request.made", "habpps.request.approved", "habpps.request.refused"


class WaitsForSecondPerson(Exception):  # noqa: N818 - nothing failed
    """The act is not done: it waits as a request for a second administrator."""

    def __init__(self, request_id: str, *, again: bool = False) -> None:
        """Keep the identifier of the request. `again`: it was asked for by an earlier call (`use_cases.receipts`)."""
        super().__init__("the act waits for a second person")
        self.request_id, self.again = request_id, again


def needs_second_person(entry: ActEntry, kind: ActKind, most_people: int) -> bool:
    """Say whether the rule of the registry asks for two people, now that the act is carried out and not published."""
    if entry.author.role not in {Role.PARTNER_ADMINISTRATOR, Role.CAF_ADMINISTRATOR}:
        return False
    return kind.review is Review.ALWAYS or _opens_for_more(entry, most_people)


def _opens_for_more(entry: ActEntry, most_people: int) -> bool:
    people = {one.id if isinstance(one, User) else one.user_id for one in entry.changed if isinstance(one, _OF_A_USER)}
    if len(people) <= most_people and all(isinstance(one, OF_ONE_PERSON) for one in entry.changed):
        return False
    facts = [fact for one in entry.changed for fact in facts_of(one)]
    known = entry.store.publications.values_of([fact.key for fact in facts])
    before = {key: read_fact(key, value) for key, value in known.items()}
    return any(widens(before.get(one.key), one) for one in facts) and effects(entry).gaining > most_people


_OF_A_USER = User | Habilitation


def others_of_the_side(entry: ActEntry, kind: ActKind) -> tuple[Administrator, ...]:
    """Return the other administrators who could approve; the operator and the clock are of no side."""
    author = entry.author
    if not author.organisation_id:
        return ()
    side = [
        one
        for one in entry.store.administrators.of(author.organisation_id)
        if one.caf == author.caf and one.role in kind.by and one.account_id != author.account_id
    ]
    return those_who_can_sign_in(entry.store, side, entry.today)


def ask(entry: ActEntry, name: str, act: Act[Any], about: Note, others: Sequence[Administrator]) -> str:
    """Keep the act as a request and tell those who can approve; return its identifier."""
    author, now = entry.author, entry.clock.now()
    request = ActRequest(
        id=new_id(),
        organisation_id=author.organisation_id,
        caf=author.caf,
        about=about.organisation_id,
        name=name,
        act=act,
        label=about.label,
        asked_by=author.administrator_id,
        asked_by_name=author.display_name,
        asked_at=now,
        expires_at=now + WAITS_FOR,
    )
    entry.store.requests.save(request)
    entry.note(_note(MADE, request))
    organisation = entry.store.organisations.get(author.organisation_id)
    notice = Notice(
        kind=NoticeKind.REQUEST_WAITING, organisation_name="" if organisation is None else organisation.name
    )
    told = {one.account_id: notice.content() for one in others}
    entry.command_each(CommandKind.NOTIFY, author.organisation_id, told)
    return request.id


def waiting(entry: ActEntry, request_id: str) -> ActRequest:
    """Return a request of the author's own side that can be decided.

    Raises:
        UnknownThingError: not theirs.
        RequestDecidedError: decided already, or its time is over.
    """
    request = of_ones_side(entry.author, entry.store.requests.get(request_id))
    if request.state is not RequestState.WAITING or request.act is None or entry.clock.now() >= request.expires_at:
        raise RequestDecidedError("decided already, or too late")
    return request


def expire(entry: ActEntry, request_id: str) -> None:
    """Write that nobody decided in time; whoever else was first has done it.

    Raises:
        UnknownThingError, RequestDecidedError: there is none that waits too long.
    """
    request = entry.store.requests.get(request_id)
    if request is None:
        raise UnknownThingError("request")
    if request.state is not RequestState.WAITING or entry.clock.now() < request.expires_at:
        raise RequestDecidedError("decided already, or in time")
    close(entry, request, RequestState.EXPIRED, EXPIRED, "")


def of_ones_side(author: Author, request: ActRequest | None) -> ActRequest:
    """Return a request if it is of the author's own side.

    Raises:
        UnknownThingError: there is none, or it is of another side.
    """
    if request is None:
        raise UnknownThingError("request")
    if (request.organisation_id, request.caf) != (author.organisation_id, author.caf):
        raise UnknownThingError("request", true_reason="OTHER_ORGANISATION")
    return request


def check_not_own(entry: ActEntry, request: ActRequest) -> None:
    """Nobody approves what they asked for, under another role either.

    Raises:
        OwnRequestError: they did.
    """
    asked_by = entry.store.administrators.get(request.asked_by)
    if asked_by is None or asked_by.account_id == entry.author.account_id:
        raise OwnRequestError("asked by the same person")


def author_of(store: Repositories, request: ActRequest) -> Author | None:
    """Return who asked, as the author of the act: the register confirms them as for any act. None: no longer known."""
    one = store.administrators.get(request.asked_by)
    if one is None:
        return None
    return Author(
        administrator_id=one.id,
        account_id=one.account_id,
        display_name=one.person.display_name,
        organisation_id=one.organisation_id,
        role=one.role,
        caf=one.caf,
    )


def close(entry: ActEntry, request: ActRequest, state: RequestState, act: str, reason: str) -> None:
    """Write the decision."""
    entry.store.requests.save(request.decided(state, entry.author, entry.clock.now(), reason))
    entry.note(_note(act, request, reason))


def _note(act: str, request: ActRequest, reason: str = "") -> Note:
    return Note(
        act=act,
        subject=f"request:{request.id}",
        organisation_id=request.about or request.organisation_id,
        label=request.label,
        reason=reason,
        details={"act": request.name},
    )

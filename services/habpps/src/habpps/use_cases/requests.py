"""Acts that wait for a second person: asked by one administrator, decided within 72 hours by another of the same side,
or by one of the Caf where its rule says so.

`Register` asks when the registry or the rule of the Caf says so, and carries the act out when it is approved: with all
of its checks, as its author.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from habpps.domain.account_command import CommandKind
from habpps.domain.authorship import Author, check_role
from habpps.domain.habilitation import Habilitation
from habpps.domain.notices import Notice, NoticeKind
from habpps.domain.people import Administrator, Role, User
from habpps.domain.publication import facts_of
from habpps.domain.refusals import (
    OwnRequestError,
    RequestDecidedError,
    RoleNotAllowedError,
    UnknownThingError,
)
from habpps.domain.review_rule import Decider, ReviewRule, UsualRule, When
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


def second_person(entry: ActEntry, kind: ActKind, most_people: int) -> Decider | None:
    """Return who must agree, now that the act is carried out and not published; None: nobody else.

    `most_people`: for an act that no rule can be made for.
    """
    if entry.author.role not in {Role.PARTNER_ADMINISTRATOR, Role.CAF_ADMINISTRATOR}:
        return None
    if kind.review is Review.ALWAYS or entry.needs_two:
        return Decider.SAME_SIDE
    usual = UsualRule(kind.name, kind.by, most_people).at(entry.caf)
    rule = entry.rule_for(kind.name) if kind.opens else usual
    if not _waits(entry, rule):
        return None
    return rule.decider if entry.author.role is Role.PARTNER_ADMINISTRATOR else Decider.SAME_SIDE


def _waits(entry: ActEntry, rule: ReviewRule) -> bool:
    if rule.when is When.ALWAYS:
        return bool(entry.promised) or _widens(entry)
    if rule.when is When.FROM_PEOPLE:
        return entry.promised >= rule.people or _opens_for_more(entry, rule.people - 1)
    return False


def _opens_for_more(entry: ActEntry, most_people: int) -> bool:
    people = {one.id if isinstance(one, User) else one.user_id for one in entry.changed if isinstance(one, _OF_A_USER)}
    if len(people) <= most_people and all(isinstance(one, OF_ONE_PERSON) for one in entry.changed):
        return False
    return _widens(entry) and effects(entry).gaining > most_people


def _widens(entry: ActEntry) -> bool:
    """Say whether a fact that changes may open something."""
    facts = [fact for one in entry.changed for fact in facts_of(one)]
    known = entry.store.publications.values_of([fact.key for fact in facts])
    before = {key: read_fact(key, value) for key, value in known.items()}
    return any(widens(before.get(one.key), one) for one in facts)


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


def those_of_the_caf(entry: ActEntry) -> tuple[Administrator, ...]:
    """Return the administrators of the Caf who could approve what a partner asks: never whoever asks."""
    of_the_caf = [one for one in entry.store.administrators.of_the_caf() if one.account_id != entry.author.account_id]
    return those_who_can_sign_in(entry.store, of_the_caf, entry.today)


@dataclass(frozen=True)
class Wait:
    """Why an act is not done yet: what it is about, who must agree, and those of them who can."""

    about: Note
    decider: Decider
    others: tuple[Administrator, ...]


def ask(entry: ActEntry, name: str, act: Act[Any], wait: Wait) -> str:
    """Keep the act as a request and tell those who can approve; return its identifier."""
    author, now, about = entry.author, entry.clock.now(), wait.about
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
        decider=wait.decider,
    )
    entry.store.requests.save(request)
    entry.note(_note(MADE, request))
    organisation = entry.store.organisations.get(author.organisation_id)
    notice = Notice(
        kind=NoticeKind.REQUEST_WAITING, organisation_name="" if organisation is None else organisation.name
    )
    told = {one.account_id: notice.content() for one in wait.others}
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
    """Return a request if it is of the author's own side, or one that their Caf decides.

    Raises:
        UnknownThingError: there is none, or it is of another side.
    """
    if request is None:
        raise UnknownThingError("request")
    own_side = (request.organisation_id, request.caf) == (author.organisation_id, author.caf)
    if not own_side and not decides_for_partner(author, request):
        raise UnknownThingError("request", true_reason="OTHER_ORGANISATION")
    return request


def decides_for_partner(author: Author, request: ActRequest) -> bool:
    """Say whether it is the author's Caf that decides what a partner of it asks."""
    return request.decider is Decider.CAF and author.is_caf and request.caf == author.caf


def check_decider(author: Author, request: ActRequest, kind: ActKind) -> None:
    """Let only those approve whom the rule named when the request was made.

    Raises:
        RoleNotAllowedError: others, of the same partner too.
    """
    if request.decider is Decider.SAME_SIDE:
        check_role(author, *kind.by)
    elif not decides_for_partner(author, request):
        raise RoleNotAllowedError("the Caf decides this")


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

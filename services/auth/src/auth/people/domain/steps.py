"""A sign-in is a list of steps: the password at the sign-in page, then what the account and its organisations ask for.

`STEPS` is the register: a step is asked for only if it stands there, with its page. What remains is kept in the session
(`Session.pending`); nothing is given while something does. Where a person is sent is decided by `next_step` alone.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from enum import Enum

from auth.people.domain.factors import FactorKind, levels_within


class Step(Enum):
    """What may remain to be done after the password."""

    CHOOSE_PASSWORD = "choose_password"  # noqa: S105 - the name of a step
    ACCEPT_ENGAGEMENT = "accept_engagement"
    ENROL_FACTOR = "enrol_factor"
    SECOND_FACTOR = "second_factor"
    CHOOSE_ORGANISATION = "choose_organisation"
    UNKNOWN = "unknown"  # of a version that knows more than this one: the session is not signed in


@dataclass(frozen=True)
class Needs:
    """What decides the steps of one sign-in. `organisations`: in which the person is active; None: nobody knows now."""

    second_factor: bool = False  # the account has one
    provisional_password: bool = False
    engagement_accepted: bool = False  # its version of today
    organisation_id: str | None = None
    organisations: Collection[str] | None = None


@dataclass(frozen=True)
class StepEntry:
    """One step of the register. `page`: where the person does it; `adds`: what it proves, when it proves something."""

    step: Step
    page: str
    is_needed: Callable[[Needs], bool]
    adds: FactorKind | None = None


def lacks_organisation(needs: Needs) -> bool:
    """Whether one is to be chosen: the session has none of those there are. Who has none at all chooses nothing."""
    if needs.organisations is None:
        return needs.organisation_id is None
    return bool(needs.organisations) and needs.organisation_id not in needs.organisations


STEPS: tuple[StepEntry, ...] = (
    StepEntry(Step.SECOND_FACTOR, "/second-factor", lambda needs: needs.second_factor, adds=FactorKind.ONE_TIME),
    StepEntry(
        Step.CHOOSE_PASSWORD, "/choose-password", lambda needs: needs.provisional_password, adds=FactorKind.PASSWORD
    ),
    StepEntry(Step.ACCEPT_ENGAGEMENT, "/engagement", lambda needs: not needs.engagement_accepted),
    StepEntry(Step.CHOOSE_ORGANISATION, "/organisation", lacks_organisation),
)
"""In the order in which they are asked for. The second factor comes before another password may be chosen: whoever has
only the mailbox replaces nothing (ASVS 6.4.3)."""

AT_THE_DOOR = FactorKind.PASSWORD
"""What the sign-in page itself asks for."""


def steps_for(needs: Needs) -> tuple[Step, ...]:
    """Everything that remains after the password."""
    return tuple(entry.step for entry in STEPS if entry.is_needed(needs))


def next_step(pending: Sequence[Step], needs: Needs) -> Step | None:
    """What the person does next; None: the sign-in is finished. Where the organisation was left meanwhile, another one
    has to be chosen."""
    if pending:
        return pending[0]
    return Step.CHOOSE_ORGANISATION if needs.organisations is not None and lacks_organisation(needs) else None


def is_turn_of(step: Step, pending: Sequence[Step]) -> bool:
    """Whether it may be done now: it is the next one, or the sign-in is finished."""
    return not pending or pending[0] is step


def page_of(step: Step) -> str:
    """Where it is done.

    Raises:
        KeyError: it has no page.
    """
    return _PAGES[step]


def without(pending: Sequence[Step], done: Step) -> tuple[Step, ...]:
    """What remains after it."""
    return tuple(step for step in pending if step is not done)


def readable_steps(names: Sequence[str]) -> tuple[Step, ...]:
    """The steps of a stored list. One that has no page here makes the whole list unknown."""
    by_name = {entry.step.value: entry.step for entry in STEPS}
    found = tuple(by_name.get(name, Step.UNKNOWN) for name in names)
    return (Step.UNKNOWN,) if Step.UNKNOWN in found else found


def levels_offered() -> tuple[str, ...]:
    """`acr_values_supported`: every level that a sign-in can reach with the steps there are."""
    return levels_within({AT_THE_DOOR, *(entry.adds for entry in STEPS if entry.adds is not None)})


_PAGES = {entry.step: entry.page for entry in STEPS}
_ASKABLE = frozenset({*_PAGES, Step.UNKNOWN})


def check_askable(pending: Sequence[Step]) -> None:
    """Raises:
    ValueError: a step has no page, so nobody could ever finish it.
    """
    if not _ASKABLE.issuperset(pending):
        raise ValueError(f"a step without a page cannot be asked for: {[step.value for step in pending]}")

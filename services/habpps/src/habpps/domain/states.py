"""The state machines as tables: (state, event) -> state. What is not in a table is refused.

Modelled on the states of DataPass; the French labels live in `adapters/web/labels.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from habpps.domain.refusals import TransitionRefusedError


class ConventionState(StrEnum):
    """Life of a convention. A draft opens nothing and is not published."""

    DRAFT = "draft"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    DENOUNCED = "denounced"
    ENDED = "ended"
    TERMINATED_FOR_BREACH = "terminated_for_breach"


CONVENTION_OVER = frozenset({ConventionState.ENDED.value, ConventionState.TERMINATED_FOR_BREACH.value})
"""No way leads out of these: the next convention of the same organisation and Caf is another one."""


class ConventionEvent(StrEnum):
    """What can happen to a convention."""

    SIGN = "sign"
    SUSPEND = "suspend"
    LIFT = "lift"
    DENOUNCE = "denounce"
    END_NOTICE = "end_notice"
    TERMINATE = "terminate"


class ContractState(StrEnum):
    """Life of a service contract."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    ENDED = "ended"


class ContractEvent(StrEnum):
    """What can happen to a service contract."""

    SUSPEND = "suspend"
    REACTIVATE = "reactivate"
    END = "end"


class HabilitationState(StrEnum):
    """Life of a habilitation."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"


class HabilitationEvent(StrEnum):
    """What can happen to a habilitation."""

    SUSPEND = "suspend"
    REACTIVATE = "reactivate"
    WITHDRAW = "withdraw"


class UserState(StrEnum):
    """Life of a user in an organisation. Nobody is deleted: the name stays readable in the traces."""

    ACTIVE = "active"
    LOCKED = "locked"
    INACTIVE = "inactive"
    CLOSED = "closed"


class UserEvent(StrEnum):
    """What can happen to a user."""

    LOCK = "lock"
    UNLOCK = "unlock"
    SLEEP = "sleep"
    WAKE = "wake"
    CLOSE = "close"


State = TypeVar("State", bound=StrEnum)
Event = TypeVar("Event", bound=StrEnum)


@dataclass(frozen=True)
class Machine(Generic[State, Event]):
    """One table and its two questions."""

    name: str
    table: Mapping[tuple[State, Event], State]

    def after(self, state: State, event: Event) -> State:
        """Return the next state.

        Raises:
            TransitionRefusedError: the table has no such step.
        """
        following = self.table.get((state, event))
        if following is None:
            raise TransitionRefusedError(
                f"{self.name}: {event.value} is not possible from {state.value}",
                details={"machine": self.name, "state": state.value, "event": event.value},
            )
        return following

    def events(self, state: State) -> tuple[Event, ...]:
        """Return what can happen from a state, in the order of the table."""
        return tuple(event for (origin, event) in self.table if origin == state)


CONVENTION: Machine[ConventionState, ConventionEvent] = Machine(
    "convention",
    {
        (ConventionState.DRAFT, ConventionEvent.SIGN): ConventionState.ACTIVE,
        (ConventionState.ACTIVE, ConventionEvent.SUSPEND): ConventionState.SUSPENDED,
        (ConventionState.SUSPENDED, ConventionEvent.LIFT): ConventionState.ACTIVE,
        (ConventionState.ACTIVE, ConventionEvent.DENOUNCE): ConventionState.DENOUNCED,
        (ConventionState.DENOUNCED, ConventionEvent.END_NOTICE): ConventionState.ENDED,
        (ConventionState.ACTIVE, ConventionEvent.TERMINATE): ConventionState.TERMINATED_FOR_BREACH,
        (ConventionState.SUSPENDED, ConventionEvent.TERMINATE): ConventionState.TERMINATED_FOR_BREACH,
        (ConventionState.DENOUNCED, ConventionEvent.TERMINATE): ConventionState.TERMINATED_FOR_BREACH,
    },
)

SERVICE_CONTRACT: Machine[ContractState, ContractEvent] = Machine(
    "service_contract",
    {
        (ContractState.ACTIVE, ContractEvent.SUSPEND): ContractState.SUSPENDED,
        (ContractState.SUSPENDED, ContractEvent.REACTIVATE): ContractState.ACTIVE,
        (ContractState.ACTIVE, ContractEvent.END): ContractState.ENDED,
        (ContractState.SUSPENDED, ContractEvent.END): ContractState.ENDED,
    },
)

HABILITATION: Machine[HabilitationState, HabilitationEvent] = Machine(
    "habilitation",
    {
        (HabilitationState.ACTIVE, HabilitationEvent.SUSPEND): HabilitationState.SUSPENDED,
        (HabilitationState.SUSPENDED, HabilitationEvent.REACTIVATE): HabilitationState.ACTIVE,
        (HabilitationState.ACTIVE, HabilitationEvent.WITHDRAW): HabilitationState.WITHDRAWN,
        (HabilitationState.SUSPENDED, HabilitationEvent.WITHDRAW): HabilitationState.WITHDRAWN,
    },
)

USER: Machine[UserState, UserEvent] = Machine(
    "user",
    {
        (UserState.ACTIVE, UserEvent.LOCK): UserState.LOCKED,
        (UserState.LOCKED, UserEvent.UNLOCK): UserState.ACTIVE,
        (UserState.ACTIVE, UserEvent.SLEEP): UserState.INACTIVE,
        (UserState.INACTIVE, UserEvent.WAKE): UserState.ACTIVE,
        (UserState.ACTIVE, UserEvent.CLOSE): UserState.CLOSED,
        (UserState.LOCKED, UserEvent.CLOSE): UserState.CLOSED,
        (UserState.INACTIVE, UserEvent.CLOSE): UserState.CLOSED,
    },
)

"""What a replica asks of a feed: the port, the positions, and the ways in which a feed fails."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol, TypeVar

S_co = TypeVar("S_co", covariant=True)
C_co = TypeVar("C_co", covariant=True)


class FeedLostError(Exception):
    """The feed does not answer, or its stream ended. Try again a little later."""


class FeedHistoryLostError(FeedLostError):
    """The feed cannot go on from here: another epoch, or a revision it does not know. Take everything again."""


class DivergenceError(Exception):
    """What was received does not continue, or does not add up to, the local state."""


@dataclass(frozen=True, slots=True)
class Position:
    """Where a state stands. `digest` is empty where the feed has none."""

    revision: int
    epoch: str
    digest: bytes = b""


class Subscription(Protocol[C_co]):
    """Changes as they come."""

    def __iter__(self) -> Iterator[C_co]:
        """Changes and heartbeats; ends, or raises FeedLostError or FeedHistoryLostError, when the stream breaks."""
        ...

    def cancel(self) -> None:
        """End the stream, from any thread; a reader that waits wakes up."""
        ...


class Feed(Protocol[S_co, C_co]):
    """The port to the one who writes. Every method may raise FeedLostError and answers within about a second."""

    def snapshot(self) -> S_co:
        """Everything, checked. Raises DivergenceError when it does not add up to its own digest."""
        ...

    def newest(self) -> Position:
        """The newest committed position."""
        ...

    def watch(self, position: Position) -> Subscription[C_co]:
        """What comes after this position."""
        ...

    def acknowledge(self, replica: str, position: Position) -> None:
        """Say on which revision this replica decides."""
        ...

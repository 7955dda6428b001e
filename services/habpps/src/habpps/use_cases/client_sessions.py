"""What habpps asks of auth about the sessions in extranets, as a Protocol. Neighbour of `ports`."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol


@dataclass(frozen=True)
class ClientSessionsEnding:
    """`looked`: auth compared every open session with the act. `late`: names of extranets that did not confirm."""

    looked: bool
    ended: int
    told: int
    late: tuple[str, ...]
    told_at: datetime | None

    @property
    def is_over(self) -> bool:
        """Nothing is to be waited for."""
        return self.looked and self.told == self.ended


class ClientSessions(Protocol):
    """The sessions that people have in extranets, which auth ends when their right is lost."""

    def follow(self, revision: int, epoch: int, timeout: timedelta) -> ClientSessionsEnding:
        """Wait until what the revision closes is closed, at most `timeout`.

        Raises:
            ServiceError: auth does not answer.
        """
        ...

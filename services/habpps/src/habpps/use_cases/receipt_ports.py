"""What is kept of an act that a program asked for once. `use_cases.receipts` says what happens with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True, kw_only=True)
class ActReceipt:
    """What became of an act. `digest`: of who asked for what; `outcome`: what was answered."""

    client_id: str
    organisation_id: str
    caf: str
    key: str
    digest: str
    outcome: Mapping[str, Any]
    done_at: datetime

    @property
    def id(self) -> str:
        """Whose it is, and its key."""
        return f"{self.client_id} {self.organisation_id} {self.caf} {self.key}"


class Receipts(Protocol):
    """The receipts of every side."""

    def find(self, client_id: str, organisation_id: str, caf: str, key: str) -> ActReceipt | None:
        """Return the one of a side under this key."""
        ...

    def add(self, receipt: ActReceipt, forget_before: datetime) -> None:
        """Append, and forget those of the program that are older."""
        ...

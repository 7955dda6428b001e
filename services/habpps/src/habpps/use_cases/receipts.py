"""Acts that a program asked for, each once: what became of it is written with the act, under a key that it chose.

A program that lost the answer asks again with the same key and learns it. The key belongs to the program and to the
side (organisation and Caf) for which it acts; with other content, or of another person, it is refused.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from habpps.domain.authorship import Author
from habpps.domain.refusals import KeyTakenError
from habpps.use_cases.act_entry import ActEntry, Done
from habpps.use_cases.receipt_ports import ActReceipt
from habpps.use_cases.requests import WaitsForSecondPerson

KEPT_FOR = timedelta(days=90)
"""After that a key may be used again."""


@dataclass(frozen=True)
class Once:
    """An act that is meant once. `asked`: everything that was asked, as text."""

    key: str
    asked: str

    def digest_of(self, author: Author) -> str:
        """Return what tells one act under this key from another."""
        return hashlib.sha256("\n".join((author.administrator_id, self.asked)).encode("utf-8")).hexdigest()


class DoneBefore(Exception):  # noqa: N818 - nothing failed: raising it leaves the transaction without an act
    """The act was done, or asked for, by an earlier call."""

    def __init__(self, outcome: Mapping[str, Any]) -> None:
        """Keep what was answered then."""
        super().__init__("done before")
        self.outcome = outcome

    def answer(self) -> Done[Any]:
        """Return what was done then.

        Raises:
            WaitsForSecondPerson: it waited then.
        """
        if self.outcome["waits"]:
            raise WaitsForSecondPerson(self.outcome["value"], again=True)
        return Done(self.outcome["value"], self.outcome["revision"], self.outcome["mails"], again=True)


def look_for(entry: ActEntry, once: Once) -> None:
    """Stop where an earlier call has done the same.

    Raises:
        DoneBefore: it has.
        KeyTakenError: it has done something else under this key.
    """
    author = entry.author
    known = entry.store.receipts.find(author.client_id, author.organisation_id, author.caf, once.key)
    if known is not None and known.digest != once.digest_of(author):
        raise KeyTakenError("another act was asked for with this key")
    if known is not None:
        raise DoneBefore(known.outcome)


def keep(entry: ActEntry, once: Once, done: Done[Any], *, waits: bool) -> None:
    """Write what became of the act, in its own transaction."""
    author, now = entry.author, entry.clock.now()
    receipt = ActReceipt(
        client_id=author.client_id,
        organisation_id=author.organisation_id,
        caf=author.caf,
        key=once.key,
        digest=once.digest_of(author),
        outcome={"value": done.value, "revision": done.revision, "mails": done.mails, "waits": waits},
        done_at=now,
    )
    entry.store.receipts.add(receipt, now - KEPT_FOR)

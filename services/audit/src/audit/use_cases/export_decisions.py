"""What an auditor needs to have decisions decided again: the events that hold one, and those that anchor the rights.

It is in clear: whoever gets it may read who consulted what.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from audit.domain.entry import OpenedPayload
from audit.use_cases.opened_payloads import open_payload
from audit.use_cases.ports import EntryRow, JournalStore, PayloadCipher, ShardKeys

AT_ONCE = 1000
DECISION, ANCHOR = "rights_decision", "rights_digest"
"""Members of payloads: what the rights decided on, and what the register says of a revision."""


@dataclass(frozen=True)
class ExportDecisions:
    """Reads the journal from end to end."""

    store: JournalStore
    keys: ShardKeys
    cipher: PayloadCipher

    def __call__(self) -> Iterator[OpenedPayload | None]:
        """Each event that holds a decision or an anchor, in order; None for one whose content is erased.

        Raises:
            DependencyUnavailableError: the database does not answer.
        """
        first = 0
        while rows := self._rows(first):
            for row in rows:
                opened = open_payload(row, self.keys, self.cipher)
                if opened is None or {DECISION, ANCHOR} & opened.payload.keys():
                    yield opened
            first += len(rows)

    def _rows(self, first: int) -> Sequence[EntryRow]:
        return self.store.read(lambda found: found.entries.between(first, first + AT_ONCE))

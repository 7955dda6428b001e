"""Keeping what producers call their events, and reading it.

What came last for a code is shown. Nothing that was told is lost: events of an older version are read by its words
long after a newer one no longer knows them. The digest of each list of words is kept, so that a producer of an older
version that asks again changes nothing.
"""

import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from audit.domain.refusals import InvalidWordsError
from audit.domain.vocabulary import Vocabulary, vocabulary_of
from audit.use_cases.ports import JournalStore, Repositories
from audit.use_cases.times import microseconds
from servicekit.clock import Clock
from servicekit.event_words import Word, understood, words_problem

MOST_KEPT = 5000
"""Words kept of one service: beyond it something tells new codes without end."""
_LOOKED_S = 1.0
_DIGEST_BYTES = hashlib.sha256().digest_size


@dataclass(frozen=True)
class DescribeEvents:
    """Keeps the words of a producer."""

    store: JournalStore
    clock: Clock
    changed: Callable[[], None] = lambda: None
    """Told when words were kept."""

    def __call__(self, caller: str, digest: bytes, words: Sequence[Word]) -> bool:
        """Whether the journal has the words of this digest; those given are kept first, as far as they are understood.

        Raises:
            InvalidWordsError: the words are not in the agreed form, or too many codes by now.
            DependencyUnavailableError: the database does not answer.
        """
        if not words:
            return self.store.read(lambda repositories: repositories.words.has(caller, digest))
        kept = understood(words)
        problem = words_problem(caller, kept) if len(digest) == _DIGEST_BYTES else "no digest"
        if problem is not None:
            raise InvalidWordsError(f"words of {caller}: {problem}")
        # Told in part, they are not known: a newer version of the journal is told all of them.
        name = digest if kept == tuple(words) else hashlib.sha256(b"in part" + digest).digest()
        at_us = microseconds(self.clock.now())

        def work(repositories: Repositories) -> bool:
            repositories.tree.lock()  # two copies of a new version tell the same words at the same moment
            if repositories.words.has(caller, name):
                return True
            if repositories.words.add(caller, name, kept, at_us) <= MOST_KEPT:
                return True
            raise InvalidWordsError(f"words of {caller}: more than {MOST_KEPT} codes, with those told before")

        known = self.store.write(work)
        self.changed()
        return known


@dataclass
class ReadVocabulary:
    """Reads the words of every producer, with the journal's own; kept until a producer tells others."""

    store: JournalStore
    own: Sequence[tuple[str, Word]]
    _kept: tuple[int, Vocabulary] | None = field(default=None, init=False)
    _looked_at: float = field(default=-_LOOKED_S, init=False)

    def __call__(self) -> Vocabulary:
        """The words as they are now.

        Raises:
            DependencyUnavailableError: the database does not answer.
        """
        return self.store.read(self._read)

    def within(self, repositories: Repositories) -> Vocabulary:
        """The words as a transaction sees them; for a second the same, unless this process was told others."""
        kept, now = self._kept, time.monotonic()
        if kept is None or now - self._looked_at >= _LOOKED_S:
            self._looked_at = now
            return self._read(repositories)
        return kept[1]

    def changed(self) -> None:
        """Has the next look read the words again."""
        self._looked_at = -_LOOKED_S

    def _read(self, repositories: Repositories) -> Vocabulary:
        kept, lists = self._kept, repositories.words.lists()
        if kept is None or kept[0] != lists:
            self._kept = kept = lists, vocabulary_of([*repositories.words.all(), *self.own])
        return kept[1]

"""Keeping what producers call their events, and reading it.

What came last for a code is shown. Nothing that was told is lost: events of an older version are read by its words
long after a newer one no longer knows them. The digest of each list of words is kept, so that a producer of an older
version that asks again changes nothing.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from audit.domain.refusals import InvalidWordsError
from audit.domain.vocabulary import Vocabulary, vocabulary_of
from audit.use_cases.ports import JournalStore, Repositories
from audit.use_cases.times import microseconds
from servicekit.clock import Clock
from servicekit.event_words import Word, understood, words_problem

MOST_KEPT = 5000
"""Words kept of one service: beyond it something tells new codes without end."""
_DIGEST_BYTES = hashlib.sha256().digest_size


@dataclass(frozen=True)
class DescribeEvents:
    """Keeps the words of a producer."""

    store: JournalStore
    clock: Clock

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

        return self.store.write(work)


@dataclass
class ReadVocabulary:
    """Reads the words of every producer, with the journal's own; kept until a producer tells others."""

    store: JournalStore
    own: Sequence[tuple[str, Word]]
    _kept: tuple[int, Vocabulary] | None = field(default=None, init=False)

    def __call__(self) -> Vocabulary:
        """The words as they are now.

        Raises:
            DependencyUnavailableError: the database does not answer.
        """
        return self.store.read(self.within)

    def within(self, repositories: Repositories) -> Vocabulary:
        """The words as one transaction sees them."""
        kept, lists = self._kept, repositories.words.lists()
        if kept is None or kept[0] != lists:
            self._kept = kept = lists, vocabulary_of([*repositories.words.all(), *self.own])
        return kept[1]

"""The in-memory twin of what producers call their events."""

from collections.abc import Sequence

from servicekit.event_words import Word


class InMemoryWords:
    """`Words` in dicts."""

    def __init__(self) -> None:
        self._lists: set[tuple[str, bytes]] = set()
        self._words: dict[tuple[str, str, str], Word] = {}

    def has(self, service: str, digest: bytes) -> bool:
        return (service, digest) in self._lists

    def add(self, service: str, digest: bytes, words: Sequence[Word], at_us: int) -> int:
        self._lists.add((service, digest))
        self._words.update({(service, word.kind, word.code): word for word in words})
        return sum(of == service for of, _, _ in self._words)

    def lists(self) -> int:
        return len(self._lists)

    def all(self) -> Sequence[tuple[str, Word]]:
        return [(service, word) for (service, _, _), word in self._words.items()]

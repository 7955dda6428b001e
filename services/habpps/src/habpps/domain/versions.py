"""Which state of things a form was made from: an older form must not undo a newer change.

Two administrators open the same page; the one who sends second would silently undo what the first has done, also where
the state has come back to what it was (suspended, then lifted). So every stored thing counts its changes, a form
carries the version of what it shows, and the act compares both in its own transaction.
"""

import hashlib
from typing import Protocol

from habpps.domain.refusals import ThingChangedError


class Counted(Protocol):
    """A stored thing; `changes`: how often it was written after it was made, counted by the store.

    Of a person it is what stands there now: a count would tell one organisation how long others know them.
    """

    @property
    def id(self) -> str:
        """Its identifier."""
        ...

    @property
    def changes(self) -> int | str:
        """How often it was changed, or its content."""
        ...


def version_of(*things: Counted) -> str:
    """Return another text after every change of one of these things, and when one is added or missing."""
    content = "\n".join(sorted(f"{one.id} {one.changes}" for one in things))
    return hashlib.sha256(content.encode()).hexdigest()[:32]


def check_version(seen: str | None, *things: Counted) -> None:
    """Refuse an act that was decided on an older state. `seen`: what the form carries; None: no form was shown.

    Raises:
        ThingChangedError: one of these things was changed since.
    """
    if seen is not None and seen != version_of(*things):
        raise ThingChangedError("changed since the form was shown")

"""Which acts of a Caf and its partners need a second person, and who that is.

A rule speaks of what an act opens. Taking a right away never waits, whatever the rules say.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from habpps.domain.people import Role

MOST_PEOPLE = 100_000


class When(StrEnum):
    """When an act that opens something needs a second person."""

    NEVER = "never"
    FROM_PEOPLE = "from_people"
    """It opens something to so many people at once, or more."""
    ALWAYS = "always"
    """It opens anything, also where nobody has it yet."""


class Decider(StrEnum):
    """Who the second person is."""

    SAME_SIDE = "same_side"
    """Another administrator of the same partner, or of the same Caf."""
    CAF = "caf"
    """An administrator of the Caf, when a partner asks."""


@dataclass(frozen=True, kw_only=True)
class ReviewRule:
    """What holds for one kind of act at one Caf. `act`: its name; `people`: 0 but for `FROM_PEOPLE`."""

    caf: str
    act: str
    when: When
    people: int = 0
    decider: Decider = Decider.SAME_SIDE
    changes: int = field(default=0, compare=False)

    @property
    def id(self) -> str:
        """One for each act of a Caf."""
        return f"{self.caf} {self.act}"

    def is_weaker_than(self, other: "ReviewRule") -> bool:
        """Whether fewer acts wait under it, or a partner decides what its Caf decided."""
        given_up = self.when is not When.NEVER and other.when is not When.NEVER and self.decider is not Decider.CAF
        return _first(self) > _first(other) or (given_up and other.decider is Decider.CAF)


@dataclass(frozen=True)
class UsualRule:
    """What holds for an act that may open something until a Caf makes a rule of its own. `by`: who may do the act."""

    act: str
    by: tuple[Role, ...]
    most_people: int

    def at(self, caf: str) -> ReviewRule:
        """Return it as the rule of a Caf; its version is none of those that are stored."""
        people = self.most_people + 1
        return ReviewRule(caf=caf, act=self.act, when=When.FROM_PEOPLE, people=people, changes=-1)


def _first(rule: ReviewRule) -> int:
    """From how many people on an act waits."""
    return {When.ALWAYS: 0, When.FROM_PEOPLE: rule.people, When.NEVER: MOST_PEOPLE + 1}[rule.when]

"""What is known of each kind of act, by its name: who may do it and what it does."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from habpps.domain.people import Role
from habpps.domain.refusals import UnknownThingError
from habpps.domain.review_rule import UsualRule
from habpps.use_cases.act_entry import Act, ActEntry

MOST_PEOPLE = 50


class Review(StrEnum):
    """When an act needs a second administrator of the same side, where there is one who can sign in."""

    BY_RULE = "by_rule"
    """It opens something, and the rule of the Caf for it says so; without one, to more than `Acts.most_people`."""
    ALWAYS = "always"


@dataclass(frozen=True, kw_only=True)
class ActKind:
    """One kind of act. `by`: the roles that may do it; the operator may do everything.

    `fixed`: the fields of `content` that the name says already; they are not part of the JSON. `opens`: it may open
    something, so that a Caf may have a rule for it.
    """

    name: str
    content: type[Act[Any]]
    perform: Callable[[ActEntry, Any], Any]
    by: tuple[Role, ...] = ()
    fixed: Mapping[str, object] = field(default_factory=dict)
    review: Review = Review.BY_RULE
    opens: bool = False

    def holds(self, act: Act[Any]) -> bool:
        """Say whether an act is of this kind."""
        return type(act) is self.content and all(getattr(act, name) == value for name, value in self.fixed.items())


class Acts:
    """The registry: every kind of act by its name."""

    def __init__(self, kinds: Iterable[ActKind], most_people: int = MOST_PEOPLE) -> None:
        """Keep the kinds; where several hold an act, the first is meant.

        `most_people`: to how many one administrator alone may open something in one act.
        """
        self.kinds = tuple(kinds)
        self.most_people = most_people
        self._by_name = {one.name: one for one in self.kinds}
        if len(self._by_name) != len(self.kinds):
            raise ValueError("two kinds of act have one name")
        self.usual_rules = {one.name: UsualRule(one.name, one.by, most_people) for one in self.kinds if one.opens}

    def named(self, name: str) -> ActKind:
        """Return a kind by its name.

        Raises:
            UnknownThingError: there is none.
        """
        found = self._by_name.get(name)
        if found is None:
            raise UnknownThingError("act")
        return found

    def named_apart(self, kind: ActKind) -> frozenset[str]:
        """Return the fields that are not None in an act of this kind: without them it has another name."""
        others = [one for one in self.kinds if one.content is kind.content and one is not kind]
        return frozenset(name for one in others for name, value in one.fixed.items() if value is None)

    def of(self, act: Act[Any]) -> ActKind:
        """Return the kind of an act.

        Raises:
            LookupError: it stands in no registry, which is a fault of the program.
        """
        found = next((one for one in self.kinds if one.holds(act)), None)
        if found is None:
            raise LookupError(f"{type(act).__name__} is not in the registry of acts")
        return found

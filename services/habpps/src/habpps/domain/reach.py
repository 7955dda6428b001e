"""How far somebody sees into the register: the people and papers of one Caf, and of one organisation or of all."""

from dataclasses import dataclass


class OutOfReachError(LookupError):
    """A program asked for, or wrote, what is not within the reach of the one it works for: a fault of the program."""


@dataclass(frozen=True)
class Reach:
    """What a set of repositories gives. `caf` None: every Caf; `organisation_id` None: every organisation.

    Everything that hangs on a convention belongs to the pair of an organisation and a Caf. Repositories give and take
    only rows within their reach: nobody has to remember a condition.
    """

    caf: str | None = None
    organisation_id: str | None = None

    def holds(self, organisation_id: str, caf: str) -> bool:
        """Whether what belongs to this organisation and this Caf is within reach."""
        return self.caf in (None, caf) and self.organisation_id in (None, organisation_id)

    def within(self, other: "Reach") -> "Reach":
        """The narrower reach `other`.

        Raises:
            OutOfReachError: it is not narrower.
        """
        wider_caf = self.caf is not None and other.caf != self.caf
        wider_organisation = self.organisation_id is not None and other.organisation_id != self.organisation_id
        if wider_caf or wider_organisation:
            raise OutOfReachError(f"{other} is not within {self}")
        return other

    def within_pair(self, organisation_id: str) -> "Reach":
        """One organisation with the one Caf within reach.

        Raises:
            OutOfReachError: every Caf is within reach, or another organisation.
        """
        return self.within(Reach(self.one_caf(), organisation_id))

    def one_caf(self) -> str:
        """The Caf, where there is just one: what belongs to an organisation is asked for with its Caf.

        Raises:
            OutOfReachError: every Caf is within reach.
        """
        if self.caf is None:
            raise OutOfReachError("say for which Caf: narrow the repositories first")
        return self.caf

    def check(self, organisation_id: str, caf: str) -> None:
        """Keep what is written within reach.

        Raises:
            OutOfReachError: it belongs to another organisation or another Caf.
        """
        if not self.holds(organisation_id, caf):
            raise OutOfReachError(f"({organisation_id}, {caf}) is not within {self}")


EVERYWHERE = Reach()
"""For the operator and the clock, who narrow it before they look at an organisation."""

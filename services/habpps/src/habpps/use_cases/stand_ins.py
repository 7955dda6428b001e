"""Who stands for whom when an act is tried: people who hold the same places in the same way have the same rights.

So an act that changes the places of a whole group is tried on one person of each kind, however many people there are.
"""

from datetime import date

from habpps.domain.authorship import Author
from habpps.use_cases.people_ports import Likeness
from habpps.use_cases.ports import Repositories


class StandIns:
    """Those of one act: chosen before it changes anything of them, then the same to its end."""

    def __init__(self) -> None:
        """Nobody is chosen yet."""
        self._chosen: dict[tuple[str, str], tuple[Likeness, ...]] = {}

    def of(self, store: Repositories, organisation_id: str, author: Author, today: date) -> tuple[Likeness, ...]:
        """Return everybody who holds a place in an organisation, by likeness.

        The author and those who administer the organisation stand for nobody else: they have other rights beside.
        """
        key = organisation_id, store.reach.one_caf()
        if key not in self._chosen:
            apart = {author.account_id, *(one.account_id for one in store.administrators.of(organisation_id))}
            self._chosen[key] = store.habilitations.alike(organisation_id, today, apart)
        return self._chosen[key]

    def chosen(self, store: Repositories, organisation_id: str) -> tuple[Likeness, ...]:
        """Return those who were chosen in an organisation, if the act has asked for them."""
        return self._chosen.get((organisation_id, store.reach.one_caf()), ())

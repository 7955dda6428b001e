"""Says of a user what is open, and of each extranet under contract that is closed, why."""

from habpps.domain.effects import snapshot_of
from habpps.domain.publication import Entity
from habpps.use_cases.consult_register import UserView
from habpps.use_cases.ports import Catalogue
from partnerkit.days import french_day
from rights.decision import OpenExtranet, Refused, open_extranets, why_closed
from servicekit.clock import Clock


class ExplainAccess:
    """Decides for a page as the extranets do."""

    def __init__(self, clock: Clock, catalogue: Catalogue) -> None:
        """Keep the clock and the purposes: rights depend on the day, and on which profile a purpose fits."""
        self._purposes = tuple(catalogue.purposes.values())
        self._clock = clock

    def __call__(self, found: UserView) -> dict[str, OpenExtranet | Refused]:
        """Say for each extranet under contract whether it is open to a user, or why not."""
        today, user = french_day(self._clock.now()), found.user
        snapshot = snapshot_of(self._entities(found))
        account, organisation = user.account_id, user.organisation_id
        opened = {one.code: one for one in open_extranets(snapshot, account, organisation, today)}
        codes = sorted({contract.extranet for contract in found.view.contracts})
        return {code: opened.get(code) or why_closed(snapshot, account, organisation, code, today) for code in codes}

    def _entities(self, found: UserView) -> list[Entity]:
        view = found.view
        convention = [] if view.convention is None else [view.convention]
        parts: list[Entity] = [view.organisation, *convention, *view.contracts, *view.groups, *view.administrators]
        parts.extend((found.user, *(place.habilitation for place in found.places)))
        return [*parts, *view.extranets.values(), *self._purposes]

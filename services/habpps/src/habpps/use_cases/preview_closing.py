"""Says what an act would close, before it is done: pages show it and ask once.

Nobody is looked at one by one: people who hold the same places in the same way have the same rights, so one of them
stands for all (`people_ports.Likeness`).
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from habpps.domain.authorship import Author
from habpps.domain.habilitation import Group, Habilitation
from habpps.domain.impact import Impact, impact_of, snapshot_of
from habpps.domain.publication import Entity
from habpps.domain.service_contract import ServiceContract
from habpps.domain.states import ContractEvent, ConventionEvent, HabilitationEvent, UserEvent
from habpps.use_cases.consult_register import OrganisationView, UserView
from habpps.use_cases.people_ports import Likeness
from habpps.use_cases.ports import Catalogue
from habpps.use_cases.register import Register
from partnerkit.days import french_day
from rights.decision import OpenExtranet, Refused, open_extranets, why_closed
from servicekit.clock import Clock


class PreviewClosing:
    """Compares what is open now with what would be open after the act."""

    def __init__(self, register: Register, clock: Clock, catalogue: Catalogue) -> None:
        """Keep the clock and the purposes: rights depend on the day, and on which profile a purpose fits."""
        self._purposes = tuple(catalogue.purposes.values())
        self._register = register
        self._clock = clock

    def contract(
        self, author: Author, view: OrganisationView, contract: ServiceContract, event: ContractEvent
    ) -> Impact:
        """A step of a service contract.

        Raises:
            TransitionRefusedError: not from its state.
        """
        return self._of_all(author, view, [contract.after(event)])

    def convention(self, author: Author, view: OrganisationView, event: ConventionEvent) -> Impact:
        """A step of the convention.

        Raises:
            TransitionRefusedError: not from its state.
        """
        return self._of_all(author, view, [] if view.convention is None else [view.convention.after(event)])

    def group(self, author: Author, view: OrganisationView, group: Group) -> Impact:
        """The end of a group."""
        alike = self._alike(author, view)
        places = [place for one in alike for place in one.held if place.group_id == group.id]
        return self._impact(view, alike, [place.after(HabilitationEvent.WITHDRAW) for place in places])

    def habilitation(self, found: UserView, habilitation: Habilitation, event: HabilitationEvent) -> Impact:
        """A step of a habilitation.

        Raises:
            TransitionRefusedError: not from its state.
        """
        return self._of_one(found, [habilitation.after(event)])

    def user(self, found: UserView, event: UserEvent) -> Impact:
        """A step of a user.

        Raises:
            TransitionRefusedError: not from its state.
        """
        return self._of_one(found, [found.user.after(event)])

    def departure(self, found: UserView, departs_on: date) -> Impact:
        """A last day: what is closed today because of it."""
        return self._of_one(found, [replace(place.habilitation, ends_on=departs_on) for place in found.places])

    def access_of(self, found: UserView) -> dict[str, OpenExtranet | Refused]:
        """Say for each extranet under contract whether it is open to a user, or why not."""
        today, user = french_day(self._clock.now()), found.user
        snapshot = snapshot_of(self._entities(found.view, [_alone(found)]))
        account, organisation = user.account_id, user.organisation_id
        opened = {one.code: one for one in open_extranets(snapshot, account, organisation, today)}
        codes = sorted({contract.extranet for contract in found.view.contracts})
        return {code: opened.get(code) or why_closed(snapshot, account, organisation, code, today) for code in codes}

    def _of_all(self, author: Author, view: OrganisationView, changed: Sequence[Entity]) -> Impact:
        return self._impact(view, self._alike(author, view), changed)

    def _alike(self, author: Author, view: OrganisationView) -> tuple[Likeness, ...]:
        return self._register.read(
            author, "habpps.organisation.read", lambda store: store.habilitations.alike(view.organisation.id)
        )

    def _of_one(self, found: UserView, changed: Sequence[Entity]) -> Impact:
        return self._impact(found.view, [_alone(found)], changed)

    def _impact(self, view: OrganisationView, alike: Sequence[Likeness], changed: Sequence[Entity]) -> Impact:
        people = [(one.user, one.people) for one in alike]
        return impact_of(self._entities(view, alike), changed, people, french_day(self._clock.now()))

    def _entities(self, view: OrganisationView, alike: Sequence[Likeness]) -> list[Entity]:
        convention = [] if view.convention is None else [view.convention]
        parts: list[Entity] = [view.organisation, *convention, *view.contracts, *view.groups, *view.administrators]
        for one in alike:
            parts.extend((one.user, *one.held))
        return [*parts, *view.extranets.values(), *self._purposes]


def _alone(found: UserView) -> Likeness:
    return Likeness(found.user, tuple(place.habilitation for place in found.places), 1)

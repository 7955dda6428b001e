"""Says what an act would close, before it is done: pages show it and ask once."""

from dataclasses import replace

from habpps.domain.habilitation import Group, Habilitation
from habpps.domain.impact import Impact, impact_of, snapshot_of
from habpps.domain.people import User
from habpps.domain.publication import Entity
from habpps.domain.service_contract import ServiceContract
from habpps.domain.states import ContractEvent, ConventionEvent, HabilitationEvent, UserEvent
from habpps.use_cases.consult_register import OrganisationView
from habpps.use_cases.ports import Catalogue
from partnerkit.days import french_day
from rights.decision import OpenExtranet, Refused, open_extranets, why_closed
from servicekit.clock import Clock


class PreviewClosing:
    """Compares what is open now with what would be open after the act."""

    def __init__(self, clock: Clock, catalogue: Catalogue) -> None:
        """Keep the clock and the purposes: rights depend on the day, and on which profile a purpose fits."""
        self._clock = clock
        self._purposes = tuple(catalogue.purposes.values())

    def contract(self, view: OrganisationView, contract: ServiceContract, event: ContractEvent) -> Impact:
        """A step of a service contract.

        Raises:
            TransitionRefusedError: not from its state.
        """
        return self._impact(view, [contract.after(event)])

    def convention(self, view: OrganisationView, event: ConventionEvent) -> Impact:
        """A step of the convention.

        Raises:
            TransitionRefusedError: not from its state.
        """
        return self._impact(view, [] if view.convention is None else [view.convention.after(event)])

    def group(self, view: OrganisationView, group: Group) -> Impact:
        """The end of a group."""
        return self._impact(view, [replace(group, state="closed")])

    def habilitation(self, view: OrganisationView, habilitation: Habilitation, event: HabilitationEvent) -> Impact:
        """A step of a habilitation.

        Raises:
            TransitionRefusedError: not from its state.
        """
        return self._impact(view, [habilitation.after(event)])

    def user(self, view: OrganisationView, user: User, event: UserEvent) -> Impact:
        """A step of a user.

        Raises:
            TransitionRefusedError: not from its state.
        """
        return self._impact(view, [user.after(event)])

    def access_of(self, view: OrganisationView, user: User) -> dict[str, OpenExtranet | Refused]:
        """Say for each extranet under contract whether it is open to a user, or why not."""
        today = french_day(self._clock.now())
        snapshot = snapshot_of(self._entities(view))
        account, organisation = user.account_id, user.organisation_id
        opened = {one.code: one for one in open_extranets(snapshot, account, organisation, today)}
        codes = sorted({contract.extranet for contract in view.contracts})
        return {code: opened.get(code) or why_closed(snapshot, account, organisation, code, today) for code in codes}

    def _impact(self, view: OrganisationView, changed: list[Entity]) -> Impact:
        return impact_of(self._entities(view), changed, view.users, french_day(self._clock.now()))

    def _entities(self, view: OrganisationView) -> list[Entity]:
        habilitations = [one.habilitation for one in view.memberships]
        convention = [] if view.convention is None else [view.convention]
        parts: list[Entity] = [view.organisation, *convention, *view.contracts, *view.groups]
        return [*parts, *view.users, *view.administrators, *habilitations, *view.extranets.values(), *self._purposes]

"""Steps of a habilitation: suspend, reactivate, withdraw."""

from habpps.domain.authorship import Author, check_role
from habpps.domain.habilitation import Habilitation, check_assignment, check_seats
from habpps.domain.people import Role
from habpps.domain.refusals import UnknownThingError
from habpps.domain.states import HabilitationEvent
from habpps.domain.versions import check_version
from habpps.use_cases.change_convention import motive_typed
from habpps.use_cases.register import ActEntry, Done, Note, Register

ACTS: dict[HabilitationEvent, str] = {
    HabilitationEvent.SUSPEND: "habpps.habilitation.suspended",
    HabilitationEvent.REACTIVATE: "habpps.habilitation.reactivated",
    HabilitationEvent.WITHDRAW: "habpps.habilitation.withdrawn",
}


class ChangeHabilitation:
    """Takes one step of a habilitation; the Caf may do it too, as a precaution."""

    def __init__(self, register: Register) -> None:
        self._register = register

    def __call__(
        self, author: Author, habilitation_id: str, event: HabilitationEvent, reason: str, *, seen: str | None = None
    ) -> Done[str]:
        """Return the identifier of the user. `seen`: `version_of` the habilitation that a form showed.

        Raises:
            RoleNotAllowedError, UnknownThingError, ConventionSuspendedError: not now, or not their business.
            FormRefusedError: the reason is missing.
            ThingChangedError: the habilitation was changed since.
            TransitionRefusedError: not from the present state.
            ServiceError: reactivation is refused like an assignment.
        """

        def work(entry: ActEntry) -> str:
            check_role(entry.author, Role.PARTNER_ADMINISTRATOR, Role.CAF_ADMINISTRATOR)
            habilitation = entry.store.habilitations.get(habilitation_id)
            if habilitation is None:
                raise UnknownThingError("habilitation")
            entry.organisation(habilitation.organisation_id)
            check_version(seen, habilitation)
            motive = motive_typed(reason)
            _step(entry, habilitation, event, motive)
            return habilitation.user_id

        return self._register.act(author, ACTS[event], work)


def _step(entry: ActEntry, habilitation: Habilitation, event: HabilitationEvent, reason: str) -> None:
    store = entry.store
    after = habilitation.after(event)
    user, group = store.users.get(habilitation.user_id), store.groups.get(habilitation.group_id)
    if user is None or group is None:
        raise UnknownThingError("habilitation")
    if event is HabilitationEvent.REACTIVATE:
        others = [one for one in store.habilitations.of_user(user.id) if one.habilitation != habilitation]
        contracts = store.contracts.of(user.organisation_id)
        check_assignment(user, group, others, contracts, entry.today)
        check_seats(
            group.profile,
            contracts,
            entry.today,
            lambda profiles: store.habilitations.seated(user.organisation_id, profiles, user.id),
        )
    entry.save(after)
    details = {"group": group.name, "profile": group.profile}
    subject = f"habilitation:{habilitation.id}"
    label = user.person.display_name
    entry.note(
        Note(
            act=ACTS[event],
            subject=subject,
            organisation_id=user.organisation_id,
            label=label,
            reason=reason,
            details=details,
        )
    )

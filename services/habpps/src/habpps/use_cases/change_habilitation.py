"""Steps of a habilitation: suspend, reactivate, withdraw. The Caf may take them too, as a precaution."""

from dataclasses import dataclass

from habpps.domain.refusals import UnknownThingError
from habpps.domain.states import HabilitationEvent
from habpps.domain.versions import check_version
from habpps.use_cases.act_entry import Act, ActEntry, Note
from habpps.use_cases.assign_to_group import check_free_seats, check_place
from habpps.use_cases.change_convention import check_reason

ACTS: dict[HabilitationEvent, str] = {
    HabilitationEvent.SUSPEND: "habpps.habilitation.suspended",
    HabilitationEvent.REACTIVATE: "habpps.habilitation.reactivated",
    HabilitationEvent.WITHDRAW: "habpps.habilitation.withdrawn",
}


@dataclass(frozen=True)
class ChangeHabilitation(Act[str]):
    """One step of a habilitation; gives the identifier of the user. `seen`: its version, as a form showed it."""

    habilitation_id: str
    event: HabilitationEvent
    reason: str
    seen: str | None = None


def change_habilitation(entry: ActEntry, act: ChangeHabilitation) -> str:
    """Take the step; a reactivation is refused like an assignment.

    Raises:
        UnknownThingError: not their business.
        FormRefusedError: the reason is missing.
        ThingChangedError: the habilitation was changed since.
        TransitionRefusedError: not from the present state.
        ConflictError: reactivation is refused like an assignment.
    """
    store = entry.store
    habilitation = store.habilitations.get(act.habilitation_id)
    if habilitation is None:
        raise UnknownThingError("habilitation")
    entry.organisation(habilitation.organisation_id)
    check_version(act.seen, habilitation)
    check_reason(act.reason)
    after = habilitation.after(act.event)
    user, group = store.users.get(habilitation.user_id), store.groups.get(habilitation.group_id)
    if user is None or group is None:
        raise UnknownThingError("habilitation")
    if act.event is HabilitationEvent.REACTIVATE:
        others = [one for one in store.habilitations.of_user(user.id) if one.habilitation != habilitation]
        check_place(entry, user, group, others)
        contracts = store.contracts.of(user.organisation_id)
        check_free_seats(entry, user, [contract for contract in contracts if contract.id in after.contracts])
    entry.save(after)
    entry.note(
        Note(
            act=ACTS[act.event],
            subject=f"habilitation:{habilitation.id}",
            organisation_id=user.organisation_id,
            label=user.person.display_name,
            reason=act.reason,
            details={"group": group.name, "profile": group.profile},
        )
    )
    return user.id

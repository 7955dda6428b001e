"""Steps of a convention: sign, suspend, lift, denounce, terminate for breach, end of notice."""

from dataclasses import dataclass, replace
from datetime import date

from habpps.domain.authorship import Author, check_role
from habpps.domain.organisation import Convention, Organisation, Signatory
from habpps.domain.people import Role
from habpps.domain.refusals import FormRefusedError, UnknownThingError
from habpps.domain.states import (
    ContractEvent,
    ContractState,
    ConventionEvent,
    ConventionState,
    HabilitationEvent,
)
from habpps.domain.versions import check_version
from habpps.use_cases.register import ActEntry, Done, Note, Register
from partnerkit.text import clean_line

ACTS: dict[ConventionEvent, str] = {
    ConventionEvent.SIGN: "habpps.convention.signed",
    ConventionEvent.SUSPEND: "habpps.convention.suspended",
    ConventionEvent.LIFT: "habpps.convention.reactivated",
    ConventionEvent.DENOUNCE: "habpps.convention.denounced",
    ConventionEvent.END_NOTICE: "habpps.convention.ended",
    ConventionEvent.TERMINATE: "habpps.convention.terminated",
}
LONGEST_REASON = 300


@dataclass(frozen=True)
class ConventionStep:
    """One step. `reason` is required except for a signature; `ends_on` (denounce): last day of the notice."""

    event: ConventionEvent
    reason: str = ""
    ends_on: date | None = None
    partner_signed_on: date | None = None
    caf_signed_on: date | None = None

    def problems(self, today: date) -> dict[str, str]:
        """Return field -> reason code."""
        if self.event is ConventionEvent.SIGN:
            dates = {"partner_signed_on": self.partner_signed_on, "caf_signed_on": self.caf_signed_on}
            missing = {field: "EMPTY" for field, value in dates.items() if value is None}
            late = {field: "IN_THE_FUTURE" for field, value in dates.items() if value is not None and value > today}
            return missing | late
        found = why_reason_refused(self.reason)
        if self.event is ConventionEvent.DENOUNCE:
            if self.ends_on is None:
                found["ends_on"] = "EMPTY"
            elif self.ends_on < today:
                found["ends_on"] = "IN_THE_PAST"
        return found


def why_reason_refused(reason: str) -> dict[str, str]:
    """Return field -> reason code for the motive that a far-reaching act needs."""
    cleaned = clean_line(reason)
    if not cleaned:
        return {"reason": "REASON_EMPTY"}
    return {"reason": "TOO_LONG"} if len(cleaned) > LONGEST_REASON else {}


def motive_typed(reason: str) -> str:
    """Return the motive as it is kept.

    Raises:
        FormRefusedError: it is missing or too long.
    """
    problems = why_reason_refused(reason)
    if problems:
        raise FormRefusedError(problems)
    return clean_line(reason)


class ChangeConvention:
    """Takes one step, and what follows from it, in one act."""

    def __init__(self, register: Register) -> None:
        self._register = register

    def __call__(
        self, author: Author, organisation_id: str, step: ConventionStep, *, seen: str | None = None
    ) -> Done[None]:
        """Carry out the step. `seen`: `version_of` the convention that a form showed.

        Raises:
            RoleNotAllowedError, UnknownThingError: not their business.
            FormRefusedError: a reason or a date is missing.
            ThingChangedError: the convention was changed since.
            TransitionRefusedError: not from the present state.
        """

        def work(entry: ActEntry) -> None:
            check_role(entry.author, Role.CAF_ADMINISTRATOR)
            organisation = entry.organisation(organisation_id)
            convention = entry.store.conventions.of(organisation.id)
            if convention is None:
                raise UnknownThingError("convention")
            check_version(seen, convention)
            problems = step.problems(entry.today)
            if problems:
                raise FormRefusedError(problems)
            if step.ends_on is not None and convention.ends_on is not None and step.ends_on > convention.ends_on:
                raise FormRefusedError({"ends_on": "AFTER_THE_END"})
            after = _after(convention, step)
            entry.save(after)
            if after.state in {ConventionState.ENDED, ConventionState.TERMINATED_FOR_BREACH}:
                _cascade(entry, organisation)
            entry.note(
                Note(
                    act=ACTS[step.event],
                    subject=f"convention:{convention.id}",
                    organisation_id=organisation.id,
                    label=convention.reference,
                    reason=clean_line(step.reason),
                )
            )

        return self._register.act(author, ACTS[step.event], work)


def _after(convention: Convention, step: ConventionStep) -> Convention:
    after = convention.after(step.event)
    if step.event is ConventionEvent.DENOUNCE:
        return replace(after, ends_on=step.ends_on)
    if step.event is ConventionEvent.SIGN:
        partner, caf = convention.partner_signatory, convention.caf_signatory
        return replace(
            after,
            partner_signatory=Signatory(partner.name, partner.capacity, step.partner_signed_on),
            caf_signatory=Signatory(caf.name, caf.capacity, step.caf_signed_on),
        )
    return after


def _cascade(entry: ActEntry, organisation: Organisation) -> None:
    """End the contracts and withdraw the habilitations; the users stay, for the traces."""
    for contract in entry.store.contracts.of(organisation.id):
        if contract.state is not ContractState.ENDED:
            entry.save(contract.after(ContractEvent.END))
    for membership in entry.store.habilitations.of(organisation.id):
        if membership.habilitation.is_held:
            entry.save(membership.habilitation.after(HabilitationEvent.WITHDRAW))

"""Steps of a convention: sign, suspend, lift, denounce, terminate for breach, end of notice."""

from dataclasses import dataclass, replace
from datetime import date

from habpps.domain.organisation import Convention, Signatory
from habpps.domain.refusals import FormRefusedError, UnknownThingError
from habpps.domain.states import (
    ContractEvent,
    ContractState,
    ConventionEvent,
    ConventionState,
    HabilitationEvent,
)
from habpps.domain.versions import check_version
from habpps.use_cases.act_entry import Act, ActEntry, Note

ACTS: dict[ConventionEvent, str] = {
    ConventionEvent.SUSPEND: "habpps.convention.suspended",
    ConventionEvent.LIFT: "habpps.convention.reactivated",
    ConventionEvent.DENOUNCE: "habpps.convention.denounced",
    ConventionEvent.END_NOTICE: "habpps.convention.ended",
    ConventionEvent.TERMINATE: "habpps.convention.terminated",
}
SIGNED = "habpps.convention.signed"
LONGEST_REASON = 300


@dataclass(frozen=True)
class SignConvention(Act[None]):
    """Both signatures: the convention comes into force. `seen`: its version, as a form showed it."""

    organisation_id: str
    partner_signed_on: date | None
    caf_signed_on: date | None
    seen: str | None = None

    def problems(self, today: date) -> dict[str, str]:
        """Return field -> reason code."""
        dates = {"partner_signed_on": self.partner_signed_on, "caf_signed_on": self.caf_signed_on}
        missing = {field: "EMPTY" for field, value in dates.items() if value is None}
        return missing | {name: "IN_THE_FUTURE" for name, day in dates.items() if day is not None and day > today}


@dataclass(frozen=True)
class ChangeConvention(Act[None]):
    """One of the other steps. `ends_on` (denounce): last day of the notice. `seen`: version that a form showed."""

    organisation_id: str
    event: ConventionEvent
    reason: str
    ends_on: date | None = None
    seen: str | None = None

    def problems(self, today: date) -> dict[str, str]:
        """Return field -> reason code."""
        found = why_reason_refused(self.reason)
        if self.event is ConventionEvent.DENOUNCE:
            if self.ends_on is None:
                found["ends_on"] = "EMPTY"
            elif self.ends_on < today:
                found["ends_on"] = "IN_THE_PAST"
        return found


def line_refused(field: str, text: str, longest: int) -> dict[str, str]:
    """Return field -> reason code for a text that must be there; `longest` counts characters."""
    if not text:
        return {field: "EMPTY"}
    return {field: "TOO_LONG"} if len(text) > longest else {}


def why_reason_refused(reason: str) -> dict[str, str]:
    """Return field -> reason code for the motive that a far-reaching act needs."""
    return line_refused("reason", reason, LONGEST_REASON) if reason else {"reason": "REASON_EMPTY"}


def check_reason(reason: str) -> None:
    """Ask for the motive of a far-reaching act.

    Raises:
        FormRefusedError: it is missing or too long.
    """
    problems = why_reason_refused(reason)
    if problems:
        raise FormRefusedError(problems)


def sign_convention(entry: ActEntry, act: SignConvention) -> None:
    """Record both signatures.

    Raises:
        UnknownThingError: not their business.
        FormRefusedError: a date is missing, or in the future.
        ThingChangedError: the convention was changed since.
        TransitionRefusedError: it is in force already.
    """
    convention = _convention(entry, act)
    after = convention.after(ConventionEvent.SIGN)
    partner, caf = convention.partner_signatory, convention.caf_signatory
    entry.save(
        replace(
            after,
            partner_signatory=Signatory(partner.name, partner.capacity, act.partner_signed_on),
            caf_signatory=Signatory(caf.name, caf.capacity, act.caf_signed_on),
        )
    )
    entry.note(_note(SIGNED, convention))


def change_convention(entry: ActEntry, act: ChangeConvention) -> None:
    """Take the step, and what follows from it, in one act.

    Raises:
        UnknownThingError: not their business.
        FormRefusedError: a reason or a date is missing.
        ThingChangedError: the convention was changed since.
        TransitionRefusedError: not from the present state.
    """
    convention = _convention(entry, act)
    if act.ends_on is not None and convention.ends_on is not None and act.ends_on > convention.ends_on:
        raise FormRefusedError({"ends_on": "AFTER_THE_END"})
    after = convention.after(act.event)
    entry.save(replace(after, ends_on=act.ends_on) if act.event is ConventionEvent.DENOUNCE else after)
    if after.state in {ConventionState.ENDED, ConventionState.TERMINATED_FOR_BREACH}:
        _cascade(entry, act.organisation_id)
    entry.note(_note(ACTS[act.event], convention, act.reason))


def _convention(entry: ActEntry, act: SignConvention | ChangeConvention) -> Convention:
    organisation = entry.organisation(act.organisation_id)
    convention = entry.store.conventions.of(organisation.id)
    if convention is None:
        raise UnknownThingError("convention")
    check_version(act.seen, convention)
    problems = act.problems(entry.today)
    if problems:
        raise FormRefusedError(problems)
    return convention


def _note(act: str, convention: Convention, reason: str = "") -> Note:
    return Note(
        act=act,
        subject=f"convention:{convention.id}",
        organisation_id=convention.organisation_id,
        label=convention.reference,
        reason=reason,
    )


def _cascade(entry: ActEntry, organisation_id: str) -> None:
    """End the contracts and withdraw the habilitations; the users stay, for the traces."""
    contracts = [one for one in entry.store.contracts.of(organisation_id) if one.state is not ContractState.ENDED]
    places = entry.held(organisation_id)
    entry.save(
        *(contract.after(ContractEvent.END) for contract in contracts),
        *(place.after(HabilitationEvent.WITHDRAW) for place in places),
    )

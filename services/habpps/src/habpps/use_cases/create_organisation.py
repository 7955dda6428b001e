"""The Caf administrator creates a partner organisation from its convention."""

from dataclasses import dataclass, replace
from datetime import date

from habpps.domain.organisation import (
    LONGEST_CAPACITY,
    LONGEST_CONTACT,
    LONGEST_ORGANISATION_NAME,
    LONGEST_REFERENCE,
    Convention,
    Organisation,
    Signatory,
    why_dates_refused,
)
from habpps.domain.refusals import FormRefusedError, ReferenceTakenError, SiretTakenError, UnknownThingError
from habpps.domain.siret import normalise_siret, why_siret_refused
from habpps.domain.states import ConventionEvent, ConventionState
from habpps.domain.versions import check_version
from habpps.use_cases.act_entry import Act, ActEntry, Note
from habpps.use_cases.change_convention import line_refused
from servicekit.identifiers import new_id, random_id

CREATED, EDITED = "habpps.organisation.created", "habpps.organisation.edited"


@dataclass(frozen=True, kw_only=True)
class CreateOrganisation(Act[str]):
    """What the convention says; gives the identifier of the organisation.

    `ends_on` None: tacit renewal. Without both signatures it stays a draft.
    """

    siret: str
    name: str
    reference: str
    starts_on: date | None
    ends_on: date | None
    partner_signatory: Signatory
    caf_signatory: Signatory

    def problems(self, today: date) -> dict[str, str]:
        """Return field -> reason code."""
        found = why_dates_refused(self.starts_on, self.ends_on)
        found.update(line_refused("name", self.name, LONGEST_ORGANISATION_NAME))
        found.update(line_refused("reference", self.reference, LONGEST_REFERENCE))
        refused = why_siret_refused(normalise_siret(self.siret))
        if refused:
            found["siret"] = refused
        for side, signatory in (("partner", self.partner_signatory), ("caf", self.caf_signatory)):
            found.update(line_refused(f"{side}_signatory_name", signatory.name, LONGEST_ORGANISATION_NAME))
            if len(signatory.capacity) > LONGEST_CAPACITY:
                found[f"{side}_signatory_capacity"] = "TOO_LONG"
            if signatory.signed_on is not None and signatory.signed_on > today:
                found[f"{side}_signed_on"] = "IN_THE_FUTURE"
        return found


def create_organisation(entry: ActEntry, act: CreateOrganisation) -> str:
    """Write the convention with the Caf, and the organisation unless another Caf has written it.

    A known SIRET is joined with the same steps, words and records as an unknown one: nothing tells a Caf whether the
    organisation has a convention elsewhere, not even whether the act waits for audit (`anew`).

    Raises:
        FormRefusedError: something typed is wrong; SIRET by Luhn, with the exception of La Poste.
        SiretTakenError: this Caf has a convention with it that is not over, or it is a Caf.
        ReferenceTakenError: this Caf has another convention of this reference.
    """
    problems = act.problems(entry.today)
    if problems or act.starts_on is None:
        raise FormRefusedError(problems)
    siret = normalise_siret(act.siret)
    known = entry.store.organisations.with_siret(siret)
    organisation = known or Organisation(id=random_id(), siret=siret, name=act.name)
    before = entry.store.conventions.of(organisation.id)
    if organisation.kind != "partner" or (before is not None and not before.is_over):
        raise SiretTakenError("siret known already", details={"siret": siret})
    if entry.store.conventions.with_reference(act.reference) is not None:
        raise ReferenceTakenError("reference known already", details={"reference": act.reference})
    convention = Convention(
        id=new_id(),
        organisation_id=organisation.id,
        caf=entry.caf,
        organisation_name=act.name,
        reference=act.reference,
        state=ConventionState.DRAFT,
        starts_on=act.starts_on,
        ends_on=act.ends_on,
        partner_signatory=act.partner_signatory,
        caf_signatory=act.caf_signatory,
    )
    if convention.is_signed:
        convention = convention.after(ConventionEvent.SIGN)
    entry.save(convention)
    entry.save(named_for_all(entry, organisation), anew=True)
    entry.note(
        Note(
            act=CREATED,
            subject=f"organisation:{organisation.id}",
            organisation_id=organisation.id,
            label=act.name,
            details={"siret": siret, "convention": act.reference, "convention_state": convention.state.value},
        )
    )
    return organisation.id


@dataclass(frozen=True, kw_only=True)
class EditOrganisation(Act[str]):
    """How the Caf calls a partner, and whom it speaks to there; gives the identifier of the organisation.

    `seen`: version of the convention, as a form showed it.
    """

    organisation_id: str
    name: str
    contact: str
    seen: str | None = None


def edit_organisation(entry: ActEntry, act: EditOrganisation) -> str:
    """Change what the Caf's own convention says; other Cafs keep their words.

    Raises:
        UnknownThingError: not their business.
        ThingChangedError: the convention was changed since.
        FormRefusedError: something typed is wrong.
    """
    organisation = entry.organisation(act.organisation_id)
    convention = entry.store.conventions.of(organisation.id)
    if convention is None:
        raise UnknownThingError("convention")
    check_version(act.seen, convention)
    problems = line_refused("name", act.name, LONGEST_ORGANISATION_NAME)
    if len(act.contact) > LONGEST_CONTACT:
        problems["contact"] = "TOO_LONG"
    if problems:
        raise FormRefusedError(problems)
    entry.save(replace(convention, organisation_name=act.name, contact=act.contact))
    entry.save(named_for_all(entry, organisation), anew=True)
    details = {"name_before": convention.organisation_name} if act.name != convention.organisation_name else {}
    entry.note(
        Note(
            act=EDITED,
            subject=f"organisation:{organisation.id}",
            organisation_id=organisation.id,
            label=act.name,
            details=details,
        )
    )
    return organisation.id


def named_for_all(entry: ActEntry, organisation: Organisation) -> Organisation:
    """The organisation by its name for everybody (tokens, choice at sign-in): that of its oldest convention alive."""
    names = entry.store.conventions.names_of(organisation.id)
    return replace(organisation, name=names[0]) if names else organisation

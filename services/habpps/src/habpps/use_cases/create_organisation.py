"""The Caf administrator creates a partner organisation from its convention."""

from dataclasses import dataclass
from datetime import date

from habpps.domain.organisation import (
    LONGEST_CAPACITY,
    LONGEST_ORGANISATION_NAME,
    LONGEST_REFERENCE,
    Convention,
    Organisation,
    Signatory,
    why_dates_refused,
)
from habpps.domain.refusals import FormRefusedError, ReferenceTakenError, SiretTakenError
from habpps.domain.siret import normalise_siret, why_siret_refused
from habpps.domain.states import ConventionEvent, ConventionState
from habpps.use_cases.act_entry import Act, ActEntry, Note
from habpps.use_cases.change_convention import line_refused
from servicekit.identifiers import new_id

CREATED = "habpps.organisation.created"


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


def create_organisation(entry: ActEntry, act: CreateOrganisation, caf: str = "") -> str:
    """Write the organisation and its convention, a partner of the author's own Caf; an import names the Caf.

    Raises:
        FormRefusedError: something typed is wrong; SIRET by Luhn, with the exception of La Poste.
        SiretTakenError, ReferenceTakenError: known already.
    """
    caf = caf or entry.author.caf
    problems = act.problems(entry.today)
    if problems or act.starts_on is None:
        raise FormRefusedError(problems)
    siret = normalise_siret(act.siret)
    if entry.store.organisations.with_siret(siret) is not None:
        raise SiretTakenError("siret known already", details={"siret": siret})
    if entry.store.conventions.with_reference(caf, act.reference) is not None:
        raise ReferenceTakenError("reference known already", details={"reference": act.reference})
    organisation = Organisation(id=new_id(), siret=siret, name=act.name, caf=caf)
    convention = Convention(
        id=new_id(),
        organisation_id=organisation.id,
        caf=caf,
        reference=act.reference,
        state=ConventionState.DRAFT,
        starts_on=act.starts_on,
        ends_on=act.ends_on,
        partner_signatory=act.partner_signatory,
        caf_signatory=act.caf_signatory,
    )
    if convention.is_signed:
        convention = convention.after(ConventionEvent.SIGN)
    entry.save(organisation)
    entry.save(convention)
    entry.note(
        Note(
            act=CREATED,
            subject=f"organisation:{organisation.id}",
            organisation_id=organisation.id,
            label=organisation.name,
            details={"siret": siret, "convention": act.reference, "convention_state": convention.state.value},
        )
    )
    return organisation.id
